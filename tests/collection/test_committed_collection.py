"""models.yaml of the project: it records the engines that are committed, with the edges that their trainings have."""

from export.engines import ENGINES
from sideline.collection.check import check_collection
from sideline.collection.graph import list_edges
from sideline.collection.schema import COLLECTION_FILE, read_collection
from sideline.serving.installation import MODEL_REPOSITORY, PROJECT_ROOT

COLLECTION = read_collection(PROJECT_ROOT / COLLECTION_FILE)


def test_it_records_the_committed_engines_and_they_were_trained_with_each_other() -> None:
    check_collection(
        COLLECTION, MODEL_REPOSITORY, {path.parents[1].name for path in MODEL_REPOSITORY.glob("*/1/model.onnx")}
    )


def test_every_engine_that_can_be_exported_is_recorded() -> None:
    assert set(ENGINES) <= set(COLLECTION.models)


def test_the_edges_are_those_of_the_trainers() -> None:
    # What each trainer reads: trajectories are the detector's answers (`train trajectories`), appearance banks those of
    # the crop encoder (`train bank`); the graph tracker also runs the temporal encoder, and its sightings are drawn.
    trained = {(edge.upstream, edge.model, edge.via) for edge in list_edges(COLLECTION) if not edge.imitated}
    assert trained >= {
        ("detr", "id_decoder", "trajectories"),
        ("crop_encoder", "temporal_encoder", "appearance_bank"),
        ("crop_encoder", "jersey_classifier", "appearance_bank"),
        ("crop_encoder", "graph_tracker", "appearance_bank"),
        ("temporal_encoder", "graph_tracker", None),
    }
    imitated = {(edge.upstream, edge.model) for edge in list_edges(COLLECTION) if edge.imitated}
    assert imitated >= {(upstream, "graph_tracker") for upstream in ("detr", "heatmap_detector", "id_decoder")}


def test_nothing_was_trained_on_seeds_that_are_for_judging() -> None:
    seeds = [part for entry in COLLECTION.models.values() for data in entry.data for part in data.seeds.split("-")]
    assert seeds
    assert all(int(seed) < 900_000 for seed in seeds if seed.isdigit())
