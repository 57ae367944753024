"""`sideline match` and `sideline resolve` on small stores: what they print, write and refuse."""

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from sideline.cli import app
from sideline.errors import MatchSheetError, StoreError
from sideline.matches.writer import MatchWriter
from tests.identity.scenes import SHEET_TEXT
from tests.matches.test_resolving import write_match

_RUNNER = CliRunner()
_WIDE = {"COLUMNS": "200"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    write_match(tmp_path / "store", {1: ("home", 4, 0.95), 2: ("away", 7, 0.9)})
    return tmp_path / "store"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "roster.toml"
    path.write_text(SHEET_TEXT)
    return path


def run(*arguments: object) -> str:
    result = _RUNNER.invoke(app, [str(argument) for argument in arguments], env=_WIDE)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_counts_and_the_person_table_names(store: Path, sheet: Path) -> None:
    row = " ".join(run("match", "list", "--store", store).replace("│", " ").split())
    assert "final 1 400 2 0 0.3 min" in row
    assert "home-4" in run("resolve", "final", "--store", store, "--roster", sheet)
    shown = " ".join(run("match", "show", "final", "--store", store).replace("│", " ").split())
    assert "final (finished): frames 0 to 199, 0.3 min, 400 detections, 2 tracks, 2 identities" in shown
    assert "home-4 Home 4 home 4 1 19.9" in shown


def test_an_empty_match_is_called_empty_and_has_nobody_to_resolve(tmp_path: Path) -> None:
    with MatchWriter(tmp_path, "friendly") as writer:
        writer.finish()
    assert "friendly (finished): empty, nobody was detected" in run("match", "show", "friendly", "--store", tmp_path)
    assert "friendly: 0 tracks; 0 players" in run("resolve", "friendly", "--store", tmp_path)


def test_without_anybody_on_a_roster_resolve_says_who_the_people_are(store: Path, sheet: Path) -> None:
    hint = "No player is on a roster (--roster): numbers that were read often are the people."
    assert hint in run("resolve", "final", "--store", store)
    assert "final: 2 tracks; 2 players; 0 tracks of" in run("resolve", "final", "--store", store, "--roster", sheet)
    assert hint not in run("resolve", "final", "--store", store, "--roster", sheet)


def test_resolve_prints_one_json_object_a_track(store: Path, sheet: Path) -> None:
    lines = run("resolve", "final", "--store", store, "--roster", sheet, "--json").splitlines()
    assert [json.loads(line)["global_id"] for line in lines] == ["home-4", "away-7"]


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".json"])
def test_exports_are_what_was_asked_for(store: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"rows{ending}"
    part = ("--first-frame", 10, "--last-frame", 12, "--track", 2)
    run("match", "export", "final", "--store", store, "--out", out, *part)
    rows = duckdb.query(f"FROM '{out}'").project("frame_index, track_id").fetchall()
    assert rows == [(10, 2), (11, 2), (12, 2)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["match", "show", "semifinal"], "has no match semifinal; it has final"),
        (["match", "export", "final", "--out", "x.xls"], "choose one of .parquet, .csv, .json"),
        (["match", "export", "final", "--out", "x.csv", "--table", "people"], "there is no table 'people'"),
        (["match", "add", "nowhere"], "give the folder that `sideline track` wrote"),
        (["resolve", "semifinal"], "has no match semifinal"),
    ],
)
def test_bad_requests_are_refused_in_words(store: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(StoreError, match=message):
        run(*arguments, "--store", store)


@pytest.mark.parametrize(
    ("players", "message"),
    [
        ('[{ name = "Somebody" }]', r"home\.players\.0\.number: is missing; add it"),
        ('[{ number = 4, name = "One" }, { number = 4, name = "Other" }]', "number 4 stands there twice"),
    ],
)
def test_rosters_that_cannot_be_used_are_refused(store: Path, sheet: Path, players: str, message: str) -> None:
    text = SHEET_TEXT.splitlines()
    text[4] = f"players = {players}"
    sheet.write_text("\n".join(text))
    with pytest.raises(MatchSheetError, match=message):
        run("resolve", "final", "--store", store, "--roster", sheet)
