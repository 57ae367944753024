import json
from dataclasses import replace
from pathlib import Path

import pytest

from client.frames import Drops
from client.tally import Tally, write_summary
from sideline.errors import SinkError
from sideline.tensors import Category, FrameStatus
from tests.client.updates import Person, end, make_update, solve


@pytest.mark.parametrize(
    ("live", "latency_ms", "measured_from"), [(True, 40.0, "scheduled capture"), (False, 30.0, "sending")]
)
def test_a_run_is_summed_up(live: bool, latency_ms: float, measured_from: str) -> None:
    tally = Tally(Drops(frames=2, left=2, right=1), live=live)
    for index in range(10):
        tally.count(make_update(index, status=FrameStatus.CAMERA_MISSING if index == 4 else FrameStatus.OK))
    summary = tally.summarise(overlay_skipped=3, warnings=["cut"])
    assert summary.frames == 10
    assert summary.dropped == {"left": 2, "right": 1, "total": 2}
    # sent at 10 ms, the last answered at 9 · 40 + 40 ms: 10 frames in 0.39 s
    assert summary.duration_s == 0.39
    assert summary.fps == 25.64
    assert summary.statuses == {"OK": 9, "CAMERA_MISSING": 1}
    latency = summary.latency_ms
    assert (latency.measured_from, latency.count) == (measured_from, 10)
    assert {latency.p50, latency.p90, latency.p99, latency.p99_9, latency.max} == {latency_ms}
    assert (summary.overlay_skipped, summary.warnings) == (3, ["cut"])


def test_micro_tracks_and_tracks_are_counted_once_and_the_end_is_no_frame() -> None:
    tally = Tally(Drops(), live=False)
    tally.count(make_update(0, [Person(1), Person(2)]))
    tally.count(make_update(1, [Person(5), Person(2)], windows=solve([(0, 1, 9)], [(9, Category.HOME, 4)])))
    tally.count(make_update(2, [Person(1)]))
    tally.count(end(3, solve([(1, 5, 9), (1, 2, 8)], [(9, Category.HOME, 4), (8, Category.AWAY, -1)])))
    summary = tally.summarise()
    assert (summary.frames, summary.statuses) == (3, {"OK": 3})
    assert (summary.micro_tracks, summary.tracks, summary.teams_named) == (3, 2, True)


def test_what_the_server_says_of_good_frames_and_of_the_end_is_a_warning_told_once() -> None:
    tally = Tally(Drops(), live=False)
    for index in range(3):
        tally.count(make_update(index, message="the match sheet is not TOML"))
    tally.count(make_update(3, status=FrameStatus.NO_IMAGE, message="no picture"))
    tally.count(replace(end(4), message="the graph solver failed"))
    assert tally.summarise(warnings=["cut"]).warnings == [
        "cut",
        "the match sheet is not TOML",
        "the graph solver failed",
    ]
    for index in range(5, 50):
        tally.count(make_update(index, message=f"fault {index}"))
    assert len(tally.summarise().warnings) == 10


def test_a_run_without_answers_has_no_latency_and_no_rate() -> None:
    summary = Tally(Drops(), live=True).summarise()
    assert (summary.frames, summary.fps, summary.latency_ms.p50) == (0, 0.0, None)


def test_the_recent_rate_is_that_of_the_last_answers() -> None:
    tally = Tally(Drops(), live=False)
    assert (tally.recent_fps, tally.recent_latency_ms) == (0.0, 0.0)
    for index in range(80):
        tally.count(make_update(index))
    assert tally.recent_fps == pytest.approx(25.0)
    assert tally.recent_latency_ms == pytest.approx(30.0)


def test_the_evaluation_adds_its_figures_and_replaces_none(tmp_path: Path) -> None:
    tally = Tally(Drops(), live=False)
    tally.count(make_update(0))
    write_summary(tmp_path / "summary.json", tally.summarise(), '{"frames": 500, "hota_1m": 0.7}')
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written["frames"] == 1
    assert written["hota_1m"] == 0.7


def test_a_summary_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="choose another folder with --out"):
        write_summary(tmp_path / "absent" / "summary.json", Tally(Drops(), live=False).summarise())
