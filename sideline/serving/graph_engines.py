"""The graph's engines as functions that call them on this server, and its settings, from the step's parameters.

Imported inside Triton's Python stub only. Knows names and order of tensors; knows no graph.
"""

from __future__ import annotations

from collections.abc import Mapping

from sideline import tensors
from sideline.errors import ConfigError
from sideline.serving.step_parameters import GRAPH_START, read_parameter
from sideline.serving.triton_step import engine_of
from sideline.tracking.graph.engines import GraphEngines
from sideline.tracking.graph.settings import PATH_A_LEVELS, PATH_B_LEVELS, GraphSettings

_LEVELS = {"detections": PATH_A_LEVELS, "micro_tracks": PATH_B_LEVELS}
_TRACKLET_INPUTS = (tensors.TRACKLET_FEATURES, tensors.TRACKLET_MASK)
_TRACKLET_OUTPUTS = (tensors.TRACKLET_APPEARANCE, tensors.TRACKLET_JERSEY, tensors.TRACKLET_TEAM)
_GRAPH_INPUTS = (tensors.NODES, tensors.PAIRS, tensors.PAIR_MASK, tensors.LEVEL, tensors.TEAM_EVIDENCE)
_GRAPH_OUTPUTS = (tensors.PAIR_LOGITS, tensors.CATEGORY_LOGITS)
_JERSEY_INPUTS = (tensors.JERSEY_SEQUENCE, tensors.JERSEY_MASK)


def graph_settings(args: Mapping[str, str]) -> GraphSettings:
    """The graph's settings for the path that the step serves.

    Raises:
        ConfigError: The parameter `graph_start` has an unknown value.
    """
    start = read_parameter(args, GRAPH_START)
    if start not in _LEVELS:
        raise ConfigError(f"`{GRAPH_START}` is {start!r} in models.toml; choose one of {', '.join(_LEVELS)}")
    return GraphSettings(levels=_LEVELS[start])


def graph_engines(args: Mapping[str, str]) -> GraphEngines:
    """The graph's engines; single detections (path A) have one crop each and need no temporal encoder."""
    from_detections = read_parameter(args, GRAPH_START) == "detections"
    return GraphEngines(
        score_pairs=engine_of(args, "graph_tracker", _GRAPH_INPUTS, _GRAPH_OUTPUTS),
        read_numbers=engine_of(args, "jersey_classifier", _JERSEY_INPUTS, (tensors.NUMBER_LOGITS,)),
        encode_tracklets=None
        if from_detections
        else engine_of(args, "temporal_encoder", _TRACKLET_INPUTS, _TRACKLET_OUTPUTS),
    )
