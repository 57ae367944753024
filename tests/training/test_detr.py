"""Training the detector end to end on drawn shards."""

import json
import math
from pathlib import Path

import pytest
import torch

from sideline.errors import TrainingError
from sideline.networks.detr import KeypointDetr
from sideline.training.detr import train_detr
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import save_shard
from tests.training.shards import draw_shard

CPU = torch.device("cpu")


def test_a_few_steps_and_a_resumed_one_leave_a_log_and_weights_that_load(tmp_path: Path) -> None:
    for seed in range(2):
        save_shard(draw_shard(seed), tmp_path / "data" / f"{seed:06d}")
    out = tmp_path / "out"
    train_detr(tmp_path / "data", out, Schedule(steps=2, learning_rate=1e-4), batch=2, device=CPU)
    average = train_detr(tmp_path / "data", out, Schedule(steps=3, learning_rate=1e-4), batch=2, device=CPU)
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert {"heatmap", "score0", "point0", "score2", "point2", "appearance"} <= set(rows[0])
    assert all(math.isfinite(value) for row in rows for value in row.values())
    served = load_averaged(KeypointDetr(), out / "last.pt")
    for mine, theirs in zip(served.parameters(), average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_new_run_starts_from_the_averaged_weights_of_another_and_a_resumed_one_from_its_own(tmp_path: Path) -> None:
    for name, seed in (("mine", 1), ("other", 2)):
        torch.manual_seed(seed)
        network = KeypointDetr()
        train(network, lambda step, n=network: {"loss": n.start.weight.sum()}, Schedule(steps=1), tmp_path / name)
    save_shard(draw_shard(0), tmp_path / "data" / "000000")
    other = load_averaged(KeypointDetr(), tmp_path / "other" / "last.pt").start.weight
    mine = load_averaged(KeypointDetr(), tmp_path / "mine" / "last.pt").start.weight
    for folder, expected in (("new", other), ("mine", mine)):
        trained = train_detr(
            tmp_path / "data", tmp_path / folder, Schedule(steps=0), 2, CPU, start_from=tmp_path / "other" / "last.pt"
        )
        assert torch.equal(trained.start.weight, expected)
    assert not torch.equal(mine, other)


def test_a_folder_without_shards_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no shards; make some with"):
        train_detr(tmp_path, tmp_path / "out", Schedule(steps=1), batch=2, device=CPU)
