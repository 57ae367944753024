"""Graphs recorded while a simulated match is solved, and how they are labelled."""

import numpy as np
import pytest

from sideline.tensors import NODE_DIMS, PAIR_DIMS, Category
from sideline.tracking.graph.scoring import Graph
from sideline.tracking.graph.settings import POINTS, WINDOW
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_validation import score_by_hand
from sideline.training.sightings import NOBODY, Sightings
from sideline.training.solved_graphs import SolvedGraphs, _Recorder
from tests.tracking.graph.pieces import piece
from tests.training.random_banks import make_random_bank
from tests.training.sighted_worlds import make_world


def seen(*rows: tuple[int, int, int]) -> Sightings:
    """Detections of (frame, micro-track, person)."""
    frames, micro_tracks, persons = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows), np.float32)
    return Sightings(frames, persons, persons, np.zeros((len(rows), 2), np.float32), ones, ones, micro_tracks)


def graph_of(nodes: int, *pairs: tuple[int, int]) -> Graph:
    """A graph that says nothing, with these candidate pairs."""
    mask = np.zeros((nodes, nodes), np.bool_)
    for pair in pairs:
        mask[pair] = True
    features = np.zeros((nodes, NODE_DIMS), np.float32), np.zeros((nodes, nodes, PAIR_DIMS), np.float32)
    return Graph(*features, mask, np.zeros((nodes, len(Category)), np.float32))


def test_a_tracklet_is_followed_by_its_persons_next_one_and_a_later_one_is_no_mistake() -> None:
    rows = [(frame, 1 + frame // 10, 7) for frame in range(30)] + [(frame, 9, 8) for frame in range(10, 20)]
    recorder = _Recorder(seen(*rows), np.random.default_rng(0))
    mine = [piece(10 * part, 10 * part + 9, micro=1 + part) for part in range(3)]
    recorder.watch([*mine, piece(10, 19, micro=9)], graph_of(4, (0, 1), (0, 2), (1, 2), (0, 3), (3, 2)), WINDOW)
    (sample,) = recorder.samples
    assert np.argwhere(sample.successors).tolist() == [[0, 1], [1, 2]]
    assert np.argwhere(sample.certain).tolist() == [[0, 1], [0, 3], [1, 2], [3, 2]]


def test_of_a_tracklet_that_shows_two_people_nothing_is_said() -> None:
    rows = [(frame, 1, 7 if frame < 5 else 8) for frame in range(10)] + [(frame, 2, 8) for frame in range(10, 20)]
    recorder = _Recorder(seen(*rows), np.random.default_rng(0))
    recorder.watch([piece(0, 9, micro=1), piece(10, 19, micro=2)], graph_of(2, (0, 1)), WINDOW)
    assert recorder.samples == []


def test_a_wrong_detection_follows_nobody() -> None:
    rows = [(frame, 1, NOBODY) for frame in range(5)] + [(frame, 2, NOBODY) for frame in range(5, 9)]
    recorder = _Recorder(seen(*rows), np.random.default_rng(0))
    recorder.watch([piece(0, 4, micro=1), piece(5, 8, micro=2)], graph_of(2, (0, 1)), WINDOW)
    (sample,) = recorder.samples
    assert sample.certain.any()
    assert not sample.successors.any()


def test_single_detections_and_graphs_without_pairs_are_not_kept() -> None:
    recorder = _Recorder(seen((0, 1, 7), (1, 2, 7)), np.random.default_rng(0))
    two = [piece(0, 0, micro=1), piece(1, 1, micro=2)]
    recorder.watch(two, graph_of(2, (0, 1)), POINTS)
    recorder.watch(two, graph_of(2), WINDOW)
    assert recorder.samples == []


@pytest.mark.parametrize("seed", range(2))
def test_a_person_who_was_hidden_is_found_again_in_the_graphs_that_come_up(seed: int) -> None:
    world = make_world(people=6, frames=300, hidden=(2, 60, 90))
    solved = SolvedGraphs(
        [world], [BankCrops.of(make_random_bank(1))], np.random.default_rng(seed), [score_by_hand], None
    )
    samples = [solved.draw() for _ in range(12)]
    assert {sample.level for sample in samples} <= {1, 2, 3}
    assert any(sample.successors.any() for sample in samples)
    for sample in samples:
        assert (sample.certain <= sample.graph.pair_mask).all()
        assert (sample.successors <= sample.certain).all()
