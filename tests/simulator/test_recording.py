"""A recorded match is complete, readable by others, and never half there."""

import tomllib
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pytest

from sideline.arena.rig import load_rig
from sideline.errors import SimulationError
from sideline.simulator.match import Match
from sideline.simulator.recording import record_match


@pytest.fixture(scope="module")
def short_match() -> Match:
    return Match.create(3, "grey_centre", 0.8, fps=10.0)


@pytest.fixture(scope="module")
def folder(short_match: Match, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matches") / "demo"
    record_match(short_match, folder)
    return folder


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_video_has_every_frame_at_the_match_rate_and_size(folder: Path, side: str) -> None:
    with av.open(str(folder / f"{side}.mp4")) as video:
        stream = video.streams.video[0]
        images = [frame.to_ndarray(format="rgb24") for frame in video.decode(stream)]
        assert stream.average_rate == 10
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
    assert [image.shape for image in images] == [(720, 1280, 3)] * 8


def test_the_truth_has_a_row_for_every_frame_and_person(folder: Path, short_match: Match) -> None:
    table = pq.read_table(folder / "truth.parquet")
    people = len(short_match.people.persons)
    assert table.num_rows == 8 * people
    assert table["frame_index"].to_pylist() == np.repeat(np.arange(8), people).tolist()
    np.testing.assert_allclose(
        np.stack([table["x_m"], table["z_m"]], axis=1).reshape(8, people, 2), short_match.motion.positions_m
    )
    boxes = table["left_box"].to_pylist()
    assert None in boxes
    assert all(len(box) == 4 for box in boxes if box is not None)


def test_the_rig_and_the_roster_can_be_read_back(folder: Path, short_match: Match) -> None:
    points_m = np.array([[5.0, 0.0, 2.0], [9.0, 1.5, -6.0]])
    again = load_rig(folder / "rig.toml").right.project(points_m)
    np.testing.assert_allclose(again, short_match.rig.right.project(points_m), atol=1e-6)
    roster = tomllib.loads((folder / "roster.toml").read_text())
    assert len(roster["home"]["players"]) == len(roster["away"]["players"]) == 10
    assert roster["home"]["shirt"] == "#{:02x}{:02x}{:02x}".format(*short_match.people.home_kit.shirt_rgb)
    assert roster["away"]["players"][0]["number"] == short_match.people.persons[10].number
    assert tomllib.loads((folder / "match.toml").read_text())["seed"] == 3


def test_an_earlier_match_is_replaced_only_when_asked(folder: Path, short_match: Match) -> None:
    with pytest.raises(SimulationError, match="--force"):
        record_match(short_match, folder)
    record_match(short_match, folder, overwrite=True)
    assert (folder / "left.mp4").is_file()


def test_a_folder_with_something_else_in_it_is_never_replaced(short_match: Match, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SimulationError, match="choose another place"):
        record_match(short_match, tmp_path, overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_recording_that_breaks_off_leaves_nothing_behind(short_match: Match, tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_match(short_match, tmp_path / "demo", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_every_frame(short_match: Match, tmp_path: Path) -> None:
    counts: list[int] = []
    record_match(short_match, tmp_path / "demo", counts.append)
    assert counts == list(range(1, 9))
