"""The service under test, where it does not come up; where it does, the chaos suite itself shows it."""

import subprocess
from pathlib import Path

import pytest

from chaos import service
from chaos.service import Service
from sideline.errors import ServerError


def test_a_service_that_is_not_ready_in_time_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(service.subprocess, "Popen", Noted)
    monkeypatch.setattr(service, "_READY_S", 0.0)
    with pytest.raises(ServerError, match="not ready"), Service(tmp_path):
        pass
    assert [process.returncode is None for process in started] == [False]
