"""Tracklets made by hand."""

from collections.abc import Sequence

import numpy as np

from sideline.arrays import Float32s
from sideline.crops.jersey import JERSEY_DIMS
from sideline.crops.kit import TEAM_DIMS
from sideline.tensors import APPEARANCE_DIMS
from sideline.tracking.graph.looks import NO_LOOKS, CropTable, Looks
from sideline.tracking.graph.tracklets import Tracklet, make_tracklet
from tests.tracking.graph.scenes import jersey_of, point_of


def piece(
    first: int,
    last: int,
    from_m: tuple[float, float] = (0.0, 0.0),
    step_m: tuple[float, float] = (0.0, 0.0),
    *,
    looks: Looks = NO_LOOKS,
    micro: int = 1,
) -> Tracklet:
    """Somebody seen in the frames first … last who moves by step_m a frame."""
    frames = np.arange(first, last + 1, dtype=np.int64)
    points_m = np.array(from_m) + np.arange(len(frames))[:, None] * np.array(step_m)
    scores = np.full(len(frames), 0.9, np.float32)
    return make_tracklet(frames, points_m.astype(np.float32), scores, np.full(len(frames), micro, np.int64), looks)


def looks_like(name: int, crops: int = 1, *, number: int | None = None, team: Sequence[float] = ()) -> Looks:
    """What so many equal crops of a person say."""
    table = crops_of([name] * crops, number=number, team=team)
    return table.sum_up(np.arange(crops))


def crops_of(names: Sequence[int], *, number: int | None = None, team: Sequence[float] = ()) -> CropTable:
    """Crops of the people, all with one number and the same clothes."""
    clothes: Float32s = np.zeros((len(names), TEAM_DIMS), np.float32)
    clothes[:, : len(team)] = team
    appearance = np.array([point_of(name, APPEARANCE_DIMS) for name in names], np.float32)
    jersey = np.tile(jersey_of(number), (len(names), 1))
    return CropTable.of(appearance.reshape(-1, APPEARANCE_DIMS), jersey.reshape(-1, JERSEY_DIMS), clothes)
