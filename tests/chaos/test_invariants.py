"""The checker over runs that break each rule in turn: it must see every one of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.invariants import (
    ArenaRun,
    count_holes,
    count_lost,
    find_changes,
    find_disorder,
    find_reused_ids,
    find_strangers,
    read_run,
)
from client.frames import Update
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.sources.frame_list import FrameList
from client.stream import Client
from client.tracking import Reconnect
from sideline.arena.rig import parse_rig
from tests.arena.rigs import rig_toml
from tests.client.conftest import make_frames
from tests.client.test_tracking import FailingTransport
from tests.client.updates import Person, make_update


def answer(index: int, micro_tracks: Sequence[int] = (1, 2), shift_m: float = 0.0) -> Update:
    return make_update(index, [Person(track, index + 3.0 * track + shift_m, -1.0) for track in micro_tracks])


def run_of(answers: Sequence[Update], **fields: object) -> ArenaRun:
    good = ArenaRun(answers, given=len(answers), dropped=0, sequence_starts=[], live=False)
    return replace(good, **fields)  # type: ignore[arg-type]


REFERENCE = {index: answer(index) for index in range(10)}
GOOD = run_of(list(REFERENCE.values()))


def test_a_good_run_has_no_complaint() -> None:
    assert count_lost(GOOD) == 0
    assert [find_disorder(GOOD), find_strangers(GOOD, REFERENCE), find_changes(GOOD, REFERENCE),
            find_reused_ids(GOOD)] == [[], [], [], []]  # fmt: skip


def test_a_loose_detection_has_no_id_that_could_come_back() -> None:
    assert find_reused_ids(run_of([answer(0, (1, -9)), answer(1, (1, -9))], sequence_starts=[1])) == [
        "frame 1 has micro-track 1 of before the break"
    ]


def test_holes_are_counted_before_the_last_answer_only() -> None:
    assert count_holes(GOOD) == 0
    assert count_holes(run_of([answer(index) for index in (1, 2, 5)], given=9, dropped=3, live=True)) == 3


@pytest.mark.parametrize(
    ("answers", "given", "dropped", "live", "lost"),
    [
        (10, 14, 0, False, 3),
        (10, 14, 4, True, 0),
        (10, 14, 1, True, 1),
        (10, 12, 0, True, 0),
        (10, 11, 0, False, 0),
    ],
)
def test_frames_that_were_given_are_answered_or_dropped_but_for_those_that_waited_at_the_end(
    answers: int, given: int, dropped: int, live: bool, lost: int
) -> None:
    run = run_of([answer(index) for index in range(answers)], given=given, dropped=dropped, live=live)
    assert count_lost(run) == lost


def test_a_client_that_was_killed_may_have_no_hole_before_its_last_answer() -> None:
    answers = [answer(index) for index in (0, 1, 4, 5)]
    assert count_lost(run_of(answers, given=None, dropped=None)) == 2


@pytest.mark.parametrize("indices", [(0, 1, 1, 2), (0, 2, 1, 3)])
def test_an_index_that_does_not_rise_is_seen(indices: tuple[int, ...]) -> None:
    assert len(find_disorder(run_of([answer(index) for index in indices]))) == 1


def test_an_answer_of_another_arena_is_seen() -> None:
    answers = [answer(0), answer(1, shift_m=0.5), answer(2)]
    assert find_strangers(run_of(answers), REFERENCE) == ["frame 1 shows people who are not in its pictures"]


def test_a_changed_id_where_nothing_was_touched_is_seen() -> None:
    answers = [answer(0), answer(1, micro_tracks=(2, 1))]
    assert len(find_changes(run_of(answers), REFERENCE)) == 1


def test_behind_a_frame_that_was_dropped_ids_may_be_others() -> None:
    assert find_changes(run_of([answer(0), answer(2, micro_tracks=(2, 1))], live=True), REFERENCE) == []
    answers = [answer(0), answer(1, micro_tracks=(2, 1)), answer(3)]
    assert len(find_changes(run_of(answers, live=True), REFERENCE)) == 1


def test_an_id_of_before_the_break_is_seen_and_one_that_was_away_for_a_while_is_none() -> None:
    answers = [answer(0, (1, 2)), answer(1, (3,)), answer(2, (1, 3)), answer(3, (4,)), answer(4, (2, 5))]
    assert find_reused_ids(run_of(answers)) == []
    assert find_reused_ids(run_of(answers, sequence_starts=[3])) == ["frame 4 has micro-track 2 of before the break"]


async def test_a_runs_files_tell_its_breaks(tmp_path: Path) -> None:
    """The warnings of `client.run` are what the checker reads them from."""
    client = Client(transport=FailingTransport(4, 7), reconnect=Reconnect(5.0, 0.001, 0.01))
    source = FrameList(make_frames(12), parse_rig(rig_toml()))
    folder, options = RunFolder(tmp_path, live=False), RunOptions(overlay=False, max_frames=9)
    await track_to_folder(client, source, folder, options, lambda _: None)
    (tmp_path / "given.json").write_text('{"given": 9}')
    run = read_run(tmp_path, live=False)
    assert ([update.frame_index for update in run.answers], run.given, run.dropped) == (list(range(9)), 9, 0)
    assert run.sequence_starts == [4, 7]
    await track_to_folder(client, source, folder, replace(options, resume=True), lambda _: None)
    assert read_run(tmp_path, live=False).sequence_starts == [9]
