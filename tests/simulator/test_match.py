"""A match follows from its seed and venue, and says what is wrong with impossible ones."""

import colorsys

import numpy as np
import pytest

from sideline.errors import SimulationError
from sideline.simulator.look import draw_look
from sideline.simulator.match import Match
from sideline.simulator.rigs import draw_rig
from sideline.simulator.venue_choice import VenueChoice
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


def test_the_heldout_venue_is_never_trained_on_and_shares_no_number_font_with_those_that_are() -> None:
    heldout = VENUES["heldout"]
    others = (*TRAINING_VENUES, VENUES["anywhere"])
    assert heldout not in others
    assert all(set(heldout.fonts).isdisjoint(venue.fonts) for venue in others)
    assert all(choice.name_venue(seed) != heldout.name for choice in VenueChoice for seed in range(20))


def test_a_training_match_takes_its_venue_from_its_seed() -> None:
    assert [VenueChoice.NAMED.name_venue(seed) for seed in (0, 6, 7)] == ["maple_hall", "maple_hall", "oak_arena"]
    assert VenueChoice.ANYWHERE.name_venue(3) == "anywhere"
    assert VenueChoice.VARIED.name_venue(3) == "anywhere"
    assert VenueChoice.VARIED.name_venue(4) == VenueChoice.MIXED.name_venue(4)
    mixed = VenueChoice.MIXED.name_venue(5)
    assert mixed == VenueChoice.MIXED.name_venue(5) != VenueChoice.MIXED.name_venue(6)
    assert len(mixed.split("+")) == 5


def test_matches_anywhere_have_paint_of_all_hues_and_rigs_that_see_the_whole_floor() -> None:
    anywhere = VENUES["anywhere"]
    borders = [draw_look(anywhere, np.random.default_rng(seed)).floor.border for seed in range(200)]
    hues = [colorsys.rgb_to_hsv(*rgb)[0] for rgb in borders if rgb is not None]
    assert (np.histogram(hues, bins=6, range=(0, 1))[0] > 0).all()
    for seed in range(12):  # draw_rig raises when a part of the floor is in neither image
        draw_rig(anywhere, np.random.default_rng(seed))
