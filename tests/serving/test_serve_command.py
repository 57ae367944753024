"""`sideline serve` outlives the death of a step."""

import io
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console

from sideline.commands import serve
from sideline.errors import ServerError
from sideline.serving.local_server import LocalServer
from sideline.serving.process_group import find_stubs


def kill_a_step_when_ready(server: LocalServer, console: Console) -> None:
    assert isinstance(console.file, io.StringIO)
    while "ready" not in console.file.getvalue():
        time.sleep(0.1)
    os.kill(next(iter(find_stubs(server.pid))), signal.SIGKILL)


@pytest.mark.parametrize("worth_a_restart_s", [0.0, 1e6])
def test_a_server_that_had_worked_is_started_again_and_one_that_dies_at_once_is_not(
    repository: Path, monkeypatch: pytest.MonkeyPatch, worth_a_restart_s: float
) -> None:
    monkeypatch.setattr(serve, "WORTH_A_RESTART_S", worth_a_restart_s)
    console = Console(file=io.StringIO(), width=300)
    server = LocalServer(repository, grpc_port=0, metrics_port=0)
    killer = threading.Thread(target=kill_a_step_when_ready, args=(server, console))
    killer.start()
    if worth_a_restart_s:
        with pytest.raises(ServerError, match="Triton does not restart it"):
            serve.run_once(server, console)
    else:
        serve.run_once(server, console)
        assert "starting again" in console.file.getvalue()
    killer.join()
