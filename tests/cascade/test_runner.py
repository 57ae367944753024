"""Tasks run once, in order, side by side; a failure keeps what was done, and the next run goes on."""

import sys
import threading
from pathlib import Path

import pytest

from sideline.cascade.plan import Plan, Task
from sideline.cascade.runner import DoneTasks, run_plan
from sideline.errors import CascadeError

_COMMAND = (
    sys.executable,
    "-c",
    "import pathlib, sys; work, name = pathlib.Path(sys.argv[1]), sys.argv[2]\n"
    "with (work / 'log').open('a') as log: log.write(name + ' ')\n"
    "sys.exit((work / ('fail_' + name)).exists())",
)
"""In place of `sideline`: notes its name, and fails where a file says so."""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """b and c wait for a, d for both; c takes a file from outside and fills a folder."""

    def task(name: str, *after: str, **more: object) -> Task:
        return Task(name, (str(tmp_path), name), after, **more)  # type: ignore[arg-type]

    taken = {"output": tmp_path / "made", "inputs": (tmp_path / "engine",)}
    tasks = [task("d", "b", "c"), task("c", "a", **taken), task("b", "a"), task("a")]
    return Plan("a", ("a",), (), {each.name: each for each in tasks})


def run(plan: Plan, work: Path, jobs: int = 1) -> list[str]:
    """Names in the order in which they ran."""
    log = work / "log"
    log.unlink(missing_ok=True)
    run_plan(plan, work, jobs, lambda *_: None, _COMMAND)
    return log.read_text().split() if log.exists() else []


def test_every_task_runs_once_after_those_it_waits_for(plan: Plan, tmp_path: Path) -> None:
    order = run(plan, tmp_path, jobs=2)
    assert sorted(order) == ["a", "b", "c", "d"]
    assert (order[0], order[-1]) == ("a", "d")
    assert run(plan, tmp_path) == []


def test_a_failed_task_is_named_with_its_log_and_the_next_run_goes_on_there(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "fail_c").touch()
    with pytest.raises(CascadeError, match=r"`c` ended with status 1, .*logs/c\.log says why"):
        run(plan, tmp_path)
    (tmp_path / "fail_c").unlink()
    again = run(plan, tmp_path)
    assert "a" not in again
    assert again[-2:] == ["c", "d"]


def test_a_changed_input_runs_what_follows_from_it_anew_in_an_empty_folder(plan: Plan, tmp_path: Path) -> None:
    run(plan, tmp_path)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "by_the_old_engine").touch()
    (tmp_path / "engine").write_text("a new engine")
    assert run(plan, tmp_path) == ["c", "d"]
    assert not (tmp_path / "made").exists()


def test_a_task_that_was_broken_off_keeps_what_it_had_made(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "fail_c").touch()
    with pytest.raises(CascadeError):
        run(plan, tmp_path)
    (tmp_path / "made").mkdir()
    (tmp_path / "fail_c").unlink()
    assert "c" in run(plan, tmp_path)
    assert (tmp_path / "made").is_dir()


def test_shared_data_that_are_there_are_taken_and_those_that_were_begun_are_made(tmp_path: Path) -> None:
    task = Task("make crops", (str(tmp_path), "crops"), (), tmp_path / "crops")
    plan = Plan("a", ("a",), (), {task.name: task})
    (tmp_path / "crops").mkdir()
    assert run(plan, tmp_path) == []
    DoneTasks(plan, tmp_path).begin("make crops")
    assert run(plan, tmp_path) == ["crops"]


def test_tasks_of_one_stage_run_at_the_same_time(tmp_path: Path) -> None:
    wait = (
        "import pathlib, sys, time\nmine, other = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])\nmine.touch()\n"
    )
    wait += "while not other.exists(): time.sleep(0.01)"
    pair = [(str(tmp_path / one), str(tmp_path / other)) for one, other in (("x", "y"), ("y", "x"))]
    tasks = {f"t{place}": Task(f"t{place}", words) for place, words in enumerate(pair)}
    run_plan(Plan("a", ("a",), (), tasks), tmp_path, 2, lambda *_: None, (sys.executable, "-c", wait))
    assert sorted(each.stem for each in (tmp_path / "done").iterdir()) == ["t0", "t1"]


def test_two_cascades_in_one_folder_at_once_are_refused(plan: Plan, tmp_path: Path) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def report(_name: str, _state: str) -> None:
        begun.set()
        may_end.wait()

    first = threading.Thread(target=run_plan, args=(plan, tmp_path, 1, report, _COMMAND))
    first.start()
    assert begun.wait(60), "the first one begins"
    try:
        with pytest.raises(CascadeError, match="another process runs the cascade"):
            run(plan, tmp_path)
    finally:
        may_end.set()
        first.join()
