"""Two kits among the colours seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.arrays import Float64s
from sideline.tracking.kit_clusters import KIT_DIMS, KitPair, fit_kit_pair, settle

SPREAD = 0.05


def _cloud(centres: Float64s, per_kit: int = 200, seed: int = 0) -> Float64s:
    rng = np.random.default_rng(seed)
    return np.repeat(centres, per_kit, axis=0) + rng.normal(0, SPREAD, (len(centres) * per_kit, KIT_DIMS))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.4, 1.5))
def test_two_kits_anywhere_in_colour_space_are_found_with_their_spread(seed: int, distance: float) -> None:
    rng = np.random.default_rng(seed)
    first, step = rng.uniform(-0.5, 0.5, KIT_DIMS), rng.normal(0, 1, KIT_DIMS)
    centres = np.stack([first, first + distance * step / np.linalg.norm(step)])
    pair = fit_kit_pair(_cloud(centres, seed=seed), np.ones(400))
    pair = pair if np.linalg.norm(pair.centres - centres) < 0.2 else pair.swap()
    np.testing.assert_allclose(pair.centres, centres, atol=0.03)
    np.testing.assert_allclose(pair.spread, np.hypot(SPREAD, 0.03), rtol=0.3)  # 0.03: what is added to every spread
    assert pair.gap > 4


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_one_kit_is_seen_as_two_that_lie_close(seed: int) -> None:
    assert fit_kit_pair(_cloud(np.zeros((1, KIT_DIMS)), 400, seed), np.ones(400)).gap < 1.6


def test_what_does_not_count_moves_nothing() -> None:
    centres = np.stack([np.zeros(KIT_DIMS), np.full(KIT_DIMS, 0.4)])
    cloud = _cloud(centres)
    referees = np.full((150, KIT_DIMS), -0.8)
    pair = fit_kit_pair(np.vstack([cloud, referees]), np.append(np.ones(400), np.full(150, 1e-6)))
    np.testing.assert_allclose(np.sort(pair.centres, axis=0), centres, atol=0.03)


def test_the_gap_is_the_distance_in_spreads() -> None:
    pair = KitPair(np.array([[0.0] * 6, [0.3, 0.4, 0, 0, 0, 0]]), np.array([0.1, 0.1, 1, 1, 1, 1]))
    assert pair.gap == pytest.approx(5.0)


def test_the_density_is_highest_at_a_centre_and_swaps_with_the_kits() -> None:
    pair = KitPair(np.stack([np.zeros(KIT_DIMS), np.ones(KIT_DIMS)]), np.full(KIT_DIMS, 0.1))
    densities = pair.log_densities(pair.centres)
    # At a centre 0; at the other, six dimensions ten spreads away: -(5 + 6) / 2 · log(1 + 600 / 5).
    np.testing.assert_allclose(densities, [[0, -5.5 * np.log(121)], [-5.5 * np.log(121), 0]])
    np.testing.assert_allclose(pair.swap().log_densities(pair.centres), densities[:, ::-1])


def test_a_kit_that_nobody_wears_stays_where_it_was() -> None:
    start = KitPair(np.stack([np.zeros(KIT_DIMS), np.full(KIT_DIMS, 1e4)]), np.full(KIT_DIMS, 0.1))
    settled = settle(start, _cloud(np.zeros((1, KIT_DIMS))), np.ones(200))
    np.testing.assert_allclose(settled.centres[0], 0, atol=0.03)
    assert settled.centres[1].min() > 100


def test_colours_that_are_all_the_same_give_finite_kits() -> None:
    pair = fit_kit_pair(np.full((5, KIT_DIMS), 0.3), np.ones(5))
    np.testing.assert_allclose(pair.centres, 0.3)
    assert np.isfinite(pair.log_densities(np.zeros(KIT_DIMS))).all()
