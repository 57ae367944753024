"""What a folder was made with goes on from data to checkpoint, and two engines are never mixed in one."""

from pathlib import Path

import pytest

from sideline.collection.lineage import hand_on_lineage, read_lineage, replace_lineage, write_lineage
from sideline.errors import TrainingError
from tests.collection.collections import digest


@pytest.fixture
def banks(tmp_path: Path) -> Path:
    write_lineage(tmp_path / "banks", {"crop_encoder": digest("1")})
    return tmp_path / "banks"


def test_a_folder_remembers_what_it_was_made_with(tmp_path: Path) -> None:
    assert read_lineage(tmp_path / "new") == {}
    write_lineage(tmp_path / "new", {"a": digest("1")})
    write_lineage(tmp_path / "new", {"a": digest("1"), "b": digest("2")})
    assert read_lineage(tmp_path / "new") == {"a": digest("1"), "b": digest("2")}


def test_a_folder_is_not_filled_with_the_answers_of_two_engines_unless_it_is_made_anew(banks: Path) -> None:
    with pytest.raises(TrainingError, match=r"was made with another crop_encoder .*choose an empty folder"):
        write_lineage(banks, {"crop_encoder": digest("2")})
    assert read_lineage(banks) == {"crop_encoder": digest("1")}
    replace_lineage(banks, {"crop_encoder": digest("2")})
    assert read_lineage(banks) == {"crop_encoder": digest("2")}


def test_a_run_is_made_with_what_its_data_were_made_with_and_the_engines_that_it_runs(
    banks: Path, tmp_path: Path
) -> None:
    hand_on_lineage(tmp_path / "run", [tmp_path / "sightings", banks], {"temporal_encoder": digest("2")})
    assert read_lineage(tmp_path / "run") == {"crop_encoder": digest("1"), "temporal_encoder": digest("2")}


def test_data_that_say_nothing_leave_no_note(tmp_path: Path) -> None:
    hand_on_lineage(tmp_path / "run", [tmp_path / "sightings"])
    assert not (tmp_path / "run").exists()


def test_a_run_that_goes_on_has_to_go_on_with_the_same_and_one_that_begins_need_not(
    banks: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    hand_on_lineage(run, [banks])
    replace_lineage(banks, {"crop_encoder": digest("2")})
    hand_on_lineage(run, [banks])
    assert read_lineage(run) == {"crop_encoder": digest("2")}
    (run / "last.pt").touch()
    hand_on_lineage(run, [banks])
    replace_lineage(banks, {"crop_encoder": digest("3")})
    with pytest.raises(TrainingError, match="was made with another crop_encoder"):
        hand_on_lineage(run, [banks])


@pytest.mark.parametrize("content", ["{", "[]", "3"])
def test_a_damaged_note_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "made_with.json").write_text(content)
    with pytest.raises(TrainingError, match="cannot be read"):
        read_lineage(tmp_path)
