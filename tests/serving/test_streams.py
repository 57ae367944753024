"""Streams through the whole ensemble on the real server: order, identity, separation, life and death."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from sideline import tensors
from sideline.serving.admission import StreamTable, table_path
from sideline.serving.canary import send_canary
from sideline.serving.local_server import LocalServer
from sideline.tensors import FrameStatus
from tests.serving.marks import Scene, blue_hall, red_hall
from tests.serving.stream import Reply, Stream, requests_of

FRAMES = 24
NewId = Callable[[], int]


def ids_by_disc(reply: Reply, places_m: np.ndarray) -> list[int]:
    """The micro-track ID answered nearest to each disc, which must be within 0.5 m."""
    found_m, ids = reply.array(tensors.FOOT_POINTS_M), reply.array(tensors.MICRO_TRACK_IDS)
    distances_m = np.linalg.norm(found_m[None] - places_m[:, None], axis=2)
    assert distances_m.min(axis=1).max() < 0.5
    return ids[distances_m.argmin(axis=1)].tolist()


def test_every_disc_is_found_at_its_place_and_keeps_its_id(stream: Stream, new_id: NewId) -> None:
    scene = red_hall()
    replies = stream.ask_all(requests_of(red_hall, new_id(), FRAMES))
    ids = [ids_by_disc(reply, scene.places_m(index)) for index, reply in enumerate(replies[:-1])]
    assert sorted(ids[0]) == [1, 2, 3, 4]
    assert all(frame == ids[0] for frame in ids)
    assert all(len(reply.ids()) == 4 for reply in replies[:-1])


def test_the_end_request_is_answered_end_of_stream_without_detections(stream: Stream, new_id: NewId) -> None:
    end = stream.ask_all(requests_of(red_hall, new_id(), 2))[-1]
    assert (end.status, end.message, end.ids()) == (FrameStatus.END_OF_STREAM, "", [])


def test_answers_carry_index_and_capture_time_of_their_frame_with_sixteen_in_flight(
    stream: Stream, new_id: NewId
) -> None:
    replies = stream.ask_all(requests_of(blue_hall, new_id(), 60), in_flight=16)
    assert [reply.frame_index for reply in replies] == list(range(61))
    assert [reply.status for reply in replies] == [FrameStatus.OK] * 60 + [FrameStatus.END_OF_STREAM]
    assert [int(reply.array(tensors.CAPTURED_AT_NS)[0]) for reply in replies] == [i * 40_000_000 for i in range(61)]


def test_two_arenas_with_eight_frames_in_flight_give_exactly_what_each_gives_alone(
    server: LocalServer, new_id: NewId
) -> None:
    def run(scene_of: Callable[[], Scene]) -> list[dict[str, bytes]]:
        with Stream(server.url) as own:
            return [reply.values for reply in own.ask_all(requests_of(scene_of, new_id(), 60), in_flight=8)]

    alone = [run(red_hall), run(blue_hall)]
    with ThreadPoolExecutor() as pool:
        together = list(pool.map(run, [red_hall, blue_hall]))
    assert together == alone
    assert alone[0] != alone[1]


def test_a_stream_whose_index_goes_back_is_told_and_goes_on_as_if_nothing_happened(
    stream: Stream, new_id: NewId
) -> None:
    undisturbed = stream.ask_all(requests_of(red_hall, new_id(), FRAMES))
    requests = requests_of(red_hall, new_id(), FRAMES)
    late = replace(requests[3], left_jpeg=requests[20].left_jpeg)
    replies = stream.ask_all([*requests[:12], late, requests[11], *requests[12:]])
    assert [reply.status for reply in replies[12:14]] == [FrameStatus.OUT_OF_ORDER] * 2
    assert "frame 3 came after frame 11" in replies[12].message
    assert [reply.values for reply in replies[:12] + replies[14:]] == [reply.values for reply in undisturbed]


def test_a_small_jump_of_the_index_keeps_the_ids_and_a_jump_beyond_the_memory_gives_new_ones(
    stream: Stream, new_id: NewId
) -> None:
    requests = requests_of(red_hall, new_id(), 6)
    small, large = replace(requests[4], frame_index=40), replace(requests[5], frame_index=10_000)
    replies = stream.ask_all([*requests[:4], small, large, replace(requests[6], frame_index=10_001)])
    assert [reply.status for reply in replies[:-1]] == [FrameStatus.OK] * 6
    assert sorted(replies[4].ids()) == sorted(replies[0].ids()) == [1, 2, 3, 4]
    assert sorted(replies[5].ids()) == [5, 6, 7, 8]


def test_a_stream_without_start_is_refused_and_the_connection_serves_the_next_one(
    stream: Stream, new_id: NewId
) -> None:
    requests = requests_of(red_hall, new_id(), 3)
    refused = stream.ask(replace(requests[0], start=False))
    assert "must specify the START flag" in str(refused.error)
    assert [reply.status for reply in stream.ask_all(requests)][:3] == [FrameStatus.OK] * 3


def test_a_second_start_begins_again_with_index_and_ids(stream: Stream, new_id: NewId) -> None:
    requests = requests_of(red_hall, new_id(), 5)
    first = stream.ask_all(requests[:5])
    again = stream.ask_all(requests)
    assert [reply.values for reply in again[:5]] == [reply.values for reply in first]


def test_an_id_can_be_used_again_after_end_and_not_without_start(stream: Stream, new_id: NewId) -> None:
    requests = requests_of(red_hall, new_id(), 3)
    first = stream.ask_all(requests)
    assert "must specify the START flag" in str(stream.ask(replace(requests[1], frame_index=50)).error)
    assert [reply.values for reply in stream.ask_all(requests)] == [reply.values for reply in first]


def test_a_request_without_correlation_id_is_refused(stream: Stream) -> None:
    refused = stream.ask(requests_of(red_hall, 0, 1)[0])
    assert "correlation ID" in str(refused.error)


def test_high_correlation_ids_of_clients_do_not_take_the_places_that_are_kept_for_canaries(
    server: LocalServer,
) -> None:
    streams = [requests_of(red_hall, each, 1) for each in (2**62 + 5, 2**63 - 2, 2**63 - 1)]
    with Stream(server.url) as stream:
        assert [stream.ask(requests[0]).status for requests in streams] == [FrameStatus.OK] * 3
        send_canary(server.url, "path_b", 30.0)
        assert [stream.ask(requests[-1]).status for requests in streams] == [FrameStatus.END_OF_STREAM] * 3


def test_a_stream_beyond_the_capacity_is_refused_in_words_and_the_others_go_on(
    server: LocalServer, new_id: NewId
) -> None:
    table = StreamTable.of_server(table_path(server.pid))
    while table is None or table.count_live():  # what other tests left without END
        time.sleep(0.1)
    ids = [new_id() for _ in range(17)]
    with Stream(server.url) as stream:
        opened = [requests_of(red_hall, each, 2) for each in ids]
        assert [stream.ask(requests[0]).status for requests in opened[:16]] == [FrameStatus.OK] * 16
        refused = stream.ask(opened[16][0]).error or ""
        assert "RESOURCE_EXHAUSTED: all 16 places for streams are taken" in refused
        assert [stream.ask(requests[1]).status for requests in opened[:16]] == [FrameStatus.OK] * 16
        assert stream.ask(opened[0][-1]).status is FrameStatus.END_OF_STREAM
        again = requests_of(red_hall, new_id(), 2)
        assert [reply.error for reply in stream.ask_all(again)] == [None] * 3
        assert {stream.ask(requests[-1]).status for requests in opened[1:16]} == {FrameStatus.END_OF_STREAM}
