"""Engines that share cores know of each other, across processes and whatever becomes of them."""

import importlib.util
import subprocess
import sys
import types
from pathlib import Path

import pytest

_BACKEND = Path(__file__).parents[2] / "backends" / "onnxruntime" / "model.py"
_WORK = """
import runpy, sys, types
sys.modules["triton_python_backend_utils"] = types.ModuleType("triton_python_backend_utils")
from pathlib import Path
others = runpy.run_path(sys.argv[1])["_Others"](Path(sys.argv[2]))
with others as at_work:
    print(at_work, flush=True)
    sys.stdin.readline()
print("done", flush=True)
sys.stdin.readline()
"""


class Worker:
    """Another process of the server, whose engine is at work from the beginning."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", _WORK, str(_BACKEND), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.saw_others = self._read() == "True"

    def end_work(self) -> None:
        """The process lives on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self._read() == "done"

    def kill(self) -> None:
        """End the process, at work or not."""
        with self.process:  # closes its pipes and waits
            self.process.kill()

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def sees_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """What an engine of this process is told."""
    name = "triton_python_backend_utils"
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    spec = importlib.util.spec_from_file_location("onnxruntime_backend", _BACKEND)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    others = module._Others(folder)
    with others as at_work:
        seen = bool(at_work)
    others._file.close()
    return seen


def test_an_engine_is_told_of_another_processs_as_long_as_that_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not sees_others(tmp_path, monkeypatch)
    first = Worker(tmp_path)
    second = Worker(tmp_path)
    assert (first.saw_others, second.saw_others) == (False, True)
    first.end_work()
    assert sees_others(tmp_path, monkeypatch)
    second.end_work()
    assert not sees_others(tmp_path, monkeypatch)
    first.kill()
    second.kill()


def test_an_engine_that_was_killed_at_work_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(tmp_path)
    assert sees_others(tmp_path, monkeypatch)
    worker.kill()
    assert not sees_others(tmp_path, monkeypatch)


def test_engines_of_two_servers_do_not_know_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    worker = Worker(tmp_path / "one")
    assert not sees_others(tmp_path / "other", monkeypatch)
    worker.kill()
