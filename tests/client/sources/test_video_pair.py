from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import simplejpeg
from av.video.reformatter import Colorspace

from client.frames import FramePair
from client.sources.match_folder import MatchFolder
from client.sources.video import encode_jpeg, is_kept
from client.sources.video_pair import VideoPair
from sideline.errors import RigError, SourceError
from tests.client.videos import HEIGHT_PX, WIDTH_PX, index_shown, small_rig, write_match, write_video


async def read(source: VideoPair) -> list[FramePair]:
    return [frame async for frame in source]


def shown(frames: list[FramePair]) -> list[tuple[int, int | None, int | None]]:
    return [(frame.frame_index, index_shown(frame.left_jpeg), index_shown(frame.right_jpeg)) for frame in frames]


async def test_both_files_give_the_pictures_of_one_index_together(tmp_path: Path) -> None:
    source = MatchFolder(write_match(tmp_path, 12))
    assert (source.fps, source.is_live, source.source_id) == (25.0, False, tmp_path.name)
    assert shown(await read(source)) == [(index, index, index) for index in range(12)]
    assert source.warnings == []


async def test_capture_times_follow_the_clock_of_the_cameras(tmp_path: Path) -> None:
    frames = await read(MatchFolder(write_match(tmp_path, 5)))
    times_ns = [frame.captured_at_ns - frames[0].captured_at_ns for frame in frames]
    assert times_ns == [0, 40_000_000, 80_000_000, 120_000_000, 160_000_000]


async def test_thinning_out_keeps_the_indices_of_the_recording(tmp_path: Path) -> None:
    frames = await read(MatchFolder(write_match(tmp_path, 12), fps=10))
    # 10 of 25: the indices k at which floor(k · 10 / 25) rises, index 0 included
    assert shown(frames) == [(index, index, index) for index in (0, 3, 5, 8, 10)]


@pytest.mark.parametrize(
    ("keep", "kept"), [(Fraction(1), [0, 1, 2, 3, 4, 5]), (Fraction(1, 2), [0, 2, 4]), (Fraction(1, 3), [0, 3])]
)
def test_the_kept_share_is_evenly_spread(keep: Fraction, kept: list[int]) -> None:
    assert [index for index in range(6) if is_kept(index, keep)] == kept


async def test_a_camera_at_twice_the_rate_is_paired_on_the_left_cameras_clock(tmp_path: Path) -> None:
    write_video(tmp_path / "left.mp4", 6, fps=25)
    write_video(tmp_path / "right.mp4", 12, fps=50)
    frames = await read(VideoPair(str(tmp_path / "left.mp4"), str(tmp_path / "right.mp4"), small_rig()))
    assert [frame.frame_index for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert all(frame.left_jpeg and frame.right_jpeg for frame in frames)


async def test_a_file_that_breaks_off_gives_the_frames_before_the_break_and_a_warning(tmp_path: Path) -> None:
    whole = write_match(tmp_path, 20) / "left.mp4"
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    source = MatchFolder(tmp_path)
    frames = await read(source)
    assert 5 <= len(frames) < 20
    assert shown(frames[:5]) == [(index, index, index) for index in range(5)]
    assert len(source.warnings) == 1
    assert "end at frame" in source.warnings[0]
    assert "of 20" in source.warnings[0]


async def test_the_stream_ends_with_the_shorter_file_and_says_so(tmp_path: Path) -> None:
    write_match(tmp_path, 10)
    write_video(tmp_path / "right.mp4", 6)
    source = MatchFolder(tmp_path)
    assert len(await read(source)) == 6
    assert "end at frame 6 of 10" in source.warnings[0]


async def test_a_packet_that_cannot_be_decoded_costs_pictures_of_one_camera_only(tmp_path: Path) -> None:
    damaged = write_match(tmp_path, 20) / "left.mp4"
    with av.open(str(damaged)) as container:
        positions = [packet.pos for packet in container.demux(video=0) if packet.pos is not None]
    content = bytearray(damaged.read_bytes())
    content[positions[7] : positions[7] + 4] = b"\xff" * 4  # the length of the first unit in the packet
    damaged.write_bytes(bytes(content))
    frames = await read(MatchFolder(tmp_path))
    assert [frame.frame_index for frame in frames] == list(range(20))
    assert all(frame.right_jpeg for frame in frames)
    assert [frame.frame_index for frame in frames if frame.left_jpeg is None] == [7]


def test_a_file_whose_header_was_at_the_lost_end_says_so(tmp_path: Path) -> None:
    cut = write_match(tmp_path, 4) / "left.mp4"
    write_video(cut, 20, header="end")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.raises(SourceError, match=r"left\.mp4.*its end is missing; copy it again"):
        MatchFolder(tmp_path)


async def test_a_file_without_a_readable_frame_is_an_error(tmp_path: Path) -> None:
    cut = write_match(tmp_path, 4) / "left.mp4"
    content = cut.read_bytes()
    cut.write_bytes(content[: content.index(b"mdat") + 4])
    with pytest.raises(SourceError, match="no frame can be read"):
        await read(MatchFolder(tmp_path))


def test_what_is_missing_of_a_match_folder_is_named(tmp_path: Path) -> None:
    write_match(tmp_path, 2)
    (tmp_path / "right.mp4").unlink()
    with pytest.raises(SourceError, match=r"lacks right\.mp4: make one with `sideline simulate`"):
        MatchFolder(tmp_path)


def test_a_rig_file_with_a_missing_key_names_the_key(tmp_path: Path) -> None:
    rig = write_match(tmp_path, 2) / "rig.toml"
    rig.write_text("\n".join(line for line in rig.read_text().splitlines() if not line.startswith("focal_px")))
    with pytest.raises(RigError, match=r"left\.focal_px"):
        MatchFolder(tmp_path)


def test_a_video_of_another_size_than_the_rig_says_is_refused(tmp_path: Path) -> None:
    write_match(tmp_path, 2)
    write_video(tmp_path / "right.mp4", 2, width_px=640)
    with pytest.raises(SourceError, match=f"640×{HEIGHT_PX}, but the rig says {WIDTH_PX}×{HEIGHT_PX} for the right"):
        MatchFolder(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no video .*a\.mp4"):
        VideoPair(str(tmp_path / "a.mp4"), str(tmp_path / "b.mp4"), small_rig())


def test_an_rtsp_camera_out_of_reach_is_named() -> None:
    with pytest.raises(SourceError, match=r"rtsp://127\.0\.0\.1:9/left.*look at its address and at the camera"):
        VideoPair("rtsp://127.0.0.1:9/left", "rtsp://127.0.0.1:9/right", small_rig())


@pytest.mark.parametrize("rgb", [(200, 60, 40), (20, 20, 20), (235, 235, 235), (40, 90, 200)])
def test_a_picture_keeps_its_colour_on_the_way_to_jpeg(rgb: tuple[int, int, int]) -> None:
    picture = np.full((64, 64, 3), rgb, np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    mean = simplejpeg.decode_jpeg(encode_jpeg(frame), "RGB").mean(axis=(0, 1))
    np.testing.assert_allclose(mean, rgb, atol=4)


@pytest.mark.parametrize("rgb", [(200, 60, 40), (40, 160, 60)])
def test_a_picture_tagged_bt709_keeps_its_colour_on_the_way_to_jpeg(rgb: tuple[int, int, int]) -> None:
    # by hand: Y' = 0.2126 R + 0.7152 G + 0.0722 B, Cb = (B − Y') / 1.8556, Cr = (R − Y') / 1.5748, limited range
    red, green, blue = rgb
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    levels = (16 + luma * 219 / 255, 128 + (blue - luma) / 1.8556 * 224 / 255, 128 + (red - luma) / 1.5748 * 224 / 255)
    planes = np.concatenate(
        [np.full(size, round(level), np.uint8) for size, level in zip((4096, 1024, 1024), levels, strict=True)]
    )
    frame = av.VideoFrame.from_ndarray(planes.reshape(96, 64), format="yuv420p")
    frame.colorspace = Colorspace.ITU709
    mean = simplejpeg.decode_jpeg(encode_jpeg(frame), "RGB").mean(axis=(0, 1))
    np.testing.assert_allclose(mean, rgb, atol=5)
