"""Tracks of a stream and what is known of each: what one solved window hands to the next.

A book is never changed: solving a window makes the next one, so a solver that dies half-way leaves no trace.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from sideline.arrays import Float32s, Float64s, Int64s
from sideline.match_sheet import MatchSheet
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.jersey_votes import NumberVerdict
from sideline.tracking.teams import TeamNaming

_FADE = 0.9
"""Of a track's votes for a category, what is left a window later: early mistakes are forgiven, and no vote is final."""
_FULL_VOTE_CROPS = 10
"""A tracklet with so many crops has a full vote on its track's category, one with fewer a smaller one."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Somebody who was seen.

    Attributes:
        track_id: From 1, never given twice in a stream.
        tracklet: The end of what was seen, and the looks of all.
        category_votes: (3,) log-probabilities of each Category, added up.
        number: What is said of the jersey number.
    """

    track_id: int
    tracklet: Tracklet
    category_votes: Float64s
    number: NumberVerdict

    @property
    def team_probabilities(self) -> Float32s:
        """(3,) f32 probability of each Category."""
        return to_probabilities(self.category_votes)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The track of a micro-track, and the frame when a solved window saw it last."""

    track_id: int
    frame: int


@dataclass(frozen=True, slots=True, eq=False)
class TrackBook:
    """All that is known after a window.

    Attributes:
        sheet: The match sheet, or None.
        naming: The teams' colours.
        tracks: By track ID; those remembered.
        micro_tracks: By micro-track ID; those seen lately.
        next_track_id: The next new track's ID.
    """

    sheet: MatchSheet | None
    naming: TeamNaming
    tracks: Mapping[int, Track] = field(default_factory=lambda: MappingProxyType({}))
    micro_tracks: Mapping[int, LastSeen] = field(default_factory=lambda: MappingProxyType({}))
    next_track_id: int = 1


def weigh_votes(logits: Float32s, crops: Int64s) -> Float64s:
    """Votes (N,3) of tracklets from their category logits (N,3) and numbers of crops (N,)."""
    normal = logits - np.logaddexp.reduce(logits.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(np.minimum(1.0, crops / _FULL_VOTE_CROPS)[:, None] * normal, np.float64)


def fade_votes(votes: Float64s) -> Float64s:
    """A track's votes (3,) a window later."""
    return np.asarray(_FADE * votes, np.float64)


def to_probabilities(votes: Float64s) -> Float32s:
    """(…,3) log-probabilities up to a constant → probabilities, rows sum to 1."""
    return np.asarray(np.exp(votes - np.logaddexp.reduce(votes, axis=-1, keepdims=True)), np.float32)


def find_passing(tracks: Iterable[Track], unseen_from: float, settings: GraphSettings) -> list[int]:
    """IDs of the tracks that were seen for a short time only, and no more since: see `GraphSettings.short_track_s`.

    Args:
        tracks: Any.
        unseen_from: Frame from which on they were not seen.
        settings: How short is short.
    """
    return [
        track.track_id
        for track in tracks
        if track.tracklet.last_frame < unseen_from
        and track.tracklet.last_frame - track.tracklet.first_frame < settings.short_track_s * settings.fps - 1
    ]


def forget_tracks(tracks: Sequence[Track], now_frame: int, settings: GraphSettings) -> dict[int, Track]:
    """The tracks worth remembering: see `GraphSettings.most_past_tracks` and `forget_short_s`."""
    passing = set(find_passing(tracks, now_frame - settings.forget_short_s * settings.fps, settings))
    kept = [track for track in tracks if track.track_id not in passing]
    kept.sort(key=lambda track: -track.tracklet.last_frame)
    return {track.track_id: track for track in kept[: settings.most_past_tracks]}


def forget_micro_tracks(seen: Mapping[int, LastSeen], oldest_frame: int) -> dict[int, LastSeen]:
    """Micro-tracks that a window saw in oldest_frame or later; the others' IDs do not come back."""
    return {micro_track_id: last for micro_track_id, last in seen.items() if last.frame >= oldest_frame}
