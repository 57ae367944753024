"""What is read of the machine and of the checkout."""

import shutil
import subprocess
from pathlib import Path

from benchmarks.machine import count_cores, read_commit, read_machine

GIT = shutil.which("git") or "git"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
    subprocess.run([GIT, "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_the_cores_are_those_that_the_process_may_run_on() -> None:
    machine = read_machine()
    assert 1 <= machine.cores == count_cores() <= machine.machine_cores


def test_a_folder_without_git_has_an_unknown_commit(tmp_path: Path) -> None:
    assert read_commit(tmp_path / "nowhere") == "unknown"


def test_a_commit_is_marked_when_the_code_differs_and_not_when_only_results_do(tmp_path: Path) -> None:
    results = tmp_path / "benchmarks" / "results"
    results.mkdir(parents=True)
    code, record = tmp_path / "code.py", results / "latency.jsonl"
    code.write_text("a = 1\n")
    record.write_text("one\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "begun")
    clean = read_commit(tmp_path)
    assert len(clean) == 12
    record.write_text("one\ntwo\n")
    assert read_commit(tmp_path) == clean
    code.write_text("a = 2\n")
    assert read_commit(tmp_path) == f"{clean}+changes"
