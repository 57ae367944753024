"""The engines that the graph calls, as plain functions; whoever builds the graph says where they run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tensors import NUMBERS
from sideline.tracking.persistence import ScorePersistence

EncodeTracklets: TypeAlias = Callable[[Float32s, Bools], tuple[Float32s, Float32s, Float32s]]
"""tracklet_features (M,15,128) f32, tracklet_mask (M,15) → tracklet_appearance (M,64), tracklet_jersey (M,133),
tracklet_team (M,8); M ≥ 1."""
ScorePairs: TypeAlias = Callable[[Float32s, Float32s, Bools, Float32s, Float32s], tuple[Float32s, Float32s]]
"""nodes (B,N,71), pairs (B,N,N,16), pair_mask (B,N,N), level (B,4), team_evidence (B,N,3) → pair_logits (B,N,N),
category_logits (B,N,3); N is one of the settings' buckets, rows that pad are zeros with a false mask."""
ReadNumbers: TypeAlias = Callable[[Float32s, Bools], Float32s]
"""jersey_sequence (T,64,133), jersey_mask (T,64) → number_logits (T,101); T ≥ 1."""


@dataclass(frozen=True, slots=True)
class GraphEngines:
    """The engines; shapes in `sideline.tensors`, here with the batch axis.

    Attributes:
        score_pairs: The graph tracker.
        read_numbers: The jersey classifier.
        encode_tracklets: The temporal encoder; None (path A) takes the mean of what the crop encoder says instead.
        score_persistence: Says who stays; None takes nobody for a ghost.
    """

    score_pairs: ScorePairs
    read_numbers: ReadNumbers
    encode_tracklets: EncodeTracklets | None = None
    score_persistence: ScorePersistence | None = None


def read_no_numbers(jersey: Float32s, mask: Bools) -> Float32s:
    """Stands in for the jersey classifier where nobody asks for numbers: (T,101) logits, nothing legible."""
    logits = np.zeros((len(jersey), NUMBERS + 1), np.float32)
    logits[:, NUMBERS] = 10.0
    return logits
