"""The graph's answer as tensors. Imported inside Triton's Python stub only."""

from __future__ import annotations

import numpy as np

from sideline import tensors
from sideline.serving.triton_step import Arrays, as_string
from sideline.tracking.graph.frames import GraphAnswer

_LIVE = (tensors.TRACK_IDS, tensors.TEAM_PROBABILITIES, tensors.JERSEY_NUMBERS, tensors.JERSEY_PROBABILITIES)
_WINDOWS = (tensors.WINDOW_FRAMES, tensors.WINDOW_MICRO_TRACK_IDS, tensors.WINDOW_TRACK_IDS)
_SOLVED = (
    tensors.SOLVED_TRACK_IDS,
    tensors.SOLVED_TEAM_PROBABILITIES,
    tensors.SOLVED_JERSEY_NUMBERS,
    tensors.SOLVED_JERSEY_PROBABILITIES,
)


def graph_arrays(answer: GraphAnswer, message: str) -> Arrays:
    """The tensors of one answer.

    Args:
        answer: The graph's.
        message: What the steps before had to say; comes first.
    """
    return {
        tensors.MESSAGE: as_string("; ".join(each for each in (message, answer.message) if each)),
        tensors.TEAMS_NAMED: np.array([answer.teams_named]),
        **{tensor: getattr(answer, tensor.name) for tensor in _LIVE},
        **{tensor: getattr(answer.windows, tensor.name) for tensor in _WINDOWS + _SOLVED},
    }
