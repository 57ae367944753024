"""Parts of a dressed body: which joints each connects, how thick it is, and its colour on each person.

A part is a capsule between two joints with a radius at each. Knows nothing about poses, cameras or light.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.simulator.people import Kit, People, Person
from sideline.simulator.skeleton import Joint
from sideline.simulator.venues import Rgb

_J = Joint


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A capsule of the body.

    Attributes:
        cloth: What colours it: a key of the person's palette.
        start, end: Joints at its ends.
        start_radius, end_radius: Radii as shares of the body's height.
        nearness: How much nearer to the camera than its middle it counts when parts are ordered, share of the height.
    """

    cloth: str
    start: Joint
    end: Joint
    start_radius: float
    end_radius: float
    nearness: float


def _leg(side: int) -> tuple[Part, ...]:
    hip, knee, ankle, toe, hem, sock = (Joint(int(_J.HIP_L) + side + step) for step in range(6))
    return (
        Part("shoe", ankle, toe, 0.027, 0.02, 0.0),
        Part("shin", knee, ankle, 0.034, 0.021, 0.0),
        Part("sock", sock, ankle, 0.028, 0.024, 0.01),
        Part("thigh", hip, knee, 0.05, 0.035, 0.0),
        Part("shorts", hip, hem, 0.062, 0.062, 0.03),
    )


def _arm(side: int) -> tuple[Part, ...]:
    shoulder, elbow, wrist, hand, cuff = (Joint(int(_J.SHOULDER_L) + side + step) for step in range(5))
    arm = "arm" if side else "sleeve"
    return (
        Part(arm, shoulder, elbow, 0.032, 0.024, 0.0),
        Part(arm, elbow, wrist, 0.024, 0.017, 0.005),
        Part("hand", wrist, hand, 0.018, 0.019, 0.01),
        Part("cuff", shoulder, cuff, 0.034, 0.031, 0.02),
    )


_RIGHT: Final = int(_J.HIP_R) - int(_J.HIP_L)
PARTS: Final = (
    *_leg(0),
    *_leg(_RIGHT),
    Part("shorts", _J.HIP_L, _J.HIP_R, 0.06, 0.06, 0.04),
    *_arm(0),
    *_arm(_RIGHT),
    Part("neck", _J.NECK, _J.HEAD, 0.032, 0.034, 0.0),
    Part("head", _J.HEAD, _J.CROWN, 0.046, 0.038, 0.026),
    Part("hair", _J.NAPE, _J.CROWN, 0.047, 0.045, 0.022),
    Part("band", _J.BROW, _J.CROWN, 0.0, 0.0, 0.034),
    Part("top", _J.CROWN, _J.BROW, 0.041, 0.03, 0.045),
)
"""Every capsule of a body; the torso is drawn apart, as an elliptic tube."""

STARTS: Final[Int64s] = np.array([part.start for part in PARTS], np.int64)
ENDS: Final[Int64s] = np.array([part.end for part in PARTS], np.int64)
NEARNESS: Final[Float64s] = np.array([part.nearness for part in PARTS])
_RADII: Final[Float64s] = np.array([[part.start_radius, part.end_radius] for part in PARTS])
_WIDTH_FREE: Final = frozenset({"head", "hair", "hand", "shoe", "band", "top"})
_BALD, _SHORT, _AFRO, _LONG, _BANDED = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class Outfits:
    """What everybody wears, as arrays for P persons and L = len(PARTS) parts.

    Attributes:
        radii_m: (P, L, 2) radius at the start and the end of each part, 0 where a person lacks the part.
        colours: (P, L, 3) RGB 0..255.
        shirts: (P, 3) colour of the torso.
        trims: (P, 3) colour of the shirt's edges.
        striped: (P,) whether the shirt has a referee's stripes.
    """

    radii_m: Float64s
    colours: Float64s
    shirts: Float64s
    trims: Float64s
    striped: tuple[bool, ...]


def dress(people: People, stripes: bool) -> Outfits:
    """Dress everybody in a match; `stripes` gives the referees striped shirts."""
    palettes = [_palette(person, _kit_of(person, people)) for person in people.persons]
    radii = np.stack([_radii_of(person) for person in people.persons])
    colours = np.array([[palette[part.cloth] for part in PARTS] for palette in palettes], np.float64)
    return Outfits(
        radii_m=radii,
        colours=colours,
        shirts=np.array([palette["shirt"] for palette in palettes], np.float64),
        trims=np.array([palette["trim"] for palette in palettes], np.float64),
        striped=tuple(stripes and person.category == "referee" for person in people.persons),
    )


def _kit_of(person: Person, people: People) -> Kit:
    if person.outfit_rgb is not None:
        return Kit(person.outfit_rgb, person.outfit_rgb, person.outfit_rgb, person.outfit_rgb, 0)
    return {"home": people.home_kit, "away": people.away_kit}.get(person.category, people.referee_kit)


def _is_player(person: Person) -> bool:
    return person.category in ("home", "away")


def _palette(person: Person, kit: Kit) -> dict[str, Rgb]:
    """Colour of every cloth of one person."""
    skin, player = person.skin_rgb, _is_player(person)
    legs = person.leggings_rgb or (skin if player else kit.shorts_rgb)
    long_sleeved = person.category == "bench"
    arm = kit.shirt_rgb if long_sleeved else skin
    return {
        "skin": skin,
        "head": skin,
        "neck": skin,
        "hand": skin,
        "arm": arm,
        "sleeve": person.sleeve_rgb or arm,
        "cuff": kit.shirt_rgb,
        "thigh": legs,
        "shin": legs,
        "sock": (236, 236, 232) if player and sum(kit.shorts_rgb) > 200 else kit.shorts_rgb,
        "shorts": kit.shorts_rgb,
        "shoe": person.shoes_rgb,
        "shirt": kit.shirt_rgb,
        "trim": kit.trim_rgb,
        "hair": skin if person.hair_style == _BALD else person.hair_rgb,
        "top": skin if person.hair_style == _BALD else person.hair_rgb,
        "band": kit.trim_rgb,
    }


def _radii_of(person: Person) -> Float64s:
    """(L, 2) radii in metres of one person's parts."""
    radii = _RADII * person.height_m
    for index, part in enumerate(PARTS):
        if part.cloth not in _WIDTH_FREE:
            radii[index] *= person.build
        if part.cloth == "cuff" and _is_player(person):
            radii[index] = 0.0
        if part.cloth in ("hair", "top"):
            radii[index] *= {_BALD: 0.0, _AFRO: 1.3, _LONG: 1.12}.get(person.hair_style, 1.0)
        if part.cloth == "band" and person.hair_style == _BANDED:
            radii[index] = 0.046 * person.height_m
    if not _is_player(person):
        _fit_trousers(radii, person)
    return radii


def _fit_trousers(radii: Float64s, person: Person) -> None:
    """Trousers: no socks, and legs of even width."""
    for index, part in enumerate(PARTS):
        if part.cloth == "sock":
            radii[index] = 0.0
        elif part.cloth == "shin":
            radii[index] = np.array([0.042, 0.036]) * person.height_m
