"""`sideline track` on a real Triton with tiny engines, and what it says when something is missing."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from sideline.cli import app
from sideline.commands.track import choose_roster
from sideline.errors import ConfigError, MatchSheetError, RigError, SidelineError, SinkError, SourceError, StreamError
from sideline.serving.local_server import LocalServer
from tests.client.videos import SHEET, write_match, write_video

SIDELINE = str(Path(sys.executable).with_name("sideline"))


def track(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["track", *map(str, arguments)], env={"COLUMNS": "200"})


def summary_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / "summary.json").read_text())


def test_a_match_folder_becomes_a_run_folder(tmp_path: Path, server: LocalServer) -> None:
    out = tmp_path / "run"
    result = track(write_match(tmp_path / "match", 12), "--url", server.url, "--out", out)
    assert result.exit_code == 0, result.output
    names = {"tracks.jsonl", "tracks.parquet", "people.parquet", "tracks.mot.txt", "overlay.mp4", "contact_sheet.png",
             "summary.json"}  # fmt: skip
    assert {path.name for path in out.iterdir()} == names
    assert all(str(out / name) in result.output for name in names)
    assert summary_of(out)["frames"] == 12
    assert summary_of(out)["statuses"] == {"OK": 12}


def test_two_videos_with_a_rig_live_and_thinned_out(tmp_path: Path, server: LocalServer) -> None:
    match, out = write_match(tmp_path / "match", 12), tmp_path / "run"
    videos = ("--left", match / "left.mp4", "--right", match / "right.mp4", "--rig", match / "rig.toml")
    result = track(*videos, "--live", "--fps", 5, "--no-overlay", "--url", server.url, "--out", out)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (out / "tracks.jsonl").read_text().splitlines()]
    assert [line["frame_index"] for line in lines if "frame_index" in line] == [0, 5, 10]
    assert summary_of(out)["latency_ms"]["measured_from"] == "scheduled capture"


def test_a_video_that_ends_in_the_middle_is_tracked_up_to_there_with_a_warning(
    tmp_path: Path,
    server: LocalServer,
) -> None:
    match, out = write_match(tmp_path / "match", 20), tmp_path / "run"
    left = match / "left.mp4"
    left.write_bytes(left.read_bytes()[: int(left.stat().st_size * 0.6)])
    result = track(match, "--no-overlay", "--url", server.url, "--out", out)
    assert result.exit_code == 0, result.output
    assert "warning: the videos end at frame" in result.output
    assert 5 <= summary_of(out)["frames"] < 20
    assert "of 20" in summary_of(out)["warnings"][0]


def test_the_first_frames_only(tmp_path: Path, server: LocalServer) -> None:
    match, out = write_match(tmp_path / "match", 12), tmp_path / "run"
    assert track(match, "--max-frames", 5, "--no-overlay", "--url", server.url, "--out", out).exit_code == 0
    assert summary_of(out)["frames"] == 5


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ([], ConfigError, "give a match folder, or all of --left, --right and --rig"),
        (["--left", "a.mp4"], ConfigError, "all of --left, --right and --rig"),
        (["{match}", "--left", "a.mp4"], ConfigError, "not both"),
        (["{match}/absent"], SourceError, "sideline simulate"),
        (["{match}", "--roster", "{match}/rig.toml", "--no-roster"], ConfigError, "either --roster or --no-roster"),
        (["{match}", "--roster", "{match}/none.toml"], MatchSheetError, "cannot read the match sheet"),
        (
            ["{match}", "--roster", "{match}/rig.toml"],
            MatchSheetError,
            "rig.toml: the match sheet cannot be used: home",
        ),
        (["{match}", "--url", "127.0.0.1:9"], StreamError, "sideline serve"),
        (
            ["--left", "{match}/left.mp4", "--right", "{match}/left.mp4", "--rig", "{match}/no.toml"],
            RigError,
            "no.toml",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    tmp_path: Path, arguments: list[str], kind: type[SidelineError], message: str
) -> None:
    match = write_match(tmp_path / "match", 2)
    result = track(*(argument.format(match=match) for argument in arguments), "--out", tmp_path / "run")
    assert isinstance(result.exception, kind)
    assert message in str(result.exception)


def test_the_match_folders_sheet_is_found_by_itself_and_can_be_left_out(tmp_path: Path) -> None:
    match = write_match(tmp_path / "match", 2)
    (match / "roster.toml").write_text(SHEET)
    other = tmp_path / "other.toml"
    other.write_text(SHEET.replace('"23"', '"24"'))
    assert choose_roster(match, None, no_roster=False) == SHEET.encode()
    assert choose_roster(match, None, no_roster=True) == b""
    assert choose_roster(match, other, no_roster=False) == other.read_bytes()
    assert choose_roster(None, other, no_roster=False) == other.read_bytes()
    assert choose_roster(None, None, no_roster=False) == b""
    (match / "roster.toml").unlink()
    assert choose_roster(match, None, no_roster=False) == b""


def test_a_match_folder_with_a_broken_sheet_is_refused_before_the_server_is_asked(tmp_path: Path) -> None:
    match = write_match(tmp_path / "match", 2)
    (match / "roster.toml").write_text(SHEET + '[[away.players]]\nnumber = "23"\nname = "Twin"\n')
    result = track(match, "--url", "127.0.0.1:9", "--out", tmp_path / "run")
    assert isinstance(result.exception, MatchSheetError)
    assert str(result.exception).startswith(f"{match / 'roster.toml'}: away.players: number 23 stands there twice")
    assert "--no-roster" in str(result.exception)
    assert not (tmp_path / "run").exists()


def test_a_rig_file_with_a_missing_key_names_the_key(tmp_path: Path) -> None:
    match = write_match(tmp_path / "match", 2)
    rig = match / "rig.toml"
    rig.write_text("\n".join(line for line in rig.read_text().splitlines() if not line.startswith("translation_m")))
    result = track(match)
    assert isinstance(result.exception, RigError)
    assert "left.translation_m" in str(result.exception)


def test_a_video_without_its_end_says_that_it_must_be_copied_again(tmp_path: Path) -> None:
    match = write_match(tmp_path / "match", 2)
    write_video(match / "right.mp4", 20, header="end")
    (match / "right.mp4").write_bytes((match / "right.mp4").read_bytes()[:3000])
    result = track(match)
    assert isinstance(result.exception, SourceError)
    assert "copy it again" in str(result.exception)


def test_resume_needs_a_run_to_go_on_with(tmp_path: Path) -> None:
    result = track(write_match(tmp_path / "match", 2), "--resume")
    assert isinstance(result.exception, ConfigError)
    assert "--out" in str(result.exception)


def test_a_client_that_is_killed_goes_on_with_resume_and_no_frame_is_missing_or_twice(
    tmp_path: Path, server: LocalServer
) -> None:
    match, out = write_match(tmp_path / "match", 60), tmp_path / "run"
    options = ["--url", server.url, "--out", str(out), "--no-overlay", "--window", "2"]
    journal = out / "tracks.jsonl"
    with subprocess.Popen([SIDELINE, "track", str(match), *options], stderr=subprocess.DEVNULL) as client:
        while not journal.exists() or journal.read_bytes().count(b"\n") < 5:
            time.sleep(0.01)
        client.kill()
    result = track(match, "--resume", *options)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [line["frame_index"] for line in lines if "frame_index" in line] == list(range(60))
    assert pq.read_table(out / "tracks.parquet").num_rows == 0  # the pictures show nobody
    assert not list(out.glob("*.partial"))


def test_recover_writes_the_tables_of_a_killed_run_and_wants_a_run(tmp_path: Path, server: LocalServer) -> None:
    out = tmp_path / "run"
    assert track(write_match(tmp_path / "match", 6), "--no-overlay", "--url", server.url, "--out", out).exit_code == 0
    before = (out / "tracks.mot.txt").read_text()
    (out / "tracks.mot.txt").unlink()
    result = CliRunner().invoke(app, ["recover", str(out)], env={"COLUMNS": "200"})
    assert "6 frames were answered" in result.output
    assert (out / "tracks.mot.txt").read_text() == before
    nothing = CliRunner().invoke(app, ["recover", str(tmp_path)])
    assert isinstance(nothing.exception, SinkError)
    assert "holds no tracks.jsonl: give the folder of a run" in str(nothing.exception)
