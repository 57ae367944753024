"""Who takes part in a simulated match and what they wear.

Knows bodies, kits and numbers; knows nothing about where anybody stands or how a person is drawn. Everybody is
made up: a name is the team and the number.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

Rgb = tuple[int, int, int]

PLAYERS_PER_TEAM: Final = 10
REFEREES: Final = 3
STAFF: Final = 4
FONTS: Final = 4

_NUMBERS: Final = ("00", *(str(number) for number in range(100)))
_SKINS: Final = ((255, 219, 190), (234, 190, 160), (205, 155, 118), (161, 112, 78), (120, 80, 55), (82, 54, 40))
_HAIRS: Final = ((20, 18, 18), (45, 32, 24), (88, 60, 36), (150, 110, 60), (205, 175, 110), (120, 120, 120))
_SHOES: Final = ((240, 240, 240), (25, 25, 28), (200, 30, 35), (30, 70, 190), (230, 200, 40), (60, 190, 120))
_TRIMS: Final = ((245, 245, 245), (20, 20, 24), (220, 180, 60), (190, 30, 40), (30, 60, 160), (120, 190, 230))
_LIGHT_KITS: Final = (
    (242, 242, 240),
    (235, 225, 190),
    (250, 205, 60),
    (170, 210, 240),
    (200, 235, 200),
    (225, 190, 215),
)
_DARK_KITS: Final = (
    (20, 20, 24),
    (170, 25, 35),
    (25, 50, 140),
    (15, 95, 60),
    (95, 30, 110),
    (190, 85, 20),
    (70, 75, 85),
)
_REFEREE_SHIRTS: Final = ((110, 112, 116), (150, 152, 156), (40, 42, 48), (226, 110, 40))
_READABLE: Final = 90.0
"""Least difference in brightness between a number and the shirt."""
_SUITS: Final = ((30, 32, 40), (70, 72, 80), (35, 45, 80), (150, 150, 150), (110, 85, 60))


@dataclass(frozen=True, slots=True)
class Kit:
    """The clothes of a team or of the referees.

    Attributes:
        shirt_rgb: Colour of the shirt, RGB 0–255.
        shorts_rgb: Colour of the shorts or trousers.
        number_rgb: Colour of the jersey number, readable on the shirt.
        trim_rgb: Colour of stripes and edges.
        font: Which of the FONTS draws the number, 0-based.
    """

    shirt_rgb: Rgb
    shorts_rgb: Rgb
    number_rgb: Rgb
    trim_rgb: Rgb
    font: int


@dataclass(frozen=True, slots=True)
class Person:
    """One person with the looks that tell them from others.

    Attributes:
        person_id: Index into every per-person array of the match.
        category: "home", "away", "referee" or "bench" (coaches and staff).
        number: Jersey number "0".."99" or "00"; empty for referees and staff.
        name: Made-up name, e.g. "Home 23".
        height_m: Height, metres.
        build: Factor of the body's width, 0.85–1.2.
        hair_style: 0 bald, 1 short, 2 afro, 3 long, 4 headband.
        sleeve_rgb: Colour of the sleeve on the left arm, or None without one.
        leggings_rgb: Colour of the leggings, or None without.
        outfit_rgb: Colour of a staff member's clothes; None for those who wear a kit.
    """

    person_id: int
    category: str
    number: str
    name: str
    height_m: float
    build: float
    skin_rgb: Rgb
    hair_rgb: Rgb
    hair_style: int
    shoes_rgb: Rgb
    sleeve_rgb: Rgb | None
    leggings_rgb: Rgb | None
    outfit_rgb: Rgb | None


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in a match; persons[i].person_id == i.

    Attributes:
        persons: Ten home players, ten away players, three referees, four staff (two for each bench), in this order.
        home_kit: Kit of category "home".
        away_kit: Kit of category "away".
        referee_kit: Kit of category "referee".
    """

    persons: tuple[Person, ...]
    home_kit: Kit
    away_kit: Kit
    referee_kit: Kit

    def indices_of(self, category: str) -> list[int]:
        """Person IDs of one category, rising."""
        return [person.person_id for person in self.persons if person.category == category]


def brightness(rgb: Rgb) -> float:
    """Luma of a colour (ITU-R BT.601), 0–255."""
    red, green, blue = rgb
    return 0.299 * red + 0.587 * green + 0.114 * blue


def make_people(rng: np.random.Generator) -> People:
    """Make up the people of a match; the same generator state gives the same people."""
    home_kit, away_kit, referee_kit = _make_kits(rng)
    home, away = _draw_numbers(rng), _draw_numbers(rng)
    rows = [("home", number) for number in home] + [("away", number) for number in away]
    rows += [("referee", "")] * REFEREES + [("bench", "")] * STAFF
    persons = tuple(_make_person(index, category, number, rng) for index, (category, number) in enumerate(rows))
    return People(persons, home_kit, away_kit, referee_kit)


def draw_other_numbers(people: People, fonts: int, rng: np.random.Generator) -> People:
    """The same people in the same clothes with other numbers, in another of `fonts` fonts and another colour.

    Numbers are drawn evenly, and may occur twice in a team: from such pictures one learns to read, not who is who.
    """
    home, away = (_renumber_kit(kit, fonts, rng) for kit in (people.home_kit, people.away_kit))
    persons = tuple(
        replace(person, number=_NUMBERS[int(rng.integers(len(_NUMBERS)))] if person.number else "")
        for person in people.persons
    )
    return replace(people, persons=persons, home_kit=home, away_kit=away)


def _renumber_kit(kit: Kit, fonts: int, rng: np.random.Generator) -> Kit:
    readable = [rgb for rgb in _TRIMS if abs(brightness(rgb) - brightness(kit.shirt_rgb)) > _READABLE]
    return replace(kit, number_rgb=_pick(tuple(readable), rng), font=int(rng.integers(0, fonts)))


def _draw_numbers(rng: np.random.Generator) -> list[str]:
    """Ten different numbers of one team; low ones are likelier, as in real squads."""
    weights = np.array([1.0 if int(number) > 55 else 3.0 for number in _NUMBERS])
    chosen = rng.choice(len(_NUMBERS), PLAYERS_PER_TEAM, replace=False, p=weights / weights.sum())
    return [_NUMBERS[index] for index in chosen]


def _make_person(person_id: int, category: str, number: str, rng: np.random.Generator) -> Person:
    is_player = category in ("home", "away")
    mean_m, spread_m = (1.98, 0.09) if is_player else (1.80, 0.07)
    return Person(
        person_id=person_id,
        category=category,
        number=number,
        name=f"{category.capitalize()} {number or person_id}",
        height_m=float(np.clip(rng.normal(mean_m, spread_m), 1.62, 2.20)),
        build=float(np.clip(rng.normal(1.0, 0.08), 0.85, 1.2)),
        skin_rgb=_vary(_pick(_SKINS, rng), 8, rng),
        hair_rgb=_vary(_pick(_HAIRS, rng), 6, rng),
        hair_style=int(rng.integers(0, 5 if is_player else 4)),
        shoes_rgb=_pick(_SHOES, rng) if is_player else (20, 20, 22),
        sleeve_rgb=_pick(_TRIMS, rng) if is_player and rng.random() < 0.2 else None,
        leggings_rgb=_pick(_TRIMS[:2], rng) if is_player and rng.random() < 0.2 else None,
        outfit_rgb=_vary(_pick(_SUITS, rng), 10, rng) if category == "bench" else None,
    )


def _make_kits(rng: np.random.Generator) -> tuple[Kit, Kit, Kit]:
    """Home, away and referee kits: light against dark, now and then two of similar brightness."""
    palettes = [_LIGHT_KITS, _DARK_KITS]
    if rng.random() < 0.2:
        palettes[0] = palettes[1]
    order = rng.permutation(2)
    home_shirt = _pick(palettes[order[0]], rng)
    others = [rgb for rgb in palettes[order[1]] if _distance(rgb, home_shirt) > 60.0]
    away_shirt = _pick(tuple(others), rng)
    shirts = [rgb for rgb in _REFEREE_SHIRTS if min(_distance(rgb, home_shirt), _distance(rgb, away_shirt)) > 40.0]
    referee = Kit(_pick(tuple(shirts), rng), (22, 22, 25), (22, 22, 25), (230, 230, 230), 0)
    return _make_kit(home_shirt, rng), _make_kit(away_shirt, rng), referee


def _make_kit(shirt_rgb: Rgb, rng: np.random.Generator) -> Kit:
    readable = [rgb for rgb in _TRIMS if abs(brightness(rgb) - brightness(shirt_rgb)) > _READABLE]
    number_rgb = _pick(tuple(readable), rng)
    trim_rgb = number_rgb if rng.random() < 0.6 else _pick(_TRIMS, rng)
    shorts_rgb = shirt_rgb if rng.random() < 0.8 else trim_rgb
    return Kit(shirt_rgb, shorts_rgb, number_rgb, trim_rgb, int(rng.integers(0, FONTS)))


def _pick(colours: tuple[Rgb, ...], rng: np.random.Generator) -> Rgb:
    return colours[int(rng.integers(0, len(colours)))]


def _vary(rgb: Rgb, spread: int, rng: np.random.Generator) -> Rgb:
    red, green, blue = (int(value) for value in np.clip(np.array(rgb) + rng.integers(-spread, spread + 1, 3), 0, 255))
    return red, green, blue


def _distance(first: Rgb, second: Rgb) -> float:
    return float(np.linalg.norm(np.subtract(first, second, dtype=np.float64)))
