"""The second half on the real server, by both paths: boxes, tracks, teams, numbers, and windows that come later."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import simplejpeg

from sideline import tensors
from sideline.serving.local_server import LocalServer
from sideline.tensors import Category, FrameStatus
from tests.serving.marks import Scene, red_hall, rig_of, two_teams
from tests.serving.onnx_nodes import constants, graph, node, write_engine
from tests.serving.stream import Reply, Request, Stream, requests_of

NewId = Callable[[], int]
FRAMES = 40
RED, GREEN, BLUE = range(3)
"""Discs of the red hall."""
SHEET = b"""
[home]
shirt = "#ff0000"
shorts = "#ff0000"
players = [{ number = "10", name = "Rosso" }, { number = "7", name = "Rubino" }]
[away]
shirt = "#00ff00"
shorts = "#00ff00"
players = [{ number = "22", name = "Verdi" }, { number = "10", name = "Oliva" }]
"""


@pytest.fixture(scope="module")
def path_a_server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    log_path = tmp_path_factory.mktemp("path_a") / "tritonserver.log"
    with LocalServer(repository, ensemble="path_a", grpc_port=0, metrics_port=None, log_path=log_path) as running:
        yield running


@pytest.fixture
def path_a(path_a_server: LocalServer) -> Iterator[Stream]:
    with Stream(path_a_server.url, "path_a") as open_stream:
        yield open_stream


@pytest.fixture(params=["path_a", "path_b"])
def either(request: pytest.FixtureRequest) -> Stream:
    """A stream by path A, then one by path B."""
    stream: Stream = request.getfixturevalue("path_a" if request.param == "path_a" else "stream")
    return stream


def standing(correlation_id: int, frames: int, match_sheet: bytes = b"") -> list[Request]:
    """The red hall's first picture for so many frames, then END."""
    first, end = requests_of(red_hall, correlation_id, 1)
    rest = [replace(first, frame_index=index, start=False) for index in range(1, frames)]
    return [replace(first, match_sheet=match_sheet), *rest, replace(end, frame_index=frames)]


def window_rows(replies: Sequence[Reply]) -> list[tuple[int, int, int]]:
    """(frame_index, micro-track, track) of every detection of all windows."""
    columns = (tensors.WINDOW_FRAMES, tensors.WINDOW_MICRO_TRACK_IDS, tensors.WINDOW_TRACK_IDS)
    return [row for reply in replies for row in zip(*(reply.array(each).tolist() for each in columns), strict=True)]


def tracks_of_disc(replies: Sequence[Reply], disc: int, scene_of: Callable[[], Scene] = red_hall) -> set[int]:
    """Tracks that the windows give to what was detected within half a metre of a disc."""
    track_of = {(frame, micro): track for frame, micro, track in window_rows(replies)}
    tracks = set()
    for reply in replies:
        place_m = scene_of().places_m(reply.frame_index)[disc]
        near = np.linalg.norm(reply.array(tensors.FOOT_POINTS_M) - place_m, axis=1) < 0.5
        tracks |= {track_of[reply.frame_index, reply.ids()[row]] for row in np.flatnonzero(near)}
    return tracks


def solved(replies: Sequence[Reply], track: int, tensor: tensors.Tensor) -> np.ndarray:
    """The last word on a track."""
    said = [row for reply in replies for row in reply.array(tensor)[reply.array(tensors.SOLVED_TRACK_IDS) == track]]
    return said[-1]


def test_at_the_end_every_detection_has_a_track_and_every_disc_one_of_its_own(either: Stream, new_id: NewId) -> None:
    replies = either.ask_all(requests_of(red_hall, new_id(), FRAMES), in_flight=4)
    assert [reply.message for reply in replies] == [""] * (FRAMES + 1)
    rows = window_rows(replies)
    assert sorted(row[:2] for row in rows) == sorted((r.frame_index, micro) for r in replies for micro in r.ids())
    tracks = [tracks_of_disc(replies, disc) for disc in range(4)]
    assert [len(each) for each in tracks] == [1] * 4
    assert set.union(*tracks) == set(replies[-1].array(tensors.SOLVED_TRACK_IDS).tolist()) == {1, 2, 3, 4}


def test_path_a_gives_every_detection_an_id_of_its_own(path_a: Stream, new_id: NewId) -> None:
    replies = path_a.ask_all(requests_of(red_hall, new_id(), 3))
    assert [sorted(reply.ids()) for reply in replies] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], []]


def test_the_match_sheet_names_the_teams_by_their_kits_and_the_players_have_numbers(
    either: Stream, new_id: NewId
) -> None:
    first, *rest = requests_of(two_teams, new_id(), FRAMES)
    replies = either.ask_all([replace(first, match_sheet=SHEET), *rest])
    assert all(bool(reply.array(tensors.TEAMS_NAMED)[0]) for reply in replies)
    for disc, category, number in ((RED, Category.HOME, 10), (GREEN, Category.AWAY, 22)):
        (track,) = tracks_of_disc(replies, disc, two_teams)
        assert solved(replies, track, tensors.SOLVED_TEAM_PROBABILITIES).argmax() == category
        assert solved(replies, track, tensors.SOLVED_JERSEY_NUMBERS) == number
        assert solved(replies, track, tensors.SOLVED_JERSEY_PROBABILITIES) > 0.9


def test_without_a_match_sheet_the_teams_have_no_names_and_the_numbers_are_read_all_the_same(
    either: Stream, new_id: NewId
) -> None:
    replies = either.ask_all(requests_of(red_hall, new_id(), FRAMES))
    assert not any(reply.array(tensors.TEAMS_NAMED)[0] for reply in replies)
    for disc, number in ((RED, 10), (GREEN, 22), (BLUE, 33)):
        (track,) = tracks_of_disc(replies, disc)
        assert solved(replies, track, tensors.SOLVED_JERSEY_NUMBERS) == number
    for reply in replies:
        probabilities = reply.array(tensors.TEAM_PROBABILITIES)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
        assert probabilities.shape == (len(reply.ids()), 3)


BAD_SHEETS = {
    "a number twice": (SHEET.replace(b'"7"', b'"10"'), "10"),
    "not TOML": (b"[home", "TOML"),
    "not UTF-8": (b"\xff\xfe\xfd", "UTF-8"),
    "too large": (SHEET + b"#" * 70_000, "more than 65536"),
}


@pytest.mark.parametrize("fault", BAD_SHEETS)
def test_a_bad_match_sheet_is_a_message_on_a_good_frame_and_the_stream_goes_on_unnamed(
    stream: Stream, new_id: NewId, fault: str
) -> None:
    sheet, message = BAD_SHEETS[fault]
    first, *rest = requests_of(red_hall, new_id(), 6)
    replies = stream.ask_all([replace(first, match_sheet=sheet), *rest])
    assert message in replies[0].message
    assert [reply.message for reply in replies[1:]] == [""] * 6
    assert [reply.status for reply in replies] == [FrameStatus.OK] * 6 + [FrameStatus.END_OF_STREAM]
    assert not any(reply.array(tensors.TEAMS_NAMED)[0] for reply in replies)
    assert len(window_rows(replies)) == 6 * 4


def test_the_message_of_a_bad_frame_and_that_of_a_bad_sheet_are_both_told(stream: Stream, new_id: NewId) -> None:
    first, *_ = requests_of(red_hall, new_id(), 1)
    reply = stream.ask(replace(first, left_jpeg=b"", match_sheet=b"[home"))
    assert reply.status is FrameStatus.CAMERA_MISSING
    assert reply.message.startswith("left camera: no image")
    assert "TOML" in reply.message


def test_a_window_is_answered_while_the_stream_goes_on_and_the_live_tracks_follow_it(
    stream: Stream, new_id: NewId
) -> None:
    requests = standing(new_id(), 400)
    replies: list[Reply] = []
    while not window_rows(replies):
        assert len(replies) < 400, "the first window never came"
        replies.append(stream.ask(requests[len(replies)]))
    assert len(replies) > 128
    track_of = {micro: track for _, micro, track in window_rows(replies)}
    last = len(replies)
    replies += stream.ask_all([*requests[last : last + 12], replace(requests[-1], frame_index=last + 12)])
    assert replies[last].array(tensors.TRACK_IDS).tolist() == [track_of[micro] for micro in replies[last].ids()]
    everything = [(reply.frame_index, micro) for reply in replies for micro in reply.ids()]
    assert sorted(row[:2] for row in window_rows(replies)) == sorted(everything)
    assert {track for _, micro, track in window_rows(replies)} == set(track_of.values())


def test_the_box_of_a_detection_stands_on_its_foot_point_in_the_camera_that_is_told(
    stream: Stream, new_id: NewId
) -> None:
    reply = stream.ask_all(requests_of(red_hall, new_id(), 1))[0]
    rig = rig_of(red_hall())
    foot_points_m = reply.array(tensors.FOOT_POINTS_M)
    cameras, boxes_px = reply.array(tensors.CAMERAS), reply.array(tensors.BOXES_PX)
    assert len(cameras) == len(boxes_px) == len(reply.array(tensors.CAMERA_REASONS)) == 4
    for foot_m, camera, box in zip(foot_points_m, cameras, boxes_px, strict=True):
        x, y = (rig.left, rig.right)[camera].project(np.array([[foot_m[0], 0.0, foot_m[1]]]))[0]
        assert box[0] < x < box[2]
        assert box[3] - (box[3] - box[1]) / 3 < y < box[3]


def test_frames_without_anybody_pass_both_paths(either: Stream, new_id: NewId) -> None:
    dark = simplejpeg.encode_jpeg(np.full((720, 1280, 3), 20, np.uint8))
    requests = [replace(each, left_jpeg=dark, right_jpeg=dark) for each in standing(new_id(), 3)[:-1]]
    replies = either.ask_all([*requests, *requests_of(red_hall, requests[0].correlation_id, 1, first=3)[1:]])
    assert [reply.status for reply in replies] == [FrameStatus.OK] * 3 + [FrameStatus.END_OF_STREAM]
    for reply in replies:
        assert [len(reply.array(tensor)) for tensor in (tensors.BOXES_PX, tensors.TRACK_IDS)] == [0, 0]
        assert not window_rows([reply])


def test_frames_that_are_bad_or_late_leave_the_windows_as_they_would_be(stream: Stream, new_id: NewId) -> None:
    requests = requests_of(red_hall, new_id(), FRAMES)
    undisturbed = stream.ask_all(requests)
    other_id = new_id()
    own = [replace(each, correlation_id=other_id) for each in requests]
    replies = stream.ask_all([*own[:20], own[3], replace(own[20], calibration=b"junk"), *own[20:]])
    assert [reply.status for reply in replies[20:22]] == [FrameStatus.OUT_OF_ORDER, FrameStatus.BAD_CALIBRATION]
    assert window_rows(replies) == window_rows(undisturbed)


def test_a_solver_whose_engine_fails_is_told_and_the_micro_tracks_are_given_out_as_tracks(
    own_repository: Path, new_id: NewId
) -> None:
    write_engine(own_repository, _failing_graph_tracker())
    with LocalServer(own_repository, grpc_port=0, metrics_port=None) as server, Stream(server.url) as stream:
        replies = stream.ask_all(requests_of(red_hall, new_id(), FRAMES))
        assert [reply.status for reply in replies] == [FrameStatus.OK] * FRAMES + [FrameStatus.END_OF_STREAM]
        assert "the graph solver failed" in replies[-1].message
        assert "ONNX Runtime" in replies[-1].message
        rows = window_rows(replies)
        assert len(rows) == 4 * FRAMES
        assert len({(micro, track) for _, micro, track in rows}) == 4
        assert stream.ask_all(requests_of(red_hall, new_id(), 2))[0].status is FrameStatus.OK


def _failing_graph_tracker() -> onnx.GraphProto:
    """Names and shapes as they should be; what it does cannot be done: a reshape to another size."""
    fixed = constants(nowhere=np.array([7, 11]), last=np.array([-1]), zero=np.float32(0))
    nodes = [
        node("Reshape", "nodes nowhere", "seven"),
        node("ReduceSum", "seven", "sum", keepdims=0),
        node("Mul", "sum zero", "nothing"),
        node("ReduceSum", "pairs last", "pair_sum", keepdims=0),
        node("Add", "pair_sum nothing", "pair_logits"),
        node("Add", "team_evidence nothing", "category_logits"),
    ]
    inputs = (tensors.NODES, tensors.PAIRS, tensors.PAIR_MASK, tensors.LEVEL, tensors.TEAM_EVIDENCE)
    return graph("graph_tracker", nodes, inputs, (tensors.PAIR_LOGITS, tensors.CATEGORY_LOGITS), fixed)
