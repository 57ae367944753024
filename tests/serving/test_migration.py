"""The steps from the baseline to path B on real servers: each is wired so that it tracks, and differs as it should."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ensemble_configs.schema import read_ensemble, read_models
from ensemble_configs.wiring import models_of
from sideline.serving.local_server import LocalServer
from tests.serving.marks import red_hall
from tests.serving.stream import Reply, Stream, requests_of
from tests.serving.test_tracks import tracks_of_disc, window_rows

FRAMES = 30
NewId = Callable[[], int]
SEVEN = ("baseline", "merged_encoder", "category_head")
MOTIP = ("motip", "motip_graph", "motip_temporal")


@contextmanager
def serve(repository: Path, ensembles: tuple[str, ...]) -> Iterator[LocalServer]:
    """One server with several ensembles, which share most models."""
    models = [name for ensemble in ensembles for name in models_of(read_ensemble(ensemble), read_models().models)]
    beside = tuple(sorted({*models} - {*models_of(read_ensemble(ensembles[0]), read_models().models)}))
    with LocalServer(repository, ensemble=ensembles[0], beside=beside, grpc_port=0, metrics_port=None) as running:
        yield running


def track(server: LocalServer, ensemble: str, correlation_id: int) -> list[Reply]:
    with Stream(server.url, ensemble) as stream:
        return stream.ask_all(requests_of(red_hall, correlation_id, FRAMES), in_flight=4)


@pytest.fixture(scope="module")
def motip(repository: Path) -> Iterator[LocalServer]:
    with serve(repository, MOTIP) as running:
        yield running


def test_one_encoder_says_exactly_what_three_of_it_say(repository: Path, new_id: NewId) -> None:
    with serve(repository, SEVEN) as server:
        replies = [track(server, ensemble, new_id()) for ensemble in SEVEN]
    three, two, one = ([reply.values for reply in each] for each in replies)
    assert [reply.message for reply in replies[0]] == [""] * (FRAMES + 1)
    assert window_rows(replies[0])
    assert three == two == one


def test_motip_alone_makes_every_micro_track_a_track(motip: LocalServer, new_id: NewId) -> None:
    rows = window_rows(track(motip, "motip", new_id()))
    assert len({row[1] for row in rows}) == len({row[2] for row in rows}) == 4
    assert len({row[1:] for row in rows}) == 4


@pytest.mark.parametrize("ensemble", ["motip_graph", "motip_temporal"])
def test_the_graph_gives_every_disc_a_track_of_its_own(motip: LocalServer, new_id: NewId, ensemble: str) -> None:
    replies = track(motip, ensemble, new_id())
    assert [reply.message for reply in replies] == [""] * (FRAMES + 1)
    tracks = [tracks_of_disc(replies, disc) for disc in range(4)]
    assert [len(each) for each in tracks] == [1] * 4
    assert len(set.union(*tracks)) == 4
