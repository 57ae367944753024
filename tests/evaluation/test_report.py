"""The report's figures on matches small enough to reckon by hand (10 frames, unless told otherwise)."""

import json
from pathlib import Path

import numpy as np
import pytest
from pytest import approx

from sideline.errors import EvaluationError
from sideline.evaluation.report import compare, evaluate_run
from tests.evaluation.scenes import final_tracks, name, stand, truth, write_run, write_truth

FRAMES = np.arange(10)


def test_a_perfect_tracker_reaches_one_everywhere() -> None:
    people = stand(1, 0) + stand(2, 10)
    report = compare(truth(people), truth(people).on_floor, FRAMES)
    shares = [report.hota_1m, report.deta_1m, report.assa_1m, report.hota_5m, report.idf1]
    assert [*shares, report.recall, report.precision] == approx([1.0] * 7)
    assert report.id_switches == 0
    assert (report.foot_point_error_m.median, report.foot_point_error_m.p90) == (0.0, 0.0)
    assert report.assa_gain_over_baseline == approx(0.0)


def test_one_switch_half_way_halves_the_association() -> None:
    # 10 hits, each with 5 of the person's 10 frames in its own track and none of another: A = 5/(5+5+0).
    found = truth(stand(1, 0, range(5)) + stand(2, 0, range(5, 10))).on_floor
    report = compare(truth(stand(1, 0)), found, FRAMES)
    assert (report.deta_1m, report.assa_1m, report.hota_1m) == approx((1.0, 0.5, np.sqrt(0.5)))
    assert report.idf1 == approx(0.5)  # IDTP 5, IDFN 5, IDFP 5
    assert report.id_switches == 1
    assert (report.recall, report.precision) == (1.0, 1.0)


def test_two_people_who_swap_tracks_half_way_keep_a_third() -> None:
    # Each hit: 5 in common, 5 of the person elsewhere, 5 of the track elsewhere: A = 5/(5+5+5).
    found = truth(
        stand(1, 0, range(5)) + stand(2, 10, range(5)) + stand(2, 0, range(5, 10)) + stand(1, 10, range(5, 10))
    ).on_floor
    report = compare(truth(stand(1, 0) + stand(2, 10)), found, FRAMES)
    assert report.assa_1m == approx(1 / 3)
    assert report.idf1 == approx(0.5)
    assert report.id_switches == 2
    assert report.assa_gain_over_baseline == approx(1 / 3 - 1)  # the baseline sees two people who stand still


def test_people_who_swap_places_deceive_the_baseline_only() -> None:
    people = stand(1, 0, range(5)) + stand(2, 10, range(5)) + stand(1, 10, range(5, 10)) + stand(2, 0, range(5, 10))
    report = compare(truth(people), truth(people).on_floor, FRAMES)
    assert report.assa_1m == approx(1.0)
    assert (report.baseline.assa_1m, report.baseline.hota_1m) == approx((1 / 3, np.sqrt(1 / 3)))
    assert (report.baseline.idf1, report.baseline.id_switches) == (approx(0.5), 2)
    assert report.assa_gain_over_baseline == approx(2 / 3)


def test_an_offset_of_30_cm_costs_the_strict_thresholds_above_its_similarity() -> None:
    # exp(ln 0.05 · 0.3²) = 0.7637: 15 of the 19 thresholds 0.05 … 0.95 are met; with τ = 5 m 0.9893: all.
    report = compare(truth(stand(1, 0)), truth(stand(1, 0.3)).on_floor, FRAMES)
    assert (report.hota_1m, report.deta_1m, report.assa_1m) == approx((15 / 19, 15 / 19, 15 / 19))
    assert report.hota_5m == approx(1.0)
    assert (report.recall, report.precision, report.idf1) == (1.0, 1.0, 1.0)
    assert (report.foot_point_error_m.median, report.foot_point_error_m.p90) == approx((0.3, 0.3))


def test_misses_and_false_positives_are_counted() -> None:
    found = truth(stand(1, 0, range(8)) + stand(9, 12, [3, 4])).on_floor
    report = compare(truth(stand(1, 0)), found, FRAMES)
    assert (report.recall, report.precision) == approx((0.8, 0.8))
    assert report.deta_1m == approx(8 / 12)  # 8 hits, 2 misses, 2 false
    assert report.assa_1m == approx(8 / 10)
    assert report.idf1 == approx(0.8)  # IDTP 8, IDFN 2, IDFP 2


def test_a_detection_beyond_half_a_metre_found_nobody() -> None:
    report = compare(truth(stand(1, 0)), truth(stand(1, 0.51)).on_floor, FRAMES)
    assert (report.recall, report.precision, report.idf1) == (0.0, 0.0, 0.0)
    assert (report.foot_point_error_m.median, report.foot_point_error_m.p90) == (None, None)
    assert report.hota_1m > 0.4  # exp(ln 0.05 · 0.51²) = 0.459: HOTA looks at nine thresholds


def test_the_errors_are_summarised_by_median_and_90th_percentile() -> None:
    people = [row for person in range(5) for row in stand(person, 5.0 * person)]
    found = [row for person in range(5) for row in stand(person, 5.0 * person + 0.1 * person)]
    report = compare(truth(people), truth(found).on_floor, FRAMES)
    assert report.foot_point_error_m.median == approx(0.2)
    assert report.foot_point_error_m.p90 == approx(0.4)  # ten each of 0, 0.1, 0.2, 0.3, 0.4


def test_people_at_the_bench_count_neither_for_nor_against() -> None:
    playing, bench = stand(1, 0), stand(2, 9)
    with_bench = truth(stand(1, 0) + stand(2, 9.2)).on_floor
    report = compare(truth(playing, bench), with_bench, FRAMES)
    assert (report.recall, report.precision, report.deta_1m, report.idf1) == approx((1.0, 1.0, 1.0, 1.0))
    missed = compare(truth(playing, bench), truth(stand(1, 0)).on_floor, FRAMES)
    assert (missed.recall, missed.precision) == (1.0, 1.0)


def test_a_detection_between_a_player_and_the_bench_is_the_players() -> None:
    report = compare(truth(stand(1, 0), stand(2, 0.5)), truth(stand(1, 0.4)).on_floor, FRAMES)
    assert (report.recall, report.precision) == (1.0, 1.0)


def test_a_second_detection_on_a_player_is_false_even_when_somebody_sits_far_off() -> None:
    report = compare(truth(stand(1, 0), stand(2, 5)), truth(stand(1, 0) + stand(3, 0.3)).on_floor, FRAMES)
    assert report.precision == approx(0.5)


def test_a_run_without_detections_reaches_nothing() -> None:
    report = compare(truth(stand(1, 0)), truth([]).on_floor, FRAMES)
    assert (report.hota_1m, report.idf1, report.recall, report.precision) == (0.0, 0.0, 0.0, 0.0)
    assert json.loads(report.to_json())["foot_point_error_m"] == {"median": None, "p90": None}


def test_only_answered_frames_count(tmp_path: Path) -> None:
    write_truth(tmp_path / "match", stand(1, 0))
    statuses = dict.fromkeys(range(0, 10, 2), "OK")
    write_run(tmp_path / "run", stand(1, 0, range(0, 8, 2)), statuses)
    report = evaluate_run(tmp_path / "run", tmp_path / "match")
    assert (report.frames, report.answered_frames) == (10, 5)
    assert report.recall == approx(0.8)  # four of the five answered frames
    assert report.precision == 1.0


def test_the_end_and_frames_out_of_order_are_no_frames(tmp_path: Path) -> None:
    write_truth(tmp_path / "match", stand(1, 0))
    statuses = {0: "OK", 1: "NO_IMAGE", 7: "OUT_OF_ORDER", 8: "END_OF_STREAM", 30: "OK"}
    write_run(tmp_path / "run", stand(1, 0, [0, 30]), statuses)
    report = evaluate_run(tmp_path / "run", tmp_path / "match")
    assert report.answered_frames == 2
    assert (report.recall, report.precision) == (0.5, 1.0)


def test_the_figures_are_of_the_final_tracks_and_the_micro_tracks_stand_beside_them() -> None:
    # Two micro-tracks of five frames each that the graph joined: see test_one_switch_half_way… for the micro figures.
    micro = truth(stand(1, 0, range(5)) + stand(2, 0, range(5, 10))).on_floor
    report = compare(truth(stand(1, 0)), micro, FRAMES, final_tracks(stand(7, 0), name({7: (0, 4)})))
    assert (report.assa_1m, report.hota_1m, report.idf1, report.id_switches) == approx((1.0, 1.0, 1.0, 0))
    assert report.micro is not None
    assert (report.micro.assa_1m, report.micro.hota_1m, report.micro.idf1) == approx((0.5, np.sqrt(0.5), 0.5))
    assert report.assa_gain_over_micro == approx(0.5)


def test_single_detections_as_in_path_a_are_no_micro_tracks_to_compare_with() -> None:
    singles = truth([(frame, frame, 0.0, 0.0) for frame in range(10)]).on_floor
    report = compare(truth(stand(1, 0)), singles, FRAMES, final_tracks(stand(7, 0), name({7: (0, 4)})))
    assert (report.micro, report.assa_gain_over_micro) == (None, None)
    assert report.assa_1m == approx(1.0)


def test_without_tracks_what_is_said_of_tracks_is_null() -> None:
    people = truth(stand(1, 0), naming=name({1: (0, 4)}))
    report = json.loads(compare(people, people.on_floor, FRAMES).to_json())
    keys = ("micro", "assa_gain_over_micro", "teams_named", "team_accuracy", "player_tracks", "jersey_coverage",
            "jersey_accuracy", "gs_hota")  # fmt: skip
    assert [report[key] for key in keys] == [None] * 8
    assert report["hota_1m"] == approx(1.0)


def test_a_truth_that_does_not_tell_who_is_who_leaves_the_names_unjudged() -> None:
    micro = truth(stand(1, 0)).on_floor
    report = compare(truth(stand(1, 0)), micro, FRAMES, final_tracks(stand(7, 0), name({7: (0, 4)})))
    assert (report.team_accuracy, report.gs_hota, report.teams_named) == (None, None, None)
    assert report.micro is not None


def test_a_track_at_the_bench_is_not_judged() -> None:
    people = truth(stand(1, 0), stand(2, 9), naming=name({1: (0, 4), 2: (1, 5)}))
    rows = stand(1, 0) + stand(2, 9.2)
    tracks = final_tracks(rows, name({1: (0, 4), 2: (0, 77)}))
    report = compare(people, truth(rows).on_floor, FRAMES, tracks)
    assert (report.team_accuracy, report.player_tracks, report.gs_hota) == (1.0, 1, approx(1.0))


def test_the_json_has_exactly_the_agreed_keys() -> None:
    report = json.loads(compare(truth(stand(1, 0)), truth(stand(1, 0)).on_floor, FRAMES).to_json())
    assert list(report) == [
        *("frames", "answered_frames", "hota_1m", "deta_1m", "assa_1m", "hota_5m", "idf1", "id_switches"),
        *("recall", "precision", "foot_point_error_m", "baseline", "assa_gain_over_baseline"),
        *("micro", "assa_gain_over_micro", "teams_named", "team_accuracy", "player_tracks", "jersey_coverage"),
        *("jersey_accuracy", "gs_hota"),
    ]
    assert set(report["foot_point_error_m"]) == {"median", "p90"}
    assert set(report["baseline"]) == {"assa_1m", "hota_1m", "idf1", "id_switches"}


def test_a_run_of_another_match_is_refused(tmp_path: Path) -> None:
    write_truth(tmp_path / "match", stand(1, 0))
    write_run(tmp_path / "run", stand(1, 0, [50]), {50: "OK"})
    with pytest.raises(EvaluationError, match=r"answered no frame of .*match: give the match folder that was tracked"):
        evaluate_run(tmp_path / "run", tmp_path / "match")
