"""Training the ID decoder end to end on trajectories made by rule, and its validation."""

import json
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from sideline.cli import app
from sideline.errors import TrainingError
from sideline.networks.id_decoder import IdDecoder
from sideline.tensors import IDENTITY_SLOTS, NEWBORN
from sideline.training.id_decoder import train_id_decoder, validate_id_decoder
from sideline.training.loop import Schedule, load_averaged
from sideline.training.trajectories import Trajectories
from tests.training.ruled_trajectories import PERSON, make_match

CPU = torch.device("cpu")


def _save(match: Trajectories, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    np.savez(folder / "000000.npz", **{field.name: getattr(match, field.name) for field in fields(Trajectories)})


def test_a_few_steps_and_a_resumed_one_leave_a_log_and_weights_that_load(tmp_path: Path) -> None:
    _save(make_match(people=8), tmp_path / "data")
    out = tmp_path / "out"
    train_id_decoder(tmp_path / "data", out, Schedule(steps=2), batch=2, device=CPU)
    average = train_id_decoder(tmp_path / "data", out, Schedule(steps=3), batch=2, device=CPU)
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert all(math.isfinite(row["identity"]) for row in rows)
    assert rows[0]["identity"] > 1
    served = load_averaged(IdDecoder(), out / "last.pt")
    for mine, theirs in zip(served.parameters(), average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_folder_without_trajectories_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no trajectories"):
        train_id_decoder(tmp_path, tmp_path / "out", Schedule(steps=1), batch=2, device=CPU)


class NearestByRule(nn.Module):
    """Gives a detection the word of the column whose youngest token names its person, else newborn."""

    def forward(
        self,
        trajectory_features: Tensor,
        trajectory_mask: Tensor,
        current_features: Tensor,
        current_mask: Tensor,
        slots: Tensor,
    ) -> Tensor:
        assert current_mask.any()
        logits = torch.zeros(*current_features.shape[:2], IDENTITY_SLOTS + 1)
        logits[..., NEWBORN] = 0.5
        youngest = trajectory_mask.int().argmax(1)
        tokens = trajectory_features[0, youngest[0], torch.arange(len(slots[0])), PERSON]
        persons = torch.where(trajectory_mask[0].any(0), tokens, -1.0)
        for column, person in enumerate(persons):
            logits[0, current_features[0, :, PERSON] == person, slots[0, column]] = 1.0
        return logits


class AlwaysNewborn(nn.Module):
    """Knows nobody."""

    def forward(self, current_features: Tensor, **others: Tensor) -> Tensor:
        logits = torch.zeros(*current_features.shape[:2], IDENTITY_SLOTS + 1)
        logits[..., NEWBORN] = 1.0
        return logits


def test_a_decoder_that_follows_the_youngest_token_is_right_nearly_always(tmp_path: Path) -> None:
    # It errs only where all tokens of a person younger than an exchange of identities were dropped.
    _save(make_match(people=8), tmp_path)
    assert 0.9 < validate_id_decoder(NearestByRule(), tmp_path, samples=60) <= 1


def test_a_decoder_that_knows_nobody_is_right_about_strangers_alone(tmp_path: Path) -> None:
    _save(make_match(people=0, strangers=3), tmp_path)
    assert validate_id_decoder(AlwaysNewborn(), tmp_path, samples=5) == 1
    _save(make_match(people=8), tmp_path)
    assert validate_id_decoder(AlwaysNewborn(), tmp_path, samples=60) < 0.5


def test_the_command_measures_the_averaged_weights_of_a_checkpoint(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "run"
    _save(make_match(people=3), data)
    average = train_id_decoder(data, out, Schedule(steps=1), batch=1, device=CPU)
    command = ["validate_id_decoder", "--data", data, "--checkpoint", out / "last.pt", "--samples", 3, "--threads", 1]
    result = CliRunner().invoke(app, ["train", *map(str, command)])
    assert result.exit_code == 0, result.output
    assert result.output == f"right identity   {validate_id_decoder(average, data, samples=3):.3f}\n"
