"""`sideline demo` on a server that runs already, with a short match in place of the long one."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sideline.cli import app
from sideline.commands import demo
from sideline.serving.local_server import LocalServer


def test_the_demo_simulates_its_match_once_and_holds_the_tracks_against_the_truth(
    tmp_path: Path,
    server: LocalServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo, "_SECONDS", 1.0)
    match, out = tmp_path / "match", tmp_path / "run"
    options = ["demo", "--match-dir", str(match), "--out", str(out), "--url", server.url]
    first = CliRunner().invoke(app, options, env={"COLUMNS": "200"})
    assert first.exit_code == 0, first.output
    assert "HOTA at 1 m / at 5 m" in first.output
    summary = json.loads((out / "summary.json").read_text())
    assert summary["frames"] == summary["answered_frames"] == 25
    assert {"dropped", "fps", "latency_ms", "hota_1m", "hota_5m", "idf1"} <= summary.keys()
    recorded_ns = (match / "left.mp4").stat().st_mtime_ns
    assert CliRunner().invoke(app, [*options, "--live", "--fps", "5"]).exit_code == 0
    assert (match / "left.mp4").stat().st_mtime_ns == recorded_ns
