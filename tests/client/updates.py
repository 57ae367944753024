"""Updates for the tests of sinks and drawings."""

import numpy as np

from client.frames import FramePair, Timing, Update
from sideline.tensors import FrameStatus


def make_update(
    index: int,
    points_m: list[tuple[float, float]],
    ids: list[int],
    *,
    jpeg: bytes | None = None,
    status: FrameStatus = FrameStatus.OK,
    message: str = "",
) -> Update:
    """Captured at index · 40 ms, sent 10 ms later, answered 30 ms after that; scores 0.9, 0.8 …"""
    captured_at_ns = index * 40_000_000
    return Update(
        frame=FramePair(index, captured_at_ns, jpeg, jpeg),
        status=status,
        message=message,
        foot_points_m=np.array(points_m, np.float32).reshape(-1, 2),
        foot_points_uv=np.full((len(ids), 2), 0.25, np.float32),
        scores=np.array([0.9 - 0.1 * place for place in range(len(ids))], np.float32),
        micro_track_ids=np.array(ids, np.int64),
        timing=Timing(captured_at_ns, captured_at_ns + 10_000_000, captured_at_ns + 40_000_000),
    )
