"""What is counted and logged of the streams that a step answers."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from sideline.serving.ledger import Kind, Ledger
from sideline.serving.observer import LOG_EVERY_S, MOST_ARENAS, Sighting, StreamObserver, name_arena, read_dropped
from sideline.serving.own_streams import new_own_id
from sideline.tensors import FrameStatus

OAK, ELM = b'arena = "oak"', b'arena = "elm"'
GOOD = Sighting(1, OAK, 0, 10**18, 0, FrameStatus.OK, "", 4, 10, (), 0, is_start=False, is_end=False)
START = replace(GOOD, is_start=True)
END = replace(GOOD, status=FrameStatus.END_OF_STREAM, detections=0, state_items=12, is_end=True)


class Watch:
    """An observer with a clock that stands still, its numbers added up, and its log."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.ledger = Ledger()
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.observer = StreamObserver(self.ledger, 60.0, self._log, lambda: self.now_s, lambda: 10**18 + 250_000_000)
        self._sums: defaultdict[str, float] = defaultdict(float)
        self.observed: defaultdict[str, list[float]] = defaultdict(list)

    def _log(self, level: str, event: str, **fields: Any) -> None:
        self.events.append((event, {"level": str(level), **fields}))

    def see(self, *sightings: Sighting) -> None:
        for sighting in sightings:
            self.observer.see(sighting)

    def sums(self) -> dict[str, float]:
        """Counters and gauges that are not 0, written as Prometheus does."""
        for change in self.ledger.take():
            labels = ",".join(value for _, value in change.labels)
            series = f"{change.family.name.removeprefix('sideline_')}{{{labels}}}"
            if change.family.kind is Kind.HISTOGRAM:
                self.observed[series] += change.values
            else:
                self._sums[series] += sum(change.values)
        return {series: value for series, value in self._sums.items() if value}

    def named(self, event: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.events if name == event]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_frames_are_counted_by_arena_and_status_and_state_goes_with_the_stream(watch: Watch) -> None:
    bad = replace(GOOD, status=FrameStatus.BAD_IMAGE, message="left camera: damaged", detections=2, state_items=13)
    watch.see(START, GOOD, bad, replace(START, correlation_id=2, calibration=ELM, detections=1))
    assert watch.sums() == {
        "streams{oak}": 1, "streams{elm}": 1, "state_items{oak}": 13, "state_items{elm}": 10,
        "frames_total{oak,OK}": 2, "frames_total{oak,BAD_IMAGE}": 1, "frames_total{elm,OK}": 1,
        "detections_total{oak}": 10, "detections_total{elm}": 1,
    }  # fmt: skip
    assert watch.observed["frame_age_seconds{oak}"] == [0.25] * 3
    watch.see(END)
    assert {series for series in watch.sums() if "{oak}" in series} == {"detections_total{oak}"}


def test_a_recording_has_no_age_and_a_camera_ahead_of_the_server_has_age_zero(watch: Watch) -> None:
    watch.see(replace(START, captured_at_ns=0), replace(GOOD, captured_at_ns=2 * 10**18))
    watch.sums()
    assert watch.observed["frame_age_seconds{oak}"] == [0.0]


def test_windows_are_counted_with_the_time_they_took(watch: Watch) -> None:
    watch.see(START, replace(GOOD, window_solve_s=(0.5, 2.0)), replace(GOOD, failed_windows=1, message="it hangs"))
    sums = watch.sums()
    assert (sums["windows_total{oak,solved}"], sums["windows_total{oak,fallback}"]) == (2, 1)
    assert watch.observed["window_solve_seconds{oak}"] == [0.5, 2.0]
    assert [event["message"] for event in watch.named("window_failed")] == ["it hangs"]


def test_what_a_client_left_out_is_added_up(watch: Watch) -> None:
    watch.see(START, replace(GOOD, dropped=3), replace(GOOD, dropped=2))
    assert watch.sums()["frames_dropped_total{oak}"] == 5


def test_a_stream_that_starts_again_counts_once_and_one_that_falls_silent_not_at_all(watch: Watch) -> None:
    watch.see(START, GOOD, START)
    assert watch.sums()["streams{oak}"] == 1
    watch.now_s += 61.0
    watch.observer.forget_silent()
    assert "streams{oak}" not in watch.sums()
    assert "state_items{oak}" not in watch.sums()
    assert [name for name, _ in watch.events] == [
        "stream_started", "stream_restarted", "stream_started", "stream_silent",
    ]  # fmt: skip


def test_a_bad_frame_is_logged_with_arena_and_index_and_its_repetitions_are_counted(watch: Watch) -> None:
    bad = replace(GOOD, status=FrameStatus.WRONG_SIZE, message="send 1280×720")
    watch.see(START, *(replace(bad, frame_index=index) for index in range(1, 6)))
    watch.now_s += LOG_EVERY_S
    watch.see(replace(bad, frame_index=6))
    logged = watch.named("bad_frame")
    assert [(event["frame_index"], event["unlogged"]) for event in logged] == [(1, 0), (6, 4)]
    assert logged[0] == {
        "level": "warning", "arena": "oak", "correlation_id": 1, "frame_index": 1, "status": "WRONG_SIZE",
        "message": "send 1280×720", "unlogged": 0,
    }  # fmt: skip


def test_the_servers_own_canaries_are_not_counted(watch: Watch) -> None:
    own_id = new_own_id()
    watch.see(replace(START, correlation_id=own_id), replace(END, correlation_id=own_id))
    assert watch.ledger.take() == []
    assert watch.events == []


def test_the_end_of_a_stream_sums_it_up(watch: Watch) -> None:
    watch.see(START, GOOD, replace(GOOD, status=FrameStatus.NO_IMAGE), END)
    (ended,) = watch.named("stream_ended")
    assert (ended["frames"], ended["statuses"]) == (3, "OK 2, NO_IMAGE 1")


def test_names_of_arenas_are_clean_short_and_not_without_number(watch: Watch) -> None:
    assert name_arena('arena = "Höhle \\"7\\" {x}\\n"'.encode()) == "Höhle _7_ _x__"
    assert name_arena(b'arena = "' + b"a" * 100 + b'"') == "a" * 60
    assert [name_arena(text) for text in (b"", b"\xff", b"arena = 7", b"arena = ", b'arena = ""')] == ["unknown"] * 5
    for index in range(MOST_ARENAS + 5):
        watch.see(replace(START, correlation_id=index, calibration=b'arena = "hall %d"' % index))
    streams = {series: value for series, value in watch.sums().items() if series.startswith("streams")}
    assert len(streams) == MOST_ARENAS + 1
    assert streams["streams{other}"] == 5


@pytest.mark.parametrize(
    ("parameters", "dropped"),
    [
        ("", 0), ("{}", 0), ('{"dropped_frames": 3}', 3), ('{"dropped_frames": -3}', 0),
        ('{"dropped_frames": "x"}', 0), ('{"dropped_frames": 1e99}', 0), (f'{{"dropped_frames": {10**30}}}', 100_000),
    ],
)  # fmt: skip
def test_nonsense_about_drops_counts_as_none(parameters: str, dropped: int) -> None:
    assert read_dropped(parameters) == dropped
