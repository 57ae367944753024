"""The ID decoder's question made small: the labels that are in memory and the detections that are there, not all slots.

The decoder's work grows with memory × detections, and of 50 labels and 64 detections about 15 are in use. Empty slots
and absent detections are masked and change nothing, so the answer is the same without them. Lengths are rounded up to
multiples of 4, so that an engine sees few shapes. Knows the layout of the memory; knows no identity.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.tensors import DECODER_DETECTIONS, EMBEDDING_DIMS, MEMORY_FRAMES

DecodeFew: TypeAlias = Callable[[Float32s, Bools, Float32s, Bools, Int64s], Float32s]
"""trajectory_features (39,L,256), trajectory_mask (39,L), current_features (L,256), current_mask (L,) and
trajectory_labels (L,), the label of each column → id_logits (L,51)."""

LENGTH_STEP: Final = 4


def ask_for_few(decode: DecodeFew, features: Float32s, mask: Bools, current: Float32s, current_mask: Bools) -> Float32s:
    """Ask the decoder for the slots in use only.

    Args:
        decode: The engine.
        features, mask: (39,50,256) and (39,50), the memory; column k is label k.
        current, current_mask: (64,256) and (64,), the present detections.

    Returns:
        (L,51) f32: the logits of the first L ≥ 1 detections, all that are there among them.
    """
    labels = np.flatnonzero(mask.any(axis=0))
    rows = int(np.flatnonzero(current_mask).max(initial=0)) + 1
    length = min(-(-max(len(labels), rows) // LENGTH_STEP) * LENGTH_STEP, DECODER_DETECTIONS)
    few_features = np.zeros((MEMORY_FRAMES, length, EMBEDDING_DIMS), np.float32)
    few_mask = np.zeros((MEMORY_FRAMES, length), np.bool_)
    few_labels = np.zeros(length, np.int64)
    few_features[:, : len(labels)], few_mask[:, : len(labels)] = features[:, labels], mask[:, labels]
    few_labels[: len(labels)] = labels
    return decode(few_features, few_mask, current[:length], current_mask[:length], few_labels)
