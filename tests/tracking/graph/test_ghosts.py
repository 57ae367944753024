"""Who becomes no track: those who do not move as people do, and those whom the detector doubts."""

from dataclasses import replace

import numpy as np
import pytest

from sideline.arrays import Bools, Float32s
from sideline.tensors import NO_NUMBER, NO_TRACK
from sideline.tracking.graph.ghosts import split_ghosts
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.solve import solve_window
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.graph.tracks import Track
from sideline.tracking.jersey_votes import NumberVerdict
from tests.tracking.graph.engines import ENGINES
from tests.tracking.graph.pieces import looks_like, piece
from tests.tracking.graph.test_solve import ME, YOU, book_of, window_of


def score_by_place(points_m: Float32s, mask: Bools) -> Float32s:
    """Whoever stands at x > 0 stays."""
    return (mask & (points_m[..., 0] > 0)).astype(np.float32)


def needing(persistence: float) -> GraphSettings:
    return GraphSettings(least_persistence=persistence, least_score=0.6, least_shown=0.25)


def scored(tracklet: Tracklet, score: float) -> Tracklet:
    return replace(tracklet, scores=np.full_like(tracklet.scores, score))


def test_somebody_new_who_does_not_stay_is_a_ghost_and_somebody_known_is_not() -> None:
    stays, ghost = Sighting(None, (piece(0, 9, (1, 0)),), np.zeros(3)), Sighting(None, (piece(0, 9),), np.zeros(3))
    known = Sighting(Track(1, piece(0, 9), np.zeros(3), NumberVerdict(NO_NUMBER, 0.0)), (piece(20, 29),), np.zeros(3))
    kept, ghosts = split_ghosts([stays, ghost, known], needing(0.5), score_by_place)
    assert kept == [stays, known]
    assert ghosts == list(ghost.seen)


@pytest.mark.parametrize(("scores", "is_ghost"), [((0.9, 0.2), True), ((0.9, 0.31), False)])
def test_somebody_new_whom_the_detector_doubts_on_average_is_a_ghost_and_somebody_known_is_not(
    scores: tuple[float, float], is_ghost: bool
) -> None:
    seen = tuple(scored(piece(first, first + 9), score) for first, score in zip((0, 10), scores, strict=True))
    new = Sighting(None, seen, np.zeros(3))
    known = replace(new, track=Track(1, scored(piece(0, 9), 0.1), np.zeros(3), NumberVerdict(NO_NUMBER, 0.0)))
    assert split_ghosts([new, known], needing(0.0), None) == (([known], list(seen)) if is_ghost else ([new, known], []))


@pytest.mark.parametrize(("crops", "is_ghost"), [(0, True), (1, False)])
def test_somebody_new_who_is_hardly_ever_seen_alone_is_a_ghost(crops: int, is_ghost: bool) -> None:
    """All have 20 or 21 crops of 60 detections; a quarter of that is 0.8 to 0.9 of 10."""
    others = Sighting(None, (piece(0, 39, looks=looks_like(1, 20)),), np.zeros(3))
    new = Sighting(None, (piece(0, 9, looks=looks_like(2, crops)),), np.zeros(3))
    known = replace(new, track=Track(1, piece(0, 9), np.zeros(3), NumberVerdict(NO_NUMBER, 0.0)))
    kept, ghosts = split_ghosts([others, new, known], needing(0.0), None)
    assert (new not in kept, known in kept, others in kept) == (is_ghost, True, True)
    assert ghosts == (list(new.seen) if is_ghost else [])


def test_where_nobody_has_a_crop_nobody_is_hidden() -> None:
    people = [Sighting(None, (piece(0, 9),), np.zeros(3)), Sighting(None, (piece(0, 9, (3, 0)),), np.zeros(3))]
    assert split_ghosts(people, needing(0.0), None) == (people, [])


def test_half_a_way_among_the_living_is_judged_by_the_mean() -> None:
    half = Sighting(None, (piece(0, 9, (1, 0)), piece(10, 19)), np.zeros(3))
    assert split_ghosts([half], needing(0.5), score_by_place) == ([half], [])
    assert split_ghosts([half], needing(0.51), score_by_place) == ([], list(half.seen))


def test_of_a_thinned_stream_nobody_is_a_ghost_for_the_engine_knows_consecutive_frames_only() -> None:
    whole = piece(0, 29)
    rows = slice(0, 30, 3)
    thinned = replace(
        whole,
        frames=whole.frames[rows],
        points_m=whole.points_m[rows],
        scores=whole.scores[rows],
        micro_track_ids=whole.micro_track_ids[rows],
    )
    assert split_ghosts([Sighting(None, (thinned,), np.zeros(3))], needing(0.5), score_by_place)[1] == []
    assert split_ghosts([Sighting(None, (whole,), np.zeros(3))], needing(0.5), score_by_place)[1] == [whole]


def test_without_an_engine_nobody_is_asked_how_they_move() -> None:
    ghost = Sighting(None, (piece(0, 9),), np.zeros(3))
    assert split_ghosts([ghost], needing(0.5), None) == ([ghost], [])
    assert split_ghosts([], needing(0.5), score_by_place) == ([], [])


def test_a_ghost_becomes_no_track_and_others_keep_theirs() -> None:
    """ME stands at x = 0, YOU at x = 4."""
    window = window_of(*((index, [ME, YOU], [1, 2]) for index in range(128)))
    engines = replace(ENGINES, score_persistence=score_by_place)
    _, result = solve_window(book_of(), window, engines, GraphSettings(least_persistence=0.5))
    tracks = {micro: set(result.window_track_ids[result.window_micro_track_ids == micro].tolist()) for micro in (1, 2)}
    assert tracks == {1: {NO_TRACK}, 2: {9}}
    _, everybody = solve_window(book_of(), window, engines, GraphSettings(least_persistence=0.0))
    assert NO_TRACK not in everybody.window_track_ids
