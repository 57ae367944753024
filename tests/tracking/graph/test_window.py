"""Windows: what is gathered, and how it falls into pieces."""

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tracking.graph.cuts import CutSettings
from sideline.tracking.graph.window import OpenWindow, make_pieces, split_by, spread_crops
from tests.tracking.graph.engines import encode_tracklets
from tests.tracking.graph.scenes import Person, make_frame, point_of, stand

TWO = [Person(1, stand(0.0, 0.0), number=5), Person(2, stand(4.0, 0.0))]


def gather(frames: int, people: list[Person] = TWO) -> OpenWindow:
    """A window of so many frames."""
    window = OpenWindow(0)
    for index in range(frames):
        window.add(make_frame(index, people))
    return window


def test_a_window_in_which_nobody_was_seen_is_none() -> None:
    assert gather(5, []).close() is None


def test_crops_keep_to_their_detections() -> None:
    closed = gather(6).close()
    assert closed is not None
    rows = closed.gather()
    assert rows.frames.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    # stride 3: person 1 in the frames 2 and 5, person 2 in 1 and 4
    assert rows.crop_rows.tolist() == [3, 4, 9, 10]
    np.testing.assert_allclose(rows.crops.appearance[0], point_of(2, 64))
    np.testing.assert_allclose(rows.crops.appearance[1], point_of(1, 64))


def test_what_is_gathered_does_not_change_with_the_servers_memory() -> None:
    window, frame = OpenWindow(0), make_frame(2, TWO)
    window.add(frame)
    for array in (frame.foot_points_m, frame.appearance, frame.jersey, frame.team, frame.crop_features, frame.scores):
        array[:] = np.nan
    closed = window.close()
    assert closed is not None
    rows = closed.gather()
    assert np.isfinite(rows.points_m).all()
    assert np.isfinite(rows.crops.appearance).all()


def test_crops_that_are_blank_or_not_finite_are_left_out() -> None:
    window, frame = OpenWindow(0), make_frame(2, TWO, stride=1)
    frame.jersey[0, 5] = np.inf
    assert window.add(frame).crop_rows.tolist() == [1]
    assert len(window.add(make_frame(0, TWO[:1])).crop_rows) == 0


def test_pieces_have_the_looks_of_their_own_crops() -> None:
    closed = gather(12).close()
    assert closed is not None
    first, second = make_pieces(closed.gather(), CutSettings(), None)
    assert (first.detections, first.looks.crops) == (12, 4)
    assert first.looks.number_evidence.argmax() == 5
    np.testing.assert_allclose(second.looks.appearance, point_of(2, 64), atol=1e-6)


def test_pieces_without_crops_are_not_sent_to_the_temporal_encoder() -> None:
    sizes: list[list[int]] = []

    def encode(features: Float32s, mask: Bools) -> tuple[Float32s, Float32s, Float32s]:
        sizes.append(mask.sum(axis=1).tolist())
        return encode_tracklets(features, mask)

    closed = gather(2).close()
    assert closed is not None
    pieces = make_pieces(closed.gather(), CutSettings(), encode)
    assert sizes == [[1]]
    assert [each.looks.crops for each in pieces] == [0, 1]
    expected = point_of(2, 128)[:64] / np.linalg.norm(point_of(2, 128)[:64])
    np.testing.assert_allclose(pieces[1].looks.appearance, expected, atol=1e-6)


def test_what_the_temporal_encoder_says_is_left_when_it_is_not_finite() -> None:
    def overflow_once(features: Float32s, mask: Bools) -> tuple[Float32s, Float32s, Float32s]:
        appearance, jersey, team = encode_tracklets(features, mask)
        team[0, 3] = np.nan
        return appearance, jersey, team

    closed = gather(12).close()
    assert closed is not None
    first, second = make_pieces(closed.gather(), CutSettings(), overflow_once)
    np.testing.assert_allclose(first.looks.appearance, point_of(1, 64), atol=1e-6)
    expected = point_of(2, 128)[:64] / np.linalg.norm(point_of(2, 128)[:64])
    np.testing.assert_allclose(second.looks.appearance, expected, atol=1e-6)


def test_many_crops_are_thinned_evenly_with_both_ends_kept() -> None:
    assert spread_crops(np.arange(15)).tolist() == list(range(15))
    assert spread_crops(np.arange(29)).tolist() == list(range(0, 29, 2))


def test_rows_are_split_by_group_and_empty_groups_stay() -> None:
    assert [each.tolist() for each in split_by(np.array([2, 0, 2]), 4)] == [[1], [], [0, 2], []]
    assert split_by(np.empty(0, np.int64)) == []


def test_loose_detections_are_set_apart_without_looks_and_crops_keep_to_the_others() -> None:
    window = OpenWindow(0)
    for index in range(3):
        window.add(make_frame(index, [TWO[1], *TWO], [-1, 1, 2], stride=1))
    closed = window.close()
    assert closed is not None
    rows, loose = closed.gather().split()
    assert rows.micro_track_ids.tolist() == [1, 2] * 3
    assert rows.crop_rows.tolist() == list(range(6))
    np.testing.assert_allclose(rows.crops.appearance[1], point_of(2, 64))
    assert [(each.frames.tolist(), each.micro_track_ids.tolist(), each.looks.crops) for each in loose] == [
        ([index], [-1], 0) for index in range(3)
    ]


def test_a_window_of_loose_detections_only_has_no_pieces() -> None:
    window = OpenWindow(0)
    window.add(make_frame(0, TWO, [-1, -2]))
    closed = window.close()
    assert closed is not None
    rows, loose = closed.gather().split()
    assert make_pieces(rows, CutSettings(), encode_tracklets) == []
    assert len(loose) == 2
