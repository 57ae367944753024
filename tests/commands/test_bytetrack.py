"""`sideline bytetrack`, from file to file."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sideline.cli import app
from sideline.errors import SourceError


def test_detections_become_tracklets_by_the_settings_of_the_docs(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "detections_raw.npz",
        frame_numbers=[1, 2, 3],
        bboxes=[[0, 0, 40, 100], [1, 0, 41, 100], [2, 0, 42, 100]],
        confidences=[0.9, 0.9, 0.2],
    )
    out = tmp_path / "tracklets_raw.npz"
    command = ["bytetrack", str(tmp_path / "detections_raw.npz"), "--out", str(out)]
    result = CliRunner().invoke(app, [*command, "--config", "docs/stage2_track.yaml"])
    assert result.exit_code == 0, result.output
    assert "1 tracklets, 3 of 3 detections in 3 frames tracked" in result.output
    with np.load(out) as file:
        assert file["tracklet_id"].tolist() == [1, 1, 1]


def test_no_progress_bar_unless_asked_for(tmp_path: Path) -> None:
    np.savez(tmp_path / "none.npz", frame_numbers=[], bboxes=np.empty((0, 4)), confidences=[])
    command = ["bytetrack", str(tmp_path / "none.npz"), "--out", str(tmp_path / "out.npz")]
    assert CliRunner().invoke(app, command).output.startswith(str(tmp_path / "out.npz"))
    assert CliRunner().invoke(app, [*command, "--progress"]).output.startswith("frames")


def test_nothing_is_written_when_the_input_cannot_be_used(tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", frame_numbers=[1])
    command = ["bytetrack", str(tmp_path / "bad.npz"), "--out", str(tmp_path / "out.npz")]
    with pytest.raises(SourceError, match="lacks bboxes, confidences"):
        CliRunner().invoke(app, command, catch_exceptions=False)
    assert not (tmp_path / "out.npz").exists()
