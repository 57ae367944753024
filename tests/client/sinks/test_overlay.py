from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from client.drawing.palette import colour_of
from client.drawing.scene import Scene
from client.sinks.contact_sheet import ContactSheet
from client.sinks.overlay import OverlaySink
from sideline.arena.rig import Rig
from tests.client.updates import make_update


def count_colour(picture: np.ndarray, rgb: tuple[int, int, int]) -> int:
    return int((picture == np.array(rgb, np.uint8)).all(axis=2).sum())


def test_the_video_holds_one_picture_a_frame_at_the_frames_own_time(tmp_path: Path, rig: Rig) -> None:
    sink = OverlaySink(tmp_path, Scene(rig, 25.0, live=False), 25.0)
    sink.open()
    for index in (10, 11, 14):
        sink.write(make_update(index, [(0.0, 0.0)], [1]))
    sink.close()
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height % 2) == ("h264", 1280, 0)
        times_s = [float(frame.time) for frame in container.decode(stream)]
    assert times_s == pytest.approx([0.0, 0.04, 0.16])
    assert (tmp_path / "contact_sheet.png").is_file()


def test_a_run_without_frames_leaves_no_sheet_and_does_not_fail(tmp_path: Path, rig: Rig) -> None:
    sink = OverlaySink(tmp_path, Scene(rig, 25.0, live=False), 25.0)
    sink.open()
    sink.close()
    assert not (tmp_path / "contact_sheet.png").exists()


@pytest.mark.parametrize(("x_m", "left", "right"), [(-8.0, True, False), (8.0, False, True)])
def test_a_player_is_drawn_in_the_camera_that_sees_the_foot_point_and_on_the_map(
    rig: Rig, x_m: float, left: bool, right: bool
) -> None:
    picture = Scene(rig, 25.0, live=False).draw(make_update(0, [(x_m, 0.0)], [5]))
    colour = colour_of(5)
    assert (count_colour(picture[:360, :640], colour) > 0) is left
    assert (count_colour(picture[:360, 640:], colour) > 0) is right
    assert count_colour(picture[360:, :716], colour) > 50


def test_the_ellipse_lies_around_the_projected_foot_point(rig: Rig) -> None:
    picture = Scene(rig, 25.0, live=False).draw(make_update(0, [(-8.0, 2.0)], [5]))
    rows, columns = np.nonzero((picture[:360, :640] == np.array(colour_of(5), np.uint8)).all(axis=2))
    # the rig's pictures are 1280 wide and shown at 640
    column, row = rig.left.project(np.array([[-8.0, 0.0, 2.0]]))[0] / 2
    assert columns.min() < column < columns.max()
    assert rows.min() < row < rows.max()
    assert abs((columns.min() + columns.max()) / 2 - column) < 2


@pytest.mark.parametrize(("point_m", "right", "lower"), [((10.0, -6.0), True, False), ((-10.0, 6.0), False, True)])
def test_on_the_map_x_runs_to_the_right_and_the_near_side_is_below(
    rig: Rig, point_m: tuple[float, float], right: bool, lower: bool
) -> None:
    floor = Scene(rig, 25.0, live=False).draw(make_update(0, [point_m], [5]))[360:, :716]
    rows, columns = np.nonzero((floor == np.array(colour_of(5), np.uint8)).all(axis=2))
    assert (columns.mean() > 358, rows.mean() > 208) == (right, lower)


def test_a_trail_stays_on_the_map_for_two_seconds_after_the_player_is_gone(rig: Rig) -> None:
    scene = Scene(rig, 25.0, live=False)
    for index in range(20):
        scene.draw(make_update(index, [(-10.0 + index, 3.0)], [5]))
    colour = colour_of(5)
    assert count_colour(scene.draw(make_update(40, [], []))[360:, :716], colour) > 0
    assert count_colour(scene.draw(make_update(70, [], []))[360:, :716], colour) == 0


def test_broken_pictures_and_points_outside_the_arena_are_drawn_without_failing(rig: Rig) -> None:
    update = make_update(0, [(float("nan"), 0.0), (900.0, 900.0), (0.0, 60.0)], [1, 2, 3], jpeg=b"no jpeg")
    assert Scene(rig, 25.0, live=True).draw(update).shape[1:] == (1280, 3)


def test_colours_depend_on_the_id_alone_and_differ_between_ids_in_a_row() -> None:
    assert colour_of(3) == colour_of(3)
    colours = np.array([colour_of(track_id) for track_id in range(1, 16)], float)
    distances = np.abs(colours[:, None] - colours[None]).sum(axis=2) + 1e3 * np.eye(15)
    assert distances.min() > 40


@pytest.mark.parametrize(("frames", "first", "last"), [(1, 0, 0), (5, 0, 4), (12, 0, 11), (200, 0, 192)])
def test_the_sheet_shows_moments_from_the_first_to_almost_the_last(
    tmp_path: Path, frames: int, first: int, last: int
) -> None:
    sheet = ContactSheet(tmp_path / "sheet.png")
    for index in range(frames):
        sheet.add(np.full((100, 640, 3), index, np.uint8))
    sheet.write()
    picture = cv2.imread(str(tmp_path / "sheet.png"))
    shown = [
        int(picture[row * 106 + 50, column * 646 + 300, 0])
        for row in range((min(frames, 12) + 2) // 3)
        for column in range(3)
        if row * 3 + column < min(frames, 12)
    ]
    assert len(shown) == min(frames, 12)
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (first, last)
