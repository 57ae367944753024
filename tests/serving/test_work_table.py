"""What processes are at, as another process sees it."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sideline.serving import work_table
from sideline.serving.work_table import at_work, find_turns, take_row


@pytest.fixture
def own_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The table that this process belongs to."""
    monkeypatch.setattr(work_table, "work_table_path", lambda _: tmp_path / "work")
    work_table._own_turns.cache_clear()
    yield tmp_path / "work"
    work_table._own_turns.cache_clear()


def test_a_process_is_at_work_while_it_answers_and_at_nothing_else(own_table: Path) -> None:
    with at_work():
        assert find_turns(own_table) == {os.getpid(): 1}
    assert find_turns(own_table) == {}
    with pytest.raises(ZeroDivisionError), at_work():
        assert find_turns(own_table) == {os.getpid(): 3}
        _ = 1 / 0
    assert find_turns(own_table) == {}


def test_without_room_for_the_table_requests_are_answered_and_the_log_says_so(
    own_table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    for _ in range(2):
        with at_work():
            assert own_table.read_bytes() == b""
    assert find_turns(own_table) == {}
    assert capsys.readouterr().err.count("No space left on device") == 1


def _take_row(path: Path, turns: int) -> None:
    take_row(path, os.getpid())[:] = turns


def test_every_process_has_a_row_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "work"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_take_row, args=(path, turns)) for turns in (1, 2, 3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    first, _, third = (process.pid for process in processes)
    assert find_turns(path) == {first: 1, third: 3}


def test_a_server_without_the_table_is_at_nothing(tmp_path: Path) -> None:
    assert find_turns(tmp_path / "work") == {}


def test_more_processes_than_rows_are_answered_and_not_seen(tmp_path: Path) -> None:
    for pid in range(1, 600):
        take_row(tmp_path / "work", pid)[:] = 1
    assert len(find_turns(tmp_path / "work")) == 512
