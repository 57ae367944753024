"""Updates for the tests of sinks and drawings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from client.detections import Detections
from client.frames import FramePair, Timing, Update
from client.windows import SolvedTracks, SolvedWindows
from sideline.tensors import NO_NUMBER, NO_TRACK, Category, FrameStatus


@dataclass(frozen=True)
class Person:
    """What the server says of somebody; nothing but a place and a micro-track, unless told otherwise."""

    micro_track_id: int
    x_m: float = 0.0
    z_m: float = 0.0
    track_id: int = NO_TRACK
    category: Category | None = None
    number: int = NO_NUMBER
    camera: int = -1


def find(people: Sequence[Person]) -> Detections:
    """Scores 0.9, 0.8 …; a category that is known has 0.8; a box is 10 20 40 100; a number has 0.75."""
    count = len(people)
    plain = Detections.of_micro_tracks(
        np.array([(person.x_m, person.z_m) for person in people], np.float32).reshape(-1, 2),
        np.full((count, 2), 0.25, np.float32),
        np.array([0.9 - 0.1 * place for place in range(count)], np.float32),
        np.array([person.micro_track_id for person in people], np.int64),
    )
    return replace(
        plain,
        cameras=np.array([person.camera for person in people], np.int32),
        boxes_px=np.tile(np.array([10, 20, 40, 100], np.float32), (count, 1)),
        track_ids=np.array([person.track_id for person in people], np.int64),
        team_probabilities=np.array([likely(person.category) for person in people], np.float32).reshape(-1, 3),
        jersey_numbers=np.array([person.number for person in people], np.int32),
        jersey_probabilities=np.array([0.75 * (person.number != NO_NUMBER) for person in people], np.float32),
    )


def likely(category: Category | None) -> list[float]:
    return [1 / 3] * 3 if category is None else [0.8 if other is category else 0.1 for other in Category]


def make_update(
    index: int,
    people: Sequence[Person] = (),
    *,
    jpeg: bytes | None = None,
    status: FrameStatus = FrameStatus.OK,
    message: str = "",
    teams_named: bool = True,
    windows: SolvedWindows | None = None,
) -> Update:
    """Captured at index · 40 ms, sent 10 ms later, answered 30 ms after that."""
    captured_at_ns = index * 40_000_000
    return Update(
        frame=FramePair(index, captured_at_ns, jpeg, jpeg),
        status=status,
        message=message,
        detections=find(people),
        teams_named=teams_named,
        windows=windows,
        timing=Timing(captured_at_ns, captured_at_ns + 10_000_000, captured_at_ns + 40_000_000),
    )


def end(index: int, windows: SolvedWindows | None = None, *, teams_named: bool = True) -> Update:
    return make_update(index, status=FrameStatus.END_OF_STREAM, windows=windows, teams_named=teams_named)


def solve(
    rows: Sequence[tuple[int, int, int]],
    tracks: Sequence[tuple[int, Category, int]] = (),
    revisions: Sequence[tuple[int, int]] = (),
) -> SolvedWindows:
    """Windows of (frame, micro-track, track), what is known of (track, category, number), and revisions."""
    table = np.array(rows, np.int64).reshape(-1, 3)
    return SolvedWindows(
        frame_indices=table[:, 0],
        micro_track_ids=table[:, 1],
        track_ids=table[:, 2],
        tracks=SolvedTracks(
            track_ids=np.array([track for track, _, _ in tracks], np.int64),
            team_probabilities=np.array([likely(category) for _, category, _ in tracks], np.float32).reshape(-1, 3),
            jersey_numbers=np.array([number for _, _, number in tracks], np.int32),
            jersey_probabilities=np.array([0.75 * (number != NO_NUMBER) for _, _, number in tracks], np.float32),
        ),
        revisions=np.array(revisions, np.int64).reshape(-1, 2),
    )
