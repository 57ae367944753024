"""The training loop: learning rate, averaging, checkpoints and what it refuses."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sideline.errors import TrainingError
from sideline.training.loop import LossOfStep, Schedule, load_averaged, load_checkpoint, train


def _linear() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(4, 2)


def _regression(network: nn.Module, interrupt_at: int | None = None) -> LossOfStep:
    """A loss that depends on the step's number alone; stops like Ctrl-C at one step."""

    def loss_of_step(step: int) -> dict[str, Tensor]:
        if step == interrupt_at:
            raise KeyboardInterrupt
        generator = torch.Generator().manual_seed(step)
        inputs, wanted = torch.randn(8, 4, generator=generator), torch.randn(8, 2, generator=generator)
        error = network(inputs) - wanted
        return {"square": (error**2).mean(), "absolute": error.abs().mean()}

    return loss_of_step


def test_the_learning_rate_by_hand() -> None:
    # 4 steps up in equal parts, then half a cosine from 1 to 0.01 until step 12.
    schedule = Schedule(steps=12, warmup_steps=4)
    assert [schedule.factor(step) for step in (0, 1, 3, 4)] == [0.25, 0.5, 1.0, 1.0]
    assert schedule.factor(6) == pytest.approx(0.01 + 0.99 * (1 + math.sqrt(0.5)) / 2)
    assert [schedule.factor(step) for step in (8, 12, 50)] == pytest.approx([0.505, 0.01, 0.01])


def test_adam_moves_by_the_schedules_rate_where_the_gradient_is_constant(tmp_path: Path) -> None:
    # With a constant gradient Adam's step is the learning rate itself: 0.1 · (1/2 + 1 + 1 + 0.505) in four steps.
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    schedule = Schedule(steps=4, learning_rate=0.1, warmup_steps=2, weight_decay=0.0)
    train(network, lambda step: {"slope": network.weight.sum()}, schedule, tmp_path)
    assert network.weight.item() == pytest.approx(-0.1 * (0.5 + 1 + 1 + 0.505), abs=1e-5)


def test_children_named_slow_move_by_three_tenths_of_the_rate(tmp_path: Path) -> None:
    network = nn.ModuleDict({"quick": nn.Linear(1, 1, bias=False), "calm": nn.Linear(1, 1, bias=False)})
    for child in network.values():
        nn.init.zeros_(child.weight)
    schedule = Schedule(steps=1, learning_rate=0.1, warmup_steps=0, weight_decay=0.0, slow=("calm",))
    train(network, lambda step: {"slope": sum(child.weight.sum() for child in network.values())}, schedule, tmp_path)
    assert network["quick"].weight.item() == pytest.approx(-0.1, abs=1e-6)
    assert network["calm"].weight.item() == pytest.approx(-0.03, abs=1e-6)


def test_the_answer_is_the_exponential_average_of_the_weights(tmp_path: Path) -> None:
    network, seen = _linear(), []
    regression = _regression(network)

    def watched(step: int) -> dict[str, Tensor]:
        seen.append(network.weight.detach().clone())
        return regression(step)

    average = train(network, watched, Schedule(steps=4, warmup_steps=1, ema_decay=0.75), tmp_path)
    expected = seen[1]  # the average starts with the weights after the first step
    for weight in [*seen[2:], network.weight.detach()]:
        expected = 0.75 * expected + 0.25 * weight
    torch.testing.assert_close(average.weight, expected)


def test_the_averaged_network_has_the_networks_own_batch_statistics(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    inputs = torch.randn(8, 4) + 5
    average = train(network, lambda step: {"loss": network(inputs).square().mean()}, Schedule(steps=3), tmp_path)
    torch.testing.assert_close(average[1].running_mean, network[1].running_mean)
    restored = load_averaged(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)), tmp_path / "last.pt")
    torch.testing.assert_close(restored[1].running_mean, network[1].running_mean)
    assert network[1].running_mean.abs().max() > 0.1


@pytest.mark.parametrize("stop", [6, 9])
def test_an_interrupted_and_resumed_run_gives_exactly_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, stop: int
) -> None:
    schedule = Schedule(steps=12, learning_rate=0.05, warmup_steps=3, ema_decay=0.8, checkpoint_every=3)
    whole = _linear()
    expected = train(whole, _regression(whole), schedule, tmp_path / "whole")
    parts = _linear()
    with pytest.raises(KeyboardInterrupt):
        train(parts, _regression(parts, interrupt_at=stop), schedule, tmp_path / "parts")
    fresh = nn.Linear(4, 2)
    actual = train(fresh, _regression(fresh), schedule, tmp_path / "parts")
    for mine, theirs in ((fresh, whole), (actual, expected)):
        assert torch.equal(mine.weight, theirs.weight)
        assert torch.equal(mine.bias, theirs.bias)


def test_a_finished_run_called_again_takes_no_step(tmp_path: Path) -> None:
    network = _linear()
    first = train(network, _regression(network), Schedule(steps=2), tmp_path)

    def no_step(step: int) -> dict[str, Tensor]:
        raise AssertionError(f"step {step} was taken")

    again = train(nn.Linear(4, 2), no_step, Schedule(steps=2), tmp_path)
    assert torch.equal(again.weight, first.weight)


def test_every_step_leaves_a_line_with_its_losses(tmp_path: Path) -> None:
    train(_linear(), lambda step: {"a": torch.tensor(step + 0.5, requires_grad=True)}, Schedule(steps=3), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(row["step"], row["a"]) for row in rows] == [(1, 0.5), (2, 1.5), (3, 2.5)]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_the_run_and_leaves_the_last_checkpoint_good(
    tmp_path: Path, value: float
) -> None:
    network = _linear()

    def loss_of_step(step: int) -> dict[str, Tensor]:
        return {"loss": network.weight.sum() * (value if step == 3 else 1.0)}

    with pytest.raises(TrainingError, match="at step 3; resume with a lower learning rate"):
        train(network, loss_of_step, Schedule(steps=5, checkpoint_every=2), tmp_path)
    assert load_checkpoint(tmp_path / "last.pt")["step"] == 2
    assert torch.isfinite(load_averaged(nn.Linear(4, 2), tmp_path / "last.pt").weight).all()


def test_the_averaged_weights_are_those_that_load_averaged_gives(tmp_path: Path) -> None:
    network = _linear()
    average = train(network, _regression(network), Schedule(steps=5, learning_rate=0.1, warmup_steps=1), tmp_path)
    loaded = load_averaged(nn.Linear(4, 2), tmp_path / "last.pt")
    assert torch.equal(loaded.weight, average.weight)
    assert not torch.equal(loaded.weight, network.weight)


@pytest.mark.parametrize("other", [nn.Linear(5, 2), nn.Sequential(nn.Linear(4, 2)), nn.Linear(4, 2, bias=False)])
def test_the_checkpoint_of_another_network_is_refused(tmp_path: Path, other: nn.Module) -> None:
    network = _linear()
    train(network, _regression(network), Schedule(steps=1), tmp_path)
    with pytest.raises(TrainingError, match="belongs to another network; choose an empty --out folder"):
        train(other, _regression(other), Schedule(steps=2), tmp_path)
    with pytest.raises(TrainingError, match="belongs to another network"):
        load_averaged(other, tmp_path / "last.pt")


@pytest.mark.parametrize("content", [b"", b"these are no weights", b"PK\x03\x04 and no more"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last.pt").write_bytes(content)
    with pytest.raises(TrainingError, match="is no checkpoint of sideline train"):
        load_checkpoint(tmp_path / "last.pt")
    network = _linear()
    with pytest.raises(TrainingError, match="is no checkpoint of sideline train"):
        train(network, _regression(network), Schedule(steps=1), tmp_path)


@pytest.mark.parametrize("content", [{"step": 3}, torch.zeros(2)])
def test_a_torch_file_of_something_else_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "last.pt")
    with pytest.raises(TrainingError, match="is no checkpoint of sideline train"):
        load_averaged(_linear(), tmp_path / "last.pt")


def test_a_truncated_checkpoint_is_refused(tmp_path: Path) -> None:
    network = _linear()
    train(network, _regression(network), Schedule(steps=1), tmp_path)
    path = tmp_path / "last.pt"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TrainingError, match="is no checkpoint of sideline train"):
        load_checkpoint(path)


def test_a_missing_checkpoint_says_where_it_should_come_from(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"there is no checkpoint .*; run sideline train first"):
        load_checkpoint(tmp_path / "last.pt")
