"""What the graph tracker settled since the last answer: whose track each detection of a window belongs to.

A window is about five seconds of frames, solved in the background; its results ride on a later frame's answer, the
last ones on the answer to END. Knows no file and no stream.
"""

from dataclasses import dataclass

import numpy as np

from client.detections import Int32s
from sideline.arrays import Float32s, Int64s


@dataclass(frozen=True, slots=True, eq=False)
class SolvedTracks:
    """The tracks of solved windows, each once, T rows; a later word on a track replaces the earlier.

    Attributes:
        track_ids: [T] int64, never reused within a stream.
        team_probabilities: [T, 3] float32, probability of each ``Category``; rows sum to 1.
        jersey_numbers: [T] int32, 0–99; -1: nothing legible.
        jersey_probabilities: [T] float32, probability of the number; 0 with -1.
    """

    track_ids: Int64s
    team_probabilities: Float32s
    jersey_numbers: Int32s
    jersey_probabilities: Float32s


@dataclass(frozen=True, slots=True, eq=False)
class SolvedWindows:
    """The windows that came with one answer; K detections, R revisions.

    Attributes:
        frame_indices: [K] int64, frame of each detection.
        micro_track_ids: [K] int64, its micro-track.
        track_ids: [K] int64, its track, final; -1 for a detection that is nobody's.
        tracks: What is known of these tracks.
        revisions: [R, 2] int64, a track and the earlier one that it turned out to be: from now on the earlier ID is
            given, and what was answered before with the later one was this person, too. -1: it was nobody.
    """

    frame_indices: Int64s
    micro_track_ids: Int64s
    track_ids: Int64s
    tracks: SolvedTracks
    revisions: Int64s

    @classmethod
    def none(cls) -> "SolvedWindows":
        """No window."""
        ids, numbers, shares = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        tracks = SolvedTracks(ids, np.zeros((0, 3), np.float32), numbers, shares)
        return cls(ids, ids, ids, tracks, np.zeros((0, 2), np.int64))

    def __len__(self) -> int:
        return len(self.frame_indices)


def join_windows(earlier: SolvedWindows | None, later: SolvedWindows | None) -> SolvedWindows | None:
    """Windows that came with two answers, as if with one; the later word on a track comes last."""
    if earlier is None or later is None:
        return later if earlier is None else earlier
    first, second = earlier.tracks, later.tracks
    tracks = SolvedTracks(
        track_ids=np.concatenate([first.track_ids, second.track_ids]),
        team_probabilities=np.concatenate([first.team_probabilities, second.team_probabilities]),
        jersey_numbers=np.concatenate([first.jersey_numbers, second.jersey_numbers]),
        jersey_probabilities=np.concatenate([first.jersey_probabilities, second.jersey_probabilities]),
    )
    return SolvedWindows(
        frame_indices=np.concatenate([earlier.frame_indices, later.frame_indices]),
        micro_track_ids=np.concatenate([earlier.micro_track_ids, later.micro_track_ids]),
        track_ids=np.concatenate([earlier.track_ids, later.track_ids]),
        tracks=tracks,
        revisions=np.concatenate([earlier.revisions, later.revisions]),
    )
