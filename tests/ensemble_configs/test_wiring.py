"""Ensembles that cannot work are refused before Triton sees them."""

import pytest

from ensemble_configs.schema import Ensemble, Models, PythonStep, Wiring, read_ensemble, read_models
from ensemble_configs.wiring import TENSORS, Catalogue, check_ensemble
from sideline import tensors
from sideline.errors import ConfigError


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue.of(read_models())


def ensemble_of(*steps: Wiring) -> Ensemble:
    return Ensemble(name="test", steps=steps)


def test_the_committed_ensemble_fits(catalogue: Catalogue) -> None:
    check_ensemble(read_ensemble("path_b"), catalogue)


def test_engine_tensors_have_an_axis_of_one_outside_and_the_others_do_not(catalogue: Catalogue) -> None:
    assert catalogue.dims_outside_engines(tensors.PANORAMA) == (1, 512, 1024, 3)
    assert catalogue.dims_outside_engines(tensors.LOGITS) == (1, 100, 1)
    assert catalogue.dims_outside_engines(tensors.FOOT_POINTS_M) == (-1, 2)


def test_every_tensor_of_the_contract_is_known_by_its_name() -> None:
    assert all(TENSORS[tensor.name] is tensor for tensor in tensors.REQUEST + tensors.ANSWER)


INGEST = Wiring(model="ingest_frames", outputs={"status": "ingest_status", "message": "ingest_message"})
DETR = Wiring(model="detr")
ASSIGN = Wiring(model="assign_micro_ids", inputs={"status": "ingest_status", "message": "ingest_message"})


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((DETR, INGEST, ASSIGN), "detr takes 'panorama', which no earlier step gives"),
        ((INGEST, DETR, Wiring(model="assign_micro_ids")), "takes 'status', which no earlier step gives"),
        ((Wiring(model="ingest_frames"), DETR, Wiring(model="assign_micro_ids")), "'status', which is given already"),
        ((INGEST, DETR), "no step of test gives 'status'"),
        ((INGEST, Wiring(model="yolo"), ASSIGN), "names the model 'yolo'"),
        ((INGEST, Wiring(model="detr", inputs={"image": "panorama"}), ASSIGN), "detr has no tensor 'image' to rename"),
        (
            (INGEST, Wiring(model="detr", inputs={"panorama": "left_jpeg"}), ASSIGN),
            "'panorama' from 'left_jpeg', which has another type or shape",
        ),
    ],
)
def test_a_wiring_that_does_not_fit_is_named(catalogue: Catalogue, steps: tuple[Wiring, ...], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_ensemble(ensemble_of(*steps), catalogue)
    assert message in str(caught.value)


def test_a_tensor_outside_the_contract_is_refused() -> None:
    models = Models(models={"x": PythonStep(kind="python", inputs=("heat",), outputs=())})
    with pytest.raises(ConfigError, match=r"define it in sideline/tensors\.py"):
        Catalogue.of(models)


def test_a_call_of_a_model_that_does_not_exist_is_refused() -> None:
    models = Models(models={"x": PythonStep(kind="python", inputs=(), outputs=(), calls=("y",))})
    with pytest.raises(ConfigError, match="x calls 'y'"):
        Catalogue.of(models)
