"""The venues that can be simulated: ranges for floor, stands, light, cameras and rig; nothing is drawn here.

A match draws one value out of every range (`look.py`, `rigs.py`). The venue `heldout` is for judging only: its
ranges differ from those of the other halls on purpose, and nothing may be tuned on it. `anywhere` is no hall but
domain randomisation (Tobin et al., IROS 2017): paint of every hue, and lens, place and light as wide as a rig can have.
"""

import colorsys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from sideline.errors import SimulationError

Rgb = tuple[int, int, int]
"""Red, green, blue in 0..255."""


@dataclass(frozen=True, slots=True)
class Range:
    """An interval out of which a match draws a value."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one value, uniformly."""
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True, slots=True)
class FloorStyle:
    """Wood and paint of the floor.

    Attributes:
        woods: Colours of the planks, one is drawn for a match.
        keys: Colours of the painted key; None leaves the wood.
        arcs: Colours of the area inside the three-point line; None leaves the wood.
        borders: Colours of the run-off around the court; None leaves the wood.
        lines: Colours of the lines.
        grain: Contrast between planks, 0..1.
        gloss: Strength of the lamps' reflections, 0..1.
        logos: Kinds of centre logo: "ring", "star", "shield", "letters".
        words: Sponsors painted on the floor and shown on the boards.
    """

    woods: tuple[Rgb, ...]
    keys: tuple[Rgb | None, ...]
    arcs: tuple[Rgb | None, ...]
    borders: tuple[Rgb | None, ...]
    lines: tuple[Rgb, ...]
    grain: Range
    gloss: Range
    logos: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandsStyle:
    """Seats, spectators and LED boards around the floor; `crowd` is the share of seats taken, 0..1."""

    seats: tuple[Rgb, ...]
    boards: tuple[Rgb, ...]
    crowd: Range
    brightness: Range


@dataclass(frozen=True, slots=True)
class LightStyle:
    """Light and the picture made of it.

    Attributes:
        exposure: Factor on all colours.
        gamma: Exponent on colours in 0..1.
        warmth: White balance, −1 bluish .. 1 yellowish.
        shadow: Darkness of cast shadows, 0..1.
        lamps: Numbers of lamp rows that cast a shadow of their own.
        falloff: Loss of light from the centre to the corners of the floor, 0..1.
    """

    exposure: Range
    gamma: Range
    warmth: Range
    shadow: Range
    lamps: tuple[int, ...]
    falloff: Range


@dataclass(frozen=True, slots=True)
class SensorStyle:
    """Camera picture: noise (standard deviation, levels of 255), softness (sigma, px), vignetting 0..1, shutter (s)."""

    noise: Range
    softness_px: Range
    vignetting: Range
    shutter_s: Range


@dataclass(frozen=True, slots=True)
class RigStyle:
    """Where the two cameras hang and through which lens they look.

    Attributes:
        distance_m: From the near sideline to the cameras.
        height_m: Above the floor.
        apart_m: Between the two cameras.
        offset_m: Of the pair's middle from the halfway line.
        fov_deg: Horizontal field of view without distortion.
        k1: First radial distortion coefficient.
        overlap_m: Floor that a camera sees beyond the halfway line, at least.
    """

    distance_m: Range
    height_m: Range
    apart_m: Range
    offset_m: Range
    fov_deg: Range
    k1: Range
    overlap_m: Range


@dataclass(frozen=True, slots=True)
class Venue:
    """One arena: everything that the people in it do not bring along; `fonts` are indices into the number fonts."""

    name: str
    floor: FloorStyle
    stands: StandsStyle
    light: LightStyle
    sensor: SensorStyle
    rig: RigStyle
    fonts: tuple[int, ...]


_WHITE: Final[Rgb] = (240, 240, 236)
_SOFT: Final = SensorStyle(Range(1.5, 4.0), Range(0.45, 0.8), Range(0.05, 0.25), Range(0.004, 0.012))
_NOISY: Final = SensorStyle(Range(3.0, 7.0), Range(0.4, 0.9), Range(0.1, 0.35), Range(0.006, 0.016))
_RIG: Final = RigStyle(
    Range(6.4, 8.6),
    Range(7.6, 9.6),
    Range(0.3, 0.9),
    Range(-0.4, 0.4),
    Range(75.5, 81.5),
    Range(-0.13, -0.05),
    Range(0.7, 1.2),
)
_RIG_HIGH: Final = RigStyle(
    Range(7.2, 9.0),
    Range(8.8, 10.0),
    Range(0.3, 0.7),
    Range(-0.3, 0.3),
    Range(75.0, 80.0),
    Range(-0.15, -0.07),
    Range(0.7, 1.0),
)
_RIG_LOW: Final = RigStyle(
    Range(7.0, 8.8),
    Range(7.5, 8.4),
    Range(0.4, 1.0),
    Range(-0.5, 0.5),
    Range(76.0, 82.0),
    Range(-0.11, -0.05),
    Range(0.7, 1.2),
)

_MAPLE_HALL: Final = Venue(
    "maple_hall",
    FloorStyle(
        ((214, 170, 112), (222, 184, 130), (205, 160, 104)),
        ((40, 62, 130), (150, 34, 40), (28, 90, 70), None),
        (None, None, (190, 140, 84)),
        ((40, 62, 130), (150, 34, 40), None),
        (_WHITE, (250, 248, 230)),
        Range(0.05, 0.12),
        Range(0.15, 0.4),
        ("ring", "letters"),
        ("NORTHBANK", "VOLTA", "KESTREL", "HALLE 9"),
    ),
    StandsStyle(((60, 64, 78), (36, 52, 104)), ((24, 40, 120), (150, 24, 30)), Range(0.4, 0.9), Range(0.35, 0.7)),
    LightStyle(Range(0.9, 1.1), Range(0.9, 1.1), Range(-0.1, 0.35), Range(0.25, 0.5), (1, 2), Range(0.05, 0.25)),
    _SOFT,
    _RIG,
    (0, 1, 2, 3),
)
_OAK_ARENA: Final = Venue(
    "oak_arena",
    FloorStyle(
        ((180, 128, 76), (168, 116, 70), (190, 140, 92)),
        ((206, 84, 26), (20, 20, 24), (90, 30, 96)),
        ((150, 100, 58), None, (206, 84, 26)),
        ((20, 20, 24), (206, 84, 26), (90, 30, 96)),
        (_WHITE, (16, 16, 16)),
        Range(0.07, 0.16),
        Range(0.25, 0.55),
        ("shield", "star"),
        ("TERRAVIA", "OMNI BANK", "PULSE", "BRIGADE"),
    ),
    StandsStyle(((110, 36, 30), (40, 36, 40)), ((200, 90, 20), (20, 20, 26)), Range(0.6, 1.0), Range(0.2, 0.45)),
    LightStyle(Range(0.95, 1.15), Range(0.85, 1.0), Range(0.0, 0.5), Range(0.3, 0.6), (2, 3), Range(0.1, 0.35)),
    _SOFT,
    _RIG_HIGH,
    (1, 2, 4, 5),
)
_SCHOOL_GYM: Final = Venue(
    "school_gym",
    FloorStyle(
        ((226, 190, 120), (232, 204, 146), (198, 156, 100)),
        (None, (186, 150, 96), (60, 110, 60)),
        (None,),
        (None, None, (110, 140, 90)),
        (_WHITE, (20, 20, 20), (190, 30, 30)),
        Range(0.04, 0.1),
        Range(0.05, 0.25),
        ("ring", "letters", "none"),
        ("SV 1924", "BAKERY", "CITY GYM", "TSG"),
    ),
    StandsStyle(((150, 120, 84), (110, 110, 110)), ((210, 210, 205), (40, 90, 50)), Range(0.05, 0.4), Range(0.6, 0.95)),
    LightStyle(Range(0.8, 1.05), Range(0.95, 1.25), Range(-0.3, 0.2), Range(0.1, 0.35), (1, 2), Range(0.1, 0.4)),
    _NOISY,
    _RIG_LOW,
    (0, 3, 4),
)
_BLUE_DOME: Final = Venue(
    "blue_dome",
    FloorStyle(
        ((206, 178, 142), (196, 170, 138), (216, 190, 150)),
        ((24, 96, 170), (0, 130, 140), (30, 40, 90)),
        ((24, 96, 170), None, (178, 150, 118)),
        ((14, 60, 120), (0, 110, 124), (30, 40, 90)),
        (_WHITE, (255, 236, 120)),
        Range(0.03, 0.09),
        Range(0.2, 0.5),
        ("star", "ring"),
        ("AQUALIS", "FJORD AIR", "NIMBUS", "DELTA 7"),
    ),
    StandsStyle(((24, 56, 120), (30, 30, 60)), ((0, 120, 190), (240, 240, 240)), Range(0.3, 0.9), Range(0.3, 0.6)),
    LightStyle(Range(0.9, 1.1), Range(0.9, 1.1), Range(-0.5, 0.0), Range(0.2, 0.5), (2, 3), Range(0.0, 0.2)),
    _SOFT,
    _RIG,
    (0, 2, 5, 6),
)
_PARQUET_CLUB: Final = Venue(
    "parquet_club",
    FloorStyle(
        ((196, 148, 84), (210, 160, 98), (186, 142, 94)),
        ((20, 110, 64), (196, 160, 40), (128, 20, 44), None),
        (None, (20, 110, 64), (216, 180, 120)),
        ((20, 110, 64), (128, 20, 44), None),
        (_WHITE, (232, 220, 180)),
        Range(0.12, 0.22),
        Range(0.15, 0.45),
        ("shield", "letters", "ring"),
        ("HARTWELL", "OLD TOWN", "GREENLINE", "MERIDIAN"),
    ),
    StandsStyle(((30, 90, 60), (90, 84, 70)), ((20, 100, 60), (210, 180, 60)), Range(0.5, 1.0), Range(0.25, 0.55)),
    LightStyle(Range(0.85, 1.1), Range(0.9, 1.15), Range(0.0, 0.45), Range(0.3, 0.6), (1, 2, 3), Range(0.1, 0.35)),
    _NOISY,
    _RIG,
    (1, 3, 5, 6),
)
_GREY_CENTRE: Final = Venue(
    "grey_centre",
    FloorStyle(
        ((186, 168, 148), (166, 150, 136), (204, 186, 162), (150, 116, 88)),
        ((60, 60, 66), (178, 20, 54), (240, 180, 20)),
        ((120, 110, 104), None, (60, 60, 66)),
        ((60, 60, 66), (30, 30, 34), (178, 20, 54)),
        (_WHITE, (245, 210, 60), (20, 20, 20)),
        Range(0.03, 0.1),
        Range(0.1, 0.35),
        ("letters", "star", "none"),
        ("STRATOS", "UNIT 21", "CARBON", "LUMEN"),
    ),
    StandsStyle(
        ((80, 80, 84), (130, 30, 40)), ((30, 30, 30), (180, 20, 50), (230, 180, 20)), Range(0.1, 0.7), Range(0.3, 0.8)
    ),
    LightStyle(Range(0.85, 1.2), Range(0.8, 1.1), Range(-0.4, 0.2), Range(0.15, 0.5), (1, 2, 3), Range(0.0, 0.3)),
    _NOISY,
    _RIG_HIGH,
    (0, 1, 4, 6),
)
_HELDOUT: Final = Venue(
    "heldout",
    FloorStyle(
        ((172, 108, 62), (224, 198, 164)),
        ((96, 150, 190), (230, 120, 100)),
        (None, (128, 84, 54)),
        ((96, 150, 190), (52, 36, 30)),
        ((252, 252, 252), (214, 236, 250)),
        Range(0.1, 0.18),
        Range(0.3, 0.6),
        ("crescent",),
        ("CASSIOPEIA", "RIVERSIDE", "QUARTZ"),
    ),
    StandsStyle(((140, 70, 90), (70, 100, 120)), ((96, 150, 190), (60, 20, 60)), Range(0.3, 0.9), Range(0.3, 0.7)),
    LightStyle(Range(0.85, 1.15), Range(0.85, 1.15), Range(-0.2, 0.6), Range(0.25, 0.6), (2, 4), Range(0.1, 0.4)),
    SensorStyle(Range(2.5, 6.0), Range(0.5, 0.95), Range(0.1, 0.35), Range(0.005, 0.015)),
    RigStyle(
        Range(6.2, 7.4),
        Range(8.4, 9.8),
        Range(0.6, 1.0),
        Range(-0.6, 0.6),
        Range(78.0, 82.0),
        Range(-0.1, -0.03),
        Range(0.7, 1.3),
    ),
    (7, 8),
)


def _paints(hues_deg: Iterable[float], saturations: tuple[float, ...], values: tuple[float, ...]) -> tuple[Rgb, ...]:
    """Colours of every hue in every saturation and value (HSV, 0..1)."""
    colours = [colorsys.hsv_to_rgb(hue / 360, *tone) for hue in hues_deg for tone in product(saturations, values)]
    return tuple((round(255 * red), round(255 * green), round(255 * blue)) for red, green, blue in colours)


_ALL_PAINTS: Final = _paints(range(0, 360, 20), (0.35, 0.6, 0.9), (0.35, 0.6, 0.85))
_BARE: Final = (None,) * (len(_ALL_PAINTS) // 4)
ANYWHERE: Final = "anywhere"
_ANYWHERE: Final = Venue(
    ANYWHERE,
    FloorStyle(
        _paints((18, 26, 34, 42), (0.15, 0.3, 0.45, 0.6), (0.5, 0.65, 0.8, 0.92)),
        (*_ALL_PAINTS, *_BARE),
        (*_ALL_PAINTS, *_BARE * 3),
        (*_ALL_PAINTS, *_BARE),
        (_WHITE, (250, 250, 250), (20, 20, 20), *_paints(range(0, 360, 30), (0.1, 0.6), (0.95,))),
        Range(0.02, 0.24),
        Range(0.0, 0.65),
        ("ring", "star", "shield", "letters", "none"),
        ("ALBATROS", "CORVUS 3", "DREI EICHEN", "EASTGATE", "FOLIO", "GRANIT", "ISAR", "JUNCTION"),
    ),
    StandsStyle(_ALL_PAINTS, _paints(range(0, 360, 60), (0.2, 0.9), (0.2, 0.9)), Range(0.0, 1.0), Range(0.2, 0.95)),
    LightStyle(
        Range(0.75, 1.25), Range(0.8, 1.25), Range(-0.6, 0.7), Range(0.05, 0.65), (1, 2, 3, 4), Range(0.0, 0.45)
    ),
    SensorStyle(Range(1.0, 7.5), Range(0.35, 1.0), Range(0.0, 0.4), Range(0.003, 0.017)),
    RigStyle(
        Range(5.8, 9.4),
        Range(7.4, 10.4),
        Range(0.25, 1.2),
        Range(-0.8, 0.8),
        Range(74.0, 83.0),
        Range(-0.16, -0.02),
        Range(0.6, 1.4),
    ),
    (9, 12, 15, 2, 17, 10, 13, 16, 19, 11, 14, 18, 20, 0, 1, 3, 4, 5, 6),
)

TRAINING_VENUES: Final = (_MAPLE_HALL, _OAK_ARENA, _SCHOOL_GYM, _BLUE_DOME, _PARQUET_CLUB, _GREY_CENTRE)
VENUE_PARTS: Final = 5
"""Floor, stands, light, sensor and rig."""
VENUES: Final = {venue.name: venue for venue in (*TRAINING_VENUES, _ANYWHERE, _HELDOUT)}


def find_venue(name: str) -> Venue:
    """Find a venue by its name.

    Args:
        name: Of a venue, or five joined by "+": floor, stands, light, sensor and rig of one each (fonts as the floor).

    Raises:
        SimulationError: When there is none of this name; the message lists those that there are.
    """
    parts = [_find_single(part) for part in name.split("+")]
    if len(parts) == 1:
        return parts[0]
    if len(parts) != VENUE_PARTS:
        raise SimulationError(f"the venue {name!r} names {len(parts)} venues; name one, or one for each of 5 parts")
    floor, stands, light, sensor, rig = parts
    return Venue(name, floor.floor, stands.stands, light.light, sensor.sensor, rig.rig, floor.fonts)


def _find_single(name: str) -> Venue:
    try:
        return VENUES[name]
    except KeyError:
        raise SimulationError(f"there is no venue {name!r}; choose one of: {', '.join(VENUES)}") from None
