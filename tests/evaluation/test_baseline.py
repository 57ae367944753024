"""How much the nearest-neighbour baseline loses, on people whose crossing is known."""

import numpy as np
import pytest

from sideline.evaluation.baseline import measure_association_loss, track_by_nearest
from tests.evaluation.scenes import observations, stand


def test_people_far_apart_lose_nothing() -> None:
    people = observations([row for person in range(4) for row in stand(person, 6.0 * person, range(100))])
    assert measure_association_loss(people) == pytest.approx(0.0)


def test_many_misses_lose_even_people_far_apart() -> None:
    people = observations([row for person in range(4) for row in stand(person, 6.0 * person, range(400))])
    assert measure_association_loss(people, miss_rate=0.9) > 0.01


def test_people_who_swap_places_lose_what_a_swap_half_way_costs() -> None:
    rows = stand(1, 0, range(50)) + stand(2, 10, range(50)) + stand(1, 10, range(50, 100)) + stand(2, 0, range(50, 100))
    assert measure_association_loss(observations(rows), noise_m=0.0, miss_rate=0.0) == pytest.approx(2 / 3)


def test_the_loss_is_the_same_for_the_same_seed() -> None:
    walk = np.random.default_rng(0).normal(0, 0.15, (80, 8, 2)).cumsum(axis=0)
    rows = [(frame, person, *walk[frame, person]) for frame in range(80) for person in range(8)]
    losses = [measure_association_loss(observations(rows), seed=seed) for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]
    assert losses[0] > 0.1


def test_rows_in_any_order_get_the_same_tracks() -> None:
    rows = stand(1, 0) + stand(2, 10)
    ordered, backwards = observations(rows), observations(rows[::-1])
    first = track_by_nearest(ordered.frame_index, ordered.points_m).ids
    second = track_by_nearest(backwards.frame_index, backwards.points_m).ids[::-1]
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == 2
    assert first.tolist() == [1] * 10 + [2] * 10
