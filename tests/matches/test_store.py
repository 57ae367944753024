"""What is written into a store is what is read from it: by minute, frame and track, finished or not."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sideline.errors import StoreError
from sideline.matches import schemas
from sideline.matches.layout import Kind, StoreLayout
from sideline.matches.reader import MatchStore, Slice
from sideline.matches.writer import MatchWriter
from tests.matches.rows import detections

MINUTE = 600
"""Frames of one, at 10 frames a second."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A match of 2 min 30 s: tracks 1 and 2 throughout, track 3 in the second minute only."""
    with MatchWriter(tmp_path, "final") as writer:
        for first in range(0, MINUTE, 100):
            writer.append(detections(range(first, first + 100)))
        writer.append(detections(range(MINUTE, 2 * MINUTE), (1, 2, 3)))
        writer.append(detections(range(2 * MINUTE, 2 * MINUTE + 300)))
        writer.finish()
    return tmp_path


def test_every_minute_is_a_file_that_any_reader_of_hive_partitions_finds(store: Path) -> None:
    query = "SELECT match, minute, count(*) FROM read_parquet(?) GROUP BY ALL ORDER BY 2"
    found = duckdb.execute(query, [f"{store}/detections/*/*/*.parquet"]).fetchall()
    assert found == [("final", 0, 1200), ("final", 1, 1800), ("final", 2, 600)]
    assert not list(StoreLayout(store).open_folder("final").glob("*.arrows"))


def test_a_match_reads_back_as_it_was_written(store: Path) -> None:
    read = MatchStore(store).read("final", Kind.DETECTIONS)
    parts = [range(MINUTE), range(2 * MINUTE, 2 * MINUTE + 300)]
    assert read.slice(0, 1200).equals(detections(parts[0]))
    assert read.slice(3000).equals(detections(parts[1]))


def test_frames_and_track_choose_the_rows_and_only_the_minutes_that_hold_them(store: Path) -> None:
    reader = MatchStore(store)
    rows = reader.read("final", Kind.DETECTIONS, Slice(590, 610, 3))
    assert rows["frame_index"].to_pylist() == list(range(600, 611))
    StoreLayout(store).minute(Kind.DETECTIONS, "final", 0).write_bytes(b"unreadable")
    assert reader.read("final", Kind.DETECTIONS, Slice(track_id=3)).num_rows == 600


def test_tracks_and_micro_tracks_span_what_their_detections_span(store: Path) -> None:
    tracks = MatchStore(store).read("final", Kind.TRACKS).to_pylist()
    assert [(row["track_id"], row["first_frame"], row["last_frame"], row["detections"]) for row in tracks] == [
        (1, 0, 1499, 1500), (2, 0, 1499, 1500), (3, 600, 1199, 600),
    ]  # fmt: skip
    third = tracks[2]
    assert (third["first_x_m"], third["last_x_m"]) == pytest.approx((60.0, 119.9))
    assert (third["category"], third["jersey_number"]) == ("away", 3)
    assert (third["home_probability"], third["away_probability"]) == pytest.approx((0.05, 0.9))
    micro = MatchStore(store).read("final", Kind.MICRO_TRACKS, Slice(0, 599))
    assert micro["micro_track_id"].to_pylist() == [10, 20]
    assert micro["detections"].to_pylist() == [600, 600]


def test_loose_detections_are_no_micro_track(tmp_path: Path) -> None:
    table = detections(range(3))
    loose = pa.array([-1, 20] * 3, pa.int64())
    with MatchWriter(tmp_path, "final") as writer:
        writer.append(table.set_column(table.schema.get_field_index("micro_track_id"), "micro_track_id", loose))
        writer.finish()
    reader = MatchStore(tmp_path)
    assert reader.read("final", Kind.MICRO_TRACKS)["micro_track_id"].to_pylist() == [20]
    assert reader.read("final", Kind.DETECTIONS).num_rows == 6


def test_a_summary_counts_rows_minutes_and_seconds(store: Path) -> None:
    summary = MatchStore(store).list_matches()[0]
    assert (summary.name, summary.is_open, summary.minutes, summary.detections) == ("final", False, 3, 3600)
    assert (summary.tracks, summary.identities, summary.first_frame, summary.last_frame) == (3, 0, 0, 1499)
    assert summary.duration_s == pytest.approx(149.9)


def test_an_open_match_is_readable_while_it_is_written(tmp_path: Path) -> None:
    with MatchWriter(tmp_path, "live") as writer:
        writer.append(detections(range(650)))
        reader = MatchStore(tmp_path)
        assert reader.read("live", Kind.DETECTIONS, Slice(first_frame=590)).num_rows == 120
        assert reader.summarise("live").is_open
        assert reader.read("live", Kind.TRACKS)["detections"].to_pylist() == [650, 650]
        writer.append(detections(range(650, 660)))
        assert reader.read("live", Kind.DETECTIONS).num_rows == 1320


def test_a_finished_match_may_go_on(store: Path) -> None:
    with MatchWriter(store, "final") as writer:
        writer.append(detections(range(1500, 1550)))
        writer.finish()
    reader = MatchStore(store)
    assert reader.read("final", Kind.DETECTIONS)["frame_index"].to_pylist()[-1] == 1549
    assert reader.read("final", Kind.TRACKS)["last_frame"].to_pylist() == [1549, 1549, 1199]


def test_a_match_without_a_detection_is_a_match(tmp_path: Path) -> None:
    with MatchWriter(tmp_path, "empty") as writer:
        writer.append(schemas.DETECTIONS.empty_table())
        writer.finish()
    summary = MatchStore(tmp_path).list_matches()[0]
    assert (summary.name, summary.detections, summary.tracks, summary.duration_s) == ("empty", 0, 0, 0.0)
    assert MatchStore(tmp_path).read("empty", Kind.DETECTIONS).num_rows == 0


def test_frames_that_go_back_are_refused(store: Path) -> None:
    with (
        MatchWriter(store, "final") as writer,
        pytest.raises(StoreError, match="frame 7 does not come after frame 1499"),
    ):
        writer.append(detections([7]))
    with MatchWriter(store, "other") as writer, pytest.raises(StoreError, match="another recording needs another name"):
        writer.append(detections([5, 4]))


def test_two_writers_of_one_match_at_once_are_refused_and_of_two_matches_not(tmp_path: Path) -> None:
    with MatchWriter(tmp_path, "one") as writer, MatchWriter(tmp_path, "two") as second:
        with (
            pytest.raises(StoreError, match="match one is being written by another process"),
            MatchWriter(tmp_path, "one"),
        ):
            pass
        writer.append(detections(range(700)))
        second.append(detections(range(700)))
    assert [each.detections for each in MatchStore(tmp_path).list_matches()] == [1400, 1400]


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"no database")])
def test_a_catalogue_that_is_lost_or_broken_is_made_anew(store: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(StoreLayout(store).catalogue)
    assert MatchStore(store).read("final", Kind.DETECTIONS, Slice(track_id=3)).num_rows == 600


def test_a_catalogue_of_another_version_is_made_anew(store: Path) -> None:
    with duckdb.connect(str(StoreLayout(store).catalogue)) as connection:
        connection.execute("UPDATE version SET version = 99; DELETE FROM partitions")
    assert MatchStore(store).summarise("final").detections == 3600


def test_a_minute_that_was_removed_leaves_the_catalogue(store: Path) -> None:
    StoreLayout(store).minute(Kind.DETECTIONS, "final", 1).unlink()
    assert MatchStore(store).summarise("final").detections == 1800


def test_unknown_matches_stores_and_broken_files_are_named(store: Path) -> None:
    with pytest.raises(StoreError, match="has no match semifinal; it has final"):
        MatchStore(store).read("semifinal", Kind.TRACKS)
    with pytest.raises(StoreError, match="there is no match store at"):
        MatchStore(store / "nowhere").list_matches()
    with pytest.raises(StoreError, match="a match cannot be called"):
        MatchWriter(store, "../x").__enter__()
    path = StoreLayout(store).minute(Kind.DETECTIONS, "final", 1)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(StoreError, match=r"minute=1/rows\.parquet cannot be read"):
        MatchStore(store).read("final", Kind.DETECTIONS)
    assert pq.read_table(StoreLayout(store).minute(Kind.DETECTIONS, "final", 0)).num_rows == 1200
