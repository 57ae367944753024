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
from sideline.tracking.graph.gap_fits import Specks, measure_fits
from sideline.tracking.graph.looks import NO_LOOKS, add_looks
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.tracklets import Tracklet, make_tracklet
from sideline.tracking.graph.tracks import Track

_WITHIN_M: Final = 1.2
"""A speck fills a gap when its detections are nearer than this to the way over the gap, on average."""


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
    if not specks:
        return list(people), []
    row = Specks.of(specks)
    fits_m = np.array([measure_fits(each.whole, row, fps) for each in people]).reshape(len(people), len(specks))
    taken = [{frame for seen in each.seen for frame in seen.frames.tolist()} for each in people]
    given: dict[int, list[Tracklet]] = {}
    left = dict(enumerate(specks))
    for person, speck in _by_fit(fits_m):
        frames = specks[speck].frames.tolist()
        if speck in left and taken[person].isdisjoint(frames):
            given.setdefault(person, []).append(left.pop(speck))
            taken[person].update(frames)
    return [_insert(each, given.get(person, [])) for person, each in enumerate(people)], list(left.values())


def _by_fit(fits_m: Float64s) -> list[tuple[int, int]]:
    """(person, speck) of (P,N) fits that are near enough, the best first; of equals the first speck, then person."""
    people, specks = np.nonzero(fits_m < _WITHIN_M)
    order = np.lexsort((people, specks, fits_m[people, specks]))
    return list(zip(people[order].tolist(), specks[order].tolist(), strict=True))


def _insert(person: Sighting, specks: Sequence[Tracklet]) -> Sighting:
    """The person with specks among what was seen, one tracklet by frame."""
    return replace(person, seen=(interleave([*person.seen, *specks]),)) if specks else person


def _take_apart(speck: Tracklet) -> list[Tracklet]:
    """Its detections one by one; whose its crops are is not known then."""
    rows = [slice(row, row + 1) for row in range(len(speck.frames))]
    return [
        make_tracklet(speck.frames[row], speck.points_m[row], speck.scores[row], speck.micro_track_ids[row], NO_LOOKS)
        for row in rows
    ]


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
