"""Samples of the ID decoder, drawn from trajectories whose embeddings say whose they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.tensors import IDENTITY_SLOTS, MEMORY_FRAMES, NEWBORN
from sideline.training.id_samples import COLUMNS, ROWS, UNLABELLED, IdSample, sample_identities
from sideline.training.trajectories import NOBODY, Trajectories
from tests.training.ruled_trajectories import FRAME, PERSON, make_match

MATCHES = [make_match(people=8), make_match(people=12, absent=0.3), make_match(people=30, strangers=2)]
UNSWAPPED = 3
"""Identities are exchanged from this age on only, so younger tokens tell whose a column is."""

seeds = st.integers(0, 100_000)
many = settings(deadline=None, max_examples=100)


def _draw(seed: int, matches: list[Trajectories] = MATCHES) -> IdSample:
    return sample_identities(matches, np.random.default_rng(seed))


def _column_of(sample: IdSample, person: int) -> int | None:
    """The column whose young tokens, masked or not, are the person's; None where they have none."""
    young = sample.trajectory_features[:UNSWAPPED, :, PERSON]
    columns = np.flatnonzero((young == person + 1).any(0))
    assert len(columns) <= 1
    return int(columns[0]) if len(columns) else None


@many
@given(seeds)
def test_shapes_and_types(seed: int) -> None:
    sample = _draw(seed)
    assert sample.trajectory_features.shape == (MEMORY_FRAMES, COLUMNS, 256)
    assert sample.trajectory_mask.shape == (MEMORY_FRAMES, COLUMNS)
    assert sample.current_features.shape == (ROWS, 256)
    assert sample.trajectory_features.dtype == sample.current_features.dtype == np.float32
    assert sample.slots.shape == (COLUMNS,)
    assert len(set(sample.slots.tolist())) == COLUMNS
    assert sample.slots.min() >= 0
    assert sample.slots.max() < IDENTITY_SLOTS


@many
@given(seeds)
def test_a_known_person_gets_the_slot_of_their_column_and_a_forgotten_one_is_newborn(seed: int) -> None:
    sample = _draw(seed, MATCHES[:1])
    for row in np.flatnonzero(sample.current_mask):
        person = int(sample.current_features[row, PERSON]) - 1
        column = None if person == NOBODY else _column_of(sample, person)
        known = column is not None and sample.trajectory_mask[:, column].any()
        assert sample.words[row] == (sample.slots[column] if known else NEWBORN)


@many
@given(seeds)
def test_a_word_leads_to_a_column_that_is_alive_and_that_persons(seed: int) -> None:
    sample = _draw(seed)
    for row in np.flatnonzero((sample.words >= 0) & (sample.words != NEWBORN)):
        (column,) = np.flatnonzero(sample.slots == sample.words[row])
        assert sample.trajectory_mask[:, column].any()
        young = sample.trajectory_features[:UNSWAPPED, column, PERSON]
        assert set(young[young > 0].tolist()) <= {sample.current_features[row, PERSON]}


@many
@given(seeds)
def test_row_a_is_the_frame_a_plus_one_strides_before_the_present(seed: int) -> None:
    sample = _draw(seed)
    now = sample.current_features[0, FRAME]
    ages, columns = np.nonzero(sample.trajectory_features[..., FRAME])
    strides = (now - sample.trajectory_features[ages, columns, FRAME]) / (ages + 1)
    assert set(strides.tolist()) <= {strides[0]}
    assert strides[0] in (1, 2, 3, 5)


@many
@given(seeds)
def test_the_present_is_one_frame_and_rows_without_a_detection_have_no_label(seed: int) -> None:
    sample = _draw(seed)
    count = int(sample.current_mask.sum())
    assert count >= 1
    assert sample.current_mask[:count].all()
    assert len(set(sample.current_features[:count, FRAME].tolist())) == 1
    assert (sample.words[count:] == UNLABELLED).all()
    assert (sample.words[:count] != UNLABELLED).all()
    assert not sample.current_features[count:].any()


@many
@given(seeds)
def test_a_mask_is_true_only_where_there_is_a_detection(seed: int) -> None:
    sample = _draw(seed)
    assert (sample.trajectory_features[sample.trajectory_mask][:, PERSON] > 0).all()


@many
@given(seeds)
def test_no_word_but_newborn_is_given_twice(seed: int) -> None:
    words = _draw(seed).words
    given_words = words[(words >= 0) & (words != NEWBORN)]
    assert len(set(given_words.tolist())) == len(given_words)


@many
@given(seeds)
def test_more_people_than_columns_leave_the_rest_as_newborns(seed: int) -> None:
    sample = _draw(seed, MATCHES[2:])
    assert sample.current_mask.all(), "32 detections fill all rows"
    without_column = [
        person < 0 or _column_of(sample, person) is None
        for person in sample.current_features[:, PERSON].astype(int) - 1
    ]
    # 30 people and 2 strangers for 22 columns: at least 10 are without, of whom 6 may be cut with the rows.
    assert sum(without_column) >= 4
    assert (sample.words[without_column] == NEWBORN).all()


def test_words_are_drawn_anew_for_every_sample() -> None:
    words = {int(sample.words[0]) for sample in (_draw(seed, MATCHES[:1]) for seed in range(300))}
    assert len(words) > 40


def test_trajectories_are_damaged_in_each_of_the_ways_of_motip() -> None:
    samples = [_draw(seed, MATCHES[:1]) for seed in range(200)]
    exchanged = np.mean([_is_exchanged(sample) for sample in samples])
    forgotten = np.mean([(sample.words[sample.current_mask] == NEWBORN).sum() > 1 for sample in samples])
    dropped = np.mean([1 - sample.trajectory_mask[sample.trajectory_features[..., 0] > 0].mean() for sample in samples])
    assert 0.1 < exchanged < 0.5
    assert 0.1 < forgotten < 0.9
    assert 0.1 < dropped < 0.6


def _is_exchanged(sample: IdSample) -> bool:
    people = [set(column[column > 0].tolist()) for column in sample.trajectory_features[..., PERSON].T]
    return any(len(column) > 1 for column in people)


def test_a_match_of_strangers_alone_gives_an_empty_past_and_newborns() -> None:
    sample = _draw(0, [make_match(people=0, strangers=3)])
    assert not sample.trajectory_mask.any()
    assert sample.words[:3].tolist() == [NEWBORN] * 3


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_short_match_is_enough(frames: int) -> None:
    for seed in range(30):
        assert _draw(seed, [make_match(people=3, frames=frames)]).current_mask.sum() == 4
