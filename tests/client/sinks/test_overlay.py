from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from client.drawing.marks import mark_people
from client.drawing.scene import Scene
from client.drawing.team_colours import TeamColours
from client.sinks.contact_sheet import ContactSheet
from client.sinks.overlay import OverlaySink
from sideline.arena.rig import Rig
from sideline.match_sheet import MatchSheet
from sideline.tensors import Category
from tests.client.updates import Person, end, find, make_update
from tests.client.videos import SHEET

HOME = Person(5, track_id=1, category=Category.HOME)
COLOURS = TeamColours()


def count_colour(picture: np.ndarray, rgb: tuple[int, int, int]) -> int:
    return int((picture == np.array(rgb, np.uint8)).all(axis=2).sum())


def test_the_video_holds_one_picture_a_frame_at_the_frames_own_time(tmp_path: Path, rig: Rig) -> None:
    sink = OverlaySink(tmp_path, Scene(rig, 25.0, live=False), 25.0)
    sink.open()
    for index in (10, 11, 14):
        sink.write(make_update(index, [Person(1)]))
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
    picture = Scene(rig, 25.0, live=False).draw(make_update(0, [replace(HOME, x_m=x_m)]))
    colour = COLOURS.home
    assert (count_colour(picture[:360, :640], colour) > 0) is left
    assert (count_colour(picture[:360, 640:], colour) > 0) is right
    assert count_colour(picture[360:, :716], colour) > 50


def test_the_ellipse_lies_around_the_projected_foot_point(rig: Rig) -> None:
    picture = Scene(rig, 25.0, live=False).draw(make_update(0, [replace(HOME, x_m=-8.0, z_m=2.0)]))
    rows, columns = np.nonzero((picture[:360, :640] == np.array(COLOURS.home, np.uint8)).all(axis=2))
    # the rig's pictures are 1280 wide and shown at 640
    column, row = rig.left.project(np.array([[-8.0, 0.0, 2.0]]))[0] / 2
    assert columns.min() < column < columns.max()
    assert rows.min() < row < rows.max()
    assert abs((columns.min() + columns.max()) / 2 - column) < 2


@pytest.mark.parametrize(("point_m", "right", "lower"), [((10.0, -6.0), True, False), ((-10.0, 6.0), False, True)])
def test_on_the_map_x_runs_to_the_right_and_the_near_side_is_below(
    rig: Rig, point_m: tuple[float, float], right: bool, lower: bool
) -> None:
    floor = Scene(rig, 25.0, live=False).draw(make_update(0, [replace(HOME, x_m=point_m[0], z_m=point_m[1])]))[
        360:, :716
    ]
    rows, columns = np.nonzero((floor == np.array(COLOURS.home, np.uint8)).all(axis=2))
    assert (columns.mean() > 358, rows.mean() > 208) == (right, lower)


def test_a_trail_stays_on_the_map_for_two_seconds_after_the_player_is_gone(rig: Rig) -> None:
    scene = Scene(rig, 25.0, live=False)
    for index in range(20):
        scene.draw(make_update(index, [replace(HOME, x_m=-10.0 + index, z_m=3.0)]))
    colour = COLOURS.home
    assert count_colour(scene.draw(make_update(40))[360:, :716], colour) > 0
    assert count_colour(scene.draw(make_update(70))[360:, :716], colour) == 0


def test_broken_pictures_and_points_outside_the_arena_are_drawn_without_failing(rig: Rig) -> None:
    people = [Person(1, float("nan")), Person(2, 900.0, 900.0), Person(3, 0.0, 60.0)]
    update = make_update(0, people, jpeg=b"no jpeg")
    assert Scene(rig, 25.0, live=True).draw(update).shape[1:] == (1280, 3)


def test_the_end_of_a_stream_is_no_picture(tmp_path: Path, rig: Rig) -> None:
    sink = OverlaySink(tmp_path, Scene(rig, 25.0, live=False), 25.0)
    sink.open()
    sink.write(make_update(0, [HOME]))
    sink.write(end(1))
    sink.close()
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        assert len(list(container.decode(video=0))) == 1


def test_teams_and_referees_have_their_colours(rig: Rig) -> None:
    people = [HOME, replace(HOME, track_id=2, category=Category.AWAY, z_m=3.0),
              replace(HOME, track_id=3, category=Category.REFEREE, z_m=-3.0)]  # fmt: skip
    colours = TeamColours.of_match_sheet(MatchSheet.parse(SHEET))
    picture = Scene(rig, 25.0, False, colours).draw(make_update(0, people))[360:, :716]
    for colour in ((170, 25, 35), (242, 242, 240), COLOURS.referee):
        assert count_colour(picture, colour) > 50


def test_a_person_of_no_likely_category_is_drawn_in_no_teams_colour(rig: Rig) -> None:
    picture = Scene(rig, 25.0, live=False).draw(make_update(0, [Person(1, -8.0, 2.0)]))
    assert all(count_colour(picture, colour) == 0 for colour in (COLOURS.home, COLOURS.away))
    assert count_colour(picture[360:, :716], COLOURS.of_category(None)) > 20


@pytest.mark.parametrize(
    ("away_shirt", "home"),
    [("#f2f2f0", (170, 25, 35)), ("#b01c26", COLOURS.home)],
    ids=["told apart", "nearly the same"],
)
def test_shirts_that_are_nearly_the_same_give_way_to_neutral_colours(away_shirt: str, home: tuple[int, ...]) -> None:
    sheet = MatchSheet.parse(SHEET.replace('shirt = "#f2f2f0"', f'shirt = "{away_shirt}"'))
    assert TeamColours.of_match_sheet(sheet).home == home
    assert TeamColours.of_match_sheet(None) == COLOURS


@pytest.mark.parametrize(
    ("person", "tag"),
    [
        (Person(17), "m17"),
        (Person(17, number=23), "m17"),
        (Person(17, track_id=4), "4"),
        (Person(17, track_id=4, number=0), "4 #0"),
        (Person(17, track_id=4, number=23), "4 #23"),
    ],
)
def test_the_tag_has_track_and_number_and_the_micro_track_while_there_is_no_track(person: Person, tag: str) -> None:
    assert [mark.tag for mark in mark_people(find([person]), COLOURS)] == [tag]


def test_a_trail_goes_on_when_the_micro_track_becomes_a_track(rig: Rig) -> None:
    scene = Scene(rig, 25.0, live=False)
    for index in range(20):
        track = replace(HOME, x_m=-10.0 + index, track_id=-1 if index < 19 else 1)
        picture = scene.draw(make_update(index, [track]))[360:, :716]
    rows, columns = np.nonzero((picture == np.array(COLOURS.home, np.uint8)).all(axis=2))
    assert columns.max() - columns.min() > 150  # the newer half of 19 m; the map has 23 px a metre
    assert len(rows) > 200


def test_fifty_people_fit_into_the_picture(rig: Rig) -> None:
    crowd = [replace(HOME, micro_track_id=place, track_id=place, number=place) for place in range(50)]
    assert Scene(rig, 25.0, live=False).draw(make_update(0, crowd)).shape[1:] == (1280, 3)


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
