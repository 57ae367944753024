"""Ghosts: somebody new who does not move as people do, or whom the detector doubts. They become no track; whoever is
known already is never one."""

from collections.abc import Sequence

import numpy as np

from sideline.arrays import Bools
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.persistence import ScorePersistence, score_tracks


def split_ghosts(
    sightings: Sequence[Sighting], least_score: float, least_persistence: float, score: ScorePersistence | None
) -> tuple[list[Sighting], list[Tracklet]]:
    """Those who are somebody, and what was seen of the ghosts.

    Args:
        sightings: Whom the window saw.
        least_score: Detections of somebody without a past track need as much on average,
        least_persistence: and their way as much.
        score: Says who stays; None asks nobody.
    """
    doubtful = [each.track is None and float(each.whole.scores.mean()) < least_score for each in sightings]
    ghosts = np.array(doubtful, np.bool_)
    if score is not None:
        ghosts |= _find_restless(sightings, least_persistence, score)
    return (
        [each for each, is_ghost in zip(sightings, ghosts, strict=True) if not is_ghost],
        [part for each, is_ghost in zip(sightings, ghosts, strict=True) if is_ghost for part in each.seen],
    )


def _find_restless(sightings: Sequence[Sighting], least_persistence: float, score: ScorePersistence) -> Bools:
    """(S,) bool: somebody new who does not move as people do."""
    restless = np.zeros(len(sightings), np.bool_)
    new = [row for row, each in enumerate(sightings) if each.track is None and _is_seen_in_a_row(each.whole)]
    if new:
        wholes = [sightings[row].whole for row in new]
        said = score_tracks([each.frames for each in wholes], [each.points_m for each in wholes], score)
        restless[new] = said < least_persistence
    return restless


def _is_seen_in_a_row(tracklet: Tracklet) -> bool:
    """Whether most detections are in consecutive frames: the engine knows no thinned stream, where all seem ghosts."""
    return bool(np.median(np.diff(tracklet.frames, prepend=tracklet.frames[0] - 1)) <= 1)
