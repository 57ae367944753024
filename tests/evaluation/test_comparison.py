"""Figures side by side."""

import json
from dataclasses import replace

from sideline.evaluation.comparison import Contender, tabulate, to_json
from sideline.evaluation.named_seconds import NamedSeconds
from sideline.evaluation.report import BaselineFigures, FootPointError, Report

_REPORT = Report(
    frames=10,
    answered_frames=10,
    hota_1m=0.5,
    deta_1m=0.8,
    assa_1m=0.4,
    hota_5m=0.6,
    idf1=0.55,
    id_switches=12,
    recall=0.9,
    precision=0.8,
    foot_point_error_m=FootPointError(0.1, 0.2),
    baseline=BaselineFigures(0.3, 0.2, 0.3, 40),
    assa_gain_over_baseline=0.2,
    micro=None,
    assa_gain_over_micro=None,
    teams_named=None,
    team_accuracy=None,
    player_tracks=None,
    jersey_coverage=None,
    jersey_accuracy=None,
    gs_hota=None,
)
_TWO = [
    Contender("baseline", 4.0, _REPORT),
    Contender("path_b", 8.25, replace(_REPORT, hota_1m=0.625, id_switches=9, gs_hota=0.3), NamedSeconds(0.5, 0.25)),
]


def test_every_contender_after_the_first_shows_its_difference() -> None:
    rows = {row[0]: row[1:] for row in tabulate(_TWO)}
    assert rows["hota_1m"] == ("0.500", "0.625 (+0.125)")
    assert rows["id_switches"] == ("12", "9 (-3)")
    assert rows["gs_hota"] == ("–", "0.300")
    assert rows["players' seconds, right name"] == ("–", "0.500")
    assert rows["players' seconds, wrong name"] == ("–", "0.250")
    assert rows["frame pairs a second"] == ("4.0", "8.2")


def test_the_json_holds_every_report_by_name() -> None:
    held = json.loads(to_json("demo", _TWO))
    assert held["match"] == "demo"
    assert held["contenders"]["path_b"]["hota_1m"] == 0.625
    assert held["contenders"]["baseline"]["fps"] == 4.0
    assert held["contenders"]["baseline"]["named_seconds"] is None
    assert held["contenders"]["path_b"]["named_seconds"] == {"right": 0.5, "wrong": 0.25}
