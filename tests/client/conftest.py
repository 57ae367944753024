"""A rig and frames without meaning for the stream's tests."""

import pytest

from client.frames import FramePair, Update
from client.sources.frame_list import FrameList
from client.tracking import Tracking
from sideline.arena.rig import Rig, parse_rig
from tests.arena.rigs import rig_toml


@pytest.fixture(scope="session")
def rig() -> Rig:
    return parse_rig(rig_toml())


def make_frames(count: int, fps: float = 25.0) -> list[FramePair]:
    return [FramePair(index, int(index * 1e9 / fps), b"left", b"right") for index in range(count)]


@pytest.fixture
def ten_frames(rig: Rig) -> FrameList:
    return FrameList(make_frames(10), rig)


async def collect_indices(tracking: Tracking, into: list[int]) -> None:
    """Keep the indices of the frames that came before an error, too."""
    async for update in tracking:
        if not update.is_end:
            into.append(update.frame_index)  # noqa: PERF401


async def collect_frames(tracking: Tracking) -> list[Update]:
    """All updates but the last one, which stands for no frame."""
    return [update async for update in tracking if not update.is_end]
