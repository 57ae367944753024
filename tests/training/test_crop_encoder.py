"""Training the crop encoder end to end on drawn crops."""

import json
import math
from pathlib import Path

import pytest
import torch

from sideline.errors import TrainingError
from sideline.networks.crop_encoder import CropEncoder, NumberBranch
from sideline.training.crop_encoder import load_fitting, train_crop_encoder
from sideline.training.crop_shards import save_shard
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.number_branch import train_number_branch
from tests.training.crop_matches import draw_crops

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crops")
    save_shard(draw_crops(bursts=2), folder / "000007.npz")
    return folder


def test_a_few_steps_and_a_resumed_one_leave_a_log_and_weights_that_load(data: Path, tmp_path: Path) -> None:
    train_crop_encoder(data, tmp_path, Schedule(steps=1), matches=1, device=CPU)
    average = train_crop_encoder(data, tmp_path, Schedule(steps=2), matches=1, device=CPU)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2]
    assert {"appearance", "legibility", "digits", "whole_number", "category", "colours", "number_digit"} <= set(rows[0])
    assert all(math.isfinite(value) for row in rows for value in row.values())
    loaded = load_averaged(CropEncoder(), tmp_path / "last.pt").state_dict()
    for name, value in average.state_dict().items():
        assert torch.equal(loaded[name], value)


def test_a_new_run_starts_from_the_number_branch_it_is_given(data: Path, tmp_path: Path) -> None:
    branch = train_number_branch(data, tmp_path / "branch", Schedule(steps=1), batch=4, device=CPU)
    checkpoint = tmp_path / "branch" / "last.pt"
    network = train_crop_encoder(data, tmp_path / "all", Schedule(steps=0), 1, CPU, numbers_from=checkpoint)
    for name, value in network.backbone.number.state_dict().items():
        assert torch.equal(value, branch.state_dict()[name])


def test_only_weights_that_fit_are_taken_over(tmp_path: Path) -> None:
    torch.manual_seed(1)
    other = CropEncoder()
    other.features[0] = torch.nn.Linear(9, 256)
    train(other, lambda step: {"loss": other.features[0].weight.sum()}, Schedule(steps=1), tmp_path)
    torch.manual_seed(2)
    network = CropEncoder()
    before = network.features[0].weight.clone()
    taken = load_fitting(network, tmp_path / "last.pt")
    assert taken == len(network.state_dict()) - 1
    assert torch.equal(network.features[0].weight, before)
    assert torch.equal(network.heads.appearance.weight, other.heads.appearance.weight)


@pytest.mark.parametrize("option", ["numbers_from", "start_from"])
def test_a_checkpoint_that_is_not_there_cannot_be_started_from(data: Path, tmp_path: Path, option: str) -> None:
    with pytest.raises(TrainingError, match="there is no checkpoint"):
        train_crop_encoder(data, tmp_path / "out", Schedule(steps=1), 1, CPU, **{option: tmp_path / "last.pt"})


def test_a_folder_without_crops_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no crops; make some with"):
        train_crop_encoder(tmp_path, tmp_path / "out", Schedule(steps=1), 1, CPU)


def test_the_number_branch_is_no_crop_encoder(data: Path, tmp_path: Path) -> None:
    train_number_branch(data, tmp_path, Schedule(steps=0), batch=4, device=CPU)
    load_averaged(NumberBranch(), tmp_path / "last.pt")
    with pytest.raises(TrainingError, match="belongs to another network than CropEncoder"):
        load_averaged(CropEncoder(), tmp_path / "last.pt")
