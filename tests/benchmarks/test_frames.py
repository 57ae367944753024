"""The film that the benchmarks play."""

from pathlib import Path

import pytest

from benchmarks.frames import Film, load_film, turning_index
from tests.client.videos import index_shown, small_rig, write_match


def test_a_film_is_played_to_and_fro_and_no_picture_comes_twice_in_a_row() -> None:
    assert [turning_index(index, 4) for index in range(10)] == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]


@pytest.mark.parametrize(("length", "shown"), [(1, [0, 0, 0]), (2, [0, 1, 0])])
def test_the_shortest_films_are_played_as_well(length: int, shown: list[int]) -> None:
    assert [turning_index(index, length) for index in range(3)] == shown


def test_indices_rise_and_capture_times_keep_the_rate() -> None:
    film = Film(((b"l0", b"r0"), (b"l1", b"r1")), small_rig(), 25.0, b"")
    frames = list(film.play(3, fps=10.0))
    assert [frame.frame_index for frame in frames] == [0, 1, 2]
    assert [frame.captured_at_ns for frame in frames] == [0, 100_000_000, 200_000_000]
    assert [frame.right_jpeg for frame in frames] == [b"r0", b"r1", b"r0"]


def test_a_match_folder_is_read_up_to_the_frames_that_are_wanted(tmp_path: Path) -> None:
    film = load_film(write_match(tmp_path / "match", 5), most_frames=3)
    assert [index_shown(left) for left, _ in film.pictures] == [0, 1, 2]
    assert film.fps == 25.0
