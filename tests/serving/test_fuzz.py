"""Mutated requests against a real Triton with tiny engines: each is answered, and no neighbour notices."""

import time
from itertools import count

from chaos.clips import Clip
from chaos.fuzz import MUTATIONS, make_draft, send_mutated
from sideline.serving.local_server import LocalServer
from tests.serving.marks import blue_hall, red_hall, rig_of
from tests.serving.stream import Stream, requests_of


def clip() -> Clip:
    scene = blue_hall()
    return Clip(rig_of(scene), tuple(scene.jpegs(index) for index in range(3)))


def test_drafts_follow_from_their_seed_and_use_every_mutation() -> None:
    names = {name for seed in range(300) for name in _applied(seed)}
    assert names == {mutation.__name__ for mutation in MUTATIONS}
    one, again = make_draft(clip(), 5), make_draft(clip(), 5)
    assert {name: array.tobytes() for name, array in one.arrays.items()} == {
        name: array.tobytes() for name, array in again.arrays.items()
    }


def _applied(seed: int) -> list[str]:
    return make_draft(clip(), seed).applied


def test_mutated_requests_are_all_answered_and_a_neighbour_has_the_answers_it_has_alone(server: LocalServer) -> None:
    alone = stream(server.url, 8_000_001)
    pid = server.pid
    refused, complaints = send_mutated(server.url, clip(), range(250))
    assert complaints == []
    assert 50 < refused < 250
    assert server.pid == pid
    wait_for_room(server.url)
    assert stream(server.url, 8_000_002) == alone


def stream(url: str, correlation_id: int, frames: int = 20) -> list[dict[str, bytes]]:
    """What one stream is answered."""
    with Stream(url) as own:
        return [reply.values for reply in own.ask_all(requests_of(red_hall, correlation_id, frames), in_flight=4)]


def wait_for_room(url: str) -> None:
    """The mutated requests left sequences behind; whoever is silent for 5 s makes room for a new stream."""
    until = time.monotonic() + 60.0
    for number in count(8_000_100):
        if all(stream(url, number, frames=2)):
            return
        assert time.monotonic() < until, "streams that fell silent keep their places"
        time.sleep(0.5)
