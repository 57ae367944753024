import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from client.frames import Update
from client.sinks.jsonl import JsonlSink
from client.sinks.mot import MotSink
from client.sinks.parquet import ParquetSink
from client.sinks.people import PeopleSink
from client.sinks.settled import SettledSink, SettlingSink
from client.sinks.sink import Sink
from sideline.errors import SinkError
from sideline.tensors import Category, FrameStatus
from tests.client.updates import Person, end, make_update, solve

TWO_PLAYERS = make_update(3, [Person(11, 1.5, -2.25), Person(12, -14.0, 7.5, 6, Category.AWAY, 23, camera=1)])
NOBODY = make_update(4, status=FrameStatus.NO_IMAGE, message="neither camera sent a picture")
SOLVED = make_update(5, windows=solve([(3, 11, 8), (3, 12, 9)], [(8, Category.HOME, 4), (9, Category.REFEREE, -1)]))
# Track 8 is lost after frame 1, where it followed somebody else; who is track 9 from frame 1 on turns out to be it.
REUNITED = (
    make_update(0, [Person(1)]),
    make_update(1, [Person(1), Person(2)]),
    make_update(2, [Person(2)]),
    make_update(3, [Person(2)], windows=solve([(0, 1, 8), (1, 1, 8), (1, 2, 9), (2, 2, 9)])),
    end(4, solve([(3, 2, 8)], [(8, Category.AWAY, 23)], revisions=[(9, 8)])),
)


def write(sink: Sink, *updates: Update) -> None:
    sink.open()
    for update in updates or (TWO_PLAYERS, NOBODY):
        sink.write(update)
    sink.close()


def settle(sink: SettledSink, *updates: Update) -> None:
    write(SettlingSink([sink]), *updates)


def test_jsonl_has_one_line_a_frame_also_for_one_without_players(tmp_path: Path) -> None:
    write(JsonlSink(tmp_path / "tracks.jsonl", live=True))
    first, second = map(json.loads, (tmp_path / "tracks.jsonl").read_text().splitlines())
    assert first == {
        "frame_index": 3,
        "captured_at_ns": 120_000_000,
        "status": "OK",
        "message": "",
        "latency_ms": 40.0,
        "teams_named": True,
        "detections": [
            {"micro_track_id": 11, "track_id": None, "x_m": 1.5, "z_m": -2.25, "u": 0.25, "v": 0.25, "score": 0.9,
             "team_probabilities": [0.3333, 0.3333, 0.3333], "jersey_number": None, "jersey_probability": 0.0,
             "camera": None, "box_px": None},
            {"micro_track_id": 12, "track_id": 6, "x_m": -14.0, "z_m": 7.5, "u": 0.25, "v": 0.25, "score": 0.8,
             "team_probabilities": [0.1, 0.8, 0.1], "jersey_number": 23, "jersey_probability": 0.75,
             "camera": "right", "box_px": [10.0, 20.0, 40.0, 100.0]},
        ],
    }  # fmt: skip
    assert (second["status"], second["message"], second["detections"]) == ("NO_IMAGE", NOBODY.message, [])


def test_jsonl_tells_of_solved_windows_in_a_line_of_their_own_also_at_the_end(tmp_path: Path) -> None:
    last = end(6, solve([(4, 11, 8)]), teams_named=False)
    write(JsonlSink(tmp_path / "tracks.jsonl", live=True), SOLVED, last)
    frame, windows, rest = map(json.loads, (tmp_path / "tracks.jsonl").read_text().splitlines())
    assert frame["frame_index"] == 5
    assert windows == {
        "solved_windows": {
            "frame_index": [3, 3],
            "micro_track_id": [11, 12],
            "track_id": [8, 9],
            "tracks": [
                {"track_id": 8, "team_probabilities": [0.8, 0.1, 0.1], "jersey_number": 4, "jersey_probability": 0.75},
                {"track_id": 9, "team_probabilities": [0.1, 0.1, 0.8], "jersey_number": None,
                 "jersey_probability": 0.0},
            ],
            "revisions": [],
        },
        "teams_named": True,
        "message": "",
    }  # fmt: skip
    assert (rest["solved_windows"]["track_id"], rest["teams_named"]) == ([8], False)


def test_jsonl_tells_what_went_wrong_at_the_end(tmp_path: Path) -> None:
    failed = replace(end(6), message="the graph solver failed")
    write(JsonlSink(tmp_path / "tracks.jsonl", live=True), failed)
    (line,) = map(json.loads, (tmp_path / "tracks.jsonl").read_text().splitlines())
    assert (line["message"], line["solved_windows"]["frame_index"]) == ("the graph solver failed", [])


def test_jsonl_can_be_read_while_the_run_goes_on(tmp_path: Path) -> None:
    sink = JsonlSink(tmp_path / "tracks.jsonl", live=False)
    sink.open()
    sink.write(TWO_PLAYERS)
    assert json.loads((tmp_path / "tracks.jsonl").read_text())["latency_ms"] == 30.0
    sink.close()


def test_parquet_has_the_columns_of_the_architecture_and_one_row_a_detection(tmp_path: Path) -> None:
    settle(ParquetSink(tmp_path / "tracks.parquet"))
    table = pq.read_table(tmp_path / "tracks.parquet")
    assert {field.name: str(field.type) for field in table.schema} == {
        "frame_index": "int64",
        "captured_at_ns": "int64",
        "status": "int32",
        **dict.fromkeys(("micro_track_id", "track_id", "live_track_id"), "int64"),
        **dict.fromkeys(("x_m", "z_m", "u", "v", "score"), "float"),
        "team": "string",
        "team_probability": "float",
        "jersey_number": "int32",
        "jersey_probability": "float",
        "camera": "string",
        "box": "list<element: float>",
    }
    rows = table.to_pylist()
    assert [(row["frame_index"], row["micro_track_id"], row["x_m"], row["z_m"]) for row in rows] == [
        (3, 11, 1.5, -2.25),
        (3, 12, -14.0, 7.5),
    ]
    assert [(row["camera"], row["box"]) for row in rows] == [(None, None), ("right", [10.0, 20.0, 40.0, 100.0])]


def test_parquet_has_the_final_track_and_what_was_known_of_it_when_its_window_was_solved(tmp_path: Path) -> None:
    settle(ParquetSink(tmp_path / "tracks.parquet"), TWO_PLAYERS, SOLVED)
    rows = pq.read_table(tmp_path / "tracks.parquet").to_pylist()
    keys = ("track_id", "live_track_id", "team", "jersey_number")
    assert [[row[key] for key in keys] for row in rows] == [[8, -1, "home", 4], [9, 6, "referee", -1]]
    assert [row["team_probability"] for row in rows] == pytest.approx([0.8, 0.8])
    assert [row["jersey_probability"] for row in rows] == pytest.approx([0.75, 0.0])


def test_parquet_keeps_what_was_known_live_when_the_window_never_came(tmp_path: Path) -> None:
    settle(ParquetSink(tmp_path / "tracks.parquet"), TWO_PLAYERS)
    rows = pq.read_table(tmp_path / "tracks.parquet").to_pylist()
    assert [(row["track_id"], row["jersey_number"]) for row in rows] == [(-1, -1), (6, 23)]


def test_parquet_calls_teams_without_a_match_sheet_a_and_b(tmp_path: Path) -> None:
    people = [Person(place, category=category) for place, category in enumerate(Category)]
    settle(ParquetSink(tmp_path / "tracks.parquet"), make_update(0, people, teams_named=False))
    assert pq.read_table(tmp_path / "tracks.parquet")["team"].to_pylist() == ["A", "B", "referee"]


def test_tables_know_a_track_that_turned_out_to_be_an_earlier_one_from_its_first_frame_on(tmp_path: Path) -> None:
    sinks = [ParquetSink(tmp_path / "t.parquet"), PeopleSink(tmp_path / "p.parquet"), MotSink(tmp_path / "t.txt")]
    write(SettlingSink(sinks), *REUNITED)
    rows = pq.read_table(tmp_path / "t.parquet").to_pylist()
    expected = [(0, 8), (1, -1), (1, 8), (2, 8), (3, 8)]
    assert [(row["frame_index"], row["track_id"]) for row in rows] == expected
    columns = [line.split(",") for line in (tmp_path / "t.txt").read_text().splitlines()]
    assert [(int(line[0]) - 1, int(line[1])) for line in columns] == expected
    assert {(len(line), line[7]) for line in columns} == {(10, "0.000")}
    (person,) = pq.read_table(tmp_path / "p.parquet").to_pylist()
    keys = ("track_id", "category", "jersey_number", "first_frame", "last_frame", "detections")
    assert [person[key] for key in keys] == [8, "away", 23, 0, 3, 4]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.parquet", "t.parquet", "t.txt"]


def test_a_long_run_is_put_right_in_all_its_row_groups(tmp_path: Path) -> None:
    updates = [make_update(index, [Person(1, track_id=9)]) for index in range(2500)]
    settle(ParquetSink(tmp_path / "tracks.parquet"), *updates, end(2500, solve([], [(8, Category.HOME, 4)], [(9, 8)])))
    table = pq.read_table(tmp_path / "tracks.parquet")
    assert table["track_id"].to_pylist() == [8] * 2500
    assert table["live_track_id"].to_pylist() == [9] * 2500
    assert table["frame_index"].to_pylist() == list(range(2500))


def test_parquet_writes_a_row_group_every_thousand_frames(tmp_path: Path) -> None:
    settle(ParquetSink(tmp_path / "tracks.parquet"), *(make_update(index, [Person(1)]) for index in range(2500)))
    file = pq.ParquetFile(tmp_path / "tracks.parquet")
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [1000, 1000, 500]
    file.close()


@pytest.mark.parametrize("kind", [ParquetSink, PeopleSink])
def test_a_table_of_a_run_without_players_is_empty(tmp_path: Path, kind: type[ParquetSink]) -> None:
    settle(kind(tmp_path / "table.parquet"), NOBODY)
    assert pq.read_table(tmp_path / "table.parquet").num_rows == 0


def test_people_has_one_row_a_track_with_the_last_word_on_it(tmp_path: Path) -> None:
    first = solve([(0, 1, 8), (1, 1, 8)], [(8, Category.AWAY, -1)])
    second = solve([(2, 5, 8), (2, 6, 9)], [(8, Category.HOME, 23), (9, Category.REFEREE, -1)])
    updates = [make_update(0, [Person(1)]), make_update(1, [Person(1)]),
               make_update(2, [Person(5), Person(6)], windows=first), end(3, second)]  # fmt: skip
    settle(PeopleSink(tmp_path / "people.parquet"), *updates)
    rows = pq.read_table(tmp_path / "people.parquet").to_pylist()
    keys = ("track_id", "category", "jersey_number", "first_frame", "last_frame", "detections")
    assert [[row[key] for key in keys] for row in rows] == [[8, "home", 23, 0, 2, 3], [9, "referee", -1, 2, 2, 1]]
    keys = ("home_probability", "away_probability", "referee_probability", "jersey_probability")
    assert [[row[key] for key in keys] for row in rows] == [
        pytest.approx([0.8, 0.1, 0.1, 0.75]),
        pytest.approx([0.1, 0.1, 0.8, 0.0]),
    ]


def test_people_leaves_out_detections_without_a_track(tmp_path: Path) -> None:
    settle(PeopleSink(tmp_path / "people.parquet"), make_update(0, [Person(1)]), end(1))
    assert pq.read_table(tmp_path / "people.parquet").num_rows == 0


def test_mot_counts_frames_from_one_and_gives_final_tracks_and_metres(tmp_path: Path) -> None:
    settle(MotSink(tmp_path / "tracks.mot.txt"), TWO_PLAYERS, SOLVED, make_update(6, [Person(13)]))
    assert (tmp_path / "tracks.mot.txt").read_text() == (
        "4,8,-1,-1,-1,-1,0.9000,1.500,0.000,-2.250\n"
        "4,9,-1,-1,-1,-1,0.8000,-14.000,0.000,7.500\n"
        "7,-1,-1,-1,-1,-1,0.9000,0.000,0.000,0.000\n"
    )


@pytest.mark.parametrize("kind", [ParquetSink, PeopleSink, MotSink])
def test_a_folder_that_is_not_there_is_a_sink_error(tmp_path: Path, kind: type[ParquetSink]) -> None:
    with pytest.raises(SinkError, match="choose another folder"):
        SettlingSink([kind(tmp_path / "absent" / "tracks")]).open()
    with pytest.raises(SinkError, match="choose another folder"):
        JsonlSink(tmp_path / "absent" / "tracks", live=True).open()
