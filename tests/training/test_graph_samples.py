"""Graphs with their truth: who goes on as whom, what is not certain, and which graphs are drawn."""

import numpy as np
import pytest
import torch

from sideline.tensors import NODE_DIMS, PAIR_DIMS, Category
from sideline.tracking.graph.settings import LONGEST_GAP_S, PAST, POINTS, SHORT, WINDOW
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_batches import make_batch
from sideline.training.graph_pieces import IMPURE, cut_pieces, own_pieces
from sideline.training.graph_samples import (
    UNKNOWN,
    GraphSample,
    find_successors,
    make_sample,
    make_tracklets,
    swap_teams,
)
from sideline.training.graph_windows import GraphSampler
from tests.training.random_banks import CATEGORIES, make_random_bank
from tests.training.sighted_worlds import make_world


@pytest.fixture(scope="module")
def crops() -> BankCrops:
    return BankCrops.of(make_random_bank(1))


def _sample(crops: BankCrops, owners: list[int] | None = None) -> GraphSample:
    """Four people of whom person 1 is not seen for a while: five tracklets, 1 before 4."""
    seen = make_world(people=4, frames=60, hidden=(1, 20, 40)).sightings
    pieces = cut_pieces(seen)
    rows = crops.draw_rows(seen.neighbours, seen.visibility, np.random.default_rng(0))
    true = own_pieces(seen.persons, pieces)
    return make_sample(
        make_tracklets(seen, pieces, rows, crops), true if owners is None else np.array(owners), crops, SHORT, 0
    )


def test_the_successor_is_the_next_of_the_same_person_and_only_the_last_before_it_has_it() -> None:
    owners = np.array([3, 3, 3, 8, -1, -1])
    starts, ends = np.array([0, 10, 20, 10, 0, 10]), np.array([5, 15, 25, 15, 5, 15])
    candidates = starts[None] > ends[:, None]
    assert np.argwhere(find_successors(owners, starts, ends, candidates)).tolist() == [[0, 1], [1, 2]]
    candidates[0, 1] = False
    # 0 could go on as 2, but 1 is the last before it.
    assert np.argwhere(find_successors(owners, starts, ends, candidates)).tolist() == [[1, 2]]
    candidates[1, 2] = False
    assert np.argwhere(find_successors(owners, starts, ends, candidates)).tolist() == [[0, 2]]


def test_a_graph_holds_what_is_served_and_the_truth_about_it(crops: BankCrops) -> None:
    sample = _sample(crops)
    assert sample.graph.nodes.shape == (5, NODE_DIMS)
    assert sample.graph.pairs.shape == (5, 5, PAIR_DIMS)
    # Micro-tracks 1, 2 (person 1), 3, 4 and 100 (person 1 again), in this order.
    assert np.argwhere(sample.successors).tolist() == [[1, 4]]
    assert np.sinh(sample.graph.pairs[1, 4, 0]) == pytest.approx(21 / 25, abs=1e-5)
    assert sample.graph.pairs[1, 4, 7] > 0.8
    assert (sample.categories == Category.HOME).all()
    assert (sample.graph.team_evidence.argmax(axis=1) == Category.HOME).all()
    assert (sample.certain == sample.graph.pair_mask).all()


def test_pairs_of_impure_tracklets_are_not_certain_and_nobody_has_no_category(crops: BankCrops) -> None:
    sample = _sample(crops, [0, IMPURE, 2, -1, 1])
    assert not sample.successors.any()
    assert not sample.certain[1].any()
    assert not sample.certain[:, 1].any()
    assert sample.categories.tolist() == [0, UNKNOWN, 0, UNKNOWN, 0]


def test_swapping_teams_exchanges_home_and_away_and_nothing_else(crops: BankCrops) -> None:
    sample = _sample(crops)
    swapped = swap_teams(sample)
    assert (swapped.categories == Category.AWAY).all()
    assert np.array_equal(swapped.graph.team_evidence[:, [1, 0, 2]], sample.graph.team_evidence)
    again = swap_teams(swapped)
    assert np.array_equal(again.categories, sample.categories)
    assert swapped.graph.nodes is sample.graph.nodes


def test_a_batch_lists_the_pairs_of_its_graphs_one_after_the_other(crops: BankCrops) -> None:
    sample = _sample(crops)
    batch = make_batch([sample, sample], torch.device("cpu"))
    first, second = np.nonzero(sample.graph.pair_mask)
    assert batch.nodes.shape == (10, NODE_DIMS)
    assert batch.first.tolist() == [*first, *(first + 5)]
    assert batch.second.tolist() == [*second, *(second + 5)]
    assert torch.equal(batch.pairs[: len(first)], torch.from_numpy(sample.graph.pairs[first, second]))
    assert batch.successors.sum() == 2
    assert batch.levels.tolist() == [[0.0, 1.0, 0.0, 0.0]] * (2 * len(first))


@pytest.mark.parametrize("level", [POINTS, SHORT, WINDOW, PAST])
def test_drawn_graphs_obey_the_rules_of_their_level(crops: BankCrops, level: int) -> None:
    world = make_world(people=10, frames=400, hidden=(3, 200, 300))
    sampler = GraphSampler([world], [crops], np.random.default_rng(level))
    for _ in range(8):
        sample = sampler.draw(level)
        rows, columns = np.nonzero(sample.successors)
        assert sample.level == level
        assert len(set(rows.tolist())) == len(rows)
        assert len(set(columns.tolist())) == len(columns)
        assert not (sample.successors & ~sample.graph.pair_mask).any()
        gaps_s = np.sinh(sample.graph.pairs[..., 0])[sample.graph.pair_mask]
        assert (gaps_s > 0).all()
        assert gaps_s.max() <= LONGEST_GAP_S[level] + 1e-3
        assert sample.categories.max() < len(Category)


def test_of_windows_beside_the_past_pairs_end_in_the_window(crops: BankCrops) -> None:
    world = make_world(people=10, frames=400)
    sampler = GraphSampler([world], [crops], np.random.default_rng(0))
    for _ in range(5):
        graph = sampler.draw(PAST).graph
        start_s = np.sinh(graph.nodes[:, 66])
        assert (start_s[graph.pair_mask.any(axis=0)] >= -1e-4).all()
        assert (start_s < -1e-4).any()


def test_categories_of_the_bank_are_those_of_every_match() -> None:
    assert np.bincount(CATEGORIES[:23]).tolist() == [10, 10, 3]
