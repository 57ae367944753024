"""One frame's association: which track goes on with which detection, in ByteTrack's three rounds. Changes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sideline.tracking.bytetrack.assignment import Candidate, choose_pairs
from sideline.tracking.bytetrack.boxes import Overlap
from sideline.tracking.bytetrack.settings import ByteTrackSettings
from sideline.tracking.bytetrack.tracks import Track

_LOWEST_SCORE: Final = 0.1
"""Detections of this score and below are not looked at."""
_NEWBORN_MARGIN: Final = 0.1
"""What a detection must score above track_thresh to begin a track."""
_SECOND_GATE: Final = 0.5
_UNCONFIRMED_GATE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Association:
    """What one frame's detections mean.

    Attributes:
        pairs: Row of a track that goes on, row of its detection.
        newborn: Rows of the detections that begin a track, rising.
    """

    pairs: list[tuple[int, int]]
    newborn: list[int]


def associate(
    tracks: Sequence[Track], scores: Sequence[float], overlaps: Sequence[Overlap], settings: ByteTrackSettings
) -> Association:
    """Associate tracks with detections.

    Args:
        tracks: Predicted.
        scores: Of the detections, in [0, 1].
        overlaps: Of the tracks' predicted boxes with the detections' boxes.
        settings: Thresholds.
    """
    threshold = settings.track_thresh
    high = [each for each in overlaps if scores[each[1]] > threshold]
    weighted = high if settings.mot20 else [(track, row, overlap * scores[row]) for track, row, overlap in high]
    known = (each for each in weighted if tracks[each[0]].is_confirmed)
    pairs = choose_pairs(list(_gate(known, settings.match_thresh)))
    pairs += _match_low(tracks, scores, overlaps, {track for track, _ in pairs}, threshold)
    taken = {row for _, row in pairs}
    new = [each for each in weighted if each[1] not in taken and not tracks[each[0]].is_confirmed]
    pairs += choose_pairs(list(_gate(new, _UNCONFIRMED_GATE)))
    taken = {row for _, row in pairs}
    least = threshold + _NEWBORN_MARGIN
    newborn = [row for row, score in enumerate(scores) if score >= least and score > threshold and row not in taken]
    return Association(pairs, newborn)


def _match_low(
    tracks: Sequence[Track], scores: Sequence[float], overlaps: Iterable[Overlap], seen: set[int], threshold: float
) -> list[tuple[int, int]]:
    """The second round: tracks that were seen in the frame before, and detections that score low."""
    low = [
        each
        for each in overlaps
        if _LOWEST_SCORE < scores[each[1]] < threshold
        and each[0] not in seen
        and tracks[each[0]].is_confirmed
        and not tracks[each[0]].is_lost
    ]
    return choose_pairs(list(_gate(low, _SECOND_GATE)))


def _gate(similar: Iterable[Overlap], gate: float) -> Iterator[Candidate]:
    """What is gained by pairs whose cost, 1 - similarity, is below the gate."""
    for track, row, similarity in similar:
        gain = gate - (1.0 - similarity)
        if gain > 0:
            yield track, row, gain
