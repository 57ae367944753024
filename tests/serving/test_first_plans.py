"""Plans that a service lacks, built for a GPU that is not here; one small engine stands for all."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ensemble_configs.schema import read_profile
from sideline.deployment.files import PlanName
from sideline.deployment.telemetry import GpuReading
from sideline.errors import EngineError, ServerError
from sideline.serving import first_plans
from sideline.serving.first_plans import ensure_plans
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.process_group import is_living
from sideline.serving.repository_layout import Sources

NAME = "jersey_classifier"
TENSORRT = read_profile("tensorrt")


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    path = tmp_path / "model_repository" / NAME / "1" / "model.onnx"
    path.parent.mkdir(parents=True)
    shutil.copy(MODEL_REPOSITORY / NAME / "1" / "model.onnx", path)
    return Sources(tmp_path / "model_repository", tmp_path / "plans", "SM89")


def _nothing(_: str) -> None:
    raise AssertionError("nothing is to be told")


def test_a_missing_plan_is_built_into_the_folder_and_told_and_the_next_start_finds_it(sources: Sources) -> None:
    said: list[str] = []
    ensure_plans(TENSORRT, [NAME], sources, said.append)
    (plan,) = sources.plans.iterdir()
    assert (PlanName.parse(plan).engine, PlanName.parse(plan).gpu) == (NAME, "sm89")
    assert said[0] == f"{sources.plans} lacks 1 of 1 plans for this GPU; this takes minutes, once"
    assert said[1] == f"  plan 1 of 1: building {NAME} …"
    assert said[2].startswith(f"  plan 1 of 1: {NAME} is there after ")
    plan.write_bytes(b"as it was")
    ensure_plans(TENSORRT, [NAME], sources, _nothing)
    assert plan.read_bytes() == b"as it was"


def test_beside_a_plan_of_another_engine_version_a_new_one_is_built_and_the_old_one_stays(sources: Sources) -> None:
    ensure_plans(TENSORRT, [NAME], sources, lambda _: None)
    (plan,) = sources.plans.iterdir()
    stale = plan.rename(plan.with_name(plan.name.replace(PlanName.parse(plan).onnx, "0123456789ab")))
    ensure_plans(TENSORRT, [NAME], sources, lambda _: None)
    assert {path.name for path in sources.plans.iterdir()} == {plan.name, stale.name}


@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_a_profile_without_plans_builds_none(sources: Sources, profile: str) -> None:
    ensure_plans(read_profile(profile), [NAME], sources, _nothing)
    assert not sources.plans.exists()


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_built(sources: Sources) -> None:
    sources.plans.write_text("a file")
    with pytest.raises(ServerError, match=r"plans cannot be written .*: mount it read-write"):
        ensure_plans(TENSORRT, [NAME], sources, _nothing)


def test_a_folder_without_space_is_refused_before_anything_is_built(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_plans, "ROOM_FOR_KERNELS_BYTES", 2**60)
    with pytest.raises(ServerError, match=r"plans has \d+ MiB free, \d+ are needed: enlarge it"):
        ensure_plans(TENSORRT, [NAME], sources, _nothing)
    assert not list(sources.plans.iterdir())


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        ((), r"needs GPU 0, and 0 are to be seen here"),
        ((GpuReading(0, "GeForce GTX 1080", "580.65", (6, 1), *[None] * 6),), r"GTX 1080\) is too old"),
    ],
)
def test_without_a_gpu_or_with_one_that_is_too_old_nothing_is_built(
    sources: Sources, readings: tuple[GpuReading, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_plans, "read_gpus", lambda: readings)
    with pytest.raises(ServerError, match=message):
        ensure_plans(TENSORRT, [NAME], Sources(sources.repository, sources.plans), _nothing)
    assert not sources.plans.exists()


def test_an_engine_of_another_name_is_refused_before_anything_is_built(sources: Sources) -> None:
    shutil.copy(
        MODEL_REPOSITORY / "temporal_encoder" / "1" / "model.onnx", sources.repository / NAME / "1" / "model.onnx"
    )
    with pytest.raises(EngineError, match="is not the engine jersey_classifier"):
        ensure_plans(TENSORRT, [NAME], sources, _nothing)
    assert not sources.plans.exists()


def test_the_reason_of_a_build_that_fails_is_told_and_no_half_of_a_plan_stays(sources: Sources) -> None:
    with pytest.raises(EngineError, match=r"the plan of jersey_classifier was not built: .*does not build for SM61"):
        ensure_plans(TENSORRT, [NAME], Sources(sources.repository, sources.plans, "SM61"), lambda _: None)
    assert not list(sources.plans.iterdir())


def test_a_builder_that_crashes_is_an_error_and_not_the_end_of_the_service(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashing = tmp_path / "python"
    crashing.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crashing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(crashing))
    with pytest.raises(EngineError, match=r"jersey_classifier was not built: its builder ended with status -11"):
        ensure_plans(TENSORRT, [NAME], sources, lambda _: None)


def test_a_builder_that_nobody_waits_for_any_more_is_ended(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless, pid, stopped = tmp_path / "python", tmp_path / "pid", threading.Event()
    endless.write_text(f"#!/bin/sh\necho $$ > {pid}.part && mv {pid}.part {pid}\nexec sleep 600\n")
    endless.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(endless))

    def stop_once_it_builds() -> None:
        while not pid.exists():
            stopped.wait(0.05)
        stopped.set()

    threading.Thread(target=stop_once_it_builds).start()
    with pytest.raises(ServerError, match="the service is being stopped"):
        ensure_plans(TENSORRT, [NAME], sources, lambda _: None, stopped)
    assert not is_living(int(pid.read_text()))


def test_serve_with_plans_and_no_gpu_ends_with_status_2_before_it_starts(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("sideline")), "serve", "--profile", "tensorrt", "--volume"]
    # NVML finds no driver here; should there be a GPU, it is hidden by a library that is none.
    (tmp_path / "libnvidia-ml.so.1").write_text("")
    surroundings = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run(
        [*command, str(tmp_path / "volume")], capture_output=True, text=True, check=False, env=surroundings
    )
    assert done.returncode == 2
    assert "the profile tensorrt needs GPU 0, and 0 are to be seen here" in done.stderr
    assert "starting" not in done.stdout
    assert not list((tmp_path / "volume").glob("*/plans"))
