"""The memory's ring against a list that is shifted by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.tensors import EMBEDDING_DIMS, IDENTITY_SLOTS, MEMORY_FRAMES
from sideline.tracking.trajectory_memory import TrajectoryMemory
from tests.tracking.decoders import looks_of

labels_of_frames = st.lists(st.lists(st.integers(0, IDENTITY_SLOTS - 1), unique=True, max_size=6), max_size=90)


@settings(max_examples=30, deadline=None)
@given(labels_of_frames, st.integers(0, IDENTITY_SLOTS - 1), st.integers(0, 90))
def test_the_ring_equals_a_shifted_list(frames: list[list[int]], forgotten: int, forget_at: int) -> None:
    memory = TrajectoryMemory()
    features = np.zeros((MEMORY_FRAMES, IDENTITY_SLOTS, EMBEDDING_DIMS), np.float32)
    mask = np.zeros((MEMORY_FRAMES, IDENTITY_SLOTS), np.bool_)
    for index, labels in enumerate(frames):
        features, mask = np.roll(features, 1, axis=0), np.roll(mask, 1, axis=0)
        features[0], mask[0] = 0, False
        for label in labels:
            features[0, label], mask[0, label] = looks_of((index * 7 + label) % EMBEDDING_DIMS)[0], True
        people = [(index * 7 + label) % EMBEDDING_DIMS for label in labels]
        memory.push(np.array(labels, np.int64), looks_of(*people))
        if index == forget_at:
            memory.forget(forgotten)
            features[:, forgotten], mask[:, forgotten] = 0, False
    np.testing.assert_array_equal(memory.features, features)
    np.testing.assert_array_equal(memory.mask, mask)
    np.testing.assert_array_equal(memory.live_labels(), mask.any(axis=0))


def test_the_views_are_contiguous_at_every_turn_of_the_ring() -> None:
    memory = TrajectoryMemory()
    for _ in range(2 * MEMORY_FRAMES):
        memory.push(np.array([3]), looks_of(3))
        assert memory.features.flags.c_contiguous
        assert memory.features.shape == (MEMORY_FRAMES, IDENTITY_SLOTS, EMBEDDING_DIMS)


def test_clear_leaves_nobody() -> None:
    memory = TrajectoryMemory()
    memory.push(np.array([3]), looks_of(3))
    memory.clear()
    assert not memory.mask.any()
    assert not memory.features.any()
