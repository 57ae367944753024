"""Hashes and names of engine files."""

from pathlib import Path

import pytest

from sideline.deployment.files import PLAN_RULES, PlanName, find_plan, hash_file
from sideline.errors import EngineError

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of "abc", FIPS 180-2, appendix B.1."""
NAME = f"detr@nvidia-l4@tensorrt-11.1.0.4@ba7816bf8f01@{PLAN_RULES}.plan"


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"abc")
    return path


@pytest.fixture
def wanted(engine: Path) -> PlanName:
    return PlanName.of("detr", "NVIDIA L4", "tensorrt-11.1.0.4", engine)


def test_the_hash_of_a_file_is_the_published_one(engine: Path) -> None:
    assert hash_file(engine) == ABC


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"none\.onnx cannot be read \(No such file or directory\): export"):
        hash_file(tmp_path / "none.onnx")


def test_a_plan_is_named_by_engine_gpu_version_onnx_file_and_rules(wanted: PlanName) -> None:
    assert wanted.file_name == NAME
    assert PlanName.parse(Path("/plans") / NAME) == wanted


def test_the_plan_that_belongs_here_is_found_among_others(tmp_path: Path, wanted: PlanName) -> None:
    for name in (NAME, NAME.replace("l4", "l40"), NAME.replace("detr", "crop_encoder")):
        (tmp_path / name).write_bytes(b"")
    assert find_plan(tmp_path, wanted) == tmp_path / NAME


def test_a_plan_in_float32_is_taken_before_the_one_in_float16_and_is_as_fresh(tmp_path: Path, wanted: PlanName) -> None:
    full = tmp_path / NAME.replace("11.1.0.4", "11.1.0.4.float32")
    for path in (tmp_path / NAME, full):
        path.write_bytes(b"")
    assert find_plan(tmp_path, wanted) == full
    wanted.check(PlanName.parse(full))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ba7816bf8f01", "000000000000", "was built from another ONNX file (000000000000…, the engine is ba7816bf8f01"),
        ("nvidia-l4", "nvidia-a10", "was built for the GPU nvidia-a10, this one is nvidia-l4"),
        ("tensorrt-11.1.0.4", "tensorrt-10.9.0.1", "was built by tensorrt-10.9.0.1, here is tensorrt-11.1.0.4"),
        ("tensorrt-11.1.0.4", "tensorrt_rtx-1.7.1.116", "was built by tensorrt_rtx-1.7.1.116"),
        (PLAN_RULES, "0a0b0c0d", f"was built by rules of another version ('0a0b0c0d', they are '{PLAN_RULES}' now)"),
        (f"@{PLAN_RULES}", "", f"was built by rules of another version ('', they are '{PLAN_RULES}' now)"),
    ],
)
def test_a_stale_plan_is_refused_and_the_message_says_why_and_what_to_run(
    tmp_path: Path, wanted: PlanName, old: str, new: str, message: str
) -> None:
    (tmp_path / NAME.replace(old, new)).write_bytes(b"")
    with pytest.raises(EngineError) as caught:
        find_plan(tmp_path, wanted)
    assert message in str(caught.value)
    assert "sideline export detr --tensorrt" in str(caught.value)


def test_a_plan_of_another_engine_under_this_name_is_refused(wanted: PlanName) -> None:
    with pytest.raises(EngineError, match="is the engine crop_encoder, not detr"):
        wanted.check(PlanName.parse(Path(NAME.replace("detr", "crop_encoder"))))


def test_no_plan_at_all_says_what_to_run(tmp_path: Path, wanted: PlanName) -> None:
    with pytest.raises(EngineError, match="holds no plan of detr: run `sideline export detr --tensorrt --plans"):
        find_plan(tmp_path, wanted)


@pytest.mark.parametrize(
    "name",
    [
        "model.plan",
        "detr@nvidia-l4@tensorrt-11@short.plan",
        "detr@l4@onnx-1@ba7816bf8f01.plan",
        NAME.replace("@ba", "ba"),
    ],
)
def test_a_name_that_tells_nothing_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="is not named like a plan"):
        PlanName.parse(Path(name))
