"""The table of streams by hand-set clocks; on a real server the last test."""

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ensemble_configs import schema
from sideline.errors import AdmissionError
from sideline.serving.admission import Line, StreamTable
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.own_streams import new_own_id


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def wait_s(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_table(tmp_path: Path, clock: Clock) -> Callable[[], StreamTable]:
    """Tables of one file: what each instance of the step has."""
    return lambda: StreamTable(tmp_path / "streams", capacity=2, silence_s=5.0, clock_ns=clock)


def fill(table: StreamTable) -> None:
    """Stream 11 with as many frames inside as may be, 0 to 15."""
    for index in range(16):
        table.admit(11, index, start=index == 0)


def test_a_stream_beyond_the_capacity_is_refused_in_words(make_table: Callable[[], StreamTable]) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    table.admit(12, 0, start=True)
    with pytest.raises(AdmissionError, match=r"RESOURCE_EXHAUSTED: all 2 places .* try again when one has ended"):
        table.admit(13, 0, start=True)
    table.admit(11, 0, start=False)


def test_the_instances_of_a_step_share_their_places(make_table: Callable[[], StreamTable]) -> None:
    one, other = make_table(), make_table()
    one.admit(11, 0, start=True)
    other.admit(12, 0, start=True)
    with pytest.raises(AdmissionError):
        one.admit(13, 0, start=True)
    assert one.count_live() == other.count_live() == 2


def test_a_stream_that_ends_makes_room(make_table: Callable[[], StreamTable]) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    table.admit(12, 0, start=True)
    table.note_answer(11, 0)
    table.admit(11, 0, start=False, end=True)
    with pytest.raises(AdmissionError):
        table.admit(13, 0, start=True)
    table.note_answer(11, 0, end=True)
    table.admit(13, 0, start=True)


def test_a_silent_stream_gives_its_place_up_to_who_wants_it_and_a_live_one_never(
    make_table: Callable[[], StreamTable], clock: Clock
) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    table.admit(12, 0, start=True)
    clock.wait_s(5.1)
    table.admit(12, 0, start=False)
    table.admit(13, 0, start=True)
    with pytest.raises(AdmissionError, match=r"stream 11 has no place here \(any more\): begin it again with START"):
        table.admit(11, 0, start=False)
    with pytest.raises(AdmissionError, match="RESOURCE_EXHAUSTED"):
        table.admit(14, 0, start=True)
    table.admit(12, 0, start=False)


def test_a_silent_stream_that_nobody_pushed_out_goes_on(make_table: Callable[[], StreamTable], clock: Clock) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    clock.wait_s(1000)
    assert table.count_live() == 0
    table.admit(11, 0, start=False)
    assert table.count_live() == 1


def test_64_dead_streams_keep_nobody_out(make_table: Callable[[], StreamTable], clock: Clock) -> None:
    table = make_table()
    for dead in range(100, 164):
        clock.wait_s(5.1)
        table.admit(dead, 0, start=True)
    clock.wait_s(5.1)
    table.admit(11, 0, start=True)
    table.admit(12, 0, start=True)


def test_start_of_a_live_stream_keeps_its_place(make_table: Callable[[], StreamTable]) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    table.admit(12, 0, start=True)
    table.admit(11, 0, start=True)
    assert table.count_live() == 2


def test_the_servers_own_streams_have_places_of_their_own(make_table: Callable[[], StreamTable]) -> None:
    table = make_table()
    for stream in (11, 12, new_own_id(), new_own_id()):
        table.admit(stream, 0, start=True)
    with pytest.raises(AdmissionError, match="RESOURCE_EXHAUSTED"):
        table.admit(new_own_id(), 0, start=True)
    assert table.count_live() == 2


def test_with_closed_doors_live_streams_go_on_and_no_new_one_begins(make_table: Callable[[], StreamTable]) -> None:
    table, other = make_table(), make_table()
    table.admit(11, 0, start=True)
    other.close_doors()
    table.admit(11, 0, start=False)
    table.admit(new_own_id(), 0, start=True)
    with pytest.raises(AdmissionError, match="UNAVAILABLE: the server is being stopped"):
        table.admit(12, 0, start=True)


def test_a_stream_that_sends_without_taking_answers_is_held_to_16_frames_and_its_neighbour_is_not(
    make_table: Callable[[], StreamTable],
) -> None:
    door, last_step = make_table(), make_table()
    door.admit(11, 0, start=True)
    door.admit(12, 0, start=True)
    for index in range(1, 16):
        door.admit(11, index, start=False)
    for start, end in ((False, False), (True, False), (True, True)):
        with pytest.raises(AdmissionError, match="RESOURCE_EXHAUSTED: 16 frames of this stream are not answered yet"):
            door.admit(11, 16, start=start, end=end)
    door.admit(12, 1, start=False)
    last_step.note_answer(11, 0)
    door.admit(11, 16, start=False)
    with pytest.raises(AdmissionError):
        door.admit(11, 17, start=False)


def test_end_is_let_in_behind_any_number_of_frames_and_frees_the_place_when_it_has_come_through(
    make_table: Callable[[], StreamTable],
) -> None:
    table = make_table()
    fill(table)
    table.admit(11, 16, start=False, end=True)
    with pytest.raises(AdmissionError, match="have at most 16 in flight"):
        table.admit(11, 16, start=False, end=True)
    for index in range(16):
        table.note_answer(11, index)
    assert table.count_live() == 1
    table.note_answer(11, 16, end=True)
    assert table.count_live() == 0


def test_frames_that_met_an_error_on_their_way_are_forgotten_with_the_next_answer(
    make_table: Callable[[], StreamTable],
) -> None:
    table = make_table()
    fill(table)
    table.note_answer(11, 13)
    for index in range(16, 30):
        table.admit(11, index, start=False)
    with pytest.raises(AdmissionError, match="RESOURCE_EXHAUSTED: 16 frames of this stream"):
        table.admit(11, 30, start=False)


def test_an_end_behind_lost_frames_frees_the_place(make_table: Callable[[], StreamTable]) -> None:
    table = make_table()
    fill(table)
    table.admit(11, 16, start=False, end=True)
    table.note_answer(11, 16, end=True)
    assert table.count_live() == 0


def test_frames_of_one_index_count_each_and_an_answer_that_was_not_awaited_counts_nothing_out(
    make_table: Callable[[], StreamTable],
) -> None:
    table = make_table()
    for _ in range(16):
        table.admit(11, 5, start=True)
    table.note_answer(11, 4)
    with pytest.raises(AdmissionError):
        table.admit(11, 5, start=False)
    table.note_answer(11, 5)
    table.admit(11, 5, start=False)
    with pytest.raises(AdmissionError):
        table.admit(11, 5, start=False)


def test_an_id_that_is_begun_again_before_its_end_has_come_through_keeps_its_place(
    make_table: Callable[[], StreamTable],
) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    table.admit(11, 1, start=False, end=True)
    table.admit(11, 0, start=True)
    table.note_answer(11, 0)
    table.note_answer(11, 1, end=True)
    table.admit(11, 1, start=False)


def test_when_every_frame_met_an_error_on_its_way_they_are_forgotten_after_a_silence(
    make_table: Callable[[], StreamTable], clock: Clock
) -> None:
    table = make_table()
    for index in range(16):
        table.admit(11, 0, start=index == 0)
    clock.wait_s(4.9)
    with pytest.raises(AdmissionError):
        table.admit(11, 0, start=False)
    clock.wait_s(0.2)
    for _ in range(16):
        table.admit(11, 0, start=False)
    with pytest.raises(AdmissionError):
        table.admit(11, 0, start=False)


def test_answers_of_a_stream_that_has_no_place_are_nobodys(make_table: Callable[[], StreamTable]) -> None:
    table = make_table()
    table.admit(11, 0, start=True)
    table.note_answer(99, 0, end=True)
    assert table.count_live() == 1


@pytest.mark.parametrize(
    "ensemble",
    sorted(each.stem for each in Path(schema.__file__).parent.glob("*.toml") if "[[steps]]" in each.read_text()),
)
def test_every_ensemble_counts_at_its_last_step_whom_its_first_lets_in(ensemble: str) -> None:
    steps = [step.model for step in schema.read_ensemble(ensemble).steps]
    first, last = ((MODEL_REPOSITORY / step / "1" / "model.py").read_text() for step in (steps[0], steps[-1]))
    assert "admit(" in first
    assert "note_answer(" in last


def test_the_line_is_as_long_as_the_streams_that_have_places_can_make_it(
    make_table: Callable[[], StreamTable], clock: Clock
) -> None:
    door, watchdogs = make_table(), make_table()
    assert watchdogs.look_at_line() == Line(answered=0, longest=0)
    door.admit(new_own_id(), 0, start=True)  # a canary stands behind others, not in front of itself
    door.admit(11, 0, start=True)
    door.admit(12, 0, start=True)
    assert watchdogs.look_at_line() == Line(answered=0, longest=2 * 17)
    door.note_answer(11, 0)
    door.admit(11, 1, start=False, end=True)
    door.note_answer(11, 1, end=True)
    clock.wait_s(60.0)  # who is silent may have frames inside all the same
    assert watchdogs.look_at_line() == Line(answered=2, longest=17)


def test_a_correlation_id_that_is_a_text_is_refused(make_table: Callable[[], StreamTable]) -> None:
    with pytest.raises(AdmissionError, match="INVALID_ARGUMENT: correlation ID 'camera 1' is no number"):
        make_table().admit("camera 1", 0, start=True)


def test_who_looks_at_the_table_again_and_again_keeps_no_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "streams"
    StreamTable(path, capacity=2)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        table = StreamTable.of_server(path)
        assert table is not None
        assert table.count_live() == 0
    del table
    assert len(os.listdir("/proc/self/fd")) == before


def _hammer(path: Path) -> None:
    table = StreamTable(path, capacity=8)
    for _ in range(200):
        for stream in range(1, 9):
            table.admit(stream, 0, start=True)
            table.note_answer(stream, 0, end=True)


def test_processes_that_come_and_go_at_once_leave_the_table_sound(tmp_path: Path) -> None:
    path = tmp_path / "streams"
    processes = [multiprocessing.get_context("spawn").Process(target=_hammer, args=(path,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert StreamTable(path, capacity=8).count_live() == 0
