import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from client.sinks.jsonl import JsonlSink
from client.sinks.mot import MotSink
from client.sinks.parquet import ParquetSink
from client.sinks.sink import Sink
from sideline.errors import SinkError
from sideline.tensors import FrameStatus
from tests.client.updates import make_update

TWO_PLAYERS = make_update(3, [(1.5, -2.25), (-14.0, 7.5)], [11, 12])
NOBODY = make_update(4, [], [], status=FrameStatus.NO_IMAGE, message="neither camera sent a picture")


def write(sink: Sink) -> None:
    sink.open()
    sink.write(TWO_PLAYERS)
    sink.write(NOBODY)
    sink.close()


def test_jsonl_has_one_line_a_frame_also_for_one_without_players(tmp_path: Path) -> None:
    write(JsonlSink(tmp_path / "tracks.jsonl", live=True))
    first, second = map(json.loads, (tmp_path / "tracks.jsonl").read_text().splitlines())
    assert first == {
        "frame_index": 3,
        "captured_at_ns": 120_000_000,
        "status": "OK",
        "message": "",
        "latency_ms": 40.0,
        "detections": [
            {"micro_track_id": 11, "x_m": 1.5, "z_m": -2.25, "u": 0.25, "v": 0.25, "score": 0.9},
            {"micro_track_id": 12, "x_m": -14.0, "z_m": 7.5, "u": 0.25, "v": 0.25, "score": 0.8},
        ],
    }
    assert (second["status"], second["message"], second["detections"]) == ("NO_IMAGE", NOBODY.message, [])


def test_jsonl_can_be_read_while_the_run_goes_on(tmp_path: Path) -> None:
    sink = JsonlSink(tmp_path / "tracks.jsonl", live=False)
    sink.open()
    sink.write(TWO_PLAYERS)
    assert json.loads((tmp_path / "tracks.jsonl").read_text())["latency_ms"] == 30.0
    sink.close()


def test_parquet_has_the_columns_of_the_architecture_and_one_row_a_detection(tmp_path: Path) -> None:
    write(ParquetSink(tmp_path / "tracks.parquet"))
    table = pq.read_table(tmp_path / "tracks.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "frame_index": "int64",
        "captured_at_ns": "int64",
        "status": "int32",
        "micro_track_id": "int64",
        **dict.fromkeys(("x_m", "z_m", "u", "v", "score"), "float"),
    }
    rows = table.to_pylist()
    assert [(row["frame_index"], row["micro_track_id"], row["x_m"], row["z_m"]) for row in rows] == [
        (3, 11, 1.5, -2.25),
        (3, 12, -14.0, 7.5),
    ]


def test_parquet_writes_a_row_group_every_thousand_frames(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "tracks.parquet")
    sink.open()
    for index in range(2500):
        sink.write(make_update(index, [(0.0, 0.0)], [1]))
    sink.close()
    file = pq.ParquetFile(tmp_path / "tracks.parquet")
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [1000, 1000, 500]
    file.close()


def test_parquet_of_a_run_without_players_is_an_empty_table(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "tracks.parquet")
    sink.open()
    sink.close()
    assert pq.read_table(tmp_path / "tracks.parquet").num_rows == 0


def test_mot_counts_frames_from_one_and_gives_metres_in_the_last_three_columns(tmp_path: Path) -> None:
    write(MotSink(tmp_path / "tracks.mot.txt"))
    assert (tmp_path / "tracks.mot.txt").read_text() == (
        "4,11,-1,-1,-1,-1,0.9000,1.500,0.000,-2.250\n4,12,-1,-1,-1,-1,0.8000,-14.000,0.000,7.500\n"
    )


@pytest.mark.parametrize("kind", [lambda path: JsonlSink(path, live=True), ParquetSink, MotSink])
def test_a_folder_that_is_not_there_is_a_sink_error(tmp_path: Path, kind: type[ParquetSink]) -> None:
    with pytest.raises(SinkError, match="choose another folder"):
        kind(tmp_path / "absent" / "tracks").open()
