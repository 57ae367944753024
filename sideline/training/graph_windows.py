"""Which graphs there are to learn from: windows on every level of the hierarchy, and windows beside the past.

Draws a place in a match, the crops, and what lower levels have left of the truth.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.tracking.graph.engines import EncodeTracklets
from sideline.tracking.graph.settings import PAST, POINTS, SHORT, WINDOW, GraphSettings
from sideline.tracking.graph.tracklets import Tracklet
from sideline.training.bank_crops import NO_CROP, BankCrops
from sideline.training.graph_pieces import (
    Border,
    Damage,
    break_truth,
    keep_latest,
    own_pieces,
    renumber,
)
from sideline.training.graph_samples import GraphSample, make_sample, make_tracklets, swap_teams
from sideline.training.sighted_matches import SightedMatch
from sideline.training.sightings import Sightings

WINDOW_FRAMES: Final = 128
_PATH_B_SHARE: Final = 0.7
_BLOCKS: Final = {POINTS: (2, 2, 4, 8, 16), SHORT: (32, 64), WINDOW: (64, 128, 128)}
_EARLIEST_PAST_FRAMES: Final = 75
"""A past is 3 s long or up to 60 times as long."""
_CROP_STRIDES: Final = (1, 3, 3, 6)
_SPECKS_LEFT_OUT: Final = 0.8
"""How often tracklets of few detections are left out, as when served."""
_CROPS_OF_THE_PAST: Final = 600
_FEWEST_OF_A_TRACK: Final = (1, 4, 8, 8)
"""Detections that a past track must have to be remembered."""
_PAST_TRACKS: Final = 80
_PAST_END: Final = 40
"""Detections that a past track keeps."""


class GraphSampler:
    """Draws graphs out of matches and banks."""

    def __init__(
        self,
        matches: list[SightedMatch],
        banks: list[BankCrops],
        rng: np.random.Generator,
        encode_tracklets: EncodeTracklets | None = None,
    ) -> None:
        """
        Args:
            matches: Where people went and what was seen of them.
            banks: How they look; any bank fits any match.
            rng: Source of all chance.
            encode_tracklets: The temporal encoder, for graphs of path B; None for means over the crops throughout.
        """
        self._matches, self._banks, self._rng = matches, banks, rng
        self._encode_tracklets = encode_tracklets

    def draw(self, level: int) -> GraphSample:
        """A graph of one level with a pair at least."""
        while True:
            sample = self._try(level)
            if sample is not None and sample.certain.any():
                return sample if self._rng.random() < 0.5 else swap_teams(sample)

    def _try(self, level: int) -> GraphSample | None:
        match = self._matches[int(self._rng.integers(len(self._matches)))]
        crops = self._banks[int(self._rng.integers(len(self._banks)))]
        encode = self._encode_tracklets if self._rng.random() < _PATH_B_SHARE else None
        place = _Place(match, crops, encode, self._rng)
        return _draw_past(place) if level == PAST else _draw_block(place, level)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a graph is drawn from."""

    match: SightedMatch
    crops: BankCrops
    encode_tracklets: EncodeTracklets | None
    rng: np.random.Generator

    def choose_start(self, frames: int, earliest: int = 0) -> int:
        return int(self.rng.integers(earliest, max(earliest + 1, len(self.match.on_floor) - frames)))

    def make_tracklets(self, rows: Sightings, pieces: Int64s, due: Bools) -> tuple[list[Tracklet], Int64s]:
        """Tracklets of the pieces and whose they are; crops are encoded where ``due`` [D]."""
        doubles = self.crops.cast_doubles(rows.neighbours, self.rng)
        people = np.where(due, doubles[rows.neighbours], NO_CROP)
        crop_rows = self.crops.draw_rows(people, rows.visibility, self.rng)
        tracklets = make_tracklets(rows, pieces, crop_rows, self.crops, self.encode_tracklets)
        return tracklets, own_pieces(rows.persons, pieces)

    def choose_due(self, rows: Sightings) -> Bools:
        """The served rule, with one of several strides."""
        due: Bools = (rows.frames + rows.micro_track_ids) % int(self.rng.choice(_CROP_STRIDES)) == 0
        return due

    def finish(self, rows: Sightings, pieces: Int64s, level: int, start: int) -> GraphSample | None:
        if level != POINTS and self.rng.random() < _SPECKS_LEFT_OUT:
            kept = np.bincount(pieces)[pieces] >= GraphSettings().fewest_detections
            rows, pieces = rows.select(kept), renumber(pieces[kept])
        if not len(rows):
            return None
        tracklets, owners = self.make_tracklets(rows, pieces, self.choose_due(rows))
        return make_sample(tracklets, owners, self.crops, level, start)


def _draw_block(place: _Place, level: int) -> GraphSample | None:
    """A block: of its halves, the truth as lower levels might have left it."""
    frames = int(place.rng.choice(_BLOCKS[level]))
    start = place.choose_start(frames) // frames * frames
    rows = place.match.sightings.within(start, start + frames)
    if not len(rows):
        return None
    damage = Damage(
        block_frames=frames // 2,
        longest_gap_frames=int(place.rng.integers(2, 12)),
        break_rate=float(place.rng.uniform(0, 0.2 if frames < 16 else 0.03)),
        exchange_rate=float(place.rng.uniform(0, 0.05)),
    )
    return place.finish(rows, break_truth(rows, damage, place.rng), level, start)


def _draw_past(place: _Place) -> GraphSample | None:
    """A window's tracklets beside past tracks, of which in the second round some reach into the window already."""
    rng = place.rng
    start = place.choose_start(WINDOW_FRAMES, _EARLIEST_PAST_FRAMES)
    remembered = round(_EARLIEST_PAST_FRAMES * 60.0 ** rng.random())
    rows = place.match.sightings.within(start - remembered, start + WINDOW_FRAMES)
    if not len(rows):
        return None
    damage = Damage(0, int(rng.integers(50, 4000)), float(rng.uniform(0, 3e-4)), float(rng.uniform(0, 2e-3)))
    border = Border(start, float(rng.choice([1.0, 1.0, 0.3])), float(0.04 * rng.random() ** 2))
    pieces = break_truth(rows, damage, rng, border)
    kept = keep_latest(pieces, rows.frames, start, int(rng.choice(_FEWEST_OF_A_TRACK)), _PAST_TRACKS)
    rows, pieces = rows.select(kept), renumber(pieces[kept])
    is_past = rows.frames < start
    due = rng.random(len(is_past)) < np.where(is_past, _CROPS_OF_THE_PAST / max(1, is_past.sum()), 1 / 3)
    tracklets, owners = place.make_tracklets(rows, pieces, due)
    new = np.array([each.first_frame >= start for each in tracklets])
    ends = [each if is_new else each.keep_end(_PAST_END) for each, is_new in zip(tracklets, new, strict=True)]
    return make_sample(ends, owners, place.crops, PAST, start, new)
