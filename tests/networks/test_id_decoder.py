"""The ID decoder: what must not change its answer, and what must."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from sideline.networks.id_decoder import IdDecoder
from sideline.tensors import EMBEDDING_DIMS, IDENTITY_SLOTS, MEMORY_FRAMES

BATCH, ROWS = 2, 6


@dataclass(frozen=True, slots=True)
class Question:
    """The decoder's inputs."""

    past: Tensor
    past_mask: Tensor
    now: Tensor
    now_mask: Tensor


@pytest.fixture(scope="module")
def decoder() -> IdDecoder:
    torch.manual_seed(0)
    network = IdDecoder().eval()
    for layer in network.layers:
        torch.nn.init.normal_(layer.age_bias)
    return network


@pytest.fixture(scope="module")
def question() -> Question:
    torch.manual_seed(1)
    return Question(
        torch.randn(BATCH, MEMORY_FRAMES, IDENTITY_SLOTS, EMBEDDING_DIMS),
        torch.rand(BATCH, MEMORY_FRAMES, IDENTITY_SLOTS) < 0.4,
        torch.randn(BATCH, ROWS, EMBEDDING_DIMS),
        torch.ones(BATCH, ROWS, dtype=torch.bool),
    )


def _ask(decoder: IdDecoder, question: Question, slots: Tensor | None = None) -> Tensor:
    with torch.no_grad():
        return decoder(question.past, question.past_mask, question.now, question.now_mask, slots)


def _assert_same(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, atol=1e-4, rtol=0)


def _differ(one: Tensor, other: Tensor) -> bool:
    return float((one - other).abs().max()) > 1e-2


def test_every_detection_gets_a_logit_for_each_slot_and_newborn(decoder: IdDecoder, question: Question) -> None:
    assert _ask(decoder, question).shape == (BATCH, ROWS, IDENTITY_SLOTS + 1)


def test_masked_rows_of_the_present_change_nothing_for_the_others(decoder: IdDecoder, question: Question) -> None:
    padded = replace(
        question,
        now=torch.cat([question.now, 50 * torch.randn(BATCH, 4, EMBEDDING_DIMS)], dim=1),
        now_mask=torch.cat([question.now_mask, torch.zeros(BATCH, 4, dtype=torch.bool)], dim=1),
    )
    _assert_same(_ask(decoder, padded)[:, :ROWS], _ask(decoder, question))


def test_rows_of_the_present_that_are_there_do_matter_for_the_others(decoder: IdDecoder, question: Question) -> None:
    fewer = replace(question, now=question.now[:, :3], now_mask=question.now_mask[:, :3])
    assert _differ(_ask(decoder, fewer), _ask(decoder, question)[:, :3])


def test_detections_in_another_order_get_their_answers_in_that_order(decoder: IdDecoder, question: Question) -> None:
    order = torch.tensor([4, 0, 5, 2, 1, 3])
    _assert_same(_ask(decoder, replace(question, now=question.now[:, order])), _ask(decoder, question)[:, order])


def test_garbage_in_masked_tokens_of_the_past_changes_nothing(decoder: IdDecoder, question: Question) -> None:
    garbage = torch.where(question.past_mask[..., None], question.past, 30 * torch.randn_like(question.past))
    _assert_same(_ask(decoder, replace(question, past=garbage)), _ask(decoder, question))


def test_tokens_of_the_past_that_are_there_do_matter(decoder: IdDecoder, question: Question) -> None:
    changed = torch.where(question.past_mask[..., None], question.past + 1, question.past)
    assert _differ(_ask(decoder, replace(question, past=changed)), _ask(decoder, question))


def test_an_empty_past_gives_finite_logits_and_equal_ones_to_equal_detections(
    decoder: IdDecoder, question: Question
) -> None:
    twins = question.now.clone()
    twins[:, 3] = twins[:, 0]
    logits = _ask(decoder, replace(question, past_mask=torch.zeros_like(question.past_mask), now=twins))
    assert torch.isfinite(logits).all()
    _assert_same(logits[:, 3], logits[:, 0])
    assert _differ(logits[:, 1], logits[:, 0])


def test_nobody_present_and_nobody_past_gives_finite_logits(decoder: IdDecoder, question: Question) -> None:
    nothing = replace(
        question, past_mask=torch.zeros_like(question.past_mask), now_mask=torch.zeros_like(question.now_mask)
    )
    assert torch.isfinite(_ask(decoder, nothing)).all()


def test_the_age_of_a_token_matters(decoder: IdDecoder, question: Question) -> None:
    order = torch.arange(MEMORY_FRAMES).flip(0)
    older = replace(question, past=question.past[:, order], past_mask=question.past_mask[:, order])
    assert _differ(_ask(decoder, older), _ask(decoder, question))


def test_few_columns_with_slots_answer_like_fifty_with_the_rest_masked(decoder: IdDecoder, question: Question) -> None:
    slots = torch.stack([torch.tensor([7, 49, 0, 23]), torch.tensor([1, 2, 40, 3])])
    few = replace(question, past=question.past[:, :, :4], past_mask=question.past_mask[:, :, :4])
    past, mask = torch.randn_like(question.past), torch.zeros_like(question.past_mask)
    for image in range(BATCH):
        past[image][:, slots[image]] = few.past[image]
        mask[image][:, slots[image]] = few.past_mask[image]
    _assert_same(_ask(decoder, few, slots), _ask(decoder, replace(question, past=past, past_mask=mask)))


def test_columns_permuted_together_with_their_slots_are_the_same_question(
    decoder: IdDecoder, question: Question
) -> None:
    order = torch.randperm(IDENTITY_SLOTS, generator=torch.Generator().manual_seed(2))
    permuted = replace(question, past=question.past[:, :, order], past_mask=question.past_mask[:, :, order])
    _assert_same(_ask(decoder, permuted, order.expand(BATCH, -1)), _ask(decoder, question))
    assert _differ(_ask(decoder, permuted), _ask(decoder, question)), "a column without slots is its own word"


def test_a_batch_is_each_sample_alone(decoder: IdDecoder, question: Question) -> None:
    together = _ask(decoder, question)
    for index in range(BATCH):
        one = slice(index, index + 1)
        alone = Question(question.past[one], question.past_mask[one], question.now[one], question.now_mask[one])
        _assert_same(_ask(decoder, alone)[0], together[index])
