"""Ghosts: somebody new who does not move as people do, whom the detector doubts, or who is never seen alone. They
become no track; whoever is known already is never one."""

from collections.abc import Sequence

import numpy as np

from sideline.arrays import Bools
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.persistence import ScorePersistence, score_tracks


def split_ghosts(
    sightings: Sequence[Sighting], settings: GraphSettings, score: ScorePersistence | None
) -> tuple[list[Sighting], list[Tracklet]]:
    """Those who are somebody, and what was seen of the ghosts.

    Args:
        sightings: Whom the window saw.
        settings: What somebody without a past track needs at least.
        score: Says who stays; None asks nobody.
    """
    ghosts = _find_doubted(sightings, settings.least_score) | _find_hidden(sightings, settings.least_shown)
    if score is not None:
        left = np.flatnonzero(~ghosts)
        ghosts[left] = _find_restless([sightings[row] for row in left], settings.least_persistence, score)
    return (
        [each for each, is_ghost in zip(sightings, ghosts, strict=True) if not is_ghost],
        [part for each, is_ghost in zip(sightings, ghosts, strict=True) if is_ghost for part in each.seen],
    )


def _find_doubted(sightings: Sequence[Sighting], least_score: float) -> Bools:
    """(S,) bool: somebody new whose detections have a low score on average."""
    doubted = [each.track is None and float(each.whole.scores.mean()) < least_score for each in sightings]
    return np.array(doubted, np.bool_)


def _find_hidden(sightings: Sequence[Sighting], least_shown: float) -> Bools:
    """(S,) bool: somebody new with fewer crops for their detections than that share of what all have."""
    new = np.array([each.track is None for each in sightings], np.bool_)
    crops = np.array([sum(part.looks.crops for part in each.seen) for each in sightings], np.float64)
    detections = np.array([sum(part.detections for part in each.seen) for each in sightings], np.float64)
    return np.asarray(new & (crops * detections.sum() < least_shown * crops.sum() * detections), np.bool_)


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
