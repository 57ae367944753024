import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import simplejpeg

from chaos.cameras import FAULTS, Cameras
from chaos.clips import Clip, load_clip, save_clip
from client.frames import FramePair
from sideline.arena.rig import parse_rig
from tests.arena.rigs import rig_toml

LONG_AGO_NS = 1_000


def picture(brightness: int) -> bytes:
    return simplejpeg.encode_jpeg(np.full((16, 32, 3), brightness, np.uint8))


def clip(frames: int = 4) -> Clip:
    pictures = tuple((picture(10 * index + 20), picture(10 * index + 100)) for index in range(frames))
    return Clip(parse_rig(rig_toml()), pictures)


async def film(fault: str | None = None, frames: int = 6) -> list[FramePair]:
    """At four frames a second; the fault lasts from frame 2 to 4."""
    cameras = Cameras(clip(), 4.0, LONG_AGO_NS, frames)
    if fault is not None:
        cameras.fault = FAULTS[fault], range(2, 5)
    given = [frame async for frame in cameras]
    assert cameras.given == len(given)
    return given


def altered(frames: list[FramePair], good: list[FramePair], part: Callable[[FramePair], object]) -> list[int]:
    by_index = {frame.frame_index: part(frame) for frame in frames}
    return [frame.frame_index for frame in good if by_index.get(frame.frame_index) != part(frame)]


async def test_frames_are_those_of_the_clip_again_and_again_each_at_its_time() -> None:
    frames = await film()
    assert [frame.left_jpeg for frame in frames] == [picture(brightness) for brightness in (20, 30, 40, 50, 20, 30)]
    assert [frame.captured_at_ns - LONG_AGO_NS for frame in frames] == [250_000_000 * index for index in range(6)]


async def test_no_frame_is_given_before_it_is_due() -> None:
    cameras = Cameras(clip(), 20.0, time.time_ns() + 50_000_000, 3)
    async for frame in cameras:
        assert time.time_ns() >= frame.captured_at_ns


async def test_each_fault_alters_what_it_says_while_it_lasts() -> None:
    good = await film()
    for fault, (left, right, times) in {
        "frozen": ([2, 3, 4], [], []),
        "black": ([2, 3, 4], [2, 3, 4], []),
        "flipping": ([], [3], []),
        "half-rate": ([3], [3], [3]),
        "left-gone": ([2, 3, 4], [], []),
        "both-gone": ([2, 3, 4], [2, 3, 4], []),
        "clock-jumps": ([], [], [2, 3, 4]),
    }.items():
        frames = await film(fault)
        assert altered(frames, good, lambda frame: frame.left_jpeg) == left, fault
        assert altered(frames, good, lambda frame: frame.right_jpeg) == right, fault
        assert altered(frames, good, lambda frame: frame.captured_at_ns) == times, fault


async def test_a_frozen_camera_shows_its_last_good_picture() -> None:
    assert {frame.left_jpeg for frame in (await film("frozen"))[2:5]} == {picture(30)}


def test_a_clip_comes_back_from_its_folder(tmp_path: Path) -> None:
    save_clip(clip(), tmp_path / "clip")
    found = load_clip(tmp_path / "clip")
    assert found.pictures == clip().pictures
    assert found.rig.to_toml() == clip().rig.to_toml()
