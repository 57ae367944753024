"""A run folder as a contender: named by its tracker, and by verdicts of the resolver."""

from dataclasses import replace
from pathlib import Path

import pytest

from sideline.evaluation.judging import judge_contender
from sideline.evaluation.named_seconds import NamedSeconds
from sideline.identity.verdicts import IdentityVerdict
from sideline.tensors import Category
from tests.evaluation.scenes import stand, write_run, write_truth

SAME = IdentityVerdict(5, "home-4", "Ann", 0.9, Category.HOME, 0.9, 4, 0.9, "number 4 read")


@pytest.fixture
def tracked(tmp_path: Path) -> tuple[Path, Path]:
    """Two players, of whom the tracker knows one and takes the other for number 8."""
    write_truth(tmp_path / "match", stand(1, 0) + stand(2, 10), people={1: ("home", "4"), 2: ("away", "7")})
    people = {5: ("home", 4), 6: ("away", 8)}
    write_run(tmp_path / "run", stand(5, 0) + stand(6, 10), dict.fromkeys(range(10), "OK"), {5: 5, 6: 6}, people)
    return tmp_path / "run", tmp_path / "match"


def test_without_the_resolver_a_track_is_the_player_who_wears_its_number(tracked: tuple[Path, Path]) -> None:
    contender = judge_contender("path_b", 4.0, *tracked)
    assert (contender.name, contender.fps) == ("path_b", 4.0)
    assert contender.named == NamedSeconds(0.5, 0.5)
    assert contender.report.jersey_accuracy == 0.5


def test_the_resolvers_word_on_team_and_number_takes_the_place_of_the_trackers(tracked: tuple[Path, Path]) -> None:
    other = replace(SAME, track_id=6, global_id="away-7", category=Category.AWAY, number=7)
    contender = judge_contender("path_b+resolver", 4.0, *tracked, [SAME, other])
    assert contender.named == NamedSeconds(1.0, 0.0)
    assert contender.report.jersey_accuracy == 1.0


def test_the_resolvers_teams_are_those_of_the_sheet_and_mirrored_ones_are_wrong(tracked: tuple[Path, Path]) -> None:
    mirrored = [
        replace(SAME, category=Category.AWAY, global_id="away-4"),
        replace(SAME, track_id=6, global_id="home-7", category=Category.HOME, number=7),
    ]
    contender = judge_contender("path_b+resolver", 4.0, *tracked, mirrored)
    assert contender.report.team_accuracy == 0.0
    assert contender.named == NamedSeconds(0.0, 1.0)


def test_whoever_stays_unknown_has_no_name_though_a_number_was_read(tracked: tuple[Path, Path]) -> None:
    unknown = replace(SAME, track_id=6, global_id="unknown", category=Category.AWAY, number=7)
    assert judge_contender("path_b+resolver", 4.0, *tracked, [SAME, unknown]).named == NamedSeconds(0.5, 0.0)


def test_a_truth_that_does_not_tell_who_is_who_names_nobody(tracked: tuple[Path, Path]) -> None:
    write_truth(tracked[1], stand(1, 0) + stand(2, 10))
    assert judge_contender("path_b", 4.0, *tracked).named is None
