"""A stream's graph as a whole, with a formula in place of the trained engine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from sideline.arrays import Bools, Float32s
from sideline.tensors import NO_NUMBER, NO_TRACK, Category, FrameStatus
from sideline.tracking.graph.arena_graph import ArenaGraph
from sideline.tracking.graph.engines import GraphEngines
from sideline.tracking.graph.frames import GraphAnswer, GraphFrame
from sideline.tracking.graph.immediate_executor import ImmediateExecutor
from sideline.tracking.graph.settings import GraphSettings
from tests.tracking.graph.engines import (
    ENGINES,
    HeldExecutor,
    encode_tracklets,
    read_numbers,
    score_pairs,
)
from tests.tracking.graph.scenes import Person, make_end, make_frame, stand, walk

FIVE = [
    Person(1, walk((-10.0, -5.0), (0.3, 0.1)), number=7, lightness=0.9),
    Person(2, walk((10.0, -4.0), (-0.3, 0.1)), number=23, lightness=0.9),
    Person(3, stand(0.0, 5.0), number=7, lightness=0.1),
    Person(4, stand(-5.0, 6.0), lightness=0.1),
    Person(5, stand(5.0, 6.5), lightness=0.5, is_referee=True),
]
SHEET = b"""
[home]
shirt = "#e8e8e8"
shorts = "#e8e8e8"
players = [{number = "7", name = "A"}, {number = "23", name = "B"}]
[away]
shirt = "#202020"
shorts = "#202020"
players = [{number = "7", name = "C"}]
"""


@dataclass
class Run:
    """What a stream was answered, and whom each detection showed.

    Attributes:
        tracks: Track IDs that the windows gave to each (frame, micro-track).
        messages: Those that were not empty.
        answers: All of them.
    """

    tracks: dict[tuple[int, int], int] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    answers: list[GraphAnswer] = field(default_factory=list)

    def take(self, answer: GraphAnswer) -> None:
        """Write an answer down; no detection is answered twice."""
        self.answers.append(answer)
        self.messages += [answer.message] if answer.message else []
        windows = answer.windows
        rows = zip(windows.window_frames.tolist(), windows.window_micro_track_ids.tolist(), strict=True)
        for key, track in zip(rows, windows.window_track_ids.tolist(), strict=True):
            assert key not in self.tracks
            self.tracks[key] = track

    def ids_of(self, micro_track_ids: Iterable[int]) -> set[int]:
        """Tracks that the micro-tracks are in."""
        wanted = set(micro_track_ids)
        return {track for (_, micro), track in self.tracks.items() if micro in wanted}


def run(graph: ArenaGraph, frames: Iterable[GraphFrame]) -> Run:
    """Send frames, write the answers down."""
    outcome = Run()
    for frame in frames:
        outcome.take(graph.update(frame))
    return outcome


def make_graph(engines: GraphEngines = ENGINES, **changes: object) -> ArenaGraph:
    """A graph that solves its windows at once."""
    return ArenaGraph(engines, ImmediateExecutor(), replace(GraphSettings(), **changes))


def show(people: Sequence[Person], first: int, last: int) -> list[GraphFrame]:
    """The people in the frames first … last - 1, under their names."""
    return [make_frame(index, people) for index in range(first, last)]


def test_everybody_keeps_one_track_over_many_windows() -> None:
    outcome = run(make_graph(), [*show(FIVE, 0, 500), make_end(500)])
    assert len(outcome.tracks) == 500 * 5
    ids = [outcome.ids_of([person.name]) for person in FIVE]
    assert all(len(each) == 1 for each in ids)
    assert len(set.union(*ids)) == 5


def test_a_micro_track_that_breaks_off_is_joined_to_the_next_by_place_and_looks() -> None:
    frames = [
        *show(FIVE, 0, 50),
        *show(FIVE[1:], 50, 70),
        *(make_frame(index, FIVE, [9, 2, 3, 4, 5]) for index in range(70, 150)),
    ]
    outcome = run(make_graph(), [*frames, make_end(150)])
    assert len(outcome.ids_of([1, 9])) == 1


def test_two_micro_tracks_that_swap_their_people_in_a_contact_are_put_right() -> None:
    crossing = [Person(1, walk((-4.0, 0.0), (2.0, 0.0))), Person(2, walk((4.0, 0.2), (-2.0, 0.0)))]
    frames = [make_frame(index, crossing, [1, 2] if index <= 50 else [2, 1]) for index in range(110)]
    outcome = run(make_graph(), [*frames, make_end(110)])
    first = {outcome.tracks[index, 1 if index <= 50 else 2] for index in range(110)}
    second = {outcome.tracks[index, 2 if index <= 50 else 1] for index in range(110)}
    assert len(first) == len(second) == 1
    assert first != second


def test_who_comes_back_from_the_bench_after_a_minute_gets_their_track_back() -> None:
    away = [*show(FIVE, 0, 200), *show(FIVE[3:], 200, 1700)]
    substitute = Person(31, stand(8.0, 0.0))
    back = replace(FIVE[0], place_m=stand(3.0, 0.0))
    later = [make_frame(index, [back, substitute, *FIVE[1:]], [77, 31, 2, 3, 4, 5]) for index in range(1700, 1900)]
    outcome = run(make_graph(), [*away, *later, make_end(1900)])
    assert outcome.ids_of([77]) == outcome.ids_of([1])
    assert len(outcome.ids_of([31])) == 1
    assert outcome.ids_of([31]).isdisjoint(outcome.ids_of([1, 2, 3, 4, 5]))


def test_people_seen_at_the_same_time_are_never_one_track() -> None:
    twins = [Person(1, stand(0.0, 0.0)), replace(Person(1, stand(1.0, 0.0)))]
    frames = [make_frame(index, twins, [1, 2]) for index in range(300)]
    outcome = run(make_graph(), [*frames, make_end(300)])
    for index in range(300):
        assert outcome.tracks[index, 1] != outcome.tracks[index, 2]


def test_end_in_the_middle_of_a_window_answers_every_detection() -> None:
    outcome = run(make_graph(), show(FIVE, 0, 40))
    assert outcome.tracks == {}
    outcome = run(make_graph(), [*show(FIVE, 0, 40), make_end(40)])
    assert len(outcome.tracks) == 40 * 5


def test_a_micro_track_is_unknown_until_its_window_is_solved() -> None:
    graph = make_graph()
    answers = [graph.update(frame) for frame in show(FIVE, 0, 129)]
    assert (answers[127].track_ids == NO_TRACK).all()
    assert sorted(answers[128].track_ids.tolist()) == [1, 2, 3, 4, 5]
    assert answers[128].windows.window_frames.tolist() == np.repeat(np.arange(128), 5).tolist()
    assert sorted(answers[128].windows.solved_track_ids.tolist()) == [1, 2, 3, 4, 5]


def test_numbers_and_teams_are_told_by_the_match_sheet() -> None:
    frames = show(FIVE, 0, 300)
    frames[0] = make_frame(0, FIVE, match_sheet=SHEET)
    answer = run(make_graph(), frames).answers[-1]
    assert answer.teams_named
    assert answer.jersey_numbers.tolist() == [7, 23, 7, NO_NUMBER, NO_NUMBER]
    assert (answer.jersey_probabilities[:3] > 0.9).all()
    assert answer.jersey_probabilities[3:].tolist() == [0.0, 0.0]
    home, away, referee = Category.HOME, Category.AWAY, Category.REFEREE
    assert answer.team_probabilities.argmax(axis=1).tolist() == [home, home, away, away, referee]
    np.testing.assert_allclose(answer.team_probabilities.sum(axis=1), 1, rtol=1e-5)


def test_with_a_sheet_a_detection_has_a_team_before_its_window_is_solved() -> None:
    frames = show(FIVE, 0, 60)
    frames[0] = make_frame(0, FIVE, match_sheet=SHEET)
    answer = run(make_graph(), frames).answers[-1]
    assert (answer.track_ids == NO_TRACK).all()
    assert answer.team_probabilities.argmax(axis=1).tolist() == [0, 0, 1, 1, 2]


def test_without_a_sheet_the_teams_are_two_but_not_named() -> None:
    answer = run(make_graph(), show(FIVE, 0, 300)).answers[-1]
    assert not answer.teams_named
    first, second, third, fourth, _ = answer.team_probabilities.argmax(axis=1).tolist()
    assert first == second
    assert third == fourth
    assert first != third


def test_a_sheet_that_cannot_be_used_is_reported_and_the_stream_goes_on() -> None:
    frames = [make_frame(0, FIVE, match_sheet=b"[home]"), *show(FIVE, 1, 130), make_end(130)]
    outcome = run(make_graph(), frames)
    assert len(outcome.messages) == 1
    assert "away" in outcome.messages[0]
    assert not outcome.answers[-1].teams_named
    assert len(outcome.tracks) == 130 * 5


def fail(*_: object) -> tuple[Float32s, Float32s]:
    """An engine that died."""
    raise ValueError("the engine is gone")


@pytest.mark.parametrize("engines", [GraphEngines(fail, read_numbers), GraphEngines(score_pairs, read_numbers, fail)])
def test_a_solver_that_dies_leaves_the_micro_tracks_as_tracks(engines: GraphEngines) -> None:
    outcome = run(make_graph(engines), [*show(FIVE, 0, 300), make_end(300)])
    assert len(outcome.tracks) == 300 * 5
    assert [len(outcome.ids_of([person.name])) for person in FIVE] == [1] * 5
    assert len(outcome.messages) == 3
    assert all("the engine is gone" in message for message in outcome.messages)
    assert outcome.answers[-2].jersey_numbers.tolist() == [7, 23, 7, NO_NUMBER, NO_NUMBER]


def test_tracks_survive_a_window_in_which_the_solver_died() -> None:
    calls = []

    def fail_once(*arrays: Float32s) -> tuple[Float32s, Float32s]:
        calls.append(1)
        return fail() if 3 <= len(calls) < 5 else score_pairs(*arrays)  # type: ignore[arg-type]

    outcome = run(make_graph(GraphEngines(fail_once, read_numbers)), [*show(FIVE, 0, 644), make_end(644)])
    assert outcome.messages
    assert [len(outcome.ids_of([person.name])) for person in FIVE] == [1] * 5


def answer_nan(nodes: Float32s, pairs: Float32s, *_: object) -> tuple[Float32s, Float32s]:
    """An engine that overflows."""
    return np.full(pairs.shape[:3], np.nan, np.float32), np.full((*nodes.shape[:2], 3), np.nan, np.float32)


def test_an_engine_that_answers_no_numbers_joins_nobody() -> None:
    outcome = run(make_graph(GraphEngines(answer_nan, read_numbers)), [*show(FIVE, 0, 100), make_end(100)])
    assert len(set(outcome.tracks.values())) == 5
    assert np.isfinite(outcome.answers[-1].windows.solved_team_probabilities).all()


def test_frames_that_were_dropped_do_no_harm() -> None:
    frames = [make_frame(index, FIVE) for index in range(0, 600, 3)]
    outcome = run(make_graph(), [*frames, make_end(600)])
    assert len(outcome.tracks) == 200 * 5
    assert [len(outcome.ids_of([person.name])) for person in FIVE] == [1] * 5


def test_a_jump_over_many_windows_does_no_harm() -> None:
    outcome = run(make_graph(), [*show(FIVE[2:], 0, 100), *show(FIVE[2:], 5000, 5100), make_end(5100)])
    assert [len(outcome.ids_of([person.name])) for person in FIVE[2:]] == [1] * 3


@pytest.mark.parametrize("status", [FrameStatus.OUT_OF_ORDER, FrameStatus.BAD_CALIBRATION])
def test_a_frame_that_was_not_tracked_changes_nothing(status: FrameStatus) -> None:
    graph = make_graph()
    frames = show(FIVE, 0, 200)
    frames.insert(100, make_frame(10_000, status=status))
    outcome = run(graph, [*frames, make_end(200)])
    assert len(outcome.tracks) == 200 * 5


def test_a_frame_that_goes_back_changes_nothing() -> None:
    frames = show(FIVE, 0, 100)
    outcome = run(make_graph(), [*frames, *show(FIVE, 50, 60), make_end(100)])
    assert len(outcome.tracks) == 100 * 5


def test_sixty_people_are_sixty_tracks() -> None:
    crowd = [Person(name, stand(-13.0 + 2.4 * (name % 12), -6.0 + 3.0 * (name // 12))) for name in range(60)]
    frames = [make_frame(index, crowd) for index in range(140)]
    outcome = run(make_graph(), [*frames, make_end(140)])
    assert [len(outcome.ids_of([name])) for name in range(60)] == [1] * 60
    assert len(set(outcome.tracks.values())) == 60


def test_everybody_in_one_spot_is_answered() -> None:
    heap = [replace(person, place_m=stand(0.0, 0.0)) for person in FIVE]
    outcome = run(make_graph(), [*show(heap, 0, 200), make_end(200)])
    assert len(outcome.tracks) == 200 * 5
    for index in range(200):
        assert len({outcome.tracks[index, person.name] for person in heap}) == 5


def test_nobody_for_minutes_is_an_empty_answer() -> None:
    empty = [make_frame(index, status=FrameStatus.NO_IMAGE) for index in range(200, 3000)]
    outcome = run(make_graph(), [*show(FIVE[2:], 0, 200), *empty, *show(FIVE[2:], 3000, 3200), make_end(3200)])
    assert len(outcome.tracks) == 400 * 3
    assert [len(outcome.ids_of([person.name])) for person in FIVE[2:]] == [1] * 3
    assert outcome.answers[1000].track_ids.shape == (0,)
    assert outcome.answers[1000].team_probabilities.shape == (0, 3)


def test_a_stream_without_a_frame_ends_empty() -> None:
    answer = make_graph().update(make_end(0))
    assert answer.message == ""
    assert answer.windows.window_frames.shape == (0,)


def test_no_frame_waits_for_a_solver_that_hangs() -> None:
    executor = HeldExecutor()
    graph = ArenaGraph(ENGINES, executor)
    outcome = run(graph, show(FIVE, 0, 400))
    assert outcome.tracks == {}
    assert len(executor.tasks) == 1
    executor.run_next()
    outcome.take(graph.update(make_frame(400, FIVE)))
    assert len(outcome.tracks) == 128 * 5
    assert len(executor.tasks) == 1


def test_windows_that_pile_up_before_a_hanging_solver_are_answered_without_it() -> None:
    graph = ArenaGraph(ENGINES, HeldExecutor(), GraphSettings(most_waiting_windows=2))
    sizes = []
    outcome = Run()
    for frame in show(FIVE, 0, 1300):
        outcome.take(graph.update(frame))
        sizes.append(graph.kept_items)
    assert len(outcome.tracks) >= 5 * 128 * 5
    assert max(sizes[650:]) <= max(sizes[:650])
    assert "too slow" in outcome.messages[0]
    assert [len(outcome.ids_of([person.name])) for person in FIVE] == [1] * 5


def test_end_does_not_wait_for_ever() -> None:
    graph = ArenaGraph(ENGINES, HeldExecutor(), GraphSettings(longest_flush_s=0.0))
    outcome = run(graph, [*show(FIVE, 0, 200), make_end(200)])
    assert len(outcome.tracks) == 200 * 5
    assert "did not end in time" in outcome.messages[0]


def test_two_arenas_interleaved_give_what_each_gives_alone() -> None:
    others = [Person(11, stand(1.0, 1.0), number=4), Person(12, walk((5.0, 5.0), (-0.5, -0.5)))]
    left, right = show(FIVE, 0, 300), show(others, 0, 300)
    alone = [run(make_graph(), left), run(make_graph(), right)]
    graphs, together = [make_graph(), make_graph()], [Run(), Run()]
    for pair in zip(left, right, strict=True):
        for graph, outcome, frame in zip(graphs, together, pair, strict=True):
            outcome.take(graph.update(frame))
    for one, other in zip(alone, together, strict=True):
        assert one.tracks == other.tracks
        for before, after in zip(one.answers, other.answers, strict=True):
            np.testing.assert_array_equal(before.track_ids, after.track_ids)
            np.testing.assert_array_equal(before.team_probabilities, after.team_probabilities)
            np.testing.assert_array_equal(before.jersey_numbers, after.jersey_numbers)


def test_single_detections_become_tracks_in_path_a() -> None:
    walkers = [Person(1, walk((-6.0, 0.0), (1.5, 0.0))), Person(2, walk((6.0, 1.5), (-1.5, 0.0)))]
    frames = [make_frame(index, walkers, [2 * index, 2 * index + 1], stride=1) for index in range(300)]
    outcome = run(make_graph(), [*frames, make_end(300)])
    assert len(outcome.ids_of(range(0, 600, 2))) == 1
    assert len(outcome.ids_of(range(1, 600, 2))) == 1
    assert len(set(outcome.tracks.values())) == 2


def test_the_temporal_encoder_sees_each_piece_once_and_is_believed() -> None:
    seen: list[Bools] = []

    def encode(features: Float32s, mask: Bools) -> tuple[Float32s, Float32s, Float32s]:
        seen.append(mask)
        return encode_tracklets(features, mask)

    outcome = run(make_graph(GraphEngines(score_pairs, read_numbers, encode)), [*show(FIVE, 0, 128), make_end(128)])
    assert len(seen) == 1
    assert seen[0].sum(axis=1).tolist() == [15] * 5
    probabilities = outcome.answers[-1].windows.solved_team_probabilities
    assert (probabilities[:, Category.REFEREE] < 0.1).all()


def test_what_is_remembered_in_three_hours_is_bounded() -> None:
    """A frame every four seconds; every minute somebody else, and no micro-track is seen twice."""
    graph = make_graph(most_past_tracks=20, window_frames=2500)
    sizes = []
    for turn in range(3 * 900):
        minute = turn // 15
        people = [Person(minute % 7, stand(0.0, 0.0)), Person(50 + minute, stand(5.0, 0.0))]
        graph.update(make_frame(turn * 100, people, [2 * turn, 2 * turn + 1], stride=5))
        sizes.append(graph.kept_items)
    assert max(sizes[1350:]) <= max(sizes[:1350]) <= 300
