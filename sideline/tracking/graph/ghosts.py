"""Ghosts: somebody new who does not move as people do. They become no track; who is known already is never one."""

from collections.abc import Sequence

import numpy as np

from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.persistence import ScorePersistence, score_tracks


def split_ghosts(
    sightings: Sequence[Sighting], least_persistence: float, score: ScorePersistence | None
) -> tuple[list[Sighting], list[Tracklet]]:
    """Those who are somebody, and what was seen of the ghosts.

    Args:
        sightings: Whom the window saw.
        least_persistence: Somebody without a past track needs as much.
        score: Says who stays; None for no ghosts.
    """
    new = [row for row, each in enumerate(sightings) if each.track is None and _is_seen_in_a_row(each.whole)]
    if score is None or not new:
        return list(sightings), []
    wholes = [sightings[row].whole for row in new]
    scores = score_tracks([each.frames for each in wholes], [each.points_m for each in wholes], score)
    ghosts = {row for row, said in zip(new, scores.tolist(), strict=True) if said < least_persistence}
    return (
        [each for row, each in enumerate(sightings) if row not in ghosts],
        [part for row in sorted(ghosts) for part in sightings[row].seen],
    )


def _is_seen_in_a_row(tracklet: Tracklet) -> bool:
    """Whether most detections are in consecutive frames: the engine knows no thinned stream, where all seem ghosts."""
    return bool(np.median(np.diff(tracklet.frames, prepend=tracklet.frames[0] - 1)) <= 1)
