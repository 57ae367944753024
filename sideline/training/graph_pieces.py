"""How the detections of a window fall into tracklets on the levels of the hierarchy, right and wrong. Knows no looks.

A piece is a number for each detection; detections with the same number are one tracklet. Pieces come from the served
cutting of micro-tracks, or from the truth, broken and mixed up as lower levels might leave it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.tracking.graph.cuts import CutSettings, cut_micro_tracks
from sideline.training.sightings import NOBODY, Sightings

IMPURE: Final = -2
"""Owner of a piece that is several people's and no one's for the most part."""
_PURE_SHARE: Final = 0.75
_LOOKED_AT: Final = 40
"""Frames in which exchanges are drawn."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What lower levels did to the truth.

    Attributes:
        block_frames: No piece goes over the borders between blocks of this length; 0 for no borders.
        longest_gap_frames: A person not seen for longer was not joined again.
        break_rate: Chance of a break after a detection.
        exchange_rate: Chance in a frame that two people who touch exchange the rest of their block.
        touch_m: People nearer than this touch.
    """

    block_frames: int
    longest_gap_frames: int
    break_rate: float
    exchange_rate: float
    touch_m: float = 0.8


@dataclass(frozen=True, slots=True)
class Border:
    """Where a window begins, beside the past.

    Attributes:
        frame: The window's first frame.
        chance: That a piece does not go over the border.
        break_rate: Chance of a break after a detection of the window.
    """

    frame: int
    chance: float
    break_rate: float


def cut_pieces(rows: Sightings) -> Int64s:
    """Pieces [D] of the served cutting."""
    return cut_micro_tracks(rows.frames, rows.micro_track_ids, rows.points_m, CutSettings())


def renumber(pieces: Int64s) -> Int64s:
    """The same pieces [D] with the numbers 0 … P - 1."""
    return np.asarray(np.unique(pieces, return_inverse=True)[1], np.int64)


def own_pieces(owners: Int64s, pieces: Int64s) -> Int64s:
    """Whose each piece is: [P] person_id, NOBODY, or IMPURE where no one has three quarters of it.

    Args:
        owners: [D] person_id or NOBODY.
        pieces: [D] 0 … P - 1, none empty.
    """
    counts = np.zeros((int(pieces.max(initial=-1)) + 1, int(owners.max(initial=0)) + 2), np.int64)
    np.add.at(counts, (pieces, owners + 1), 1)
    best = counts.argmax(axis=1)
    pure = counts.max(axis=1, initial=0) >= _PURE_SHARE * counts.sum(axis=1)
    return np.where(pure, best - 1, IMPURE)


def break_truth(rows: Sightings, damage: Damage, rng: np.random.Generator, border: Border | None = None) -> Int64s:
    """Pieces [D] of the true people as lower levels might leave them; false detections make pieces of their own."""
    names = _exchange(rows, damage, rng)
    names = np.where(rows.persons == NOBODY, names.max(initial=0) + 1 + rows.neighbours, names)
    order = np.lexsort((rows.frames, names))
    before, after = rows.frames[order][:-1], rows.frames[order][1:]
    cut = np.diff(names[order]) != 0
    cut |= (after == before) | (after - before > damage.longest_gap_frames)
    cut |= rng.random(len(cut)) < damage.break_rate
    if damage.block_frames:
        cut |= after // damage.block_frames != before // damage.block_frames
    if border is not None:
        cut |= (before < border.frame) & (after >= border.frame) & (rng.random(len(cut)) < border.chance)
        cut |= (before >= border.frame) & (rng.random(len(cut)) < border.break_rate)
    pieces = np.zeros(len(names), np.int64)
    pieces[order] = np.concatenate([[0], np.cumsum(cut)])[: len(names)]
    return pieces


def keep_latest(pieces: Int64s, frames: Int64s, border_frame: int, fewest: int, most: int) -> Bools:
    """Mark the detections [D] of pieces worth remembering: all that reach the border, of the others those seen last.

    Args:
        pieces: [D] 0 … P - 1, none empty.
        frames: [D].
        border_frame: Where the window begins.
        fewest: Detections that a piece must have that ended before.
        most: Pieces that ended before and are kept.
    """
    sizes = np.bincount(pieces)
    last_seen = np.zeros(len(sizes), np.int64)
    np.maximum.at(last_seen, pieces, frames)
    is_past = last_seen < border_frame
    worth = np.flatnonzero(is_past & (sizes >= fewest))
    is_kept = ~is_past
    is_kept[worth[np.argsort(-last_seen[worth], kind="stable")[:most]]] = True
    return np.asarray(is_kept[pieces], np.bool_)


def _exchange(rows: Sightings, damage: Damage, rng: np.random.Generator) -> Int64s:
    """Names [D] under which people go: their own, or somebody's whom they touched, until the block ends."""
    names = rows.persons.copy()
    frames = np.unique(rows.frames)
    for frame in rng.permutation(frames)[:_LOOKED_AT].tolist():
        here = np.arange(*np.searchsorted(rows.frames, [frame, frame + 1]))
        here = here[rows.persons[here] != NOBODY]
        apart_m = np.linalg.norm(rows.points_m[here, None] - rows.points_m[here][None], axis=2)
        for first, second in np.argwhere(np.triu(apart_m < damage.touch_m, 1)):
            if rng.random() < damage.exchange_rate * max(1.0, len(frames) / _LOOKED_AT):
                _swap_names(rows, names, (names[here[first]], names[here[second]]), frame, damage.block_frames)
    return names


def _swap_names(rows: Sightings, names: Int64s, pair: tuple[int, int], frame: int, block_frames: int) -> None:
    until = (frame // block_frames + 1) * block_frames if block_frames else int(rows.frames[-1]) + 1
    rest = (rows.frames >= frame) & (rows.frames < until) & (rows.persons != NOBODY)
    one, other = (np.flatnonzero(rest & (names == name)) for name in pair)
    names[one], names[other] = pair[1], pair[0]
