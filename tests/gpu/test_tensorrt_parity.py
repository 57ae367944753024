"""ONNX beside TensorRT on the same inputs; needs a GPU to run a plan on: `make test-gpu`."""

from pathlib import Path

import pytest

from export.engines import ENGINES, example_inputs
from export.parity import HALF_TOLERANCE, compare_runs, run_onnx
from export.plan_folder import PlanFolder
from sideline.deployment.plan_engine import PlanEngine
from sideline.serving.installation import MODEL_REPOSITORY


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_plan_says_what_the_onnx_file_says(name: str, tmp_path: Path) -> None:
    engine = ENGINES[name]
    plan = PlanEngine(name, PlanFolder(tmp_path, MODEL_REPOSITORY).ensure(name))

    def run(*arrays: object) -> list[object]:
        values = plan.run(dict(zip((tensor.name for tensor in engine.inputs), arrays, strict=True)))
        return [values[tensor.name].get() for tensor in engine.outputs]

    inputs = [example_inputs(engine, batch=1, seed=seed) for seed in range(10)]
    for row in compare_runs(engine, run_onnx(engine, MODEL_REPOSITORY / name / "1" / "model.onnx"), run, inputs):
        assert row.relative <= HALF_TOLERANCE, row
