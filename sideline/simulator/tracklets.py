"""A tracker's view of a simulated match without pictures: tracklets that break and swap where people meet.

Knows where everybody was and how good the tracker is said to be; draws teams, numbers and looks as such a tracker would
report them. For what comes after tracking, over whole matches, where rendering would take hours.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float64s, Int64s
from sideline.identity.tracklets import Tracklets
from sideline.simulator.motion import Motion
from sideline.simulator.people import People
from sideline.simulator.reported_looks import ReportQuality, Reports, report_people

_CONTACT_M: Final = 0.6
_SHORTEST_S: Final = 0.5
"""Shorter tracklets are not reported."""


@dataclass(frozen=True, slots=True)
class TrackerQuality:
    """How a tracker fails where people meet.

    Attributes:
        break_share: Share of the people in a contact (closer than 0.6 m) whose tracklet ends there.
        swap_share: Share of the contacts after which two tracklets go on with each other's person.
        gap_s: Mean time from the end of a tracklet to the next one of the person.
        point_m: Standard deviation of a foot-point, each axis.
    """

    break_share: float = 0.11
    swap_share: float = 0.003
    gap_s: float = 1.5
    point_m: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """S stretches of time in which a tracklet held one person.

    Attributes:
        tracklets: [S] index of the tracklet.
        persons: [S] person ID, truly.
        first_s, last_s: [S].
    """

    tracklets: Int64s
    persons: Int64s
    first_s: Float64s
    last_s: Float64s

    @property
    def durations_s(self) -> Float64s:
        """[S]."""
        return self.last_s - self.first_s


@dataclass(frozen=True, slots=True, eq=False)
class TrackedMatch:
    """What the tracker reports, and the truth about it."""

    tracklets: Tracklets
    truth: Stretches


def track_match(
    motion: Motion,
    people: People,
    rng: np.random.Generator,
    quality: TrackerQuality | None = None,
    reports: ReportQuality | None = None,
) -> TrackedMatch:
    """Follow all players and referees of a match.

    Args:
        motion: Where everybody was.
        people: Who they are.
        rng: Source of all chance.
        quality: How good the tracker is.
        reports: How right its networks are about what they see.
    """
    quality = quality or TrackerQuality()
    followed = np.array([person.category != "bench" for person in people.persons])
    on_floor = motion.on_floor & followed
    cutter = _Cutter(quality, rng, motion.fps)
    for frame, kind, one, other in _list_events(motion, on_floor):
        cutter.handle(frame, kind, one, other)
    truth = cutter.finish(len(on_floor))
    return TrackedMatch(_report(motion, truth, report_people(people, truth, rng, reports), quality, rng), truth)


_LEAVE, _ENTER, _MEET = 0, 1, 2


def _list_events(motion: Motion, on_floor: Bools) -> list[tuple[int, int, int, int]]:
    """(frame, kind, person, other or the person again), by frame; who leaves at a frame leaves before others enter."""
    events = []
    for person in np.flatnonzero(on_floor.any(axis=0)).tolist():
        steps = np.diff(on_floor[:, person].astype(np.int8), prepend=0)
        events += [(int(f), _ENTER if steps[f] > 0 else _LEAVE, person, person) for f in np.flatnonzero(steps)]
        for other in range(person):
            both = on_floor[:, person] & on_floor[:, other]
            apart = motion.positions_m[:, person] - motion.positions_m[:, other]
            close = both & (np.hypot(apart[:, 0], apart[:, 1]) < _CONTACT_M)
            meets = np.flatnonzero(np.diff(close.astype(np.int8), prepend=0) > 0)
            events += [(int(frame), _MEET, person, other) for frame in meets]
    return sorted(events)


@dataclass(slots=True)
class _Cutter:
    """Goes through the match and keeps which tracklet holds whom since when; times in seconds."""

    quality: TrackerQuality
    rng: np.random.Generator
    fps: float
    holders: dict[int, tuple[int, float]] = field(default_factory=dict)
    stretches: list[tuple[int, int, float, float]] = field(default_factory=list)
    count: int = 0

    def handle(self, frame: int, kind: int, one: int, other: int) -> None:
        """Take the next event."""
        now_s = frame / self.fps
        if kind == _ENTER:
            self._begin(one, now_s)
        elif kind == _LEAVE:
            self._end(one, now_s)
        elif self.rng.random() < self.quality.swap_share:
            self._swap(one, other, now_s)
        else:
            for person in (one, other):
                if self.rng.random() < self.quality.break_share:
                    self._end(person, now_s)
                    self._begin(person, now_s + float(self.rng.exponential(self.quality.gap_s)))

    def finish(self, frames: int) -> Stretches:
        """End what lasts and leave out what is too short; tracklets are numbered anew, by their first stretch."""
        for person in list(self.holders):
            self._end(person, frames / self.fps)
        lengths = np.bincount([row[0] for row in self.stretches], [row[3] - row[2] for row in self.stretches])
        kept = sorted((row for row in self.stretches if lengths[row[0]] >= _SHORTEST_S), key=lambda row: row[2])
        index = {tracklet: place for place, tracklet in enumerate(dict.fromkeys(row[0] for row in kept))}
        tracklets, persons, first_s, last_s = zip(*kept, strict=True) if kept else ((),) * 4
        return Stretches(
            np.array([index[each] for each in tracklets], np.int64),
            np.array(persons, np.int64),
            np.array(first_s, np.float64),
            np.array(last_s, np.float64),
        )

    def _begin(self, person: int, at_s: float) -> None:
        self.holders[person] = self.count, at_s
        self.count += 1

    def _end(self, person: int, at_s: float) -> None:
        tracklet, since_s = self.holders.pop(person)
        if at_s > since_s:
            self.stretches.append((tracklet, person, since_s, at_s))

    def _swap(self, one: int, other: int, at_s: float) -> None:
        (first, _), (second, _) = self.holders[one], self.holders[other]
        self._end(one, at_s)
        self._end(other, at_s)
        self.holders[one], self.holders[other] = (second, at_s), (first, at_s)


def _report(
    motion: Motion, truth: Stretches, reports: Reports, quality: TrackerQuality, rng: np.random.Generator
) -> Tracklets:
    count = int(truth.tracklets.max(initial=-1)) + 1
    first_s, last_s = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first_s, truth.tracklets, truth.first_s)
    np.maximum.at(last_s, truth.tracklets, truth.last_s)
    points = []
    for times_s, of_stretch in ((first_s, truth.first_s), (last_s, truth.last_s)):
        row = np.flatnonzero(of_stretch == times_s[truth.tracklets])
        person = np.zeros(count, np.int64)
        person[truth.tracklets[row]] = truth.persons[row]
        frames = np.clip(np.round(times_s * motion.fps).astype(np.int64), 0, len(motion.positions_m) - 1)
        points.append(motion.positions_m[frames, person] + rng.normal(0, quality.point_m, (count, 2)))
    return Tracklets(
        ids=np.arange(count),
        first_s=first_s,
        last_s=last_s,
        team_probabilities=reports.team_probabilities,
        numbers=reports.numbers,
        number_probabilities=reports.number_probabilities,
        appearance=reports.appearance,
        starts_m=points[0],
        ends_m=points[1],
    )
