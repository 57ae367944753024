"""Identities of a match in a store: from tracks to people and back into the store."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sideline.matches.layout import Kind
from sideline.matches.looks import read_looks
from sideline.matches.people import sum_up_people
from sideline.matches.reader import MatchStore
from sideline.matches.resolving import resolve_match, to_tracklets
from sideline.matches.schemas import LAST_WORDS
from sideline.matches.writer import MatchWriter
from tests.identity.scenes import roster
from tests.matches.rows import detections


def last_words(said: dict[int, tuple[str, int, float]]) -> pa.Table:
    """By track: category, number and its probability."""
    rows = [
        {
            "track_id": track,
            "category": category,
            "home_probability": 0.96 if category in ("home", "A") else 0.02,
            "away_probability": 0.96 if category in ("away", "B") else 0.02,
            "referee_probability": 0.02,
            "jersey_number": number,
            "jersey_probability": sure,
        }
        for track, (category, number, sure) in said.items()
    ]
    return pa.Table.from_pylist(rows, LAST_WORDS)


def write_match(store: Path, said: dict[int, tuple[str, int, float]]) -> None:
    with MatchWriter(store, "final") as writer:
        writer.append(detections(range(200), said))
        writer.finish(last_words(said))


def test_identities_are_kept_beside_the_tracks(tmp_path: Path) -> None:
    write_match(tmp_path, {1: ("home", 4, 0.95), 2: ("away", 7, 0.9), 3: ("home", -1, 0.0)})
    said = resolve_match(tmp_path, "final", roster())
    assert [verdict.global_id for verdict in said][:2] == ["home-4", "away-7"]
    rows = MatchStore(tmp_path).read("final", Kind.IDENTITIES).to_pylist()
    assert [(row["track_id"], row["global_id"], row["name"]) for row in rows[:2]] == [
        (1, "home-4", "Home 4"),
        (2, "away-7", "Away 7"),
    ]
    assert rows[0]["reason"].startswith("number 4 was read")


def test_teams_without_names_are_named_by_the_numbers_that_were_read(tmp_path: Path) -> None:
    write_match(tmp_path, {1: ("A", 7, 0.95), 2: ("B", 5, 0.95), 3: ("B", 6, 0.95)})
    assert [each.global_id for each in resolve_match(tmp_path, "final", roster())] == ["away-7", "home-5", "home-6"]


def test_people_add_up_their_tracks_before_and_after_resolving(tmp_path: Path) -> None:
    write_match(tmp_path, {1: ("home", 4, 0.95), 2: ("away", 7, 0.9)})
    reader = MatchStore(tmp_path)
    before = [(row.person, row.category, row.number, row.probability) for row in sum_up_people(reader, "final")]
    assert before == [("", "away", 7, None), ("", "home", 4, None)]
    resolve_match(tmp_path, "final", roster())
    after = sum_up_people(reader, "final")
    assert [(row.person, row.name, row.tracks) for row in after] == [("away-7", "Away 7", 1), ("home-4", "Home 4", 1)]
    assert [row.seconds for row in after] == pytest.approx([19.9, 19.9])
    assert all(row.probability is not None and row.probability > 0.8 for row in after)


def test_places_times_and_looks_of_tracks_become_tracklets(tmp_path: Path) -> None:
    write_match(tmp_path, {1: ("home", 4, 0.95), 2: ("away", -1, 0.0)})
    np.savez(tmp_path / "looks.npz", track_ids=[2], appearance=[[0.6, 0.8]])
    table = MatchStore(tmp_path).read("final", Kind.TRACKS)
    tracklets = to_tracklets(table, read_looks(tmp_path / "looks.npz"))
    assert (tracklets.first_s.tolist(), tracklets.last_s.tolist()) == ([0.0, 0.0], pytest.approx([19.9, 19.9]))
    assert tracklets.ends_m is not None
    assert tracklets.ends_m.tolist() == [pytest.approx([19.9, 1.0]), pytest.approx([19.9, 2.0])]
    assert tracklets.appearance is not None
    assert np.isnan(tracklets.appearance[0]).all()
    assert tracklets.appearance[1].tolist() == [0.6, 0.8]


def test_a_match_without_tracks_has_no_identities(tmp_path: Path) -> None:
    write_match(tmp_path, {})
    assert resolve_match(tmp_path, "final", roster()) == []
    assert MatchStore(tmp_path).summarise("final").identities == 0
