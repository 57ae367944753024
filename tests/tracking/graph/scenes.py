"""People with looks of their own on a floor, and the frames of one stream that shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sideline.arrays import Float32s
from sideline.crops.jersey import JERSEY_DIMS
from sideline.crops.kit import TEAM_DIMS
from sideline.tensors import APPEARANCE_DIMS, CROP_FEATURE_DIMS, FrameStatus
from sideline.tracking.graph.frames import GraphFrame

STRIDE = 3
_SURE_LOGIT = 12.0

Place = Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class Person:
    """Somebody.

    Attributes:
        name: Their number in the test; also where their appearance and crop features point.
        place_m: Where they stand after so many seconds.
        number: Their jersey number; None shows nothing legible.
        lightness: Of the shirt, 0 (black) – 1 (white).
        is_referee: What the encoder says.
    """

    name: int
    place_m: Place
    number: int | None = None
    lightness: float = 0.5
    is_referee: bool = False


def stand(x_m: float, z_m: float) -> Place:
    """Somebody who does not move."""
    return lambda _seconds: (x_m, z_m)


def walk(from_m: tuple[float, float], speed_m_s: tuple[float, float]) -> Place:
    """Somebody who goes straight on."""
    return lambda seconds: (from_m[0] + seconds * speed_m_s[0], from_m[1] + seconds * speed_m_s[1])


def point_of(name: int, dims: int) -> Float32s:
    """A unit vector of a person's own; those of two people are about orthogonal."""
    vector = np.random.default_rng(name).normal(size=dims)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def jersey_of(number: int | None) -> Float32s:
    """(133,) logits of a sure reading; parts in the order of sideline.crops.jersey."""
    jersey = np.zeros(JERSEY_DIMS, np.float32)
    if number is None:
        jersey[0] = _SURE_LOGIT
        return jersey
    jersey[1 if number < 10 else 2] = _SURE_LOGIT
    jersey[3 + number % 10] = jersey[13 + number // 10] = jersey[23 + number % 10] = _SURE_LOGIT
    jersey[33 + number] = _SURE_LOGIT
    return jersey


def team_of(person: Person) -> Float32s:
    """(8,) player or referee, shirt and shorts."""
    team = np.zeros(TEAM_DIMS, np.float32)
    team[int(person.is_referee)] = 4.0
    team[[2, 5]] = person.lightness
    return team


def make_frame(
    frame_index: int,
    people: Sequence[Person] = (),
    micro_track_ids: Sequence[int] | None = None,
    *,
    status: FrameStatus = FrameStatus.OK,
    match_sheet: bytes = b"",
    is_end: bool = False,
    stride: int = STRIDE,
    fps: float = 25.0,
) -> GraphFrame:
    """A frame as the steps before give it; micro-track IDs are the names unless told, due people have crops."""
    ids = [person.name for person in people] if micro_track_ids is None else list(micro_track_ids)
    due = [row for row, micro in enumerate(ids) if (frame_index + micro) % stride == 0]
    shown = [people[row] for row in due]
    points_m = [person.place_m(frame_index / fps) for person in people]
    return GraphFrame(
        frame_index=frame_index,
        status=status,
        match_sheet=match_sheet,
        foot_points_m=np.array(points_m, np.float32).reshape(-1, 2),
        scores=np.full(len(people), 0.9, np.float32),
        micro_track_ids=np.array(ids, np.int64),
        crop_rows=np.array(due or [-1], np.int32),
        appearance=_stack([point_of(person.name, APPEARANCE_DIMS) for person in shown], APPEARANCE_DIMS),
        jersey=_stack([jersey_of(person.number) for person in shown], JERSEY_DIMS),
        team=_stack([team_of(person) for person in shown], TEAM_DIMS),
        crop_features=_stack([point_of(person.name, CROP_FEATURE_DIMS) for person in shown], CROP_FEATURE_DIMS),
        is_end=is_end,
    )


def make_end(frame_index: int) -> GraphFrame:
    """The request that closes a stream; it shows nobody."""
    return make_frame(frame_index, status=FrameStatus.END_OF_STREAM, is_end=True)


def _stack(rows: list[Float32s], dims: int) -> Float32s:
    """The rows, or those of the blank crop that an engine gets when there is none."""
    return np.stack(rows) if rows else np.zeros((1, dims), np.float32)
