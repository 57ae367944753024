"""Joins with past tracks."""

import numpy as np

from sideline.arrays import Float32s
from sideline.tensors import NO_NUMBER
from sideline.tracking.graph.engines import ScorePairs
from sideline.tracking.graph.hierarchy import GraphBuilder
from sideline.tracking.graph.looks import Looks
from sideline.tracking.graph.past import Sighting, join_past
from sideline.tracking.graph.scoring import GraphScorer
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.graph.tracks import Track
from sideline.tracking.jersey_votes import NumberVerdict
from tests.tracking.graph.engines import score_pairs
from tests.tracking.graph.pieces import looks_like, piece


def evidence_of(team: Float32s) -> Float32s:
    """HOME for light shirts; nothing without crops."""
    lightness = np.nan_to_num(team[..., 2])
    return np.stack([lightness, -lightness, np.full_like(lightness, -9)], axis=-1).astype(np.float32)


def track(track_id: int, tracklet: Tracklet) -> Track:
    """A past track."""
    return Track(track_id, tracklet, np.zeros(3), NumberVerdict(NO_NUMBER, 0.0))


def join(
    tracklets: list[Tracklet], tracks: list[Track], engine: ScorePairs = score_pairs, **changes: int
) -> list[Sighting]:
    """Sightings of a window that begins with frame 128, by their first frames."""
    settings = GraphSettings(**changes)  # type: ignore[arg-type]
    scorer = GraphScorer(engine, (8,), 10_000)
    sightings = join_past(tracklets, tracks, 128, settings, GraphBuilder(evidence_of, 25.0), scorer)
    return sorted(sightings, key=lambda each: each.seen[0].first_frame)


def owners(sightings: list[Sighting]) -> list[int | None]:
    """Their tracks' IDs."""
    return [each.track.track_id if each.track else None for each in sightings]


def refuse(nodes: Float32s, pairs: Float32s, *_: object) -> tuple[Float32s, Float32s]:
    """An engine that joins nobody."""
    return np.full(pairs.shape[:3], -5, np.float32), np.zeros((*nodes.shape[:2], 3), np.float32)


ME, YOU = looks_like(1, 9), looks_like(2, 9)


def test_a_tracklet_goes_to_the_track_that_looks_like_it_even_after_minutes() -> None:
    tracks = [track(4, piece(0, 20, (3.0, 0.0), looks=ME)), track(5, piece(100, 127, (3.0, 0.0), looks=YOU))]
    window = [piece(9000, 9050, (0.0, 0.0), looks=ME), piece(9000, 9050, (4.0, 0.0), looks=looks_like(3, 9))]
    assert sorted(owners(join(window, tracks)), key=str) == [4, None]


def test_what_the_past_does_not_know_may_still_be_one_person() -> None:
    found = join([piece(128, 140, looks=ME), piece(150, 160, looks=ME)], [])
    assert owners(found) == [None]
    assert [each.first_frame for each in found[0].seen] == [128, 150]


def test_two_past_tracks_are_never_joined() -> None:
    tracks = [track(4, piece(0, 20, looks=ME)), track(5, piece(30, 127, looks=ME))]
    assert owners(join([piece(128, 140, looks=ME)], tracks)) in ([4], [5])


def test_a_second_round_finds_who_was_left_over_in_the_first() -> None:
    def link_to_the_track_only(
        nodes: Float32s, pairs: Float32s, mask: Float32s, *rest: Float32s
    ) -> tuple[Float32s, Float32s]:
        logits = np.where(mask, -5.0, 0.0).astype(np.float32)
        logits[:, 0] = np.where(mask[:, 0], 5.0 - pairs[:, 0, :, 0], 0.0)
        return logits, np.zeros((*nodes.shape[:2], 3), np.float32)

    tracks = [track(4, piece(0, 127, looks=ME))]
    window = [piece(128, 140, looks=ME, micro=2), piece(150, 160, looks=ME, micro=3)]
    assert owners(join(window, tracks, link_to_the_track_only, past_rounds=1)) == [4, None]
    assert owners(join(window, tracks, link_to_the_track_only, past_rounds=2)) == [4]


def test_votes_are_the_engines_word_in_proportion_to_the_crops() -> None:
    few, many = Looks(**{name: getattr(ME, name) for name in Looks.__slots__} | {"crops": 5}), looks_like(2, 40)
    found = join([piece(128, 140, looks=few), piece(130, 140, (5.0, 0.0), looks=many)], [], refuse)
    # all logits 0: log(1/3), for a half of the ten crops of a full vote and for all
    np.testing.assert_allclose(found[0].votes, np.full(3, 0.5 * np.log(1 / 3)), rtol=1e-5)
    np.testing.assert_allclose(found[1].votes, np.full(3, np.log(1 / 3)), rtol=1e-5)


def test_more_people_than_a_graph_holds_are_all_answered() -> None:
    window = [piece(128, 140 + row, (float(row), 0.0), looks=looks_like(row)) for row in range(12)]
    tracks = [track(row + 1, piece(100, 127, (float(row), 0.0), looks=looks_like(row))) for row in range(12)]
    found = join(window, tracks)
    assert len(found) == 12
    assert all(each.track is None for each in found)
    found = join(window[8:], tracks)
    assert sorted(owners(found), key=str) == [10, 11, 12, 9]


def test_of_more_tracks_than_a_graph_holds_those_seen_last_are_asked() -> None:
    def prefer_the_oldest(
        nodes: Float32s, pairs: Float32s, mask: Float32s, *rest: Float32s
    ) -> tuple[Float32s, Float32s]:
        return np.where(mask, 5.0 + pairs[..., 0], 0.0), np.zeros((*nodes.shape[:2], 3), np.float32)

    tracks = [track(row, piece(0, 100 + row, looks=ME)) for row in range(10)]
    # a graph of 8 holds the one tracklet and 7 of the 10 tracks: 3 … 9
    assert owners(join([piece(150, 160, looks=ME, micro=2)], tracks, prefer_the_oldest)) == [3]
