"""Colours and lettering of the drawings; a player's colour depends on the ID alone."""

import colorsys
from functools import lru_cache
from typing import Final, TypeAlias

import cv2

from sideline.arrays import Image

Rgb: TypeAlias = tuple[int, int, int]

INK: Final[Rgb] = (240, 243, 247)
MUTED: Final[Rgb] = (139, 150, 165)
GROUND: Final[Rgb] = (18, 22, 29)
FLOOR: Final[Rgb] = (40, 48, 60)
LINE: Final[Rgb] = (104, 116, 133)
ALARM: Final[Rgb] = (255, 122, 89)

_LUMA: Final = (0.299, 0.587, 0.114)
_GOLDEN: Final = 0.618033988749895
_TONES: Final = ((0.62, 1.0), (0.85, 0.95), (0.42, 1.0))
"""Saturation and value; with the golden ratio's hues, IDs that follow one another are easily told apart."""


@lru_cache(maxsize=4096)
def colour_of(track_id: int) -> Rgb:
    """The colour of an ID; the same in every picture, run and process."""
    saturation, value = _TONES[track_id % len(_TONES)]
    red, green, blue = colorsys.hsv_to_rgb(track_id * _GOLDEN % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def write_text(picture: Image, text: str, at: tuple[int, int], colour: Rgb = INK, scale: float = 0.45) -> None:
    """Write a line of text; ``at`` is the left end of its baseline, (column, row)."""
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)


def write_tag(picture: Image, text: str, centre: tuple[int, int], colour: Rgb) -> None:
    """Write on a small filled plate around ``centre``, (column, row); dark on a light colour, light on a dark one."""
    ink = GROUND if sum(weight * part for weight, part in zip(_LUMA, colour, strict=True)) > 110 else INK
    half_width, half_height = 4 + 4 * len(text), 7
    column, row = centre
    cv2.rectangle(
        picture, (column - half_width, row - half_height), (column + half_width, row + half_height), colour, cv2.FILLED
    )
    cv2.putText(picture, text, (column - half_width + 4, row + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, ink, 1, cv2.LINE_AA)
