"""Finds out that a track is somebody who was known before: a window too late, or several, but for all the time to come.

Whoever leaves a crowd as the wrong person is somebody new to `past`, for their own track has just been seen elsewhere;
and from then on the new track is always the nearer one. Here lost tracks are held against those that began since.
Knows tracks; the window's tracklets come afterwards. What was answered before is for the client to put right.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from sideline.arrays import Bools
from sideline.tensors import NO_NUMBER
from sideline.tracking.graph.hierarchy import GraphBuilder
from sideline.tracking.graph.linking import choose_links
from sideline.tracking.graph.looks import add_looks
from sideline.tracking.graph.scoring import GraphScorer
from sideline.tracking.graph.settings import PAST, GraphSettings
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.graph.tracks import Track, TrackBook

Reunion: TypeAlias = tuple[int, int]
"""ID of the later track, and of the earlier one that it turned out to be."""
_SURE_LOGIT: Final = 10.0
"""What it counts that the same number was read of both: more than nearly all that looks and places say against it."""


def reunite(
    book: TrackBook, first_frame: int, settings: GraphSettings, builder: GraphBuilder, scorer: GraphScorer
) -> tuple[TrackBook, list[Reunion]]:
    """Give tracks back the IDs of those that they turn out to be.

    Args:
        book: Before a window.
        first_frame: frame_index of that window's first frame.
        settings: How sure it has to be.
        builder, scorer: Make graphs and have them scored.

    Returns:
        The book with one track, of the earlier ID, for each pair that is one person; and these pairs.
    """
    tracks = [each for each in book.tracks.values() if each.tracklet.detections >= settings.reunion_detections]
    tracks = sorted(tracks, key=lambda each: -each.tracklet.last_frame)[: settings.reunion_tracks]
    seen_from = first_frame - settings.window_frames
    may_be_one = _find_candidates(tracks, seen_from, settings.window_frames)
    if not may_be_one.any():
        return book, []
    wear_one_number = _wear_one_number(tracks)
    gains = wear_one_number * _SURE_LOGIT
    graph = builder.build([_show(each.tracklet, seen_from) for each in tracks], first_frame, PAST)
    mask = graph.pair_mask & may_be_one
    if mask.any():
        gains += np.where(mask, scorer.score([replace(graph, pair_mask=mask)], PAST)[0].pair_logits, 0.0)
    links = choose_links(gains - settings.reunion_logit, may_be_one & (mask | wear_one_number))
    later = {new for _, new in links}
    pairs = [(tracks[new], tracks[old]) for old, new in links if old not in later]  # a chain's third: a window later
    for new, old in pairs:
        book = _unite(book, old, new)
    return book, [(new.track_id, old.track_id) for new, old in pairs]


def _find_candidates(tracks: Sequence[Track], seen_from: int, longest_overlap: int) -> Bools:
    """(N,N) bool: the column may be the row's person.

    The row is lost: it was not seen in the last window, from the frame seen_from on. The column may have begun before
    the row was seen last, for a track that is lost in a crowd often follows somebody else at its end.
    """
    last = np.array([each.tracklet.last_frame for each in tracks], np.int64)
    begun = np.array([each.tracklet.first_frame for each in tracks], np.int64)
    lost = last < seen_from
    return np.asarray(lost[:, None] & (begun[None] > last[:, None] - longest_overlap), np.bool_)


def _wear_one_number(tracks: Sequence[Track]) -> Bools:
    """(N,N) bool: the same number was read of both, in the same team, where nobody else wears it."""
    numbers = np.array([each.number.number for each in tracks])
    teams = np.array([each.team_probabilities.argmax() for each in tracks])
    same = (numbers[:, None] == numbers[None]) & (teams[:, None] == teams[None])
    return np.asarray(same & (numbers != NO_NUMBER)[:, None], np.bool_)


def _show(tracklet: Tracklet, seen_from: int) -> Tracklet:
    """As the graph is to see it: one that is not lost as what is kept of it, for its beginning may overlap others."""
    return tracklet if tracklet.last_frame < seen_from else replace(tracklet, first_frame=int(tracklet.frames[0]))


def _unite(book: TrackBook, old: Track, new: Track) -> TrackBook:
    own = new.tracklet
    tracklet = replace(
        own,
        looks=add_looks([old.tracklet.looks, own.looks]),
        first_frame=old.tracklet.first_frame,
        detections=old.tracklet.detections + own.detections,
    )
    votes = old.category_votes + new.category_votes
    united = Track(old.track_id, tracklet, votes, max(old.number, new.number, key=lambda each: each.probability))
    tracks = {key: each for key, each in book.tracks.items() if key != new.track_id} | {old.track_id: united}
    micro_tracks = {
        micro: replace(last, track_id=old.track_id) if last.track_id == new.track_id else last
        for micro, last in book.micro_tracks.items()
    }
    return replace(book, tracks=tracks, micro_tracks=micro_tracks)
