"""Colours and lettering of the drawings."""

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
_DARK: Final = 110


def contrast_of(colour: Rgb) -> Rgb:
    """A colour that stands out against ``colour``: dark on a light one, light on a dark one."""
    luma = sum(weight * part for weight, part in zip(_LUMA, colour, strict=True))
    return GROUND if luma > _DARK else INK


def write_text(picture: Image, text: str, at: tuple[int, int], colour: Rgb = INK, scale: float = 0.45) -> None:
    """Write a line of text; ``at`` is the left end of its baseline, (column, row)."""
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)


def write_tag(picture: Image, text: str, centre: tuple[int, int], colour: Rgb) -> None:
    """Write on a small filled plate with an edge around ``centre``, (column, row)."""
    half_width, half_height = 4 + 4 * len(text), 7
    column, row = centre
    corners = (column - half_width, row - half_height), (column + half_width, row + half_height)
    ink = contrast_of(colour)
    cv2.rectangle(picture, *corners, colour, cv2.FILLED)
    cv2.rectangle(picture, *corners, ink, 1)
    write_text(picture, text, (column - half_width + 4, row + 4), ink, 0.4)


def write_small(picture: Image, text: str, centre: tuple[int, int]) -> None:
    """Write small, with a dark edge in place of a plate, around ``centre``, (column, row)."""
    at = (centre[0] - 3 * len(text), centre[1] + 3)
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.33, GROUND, 3, cv2.LINE_AA)
    write_text(picture, text, at, INK, 0.33)
