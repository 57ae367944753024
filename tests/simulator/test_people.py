"""The people of a match: squads, numbers, kits, repeatability."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sideline.simulator.people import FONTS, People, brightness, draw_other_numbers, make_people

SEEDS = range(40)


def people_of(seed: int) -> People:
    return make_people(np.random.default_rng(seed))


def test_a_match_has_ten_players_a_team_three_referees_and_four_staff() -> None:
    counts = Counter(person.category for person in people_of(0).persons)
    assert counts == {"home": 10, "away": 10, "referee": 3, "bench": 4}


def test_person_ids_are_the_indices_into_the_arrays() -> None:
    assert [person.person_id for person in people_of(1).persons] == list(range(27))


@pytest.mark.parametrize("category", ["home", "away"])
def test_no_team_has_a_number_twice_and_all_are_jersey_numbers(category: str) -> None:
    allowed = {"00", *(str(number) for number in range(100))}
    for seed in SEEDS:
        numbers = [person.number for person in people_of(seed).persons if person.category == category]
        assert len(set(numbers)) == 10
        assert set(numbers) <= allowed


def test_only_players_wear_numbers_and_only_staff_wear_outfits() -> None:
    for person in people_of(2).persons:
        assert bool(person.number) == (person.category in ("home", "away"))
        assert (person.outfit_rgb is not None) == (person.category == "bench")


def test_names_are_made_of_team_and_number() -> None:
    person = people_of(3).persons[0]
    assert person.name == f"Home {person.number}"


def test_the_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    assert people_of(5) == people_of(5)
    assert people_of(5) != people_of(6)


def test_bodies_stay_within_their_ranges() -> None:
    for seed in SEEDS:
        for person in people_of(seed).persons:
            assert 1.6 <= person.height_m <= 2.2
            assert 0.85 <= person.build <= 1.2
            assert 0 <= person.hair_style <= 4
            assert all(0 <= value <= 255 for value in (*person.skin_rgb, *person.hair_rgb, *person.shoes_rgb))


def test_numbers_can_be_read_on_their_shirts() -> None:
    for seed in SEEDS:
        people = people_of(seed)
        for kit in (people.home_kit, people.away_kit):
            assert abs(brightness(kit.shirt_rgb) - brightness(kit.number_rgb)) > 90.0
            assert 0 <= kit.font < FONTS


def test_kits_differ_always_and_in_brightness_mostly() -> None:
    differences = []
    for seed in range(200):
        people = people_of(seed)
        assert np.abs(np.subtract(people.home_kit.shirt_rgb, people.away_kit.shirt_rgb)).max() > 30
        differences.append(abs(brightness(people.home_kit.shirt_rgb) - brightness(people.away_kit.shirt_rgb)))
    similar = np.mean(np.array(differences) < 60.0)
    assert 0.05 < similar < 0.4


def test_other_numbers_change_numbers_fonts_and_their_colours_alone() -> None:
    people = people_of(3)
    other = draw_other_numbers(people, 7, np.random.default_rng(0))
    for kit, new in ((people.home_kit, other.home_kit), (people.away_kit, other.away_kit)):
        assert replace(new, number_rgb=kit.number_rgb, font=kit.font) == kit
        assert abs(brightness(new.shirt_rgb) - brightness(new.number_rgb)) > 90.0
        assert 0 <= new.font < 7
    assert other.referee_kit == people.referee_kit
    pairs = list(zip(people.persons, other.persons, strict=True))
    assert all(replace(new, number=person.number) == person for person, new in pairs)
    assert all(bool(new.number) == bool(person.number) for person, new in pairs)
    assert sum(new.number != person.number for person, new in pairs) > 12


def test_other_numbers_are_drawn_evenly() -> None:
    rng = np.random.default_rng(0)
    drawn = [person.number for _ in range(200) for person in draw_other_numbers(people_of(3), 4, rng).persons]
    counts = [drawn.count(number) for number in ("00", "0", "7", "42", "99")]
    assert all(20 <= count <= 65 for count in counts), "4000 draws of 101 numbers: 40 each"
