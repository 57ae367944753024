"""What processes are at, as another process sees it."""

import multiprocessing
import os
from pathlib import Path

import pytest

from sideline.serving import work_table
from sideline.serving.work_table import WorkTable, at_work


def test_a_process_is_at_work_while_it_answers_and_at_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_table, "work_table_path", lambda _: tmp_path / "work")
    work_table._own_turns.cache_clear()
    try:
        with at_work():
            seen = WorkTable(tmp_path / "work").find_turns()
        assert seen == {os.getpid(): 1}
        assert WorkTable(tmp_path / "work").find_turns() == {}
        with pytest.raises(ZeroDivisionError), at_work():
            assert WorkTable(tmp_path / "work").find_turns() == {os.getpid(): 3}
            _ = 1 / 0
        assert WorkTable(tmp_path / "work").find_turns() == {}
    finally:
        work_table._own_turns.cache_clear()


def test_without_room_for_the_table_requests_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_table, "work_table_path", lambda _: Path("/dev/full/work"))
    work_table._own_turns.cache_clear()
    try:
        with at_work():
            pass
    finally:
        work_table._own_turns.cache_clear()


def _take_row(path: Path, turns: int) -> None:
    WorkTable(path).row_of(os.getpid())["turns"] = turns


def test_every_process_has_a_row_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "work"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_take_row, args=(path, turns)) for turns in (1, 2, 3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    first, _, third = (process.pid for process in processes)
    assert WorkTable(path).find_turns() == {first: 1, third: 3}


def test_a_server_without_the_table_has_none(tmp_path: Path) -> None:
    assert WorkTable.of_server(tmp_path / "work") is None


def test_more_processes_than_rows_are_answered_and_not_seen(tmp_path: Path) -> None:
    table = WorkTable(tmp_path / "work")
    for pid in range(1, 600):
        table.row_of(pid)["turns"] = 1
    assert len(table.find_turns()) == 512
