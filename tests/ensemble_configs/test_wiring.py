"""Ensembles that cannot work are refused before Triton sees them."""

import pytest

from ensemble_configs.schema import (
    ENSEMBLES,
    Engine,
    Ensemble,
    Models,
    PythonStep,
    Wiring,
    read_ensemble,
    read_models,
)
from ensemble_configs.wiring import TENSORS, Catalogue, check_ensemble, models_of
from sideline import tensors
from sideline.errors import ConfigError


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue.of(read_models())


def ensemble_of(*steps: Wiring) -> Ensemble:
    return Ensemble(name="test", steps=steps)


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_committed_ensemble_fits(catalogue: Catalogue, name: str) -> None:
    check_ensemble(read_ensemble(name), catalogue)


def test_engine_tensors_have_a_further_axis_outside_and_the_others_do_not(catalogue: Catalogue) -> None:
    assert catalogue.dims_outside_engines(tensors.PANORAMA) == (1, 512, 1024, 3)
    assert catalogue.dims_outside_engines(tensors.LOGITS) == (1, 100, 1)
    assert catalogue.dims_outside_engines(tensors.APPEARANCE) == (-1, 64)
    assert catalogue.dims_outside_engines(tensors.FOOT_POINTS_M) == (-1, 2)


def test_every_tensor_of_the_contract_is_known_by_its_name() -> None:
    assert all(TENSORS[tensor.name] is tensor for tensor in tensors.REQUEST + tensors.ANSWER)


INGEST = Wiring(model="ingest_frames", outputs={"status": "ingest_status", "message": "ingest_message"})
DETR = Wiring(model="detr")
ASSIGN = Wiring(
    model="assign_micro_ids",
    inputs={"status": "ingest_status", "message": "ingest_message"},
    outputs={"message": "tracking_message"},
)
REST = (Wiring(model="project_crops"), Wiring(model="crop_encoder"))
GRAPH_WITHOUT_TEAMS = Wiring(
    model="build_graph", inputs={"message": "tracking_message"}, outputs={"teams_named": "named"}
)
GRAPH = Wiring(model="build_graph", inputs={"message": "tracking_message"})


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((DETR, INGEST, ASSIGN), "detr takes 'panorama', which no earlier step gives"),
        ((INGEST, DETR, Wiring(model="assign_micro_ids")), "takes 'status', which no earlier step gives"),
        ((Wiring(model="ingest_frames"), DETR, Wiring(model="assign_micro_ids")), "'status', which is given already"),
        ((INGEST, DETR), "no step of test takes 'captured_at_ns'"),
        ((INGEST, DETR, ASSIGN, *REST, GRAPH_WITHOUT_TEAMS), "no step of test gives 'teams_named'"),
        ((INGEST, DETR, ASSIGN, GRAPH), "build_graph takes 'crop_rows', which no earlier step gives"),
        ((INGEST, DETR, ASSIGN, *REST, Wiring(model="build_graph")), "takes 'message', which no earlier step gives"),
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


def test_only_an_engine_can_be_called() -> None:
    step = PythonStep(kind="python", inputs=(), outputs=())
    models = Models(models={"x": step.model_copy(update={"calls": ("y",)}), "y": step})
    with pytest.raises(ConfigError, match="x calls 'y'; add this engine"):
        Catalogue.of(models)


def test_a_tensor_that_one_engine_gets_once_a_frame_and_another_many_times_is_refused() -> None:
    once = Engine(kind="engine", inputs=("logits",), outputs=(), max_batch_size=1)
    with pytest.raises(ConfigError, match="engine y has other `rows` than another engine with 'logits'"):
        Catalogue.of(Models(models={"x": once, "y": once.model_copy(update={"rows": "many"})}))


def test_an_ensemble_needs_its_steps_the_engines_that_they_call_and_itself() -> None:
    ensemble = ensemble_of(INGEST, DETR, ASSIGN)
    assert models_of(ensemble, read_models().models) == (
        "ingest_frames",
        "detr",
        "assign_micro_ids",
        "id_decoder",
        "test",
    )
