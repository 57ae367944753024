"""The graph's engines as functions that call them on this server, and its settings, from the step's parameters.

Imported inside Triton's Python stub only. Knows names and order of tensors; knows no graph.
"""

from __future__ import annotations

from collections.abc import Mapping

from sideline import tensors
from sideline.arrays import Float32s
from sideline.errors import ConfigError
from sideline.serving.step_parameters import LEAST_PERSISTENCE, calls_engine, read_parameter
from sideline.serving.triton_step import BatchedEngine, engine_of
from sideline.tensors import Tensor
from sideline.tracking.graph.engines import GraphEngines
from sideline.tracking.graph.settings import GraphSettings

_TRACKLET_INPUTS = (tensors.TRACKLET_FEATURES, tensors.TRACKLET_MASK)
_TRACKLET_OUTPUTS = (tensors.TRACKLET_APPEARANCE, tensors.TRACKLET_JERSEY, tensors.TRACKLET_TEAM)
_GRAPH_INPUTS = (tensors.NODES, tensors.PAIRS, tensors.PAIR_MASK, tensors.LEVEL, tensors.TEAM_EVIDENCE)
_GRAPH_OUTPUTS = (tensors.PAIR_LOGITS, tensors.CATEGORY_LOGITS)
_PERSISTENCE_INPUTS = (tensors.TRACK_POINTS, tensors.TRACK_MASK)
_JERSEY_INPUTS = (tensors.JERSEY_SEQUENCE, tensors.JERSEY_MASK)


def graph_settings(args: Mapping[str, str]) -> GraphSettings:
    """The graph's settings for the engines that the step calls: without graph_tracker (baseline) micro-tracks are
    tracks."""
    if not calls_engine(args, "graph_tracker"):
        return GraphSettings(levels=())
    least = float(read_parameter(args, LEAST_PERSISTENCE)) if calls_engine(args, "persistence") else 0.0
    return GraphSettings(least_persistence=least)


def graph_engines(args: Mapping[str, str]) -> GraphEngines:
    """The graph's engines: those that the step `calls` in models.toml, and the jersey classifier, which all of them do.

    The baseline joins nobody. Without the temporal encoder a tracklet looks like the mean of its crops, without
    persistence nobody is a ghost.
    """

    def called(name: str, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> BatchedEngine | None:
        return engine_of(args, name, inputs, outputs) if calls_engine(args, name) else None

    return GraphEngines(
        score_pairs=called("graph_tracker", _GRAPH_INPUTS, _GRAPH_OUTPUTS) or _refuse_to_join,
        read_numbers=engine_of(args, "jersey_classifier", _JERSEY_INPUTS, (tensors.NUMBER_LOGITS,)),
        encode_tracklets=called("temporal_encoder", _TRACKLET_INPUTS, _TRACKLET_OUTPUTS),
        score_persistence=called("persistence", _PERSISTENCE_INPUTS, (tensors.PERSISTENCE,)),
    )


def _refuse_to_join(*_: object) -> tuple[Float32s, Float32s]:
    raise ConfigError("this step joins tracklets, but does not call `graph_tracker` in models.toml; add it there")
