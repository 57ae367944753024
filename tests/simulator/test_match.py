"""A match follows from its seed and venue, and says what is wrong with impossible ones."""

import numpy as np
import pytest

from sideline.errors import SimulationError
from sideline.simulator.match import Match
from sideline.simulator.venues import TRAINING_VENUES, VENUES


def test_the_same_seed_and_venue_give_the_same_match() -> None:
    first, second = (Match.create(4, "school_gym", 1.0) for _ in range(2))
    assert first.look == second.look
    assert first.people == second.people
    assert first.rig.to_toml() == second.rig.to_toml()
    np.testing.assert_array_equal(first.motion.positions_m, second.motion.positions_m)


def test_another_seed_gives_another_rig_and_look() -> None:
    first, second = (Match.create(seed, "school_gym", 0.2) for seed in (4, 5))
    assert first.rig.to_toml() != second.rig.to_toml()
    assert first.look.floor != second.look.floor


def test_seconds_times_fps_is_the_number_of_frames() -> None:
    assert Match.create(1, "maple_hall", 1.6, fps=20.0).frames == 32


def test_an_unknown_venue_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(SimulationError, match="there is no venue 'garden'") as caught:
        Match.create(1, "garden", 1.0)
    assert all(name in str(caught.value) for name in VENUES)


@pytest.mark.parametrize(("seed", "seconds"), [(-1, 1.0), (1, 0.0), (1, -3.0), (1, float("nan"))])
def test_a_negative_seed_or_an_empty_match_is_refused(seed: int, seconds: float) -> None:
    with pytest.raises(SimulationError):
        Match.create(seed, "maple_hall", seconds)


def test_the_heldout_venue_is_no_training_venue_and_shares_no_number_font_with_them() -> None:
    heldout = VENUES["heldout"]
    assert heldout not in TRAINING_VENUES
    assert all(set(heldout.fonts).isdisjoint(venue.fonts) for venue in TRAINING_VENUES)
