"""The YAML file of ByteTrack's settings."""

from pathlib import Path

import pytest

from sideline.errors import ConfigError
from sideline.tracking.bytetrack.settings import ByteTrackSettings, read_settings


def test_keys_that_are_left_out_keep_their_defaults(tmp_path: Path) -> None:
    (tmp_path / "stage2_track.yaml").write_text("track_buffer: 60\nmot20: true\n")
    assert read_settings(tmp_path / "stage2_track.yaml") == ByteTrackSettings(track_buffer=60, mot20=True)
    (tmp_path / "empty.yaml").write_text("")
    assert read_settings(tmp_path / "empty.yaml") == ByteTrackSettings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("track_bufer: 3", "`track_bufer`: .* there are track_buffer, track_thresh, match_thresh, frame_rate, mot20"),
        ("match_thresh: 1.5", "`match_thresh`: .* less than or equal to 1"),
        ("track_thresh: high", "`track_thresh`"),
        ("frame_rate: 0", "`frame_rate`: .* greater than 0"),
        ("- 1", "`the whole file`"),
        ("a: [", "not valid YAML"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_settings(tmp_path / "bad.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml cannot be read"):
        read_settings(tmp_path / "gone.yaml")
