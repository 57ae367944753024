"""What must hold of the files that clients wrote, whatever went wrong. Knows no server and no process.

1. Every frame that the cameras gave was answered once, or counted as dropped.
2. Indices rise.
3. No answer shows another arena: its foot-points are those of this arena's own pictures.
4. Where the fault did not touch, the stream does not break, and up to the first frame that was dropped the answers are
   those of an undisturbed run, IDs included.
5. No ID is given to two people: those of a new sequence lie above all before.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from client.frames import Update
from client.journal import read_journal
from sideline.tensors import FrameStatus

_NEAR_M: Final = 0.002
"""A journal's millimetres, twice."""
_OWN_SHARE: Final = 0.5
"""Least share of a frame's foot-points that its own pictures show, too: after a break the tracker suppresses others."""


@dataclass(frozen=True, slots=True, eq=False)
class ArenaRun:
    """What one arena's client left.

    Attributes:
        answers: By frame index, in the order of the file.
        given: Frames that the cameras gave; None for a client that could not say.
        dropped: Frames that were counted as dropped; None likewise.
        sequence_starts: First frames of the sequences after the first one.
        live: Whether the newest frame won.
    """

    answers: Sequence[Update]
    given: int | None
    dropped: int | None
    sequence_starts: Sequence[int]
    live: bool


def read_run(folder: Path, *, live: bool) -> ArenaRun:
    """Read a run folder of `chaos.arena`."""
    journal, summary, given = (folder / name for name in ("tracks.jsonl", "summary.json", "given.json"))
    answers = list(read_journal(journal)) if journal.is_file() else []
    told = json.loads(summary.read_text()) if summary.is_file() else None
    return ArenaRun(
        answers=answers,
        given=json.loads(given.read_text())["given"] if given.is_file() else None,
        dropped=None if told is None else told["dropped"]["total"],
        sequence_starts=[] if told is None else list(_find_starts(told["warnings"])),
        live=live,
    )


def _find_starts(warnings: Sequence[str]) -> Iterator[int]:
    """What `client.run` says of breaks and of runs that were taken up."""
    for warning in warnings:
        if (found := re.search(r"the stream broke and went on .* with frame (\d+),", warning)) is not None:
            yield int(found[1])
        elif (found := re.search(r"the run was taken up after frame (\d+);", warning)) is not None:
            yield int(found[1]) + 1


def count_lost(run: ArenaRun) -> int:
    """Frames that were neither answered nor counted as dropped; the very last may still have waited to be sent."""
    if run.given is None or run.dropped is None:
        return 0 if run.live else count_holes(run)
    waiting = 2 if run.live else 1
    return max(0, run.given - len(run.answers) - run.dropped - waiting)


def count_holes(run: ArenaRun) -> int:
    """Frames before the last answer that have none; of what cameras give after a stop, nobody is to answer anything."""
    indices = [update.frame_index for update in run.answers]
    return indices[-1] + 1 - len(set(indices)) if indices else 0


def find_disorder(run: ArenaRun) -> list[str]:
    """Indices that do not rise."""
    indices = [update.frame_index for update in run.answers]
    pairs = pairwise(indices)
    return [f"frame {later} was answered after frame {earlier}" for earlier, later in pairs if later <= earlier]


def find_strangers(run: ArenaRun, reference: Mapping[int, Update], altered: range = range(0)) -> list[str]:
    """Answers whose foot-points are not those of the arena's own pictures, but for frames that were altered."""
    strange = []
    for update in run.answers:
        own = reference.get(update.frame_index)
        if own is None or update.status is not FrameStatus.OK or update.frame_index in altered:
            continue
        if _shared(update, own) < _OWN_SHARE * len(update.detections):
            strange.append(f"frame {update.frame_index} shows people who are not in its pictures")
    return strange


def find_changes(run: ArenaRun, reference: Mapping[int, Update]) -> list[str]:
    """Answers of an undisturbed arena that differ from those of an undisturbed run.

    Up to the first frame that is missing: IDs follow from all frames before.
    """
    changes = []
    for number, update in enumerate(run.answers):
        if update.frame_index != number:
            break
        own = reference.get(update.frame_index)
        if own is not None and _essence(update) != _essence(own):
            changes.append(f"frame {update.frame_index} has other people or IDs than in an undisturbed run")
    return changes


def find_reused_ids(run: ArenaRun) -> list[str]:
    """IDs of an earlier sequence in a later one."""
    highest, floor, complaints = 0, 0, []
    starts = set(run.sequence_starts)
    for update in run.answers:
        if update.frame_index in starts:
            floor = highest
        ids = [each for each in update.detections.micro_track_ids.tolist() if each > 0]  # negative: of no micro-track
        complaints += [f"frame {update.frame_index} has micro-track {each} of before the break" for each in ids
                       if each <= floor]  # fmt: skip
        highest = max([highest, *ids])
    return complaints


def _shared(update: Update, own: Update) -> int:
    points, own_points = update.detections.foot_points_m, own.detections.foot_points_m
    if not len(own_points):
        return 0
    near = (abs(points[:, None] - own_points[None]) <= _NEAR_M).all(axis=2)
    return int(near.any(axis=1).sum())


def _essence(update: Update) -> tuple[str, bytes, bytes]:
    found = update.detections
    return update.status.name, found.foot_points_m.tobytes(), found.micro_track_ids.tobytes()
