"""The decoder is asked about those who are there, and nobody else."""

import numpy as np
import pytest

from sideline.tensors import DECODER_DETECTIONS, EMBEDDING_DIMS, IDENTITY_SLOTS, MEMORY_FRAMES
from sideline.tracking.decoder_inputs import ask_for_few


class Listener:
    """Keeps the question; answers each detection with its row number."""

    def __call__(self, *question: np.ndarray) -> np.ndarray:
        self.features, self.mask, self.current, self.current_mask, self.labels = question
        return np.repeat(np.arange(len(self.current), dtype=np.float32)[:, None], IDENTITY_SLOTS + 1, axis=1)


def ask(labels_of_age: dict[int, list[int]], detections: int) -> tuple[Listener, np.ndarray]:
    """Labels seen at each age, their embedding being label + 100 · age throughout; detection k is −k throughout."""
    features = np.zeros((MEMORY_FRAMES, IDENTITY_SLOTS, EMBEDDING_DIMS), np.float32)
    mask = np.zeros((MEMORY_FRAMES, IDENTITY_SLOTS), np.bool_)
    for age, labels in labels_of_age.items():
        for label in labels:
            features[age, label], mask[age, label] = label + 100 * age, True
    current = -np.repeat(np.arange(DECODER_DETECTIONS, dtype=np.float32)[:, None], EMBEDDING_DIMS, axis=1)
    listener = Listener()
    return listener, ask_for_few(listener, features, mask, current, np.arange(DECODER_DETECTIONS) < detections)


def test_each_column_is_the_past_of_the_label_that_it_names() -> None:
    asked, _ = ask({0: [3, 41], 2: [41], 38: [7]}, detections=2)
    assert asked.labels[:3].tolist() == [3, 7, 41]
    assert np.argwhere(asked.mask).tolist() == [[0, 0], [0, 2], [2, 2], [38, 1]]
    assert asked.features[asked.mask][:, 0].tolist() == [3.0, 41.0, 241.0, 3807.0]
    assert asked.features[~asked.mask].sum() == 0


def test_the_answer_is_that_of_the_detections_in_their_order() -> None:
    asked, logits = ask({0: [1]}, detections=5)
    assert asked.current[:5, 0].tolist() == [0.0, -1.0, -2.0, -3.0, -4.0]
    assert asked.current_mask.tolist() == [True] * 5 + [False] * 3
    assert logits[:5, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("labels", "detections", "length"), [(1, 1, 4), (4, 3, 4), (9, 3, 12), (3, 17, 20), (50, 10, 52), (2, 64, 64)]
)
def test_the_length_is_the_next_multiple_of_four_that_holds_both(labels: int, detections: int, length: int) -> None:
    asked, logits = ask({0: list(range(labels))}, detections)
    assert asked.features.shape == (MEMORY_FRAMES, length, EMBEDDING_DIMS)
    assert asked.mask.shape == (MEMORY_FRAMES, length)
    assert len(asked.current) == len(asked.current_mask) == len(asked.labels) == len(logits) == length
    assert asked.mask.any(axis=0).sum() == labels
