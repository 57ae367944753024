"""Specks: tracklets of a few detections. They are left out while people are joined, and fill gaps afterwards.

A speck says little about who it is, since it comes from a crowd and has hardly a crop; yet one in the wrong chain
overlaps with what the chain should go on with, and so keeps two halves of a person apart for good. One that fits nobody
as a whole is taken apart: its detections fill gaps one by one, by place alone: the looks of the whole are not theirs.
The same is done with loose detections, which are of no micro-track, and with what was seen of ghosts. What is left is
nobody: mostly a second detection of a player (docs/experiments.md). Knows places and times, and people as far as they
have been joined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.tracking.graph.looks import NO_LOOKS, add_looks
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.tracklets import Tracklet, make_tracklet
from sideline.tracking.graph.tracks import Track

_WITHIN_M: Final = 1.2
"""A speck fills a gap when its detections are nearer than this to the way over the gap, on average."""
_LONGEST_GAP_S: Final = 3.0
"""Over longer gaps nobody's way is known well enough."""
_LONGEST_END_S: Final = 0.8
"""A speck before a person's first detection, or after the last, is theirs only within so short a time."""
_UNLIKE_M: Final = 0.4
"""Looking like somebody else (cosine 0) counts as so much farther away."""


@dataclass(frozen=True, slots=True, eq=False)
class FilledGaps:
    """Who was seen, once the specks have found their people.

    Attributes:
        sightings: People of whom the window saw something.
        nobody: Detections of specks that are in no sighting, one by one.
    """

    sightings: list[Sighting]
    nobody: list[Tracklet]


def split_specks(tracklets: Sequence[Tracklet], fewest_detections: int) -> tuple[list[Tracklet], list[Tracklet]]:
    """Those with at least so many detections, and the specks."""
    large = [each for each in tracklets if each.detections >= fewest_detections]
    return large, [each for each in tracklets if each.detections < fewest_detections]


def fill_gaps(
    sightings: Sequence[Sighting], tracks: Iterable[Track], specks: Sequence[Tracklet], fps: float
) -> FilledGaps:
    """Give specks to the people in whose gaps they fit, whole or, failing that, detection by detection.

    Args:
        sightings: Whom the window saw.
        tracks: Past tracks; those without a sighting may get one.
        specks: Tracklets of the window that are in no sighting.
        fps: Frames per second.

    Returns:
        Sightings and nobody, each detection of a speck once in one of them.
    """
    seen = {each.track.track_id for each in sightings if each.track}
    people = [*sightings, *(Sighting(track, (), np.zeros(3)) for track in tracks if track.track_id not in seen)]
    people, left = _give(people, specks, fps)
    people, left = _give(people, [single for each in left for single in _take_apart(each)], fps)
    return FilledGaps([each for each in people if each.seen], left)


def _give(people: Sequence[Sighting], specks: Sequence[Tracklet], fps: float) -> tuple[list[Sighting], list[Tracklet]]:
    """The people with the specks that fit them, best fit first, and the specks that are left."""
    filled, wholes = list(people), [each.whole for each in people]
    fits = [
        (cost, speck, person)
        for speck, each in enumerate(specks)
        for person, whole in enumerate(wholes)
        if (cost := measure_fit(whole, each, fps)) < _WITHIN_M
    ]
    left = dict(enumerate(specks))
    for _, speck, person in sorted(fits):
        if speck in left and _is_free(filled[person], left[speck]):
            filled[person] = _insert(filled[person], left.pop(speck))
    return filled, list(left.values())


def _take_apart(speck: Tracklet) -> list[Tracklet]:
    """Its detections one by one; whose its crops are is not known then."""
    rows = [slice(row, row + 1) for row in range(len(speck.frames))]
    return [
        make_tracklet(speck.frames[row], speck.points_m[row], speck.scores[row], speck.micro_track_ids[row], NO_LOOKS)
        for row in rows
    ]


def measure_fit(person: Tracklet, speck: Tracklet, fps: float) -> float:
    """How far the speck is from the person's way, metres, on average; infinite where that cannot be said."""
    after = int(np.searchsorted(person.frames, speck.first_frame))
    if after < len(person.frames) and person.frames[after] <= speck.last_frame:
        return np.inf
    before_s = (speck.first_frame - person.frames[after - 1]) / fps if after else np.inf
    after_s = (person.frames[after] - speck.last_frame) / fps if after < len(person.frames) else np.inf
    if not (before_s + after_s <= _LONGEST_GAP_S or min(before_s, after_s) <= _LONGEST_END_S):
        return np.inf
    way_m = _interpolate(person, speck)
    distance_m = float(np.linalg.norm(speck.points_m - way_m, axis=1).mean())
    return distance_m + _UNLIKE_M * _unlike(person, speck)


def _interpolate(person: Tracklet, speck: Tracklet) -> Float64s:
    """(T,2) where the person is in the speck's frames; before the first detection and after the last, there."""
    columns = [np.interp(speck.frames, person.frames, person.points_m[:, axis]) for axis in range(2)]
    return np.stack(columns, axis=1)


def _unlike(person: Tracklet, speck: Tracklet) -> float:
    if not person.looks.crops or not speck.looks.crops:
        return 0.0
    return 1.0 - float(person.looks.appearance @ speck.looks.appearance)


def _is_free(person: Sighting, speck: Tracklet) -> bool:
    return not any(np.isin(speck.frames, each.frames).any() for each in person.seen)


def _insert(person: Sighting, speck: Tracklet) -> Sighting:
    """The person with the speck among what was seen, one tracklet by frame."""
    return replace(person, seen=(interleave([*person.seen, speck]),))


def interleave(tracklets: Sequence[Tracklet]) -> Tracklet:
    """Tracklets of one person as one, by frame, whether or not one lies in a gap of another."""
    order = np.argsort(np.concatenate([each.frames for each in tracklets]), kind="stable")
    by_start = sorted(tracklets, key=lambda each: each.first_frame)
    return Tracklet(
        np.concatenate([each.frames for each in tracklets])[order],
        np.concatenate([each.points_m for each in tracklets])[order],
        np.concatenate([each.scores for each in tracklets])[order],
        np.concatenate([each.micro_track_ids for each in tracklets])[order],
        add_looks([each.looks for each in by_start]),
        by_start[0].first_frame,
        sum(each.detections for each in tracklets),
    )
