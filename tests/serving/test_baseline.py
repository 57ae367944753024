"""The baseline on the real server: tracks by ByteTrack, the same answer as the other paths give."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from sideline import tensors
from sideline.serving.local_server import LocalServer
from tests.serving.marks import Scene, blue_hall, red_hall
from tests.serving.stream import Stream, requests_of
from tests.serving.test_tracks import SHEET, solved, tracks_of_disc

FRAMES = 30
NewId = Callable[[], int]


@pytest.fixture(scope="module")
def baseline(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    log_path = tmp_path_factory.mktemp("baseline") / "tritonserver.log"
    with LocalServer(repository, ensemble="baseline", grpc_port=0, metrics_port=None, log_path=log_path) as running:
        yield running


def test_discs_that_stay_in_one_camera_have_a_track_each_with_its_number(baseline: LocalServer, new_id: NewId) -> None:
    """The fourth disc walks over the seam between the cameras, where its boxes, and so its tracks, change."""
    first, *rest = requests_of(red_hall, new_id(), FRAMES)
    with Stream(baseline.url, "baseline") as stream:
        replies = stream.ask_all([replace(first, match_sheet=SHEET), *rest], in_flight=4)
    assert [reply.message for reply in replies] == [""] * (FRAMES + 1)
    tracks = [tracks_of_disc(replies, disc) for disc in range(3)]
    assert [len(each) for each in tracks] == [1] * 3
    assert len(set.union(*tracks)) == 3
    assert solved(replies, next(iter(tracks[0])), tensors.SOLVED_JERSEY_NUMBERS) == 10


def test_two_arenas_at_once_give_exactly_what_each_gives_alone(baseline: LocalServer, new_id: NewId) -> None:
    def run(scene_of: Callable[[], Scene]) -> list[dict[str, bytes]]:
        with Stream(baseline.url, "baseline") as own:
            return [reply.values for reply in own.ask_all(requests_of(scene_of, new_id(), FRAMES), in_flight=4)]

    alone = [run(red_hall), run(blue_hall)]
    with ThreadPoolExecutor() as pool:
        together = list(pool.map(run, [red_hall, blue_hall]))
    assert together == alone
