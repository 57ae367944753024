"""ID decoders for tests, small enough to follow by hand; they stand in for the engine, which has its own tests."""

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tensors import DECODER_DETECTIONS, EMBEDDING_DIMS, IDENTITY_SLOTS, NEWBORN

RECOGNISED, NEWBORN_LOGIT = 10.0, 5.0
"""Logits of "this is that label" and of "newborn"; the other words have 0."""


def looks_of(*people: int) -> Float32s:
    """Embeddings (N,256) of people by number: person k is the k-th unit vector."""
    return np.eye(EMBEDDING_DIMS, dtype=np.float32)[list(people)]


class RecognisingDecoder:
    """Knows a person again by an equal embedding anywhere in the memory; keeps what it was called with.

    Attributes:
        calls: Copies of the arguments of every call.
        broken: While true, calls raise.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[Float32s, Bools, Float32s, Bools]] = []
        self.broken = False

    def __call__(self, features: Float32s, mask: Bools, current: Float32s, current_mask: Bools) -> Float32s:
        if self.broken:
            raise RuntimeError("engine is gone")
        self.calls.append((features.copy(), mask.copy(), current.copy(), current_mask.copy()))
        id_logits = np.zeros((DECODER_DETECTIONS, IDENTITY_SLOTS + 1), np.float32)
        id_logits[:, NEWBORN] = NEWBORN_LOGIT
        same = np.einsum("tle,ne,tl->nl", features, current, mask, optimize=True) > 0.5
        id_logits[:, :IDENTITY_SLOTS][same] = RECOGNISED
        id_logits[~current_mask] = np.random.default_rng(len(self.calls)).normal(size=IDENTITY_SLOTS + 1)
        return id_logits


class ScriptedDecoder:
    """Answers with given probabilities: per detection a dict of word → probability; the rest goes to nobody."""

    def __init__(self, *probabilities: dict[int, float]) -> None:
        self.probabilities = probabilities

    def __call__(self, features: Float32s, mask: Bools, current: Float32s, current_mask: Bools) -> Float32s:
        id_logits = np.full((DECODER_DETECTIONS, IDENTITY_SLOTS + 1), -30.0, np.float32)
        for row, words in enumerate(self.probabilities):
            for word, probability in words.items():
                id_logits[row, word] = np.log(probability)
        return id_logits
