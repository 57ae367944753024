"""The ablation of ghosts, with tiny engines to which everybody stays, and with one to which nobody does."""

from pathlib import Path

import numpy as np
import pytest

from sideline.training.appearance_bank import save_bank
from sideline.training.ghost_ablation import THRESHOLDS, ablate_ghosts, load_persistence
from sideline.training.sighted_matches import save_sighted_match
from tests.training.random_banks import make_random_bank
from tests.training.sighted_worlds import make_world


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Sightings and banks of one match."""
    sightings, banks = tmp_path / "sightings", tmp_path / "banks"
    sightings.mkdir()
    banks.mkdir()
    save_sighted_match(make_world(), sightings / "000001.npz")
    save_bank(make_random_bank(1), banks)
    return sightings, banks


def test_the_engine_is_asked_by_its_names(repository: Path) -> None:
    mask = np.arange(25)[None] < 3
    said = load_persistence(repository)(np.zeros((1, 25, 2), np.float32), mask)
    assert said.tolist() == mask.astype(float).tolist()


def test_every_threshold_gets_a_line_and_where_everybody_stays_they_agree(
    repository: Path, folders: tuple[Path, Path]
) -> None:
    lines = list(ablate_ghosts(repository, *folders, matches=1))
    assert [line.split(":")[0] for line in lines] == [f"least_persistence {least:.1f}" for least in THRESHOLDS]
    assert len({line.split(":")[1] for line in lines}) == 1
