"""Links against all ways to choose them."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.tracking.graph.linking import choose_links, follow_chains


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_the_links_sum_to_the_most_that_is_possible(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, mask = rng.normal(size=(count, count)), np.triu(rng.random((count, count)) < 0.7, 1)
    links = choose_links(logits, mask)
    assert all(mask[link] and logits[link] > 0 for link in links)
    assert len({row for row, _ in links}) == len({column for _, column in links}) == len(links)
    gains = np.where(mask, np.maximum(logits, 0), 0)
    best = max(sum(gains[row, column] for row, column in enumerate(order)) for order in permutations(range(count)))
    assert abs(sum(logits[link] for link in links) - best) < 1e-9


def test_nothing_is_linked_by_a_logit_that_is_not_positive_or_not_a_number() -> None:
    mask = np.ones((2, 2), np.bool_)
    assert choose_links(np.array([[0.0, -1.0], [-2.0, 0.0]]), mask) == []
    assert choose_links(np.full((2, 2), np.nan), mask) == []


def test_an_infinite_logit_is_a_link_like_others() -> None:
    assert choose_links(np.array([[np.inf, -np.inf], [1.0, 2.0]]), np.ones((2, 2), np.bool_)) == [(0, 0), (1, 1)]


def test_no_nodes_have_no_links() -> None:
    assert choose_links(np.empty((0, 0)), np.empty((0, 0), np.bool_)) == []


def test_links_make_chains_and_the_rest_stays_alone() -> None:
    assert follow_chains(6, [(0, 3), (3, 5), (1, 2)]) == [[0, 3, 5], [1, 2], [4]]
    assert follow_chains(2, []) == [[0], [1]]
