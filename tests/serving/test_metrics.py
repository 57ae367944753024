"""The steps' numbers in the real server's /metrics, and their events in its log."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.samples import Sample
from tritonclient.grpc import InferenceServerClient, InferInput

from client.stream import Client
from sideline import tensors
from sideline.errors import StreamError
from sideline.serving.local_server import LocalServer
from tests.client.test_real_server import film
from tests.monitoring.scraping import scrape, scrape_until, total
from tests.serving.marks import Scene, blue_hall
from tests.serving.stream import Stream, requests_of

NewId = Callable[[], int]


def blue(arena: str) -> Callable[[], Scene]:
    return lambda: replace(blue_hall(), calibration=blue_hall().calibration.replace("blue hall", arena))


def test_frames_bad_frames_players_and_state_are_counted_by_arena(
    server: LocalServer, stream: Stream, new_id: NewId
) -> None:
    url = str(server.metrics_url)
    *frames, end = requests_of(blue("hall of numbers"), new_id(), 5)
    frames[3] = replace(frames[3], left_jpeg=b"no JPEG")
    replies = stream.ask_all(frames)

    def counted(samples: list[Sample]) -> bool:
        return total(samples, "sideline_frames_total", arena="hall of numbers") == 5

    samples = scrape_until(url, counted)
    found = sum(len(reply.ids()) for reply in replies)
    mine = {"arena": "hall of numbers"}
    assert total(samples, "sideline_frames_total", status="BAD_IMAGE", **mine) == 1
    assert total(samples, "sideline_detections_total", **mine) == found > 0
    assert total(samples, "sideline_streams", **mine) == 1
    assert total(samples, "sideline_state_items", **mine) > 0
    stream.ask(end)
    scrape_until(url, lambda each: total(each, "sideline_streams", **mine) == 0)
    assert total(scrape(url), "sideline_state_items", **mine) == 0


def test_the_age_of_a_live_frame_is_measured_and_what_a_client_left_out_is_counted(
    server: LocalServer, new_id: NewId
) -> None:
    *frames, _ = requests_of(blue("live hall"), new_id(), 1)
    arrays = frames[0].arrays() | {tensors.CAPTURED_AT_NS: frames[0].arrays()[tensors.CAPTURED_AT_NS] + time.time_ns()}
    inputs = [
        InferInput(tensor.name, list(array.shape), tensor.dtype).set_data_from_numpy(array)
        for tensor, array in arrays.items()
    ]
    with InferenceServerClient(server.url) as client:
        client.infer(
            "path_b",
            inputs,
            sequence_id=frames[0].correlation_id,
            sequence_start=True,
            sequence_end=True,
            parameters={tensors.DROPPED_FRAMES: 7},
        )
    mine = {"arena": "live hall"}
    samples = scrape_until(
        str(server.metrics_url), lambda each: total(each, "sideline_frame_age_seconds_count", **mine) == 1
    )
    assert 0 < total(samples, "sideline_frame_age_seconds_sum", **mine) < 30
    assert total(samples, "sideline_frame_age_seconds_bucket", le="+Inf", **mine) == 1
    assert total(samples, "sideline_frames_dropped_total", **mine) == 7


def test_the_log_tells_of_streams_and_bad_frames_by_arena_and_index(
    server: LocalServer, stream: Stream, new_id: NewId
) -> None:
    requests = requests_of(blue("hall of events"), (stream_id := new_id()), 4)
    requests[2] = replace(requests[2], right_jpeg=b"\nno JPEG")
    stream.ask_all(requests)
    lines = server.log_path.read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith('{"time"')]
    mine = [event for event in events if event.get("correlation_id") == stream_id]
    assert [(event["event"], event["frame_index"]) for event in mine] == [
        ("stream_started", 0),
        ("bad_frame", 2),
        ("stream_ended", 4),
    ]
    assert {event["arena"] for event in mine} == {"hall of events"}
    assert (mine[1]["status"], mine[2]["statuses"]) == ("BAD_IMAGE", "OK 3, BAD_IMAGE 1")


async def test_a_request_that_fails_is_logged_with_arena_stream_and_frame(own_repository: Path) -> None:
    step = own_repository / "assign_micro_ids" / "1" / "model.py"
    broken = (
        '        if read(request, tensors.FRAME_INDEX)[0] == 3:\n            raise ValueError("broken on purpose")\n'
    )
    step.write_text(step.read_text().replace("        answer = tracker", f"{broken}        answer = tracker"))
    with LocalServer(own_repository, grpc_port=0, metrics_port=None) as server:
        tracking = Client(server.url, window=1).track(film(blue_hall(), 5))
        with pytest.raises(StreamError, match=r"refused frame 3 .*broken on purpose"):
            [_ async for _ in tracking]
        lines = server.log_path.read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith('{"time"')]
    started = [event["correlation_id"] for event in events if event["event"] == "stream_started"]
    failed = next(event for event in events if event["event"] == "request_failed")
    assert failed.pop("time")
    assert failed == {
        "level": "error", "event": "request_failed", "correlation_id": started[0], "frame_index": 3,
        "arena": "blue hall", "message": "ValueError: broken on purpose", "unlogged": 0,
    }  # fmt: skip
