"""What one match looks like: one value drawn out of each of the venue's ranges, varied further by the seed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.simulator.people import brightness
from sideline.simulator.venues import FloorStyle, LightStyle, Rgb, SensorStyle, StandsStyle, Venue

_LEAST_CONTRAST: Final = 35.0
_WHITE: Final[Rgb] = (240, 240, 236)
_BLACK: Final[Rgb] = (18, 18, 18)


@dataclass(frozen=True, slots=True)
class FloorLook:
    """Colours and contrast of one floor; see `FloorStyle` for the meaning of each."""

    wood: Rgb
    key: Rgb | None
    arc: Rgb | None
    border: Rgb | None
    line: Rgb
    accent: Rgb
    grain: float
    gloss: float
    logo: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandsLook:
    """Seats, boards and spectators of one match."""

    seat: Rgb
    boards: tuple[Rgb, ...]
    crowd: float
    brightness: float


@dataclass(frozen=True, slots=True)
class LightLook:
    """Light of one match; `lamp_directions` (L, 2) is the floor offset of a shadow per metre of height, in x and z."""

    gains: tuple[float, float, float]
    gamma: float
    shadow: float
    lamp_directions: tuple[tuple[float, float], ...]
    falloff: float
    side: float


@dataclass(frozen=True, slots=True)
class SensorLook:
    """Noise (levels of 255), softness (sigma, px), vignetting (0..1) and shutter (s) of one match."""

    noise: float
    softness_px: float
    vignetting: float
    shutter_s: float


@dataclass(frozen=True, slots=True)
class Look:
    """Everything visible in a match that is not a person and not the rig."""

    floor: FloorLook
    stands: StandsLook
    light: LightLook
    sensor: SensorLook
    texture_seed: int


def draw_look(venue: Venue, rng: np.random.Generator) -> Look:
    """Draw the look of a match in a venue."""
    return Look(
        _draw_floor(venue.floor, rng),
        _draw_stands(venue.stands, rng),
        _draw_light(venue.light, rng),
        _draw_sensor(venue.sensor, rng),
        int(rng.integers(1 << 31)),
    )


def _pick(rgbs: tuple[Rgb | None, ...], rng: np.random.Generator, spread: float) -> Rgb | None:
    rgb = rgbs[int(rng.integers(len(rgbs)))]
    return None if rgb is None else jitter(rgb, rng, spread)


def jitter(rgb: Rgb, rng: np.random.Generator, spread: float) -> Rgb:
    """Vary a colour: brightness and, half as much, each channel, by up to `spread` levels."""
    level = rng.uniform(-spread, spread)
    red, green, blue = np.clip(np.asarray(rgb) + level + rng.uniform(-spread, spread, 3) / 2, 0, 255).astype(int)
    return int(red), int(green), int(blue)


def _draw_floor(style: FloorStyle, rng: np.random.Generator) -> FloorLook:
    wood = _pick(style.woods, rng, 14) or style.woods[0]
    key, border, arc = _pick(style.keys, rng, 22), _pick(style.borders, rng, 22), _pick(style.arcs, rng, 14)
    line = _pick(style.lines, rng, 10) or style.lines[0]
    return FloorLook(
        wood=wood,
        key=key,
        arc=arc,
        border=border,
        line=_readable(line, [rgb for rgb in (wood, key, arc, border) if rgb is not None]),
        accent=key or border or (70, 50, 40),
        grain=style.grain.draw(rng),
        gloss=style.gloss.draw(rng),
        logo=str(rng.choice(style.logos)),
        words=tuple(str(word) for word in rng.permutation(style.words)),
    )


def _readable(line: Rgb, areas: list[Rgb]) -> Rgb:
    """The colour itself when it stands out from every area, else white or black, whichever does so better."""

    def contrast(rgb: Rgb) -> float:
        return min(abs(brightness(rgb) - brightness(area)) for area in areas)

    return line if contrast(line) >= _LEAST_CONTRAST else max((_WHITE, _BLACK), key=contrast)


def _draw_stands(style: StandsStyle, rng: np.random.Generator) -> StandsLook:
    seat = _pick(style.seats, rng, 20) or style.seats[0]
    boards = tuple(jitter(rgb, rng, 20) for rgb in style.boards)
    return StandsLook(seat, boards, style.crowd.draw(rng), style.brightness.draw(rng))


def _draw_light(style: LightStyle, rng: np.random.Generator) -> LightLook:
    exposure, warmth = style.exposure.draw(rng), style.warmth.draw(rng)
    lamps = int(rng.choice(style.lamps))
    turn = rng.uniform(0, 2 * np.pi)
    angles = turn + np.arange(lamps) * 2 * np.pi / lamps + rng.normal(0, 0.3, lamps)
    reach = rng.uniform(0.15, 0.55, lamps)
    directions = tuple((float(r * np.cos(a)), float(r * np.sin(a))) for a, r in zip(angles, reach, strict=True))
    gains = (exposure * (1 + 0.08 * warmth), exposure, exposure * (1 - 0.14 * warmth))
    side = float(np.sign(-np.cos(turn)) or 1.0)
    return LightLook(gains, style.gamma.draw(rng), style.shadow.draw(rng), directions, style.falloff.draw(rng), side)


def _draw_sensor(style: SensorStyle, rng: np.random.Generator) -> SensorLook:
    return SensorLook(
        style.noise.draw(rng), style.softness_px.draw(rng), style.vignetting.draw(rng), style.shutter_s.draw(rng)
    )
