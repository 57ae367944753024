"""A run folder judged as a contender: as the tracker named its tracks, or as the resolver did after the match."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sideline.evaluation.comparison import Contender
from sideline.evaluation.files import read_run_of_match
from sideline.evaluation.named_seconds import measure_named_seconds
from sideline.evaluation.naming import Naming
from sideline.evaluation.report import compare
from sideline.identity.verdicts import IdentityVerdict, is_player


def judge_contender(
    name: str, fps: float, run_dir: Path, match_dir: Path, verdicts: Sequence[IdentityVerdict] | None = None
) -> Contender:
    """Hold a run against the truth of its match.

    Args:
        name: What it is called.
        fps: Frame pairs that it answered a second.
        run_dir, match_dir: As in ``evaluate_run``.
        verdicts: Who the tracks are by the resolver, whose teams and numbers count then; None for what the tracker
            said: a track is the player who wears its number in its team.

    Raises:
        EvaluationError: as ``evaluate_run``.
    """
    truth, run, frames = read_run_of_match(run_dir, match_dir)
    tracks = run.tracks
    said = None if tracks is None else tracks.naming
    if tracks is not None and verdicts is not None:
        tracks = replace(tracks, naming=_to_naming(verdicts), teams_named=True)  # the resolver names them by the roster
        said = _to_naming([verdict for verdict in verdicts if is_player(verdict)])
    named = None
    if truth.naming is not None:
        named = measure_named_seconds(truth.on_floor.within(frames), truth.naming, tracks, said, frames)
    return Contender(name, fps, compare(truth, run.micro, frames, tracks), named)


def _to_naming(verdicts: Sequence[IdentityVerdict]) -> Naming:
    rows = np.array([(each.track_id, each.category, each.number) for each in verdicts], np.int64).reshape(-1, 3)
    return Naming.of_rows(rows[:, 0], rows[:, 1], rows[:, 2])
