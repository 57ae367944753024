"""How far specks are from people's ways, by hand, and beside the same measured one pair after the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideline.tracking.graph.gap_fits import Specks, measure_fits
from sideline.tracking.graph.looks import NO_LOOKS
from sideline.tracking.graph.tracklets import Tracklet, join_tracklets, make_tracklet
from tests.tracking.graph.pieces import looks_like, piece

GAP = join_tracklets([piece(0, 10), piece(21, 30, (2.0, 0.0))])


def measure(person: Tracklet, *specks: Tracklet) -> list[float]:
    return measure_fits(person, Specks.of(specks), 25.0).tolist()


def test_a_speck_in_a_gap_is_measured_against_the_straight_way_over_it() -> None:
    # from frame 10 at x = 0 to frame 21 at x = 2: at frame 16 x = 12 / 11
    assert measure(GAP, piece(16, 16, (12 / 11, 0.3))) == pytest.approx([0.3])


def test_a_speck_of_several_detections_is_as_far_away_as_they_are_on_average() -> None:
    speck = join_tracklets([piece(11, 11, (2 / 11, 0.1)), piece(12, 12, (4 / 11, 0.5))])
    assert measure(GAP, piece(20, 20, (20 / 11, 0.0)), speck) == pytest.approx([0.0, 0.3], abs=1e-6)


def test_who_looks_like_somebody_else_fits_less_well() -> None:
    known, unknown = piece(0, 10, looks=looks_like(1)), piece(0, 10)
    specks = piece(11, 11, looks=looks_like(1)), piece(11, 11, looks=looks_like(2)), piece(11, 11)
    same, other, any_one = measure(known, *specks)
    assert same == pytest.approx(0.0, abs=1e-6)
    assert other == pytest.approx(0.4 * (1.0 - float(looks_like(1).appearance @ looks_like(2).appearance)))
    assert other > 0.2
    assert any_one == 0.0
    assert measure(unknown, *specks) == [0.0, 0.0, 0.0]


def test_a_speck_fits_nobody_who_is_seen_in_its_time_or_too_far_away_in_time() -> None:
    assert measure(GAP, piece(9, 11)) == [np.inf]
    assert measure(piece(0, 10), piece(12, 13), piece(60, 61)) == [pytest.approx(0.0), np.inf]
    assert measure(join_tracklets([piece(0, 10), piece(200, 210)]), piece(100, 101)) == [np.inf]


def test_an_end_reaches_as_far_as_a_fifth_of_a_hundred_frames_and_a_gap_as_far_as_three_seconds() -> None:
    # 25 frames a second: 0.8 s are 20 frames, 3 s are 75
    assert np.isfinite(measure(piece(30, 40), piece(60, 60), piece(61, 61), piece(10, 10), piece(9, 9))).tolist() == [
        True, False, True, False,
    ]  # fmt: skip
    for end, fits in ((75, True), (76, False)):
        hole = join_tracklets([piece(-30, 0), piece(end, end + 30)])
        assert np.isfinite(measure(hole, piece(37, 37))).tolist() == [fits]


def reference(person: Tracklet, speck: Tracklet) -> float:
    """The same, a detection at a time."""
    before = [frame for frame in person.frames.tolist() if frame < speck.first_frame]
    after = [frame for frame in person.frames.tolist() if frame >= speck.first_frame]
    if after and after[0] <= speck.last_frame:
        return np.inf
    before_s = (speck.first_frame - before[-1]) / 25 if before else np.inf
    after_s = (after[0] - speck.last_frame) / 25 if after else np.inf
    if before_s + after_s > 3.0 and min(before_s, after_s) > 0.8:
        return np.inf
    away_m = 0.0
    for frame, point in zip(speck.frames.tolist(), speck.points_m, strict=True):
        way = [np.interp(frame, person.frames, person.points_m[:, axis]) for axis in (0, 1)]
        away_m += float(np.hypot(*(point - way)))
    return away_m / len(speck.frames)


@st.composite
def tracklets(draw: st.DrawFn, longest: int) -> Tracklet:
    frames = np.array(sorted(draw(st.sets(st.integers(0, 200), min_size=1, max_size=longest))), np.int64)
    places = draw(st.lists(st.integers(-700, 700), min_size=2 * len(frames), max_size=2 * len(frames)))
    points_m = np.array(places, np.float32).reshape(-1, 2) / 100
    return make_tracklet(frames, points_m, np.full(len(frames), 0.9, np.float32), np.ones_like(frames), NO_LOOKS)


@given(tracklets(12), st.lists(tracklets(4), min_size=1, max_size=8))
def test_all_at_once_are_measured_as_one_after_the_other(person: Tracklet, specks: list[Tracklet]) -> None:
    assert measure(person, *specks) == pytest.approx([reference(person, each) for each in specks], rel=1e-6, abs=1e-6)
