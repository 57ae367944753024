"""What can be said of a detection now: what solved windows say of its micro-track, else what its own crops say."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Float32s, Float64s, Int64s
from sideline.tensors import NO_NUMBER, NO_TRACK, Category
from sideline.tracking.graph.frames import GraphFrame, Int32s
from sideline.tracking.graph.tracks import Track, TrackBook, to_probabilities
from sideline.tracking.teams import TeamNaming

_CROP_WEIGHT = 0.3
"""Crops of a micro-track repeat each other: about three count for one."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveDetections:
    """What is said of the N detections of a frame; fields as in GraphAnswer."""

    track_ids: Int64s
    team_probabilities: Float32s
    jersey_numbers: Int32s
    jersey_probabilities: Float32s


class LiveTeams:
    """What the crops of micro-tracks without a track say about their teams; forgotten after two windows unseen."""

    def __init__(self) -> None:
        self._recent: dict[int, Float64s] = {}
        self._older: dict[int, Float64s] = {}

    def __len__(self) -> int:
        """Micro-tracks remembered."""
        return len(self._recent) + len(self._older)

    def observe(self, frame: GraphFrame, naming: TeamNaming) -> None:
        """Take the crops of a frame; every row of crop_rows is a detection."""
        if not len(frame.crop_rows):
            return
        evidence = _CROP_WEIGHT * naming.evidence(frame.team).astype(np.float64)
        for micro, said in zip(frame.micro_track_ids[frame.crop_rows].tolist(), evidence, strict=True):
            self._recent[micro] = self.votes_of(micro) + said

    def votes_of(self, micro_track_id: int) -> Float64s:
        """(3,) log-probabilities of each Category, added up; zeros of somebody without crops."""
        recent = self._recent.get(micro_track_id)
        return recent if recent is not None else self._older.get(micro_track_id, np.zeros(len(Category)))

    def age(self) -> None:
        """A window has ended."""
        self._older, self._recent = self._recent, {}


def answer_detections(book: TrackBook, frame: GraphFrame, teams: LiveTeams) -> LiveDetections:
    """Say of every detection of a frame what is known so far."""
    tracks = _find_tracks(book, frame.micro_track_ids.tolist())
    votes = [
        track.category_votes if track else teams.votes_of(micro)
        for track, micro in zip(tracks, frame.micro_track_ids.tolist(), strict=True)
    ]
    return LiveDetections(
        np.array([track.track_id if track else NO_TRACK for track in tracks], np.int64),
        to_probabilities(np.array(votes).reshape(-1, len(Category))),
        np.array([track.number.number if track else NO_NUMBER for track in tracks], np.int32),
        np.array([track.number.probability if track else 0.0 for track in tracks], np.float32),
    )


def _find_tracks(book: TrackBook, micro_track_ids: list[int]) -> list[Track | None]:
    """Each micro-track's track; of two that claim one track at once, the one seen last in a solved window has it."""
    claims = {micro: book.micro_tracks[micro] for micro in micro_track_ids if micro in book.micro_tracks}
    owner = {last.track_id: micro for micro, last in sorted(claims.items(), key=lambda claim: claim[1].frame)}
    return [
        book.tracks.get(claims[micro].track_id) if micro in claims and owner[claims[micro].track_id] == micro else None
        for micro in micro_track_ids
    ]
