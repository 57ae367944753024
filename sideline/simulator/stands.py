"""What stands around the floor as flat textured panels: stands with spectators, LED boards, bench, scorer's table."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from sideline.arrays import Float64s, Image
from sideline.simulator.court_paint import FLOOR_HALF_LENGTH_M, FLOOR_HALF_WIDTH_M
from sideline.simulator.look import StandsLook
from sideline.simulator.match_state import BENCH_Z_M
from sideline.simulator.venues import Rgb

_SEAT_PX: Final = 14
_ROW_PX: Final = 20
_SKINS: Final = ((240, 200, 170), (205, 155, 118), (140, 98, 70), (90, 62, 46))


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A textured parallelogram in the arena.

    Attributes:
        origin_m: (3,) corner that shows the texture's first pixel.
        across_m, down_m: (3,) edges along the texture's columns and rows.
        texture: [H, W, 3] uint8.
    """

    origin_m: Float64s
    across_m: Float64s
    down_m: Float64s
    texture: Image


def build_panels(look: StandsLook, words: tuple[str, ...], rng: np.random.Generator) -> list[Panel]:
    """Everything around the floor of one match."""
    crowd = paint_crowd(look, 150, 16, rng)
    boards = paint_boards(look, words, rng)
    return [*_stands(crowd), *_boards(boards), *_benches(look.seat), *_table(look.boards[0], words[0])]


def _panel(origin: tuple[float, ...], across: tuple[float, ...], down: tuple[float, ...], texture: Image) -> Panel:
    return Panel(np.array(origin), np.array(across), np.array(down), texture)


def _stands(crowd: Image) -> list[Panel]:
    """Sloping stands on all four sides; the texture's first row is the highest."""
    x, z = FLOOR_HALF_LENGTH_M, FLOOR_HALF_WIDTH_M
    return [
        _panel((-30.0, 8.5, -z - 11.0), (60.0, 0.0, 0.0), (0.0, -7.5, 10.6), crowd),
        _panel((30.0, 6.0, z + 12.0), (-60.0, 0.0, 0.0), (0.0, -5.2, -11.6), crowd[:, ::-1]),
        _panel((-x - 11.0, 8.5, 30.0), (0.0, 0.0, -60.0), (10.6, -7.5, 0.0), crowd),
        _panel((x + 11.0, 8.5, -30.0), (0.0, 0.0, 60.0), (-10.6, -7.5, 0.0), crowd[:, ::-1]),
    ]


def _boards(boards: Image) -> list[Panel]:
    x, z = FLOOR_HALF_LENGTH_M - 0.3, FLOOR_HALF_WIDTH_M - 0.4
    return [
        _panel((-x, 0.95, -z), (2 * x, 0.0, 0.0), (0.0, -0.95, 0.0), boards),
        _panel((-x, 0.95, z), (0.0, 0.0, -2 * z), (0.0, -0.95, 0.0), boards[:, : boards.shape[1] * 2 // 3]),
        _panel((x, 0.95, -z), (0.0, 0.0, 2 * z), (0.0, -0.95, 0.0), boards[:, boards.shape[1] // 3 :]),
    ]


def _benches(seat: Rgb) -> list[Panel]:
    """A row of chairs for each team: seats, front and backs."""
    top, back = paint_chairs(seat, 1.0), paint_chairs(seat, 0.75)
    panels = []
    for x in (-11.2, 3.0):
        length = 8.2
        panels.append(_panel((x, 0.95, BENCH_Z_M - 0.3), (length, 0.0, 0.0), (0.0, -0.55, 0.05), back))
        panels.append(_panel((x, 0.44, BENCH_Z_M - 0.25), (length, 0.0, 0.0), (0.0, 0.0, 0.5), top))
    return panels


def _table(rgb: Rgb, word: str) -> list[Panel]:
    """The scorer's table between the benches."""
    front = np.full((44, 230, 3), rgb, np.uint8)
    cv2.putText(front, word, (12, 33), cv2.FONT_HERSHEY_DUPLEX, 1.0, (245, 245, 245), 2, cv2.LINE_AA)
    top = np.full((4, 4, 3), 205, np.uint8)
    z = BENCH_Z_M + 0.35
    return [
        _panel((-2.3, 0.76, z), (4.6, 0.0, 0.0), (0.0, -0.76, 0.0), front),
        _panel((-2.3, 0.76, z - 0.7), (4.6, 0.0, 0.0), (0.0, 0.0, 0.7), top),
    ]


def paint_chairs(seat: Rgb, brightness: float) -> Image:
    """A row of 14 chairs: [24, 336, 3] uint8."""
    chair = np.zeros((24, 24, 3), np.uint8)
    cv2.rectangle(chair, (2, 0), (21, 23), tuple(int(level * brightness) for level in seat), -1)
    return np.asarray(np.tile(chair, (1, 14, 1)), np.uint8)


def paint_crowd(look: StandsLook, seats: int, rows: int, rng: np.random.Generator) -> Image:
    """Rows of seats, some taken: [rows · 20, seats · 14, 3] uint8, the highest row first."""
    height, width = rows * _ROW_PX, seats * _SEAT_PX
    crowd = np.empty((height, width, 3), np.uint8)
    crowd[:] = np.asarray(look.seat) * 0.35
    for row in range(rows):
        _paint_row(crowd, row * _ROW_PX, seats, look, rng)
    fade = np.linspace(0.7, 1.0, height)[:, None, None] * look.brightness
    return np.asarray(cv2.blur((crowd * fade).astype(np.uint8), (3, 3)), np.uint8)


def _paint_row(crowd: Image, top: int, seats: int, look: StandsLook, rng: np.random.Generator) -> None:
    taken = rng.random(seats) < look.crowd
    shirts = rng.integers(25, 225, (seats, 1)) * rng.uniform(0.7, 1.15, (seats, 3))
    shirts[rng.random(seats) < 0.25] = look.boards[0]
    lean, faces = rng.integers(-2, 3, seats), rng.integers(len(_SKINS), size=seats)
    cv2.rectangle(crowd, (0, top + 18), (crowd.shape[1], top + 19), (70, 70, 72), -1)
    for seat in range(seats):
        middle = seat * _SEAT_PX + 7
        cv2.rectangle(crowd, (middle - 5, top + 9), (middle + 5, top + 17), look.seat, -1)
        if taken[seat]:
            shirt = tuple(min(int(level), 255) for level in shirts[seat])
            cv2.ellipse(crowd, (middle + int(lean[seat]), top + 13), (5, 6), 0, 0, 360, shirt, -1)
            cv2.circle(crowd, (middle + int(lean[seat]), top + 5), 3, _SKINS[faces[seat]], -1)


def paint_boards(look: StandsLook, words: tuple[str, ...], rng: np.random.Generator) -> Image:
    """LED boards in a row: [40, 1440, 3] uint8."""
    boards = np.zeros((40, 1440, 3), np.uint8)
    for index in range(6):
        left = index * 240
        rgb = look.boards[int(rng.integers(len(look.boards)))]
        cv2.rectangle(boards, (left, 0), (left + 239, 39), rgb, -1)
        ink = (20, 20, 20) if sum(rgb) > 420 else (245, 245, 245)
        word = words[index % len(words)]
        cv2.putText(boards, word, (left + 20, 31), cv2.FONT_HERSHEY_DUPLEX, 1.0, ink, 2, cv2.LINE_AA)
    return boards
