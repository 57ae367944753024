"""A run into a store: what is settled is kept, what was kept before is not written twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from client.sinks.match_store import MatchStoreSink
from client.sinks.settled import SettlingSink
from sideline.errors import SinkError
from sideline.matches.layout import Kind
from sideline.matches.reader import MatchStore
from sideline.tensors import Category
from tests.client.updates import Person, end, make_update, solve

_PLAYER = Person(micro_track_id=1, x_m=2.5, track_id=5, category=Category.AWAY, number=23)


def run(store: Path, frames: range) -> None:
    sink = SettlingSink([MatchStoreSink(store, "final")])
    sink.open()
    for index in frames:
        sink.write(make_update(index, [_PLAYER]))
    sink.write(end(frames.stop, solve([(frames.start, 1, 5)], [(5, Category.HOME, 24)])))
    sink.close()
    assert sink.failures == []


def test_detections_and_the_last_word_on_tracks_are_kept(tmp_path: Path) -> None:
    run(tmp_path, range(100))
    reader = MatchStore(tmp_path)
    rows = reader.read("final", Kind.DETECTIONS)
    assert rows["frame_index"].to_pylist() == list(range(100))
    assert set(rows["x_m"].to_pylist()) == {2.5}
    (track,) = reader.read("final", Kind.TRACKS).to_pylist()
    assert (track["track_id"], track["first_frame"], track["last_frame"]) == (5, 0, 99)
    assert (track["category"], track["jersey_number"]) == ("home", 24)


def test_a_track_that_turned_out_to_be_an_earlier_one_has_its_id_in_every_minute_also_after_a_second_end(
    tmp_path: Path,
) -> None:
    for frames in (range(1600), range(1700)):  # 25 frames a second: the second minute begins with frame 1500
        sink = SettlingSink([MatchStoreSink(tmp_path, "final")])
        sink.open()
        for index in frames:
            sink.write(make_update(index, [replace(_PLAYER, track_id=5 if index < 1000 else 6)]))
        sink.write(end(frames.stop, solve([], [(5, Category.HOME, 24)], revisions=[(6, 5)])))
        sink.close()
        assert sink.failures == []
        reader = MatchStore(tmp_path)
        for kind in (Kind.DETECTIONS, Kind.MICRO_TRACKS, Kind.TRACKS):
            assert set(reader.read("final", kind)["track_id"].to_pylist()) == {5}
        assert reader.read("final", Kind.TRACKS)["detections"].to_pylist() == [frames.stop]


def test_frames_of_a_resumed_run_are_not_written_twice(tmp_path: Path) -> None:
    run(tmp_path, range(100))
    run(tmp_path, range(130))
    assert MatchStore(tmp_path).read("final", Kind.DETECTIONS)["frame_index"].to_pylist() == list(range(130))


def test_a_second_run_of_the_same_name_at_once_is_refused_and_one_that_was_abandoned_stays(tmp_path: Path) -> None:
    sink = MatchStoreSink(tmp_path, "final")
    sink.open()
    with pytest.raises(SinkError, match="is being written by another process"):
        MatchStoreSink(tmp_path, "final").open()
    sink.abandon()
    run(tmp_path, range(10))
