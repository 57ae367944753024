"""What a plan is checked for before it is loaded; loading one needs a GPU."""

from pathlib import Path

import pytest

from sideline.deployment import plan_engine
from sideline.deployment.files import PLAN_RULES
from sideline.deployment.plan_engine import PlanEngine, check_plan
from sideline.errors import EngineError

NAME = f"detr@nvidia-l4@tensorrt_rtx-1.7.1.116@ba7816bf8f01@{PLAN_RULES}.plan"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an L4 and the library that is installed here."""
    monkeypatch.setattr(plan_engine, "gpu_name", lambda: "NVIDIA L4")
    monkeypatch.setattr(plan_engine, "builder_name", lambda _: "tensorrt_rtx-1.7.1.116")


def test_a_plan_of_this_gpu_and_library_is_taken(tmp_path: Path) -> None:
    check_plan("detr", tmp_path / NAME)


def test_a_plan_whose_onnx_file_lies_beside_it_has_to_belong_to_it(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"abc")
    check_plan("detr", tmp_path / NAME)
    (tmp_path / "model.onnx").write_bytes(b"abd")
    with pytest.raises(EngineError, match="was built from another ONNX file"):
        check_plan("detr", tmp_path / NAME)


@pytest.mark.parametrize(
    ("engine", "name", "message"),
    [
        ("detr", NAME.replace("l4", "a10"), "was built for the GPU nvidia-a10, this one is nvidia-l4"),
        ("detr", NAME.replace("1.7.1.116", "1.6.0.1"), "was built by tensorrt_rtx-1.6.0.1, here is"),
        ("detr", NAME.replace(PLAN_RULES, "0a0b0c0d"), "was built by rules of another version"),
        ("crop_encoder", NAME, "is the engine detr, not crop_encoder"),
        ("detr", "model.plan", "is not named like a plan"),
    ],
)
def test_a_plan_that_does_not_belong_here_is_not_loaded(tmp_path: Path, engine: str, name: str, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        PlanEngine(engine, tmp_path / name)
