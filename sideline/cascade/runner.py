"""Runs a plan: each task once, those that wait for nothing side by side; goes on where it was broken off.

What is done stands in WORK/done with what it followed from: when a recipe, an engine in use or an earlier task changes,
all that follows is done again. Knows commands, not what they do.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final, TypeAlias

from sideline.cascade.plan import Plan, Task
from sideline.errors import CascadeError
from sideline.whole_file import written_whole

Report: TypeAlias = Callable[[str, str], None]
"""Called with a task's name and what became of it: "begun", "done", "done before"."""
_SIDELINE: Final = (sys.executable, "-c", "from sideline.cli import main; main()")


class DoneTasks:
    """Which tasks of a plan are done.

    Args:
        plan: The tasks.
        work: The cascade's folder.
    """

    def __init__(self, plan: Plan, work: Path) -> None:
        self._plan = plan
        self._folder = work / "done"

    def __contains__(self, name: str) -> bool:
        """Whether a task was done, as the plan has it now."""
        task, mark = self._plan.tasks[name], self._read(name)
        if task.shared is not None and mark is None:
            return task.shared.is_dir()
        return mark is not None and mark.is_done and mark.fingerprint == self._fingerprint(name)

    def begin(self, name: str) -> None:
        """Note that a task is under way; what was begun for another engine or by another recipe is thrown away.

        Raises:
            CascadeError: the disk refused.
        """
        task, mark = self._plan.tasks[name], self._read(name)
        if task.output is not None and (mark is None or mark.fingerprint != self._fingerprint(name)):
            shutil.rmtree(task.output, ignore_errors=True)
        self._write(name, is_done=False)

    def add(self, name: str) -> None:
        """Note that a task is done.

        Raises:
            CascadeError: the disk refused.
        """
        self._write(name, is_done=True)

    def _read(self, name: str) -> "_Mark | None":
        try:
            return _Mark(**json.loads(self._path(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _write(self, name: str, *, is_done: bool) -> None:
        mark = _Mark(self._fingerprint(name), is_done)
        with written_whole(self._path(name), CascadeError) as path:
            path.write_text(json.dumps(asdict(mark)) + "\n", encoding="utf-8")

    def _fingerprint(self, name: str) -> str:
        return self._plan.fingerprint(name, _hash_file)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace(' ', '_')}.json"


@dataclass(frozen=True, slots=True)
class _Mark:
    fingerprint: str
    is_done: bool


def _hash_file(path: Path) -> str:
    """SHA-256, or nothing for a file that is not there: the task that needs it says so."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def run_plan(plan: Plan, work: Path, jobs: int, report: Report, command: tuple[str, ...] = _SIDELINE) -> None:
    """Run all tasks that are not done.

    Args:
        plan: The tasks.
        work: The cascade's folder.
        jobs: How many tasks at once, at least 1.
        report: Told of every task.
        command: What the tasks' arguments are given to.

    Raises:
        CascadeError: a task failed, or another process runs this cascade; what was done before stays done.
    """
    done = DoneTasks(plan, work)
    sorter = TopologicalSorter({task.name: task.after for task in plan.tasks.values()})
    sorter.prepare()
    with _locked(work), ThreadPoolExecutor(jobs) as pool:
        running: dict[Future[None], str] = {}
        while sorter.is_active():
            for name in sorter.get_ready():
                if name in done:
                    report(name, "done before")
                    sorter.done(name)
                else:
                    running[pool.submit(_run, plan.tasks[name], work, command, done, report)] = name
            for finished in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(finished)
                _take(finished, running)
                sorter.done(name)


def _take(finished: Future[None], running: dict[Future[None], str]) -> None:
    """Raise what a task raised; those that run already may end, those that wait for a place do not begin."""
    if finished.exception() is not None:
        for future in running:
            future.cancel()
    finished.result()


def _run(task: Task, work: Path, command: tuple[str, ...], done: DoneTasks, report: Report) -> None:
    report(task.name, "begun")
    done.begin(task.name)
    log = work / "logs" / f"{task.name.replace(' ', '_')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        file.write(f"sideline {' '.join(task.command)}\n")
        file.flush()
        ended = subprocess.run([*command, *task.command], stdout=file, stderr=subprocess.STDOUT, check=False)
    if ended.returncode != 0:
        raise CascadeError(
            f"`{task.name}` ended with status {ended.returncode}, {log} says why; the same command goes on from here"
        )
    done.add(task.name)
    report(task.name, "done")


@contextmanager
def _locked(work: Path) -> Iterator[None]:
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = (work / "cascade.lock").open("w")
    except OSError as exc:
        raise CascadeError(f"cannot write to {work} ({exc.strerror}): choose another --work") from exc
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise CascadeError(f"another process runs the cascade in {work}: wait, or choose another --work") from exc
        yield
