"""What detections_raw.npz may hold, and what is said of the rest."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sideline.errors import SinkError, SourceError
from sideline.tracking.bytetrack.files import read_detections, write_tracklets
from sideline.tracking.bytetrack.recording import Tracklets

_GOOD = {"frame_numbers": [1, 1, 2], "bboxes": [[0, 0, 9, 9]] * 3, "confidences": [0.9, 0.5, 1.0]}


def _write(path: Path, **columns: Any) -> Path:
    np.savez(path, **{name: np.array(column) for name, column in (_GOOD | columns).items() if column is not None})
    return path


def test_detections_are_read_as_they_were_written(tmp_path: Path) -> None:
    detections = read_detections(_write(tmp_path / "detections_raw.npz"))
    assert detections.frame_numbers.tolist() == [1, 1, 2]
    assert detections.bboxes.tolist() == [[0, 0, 9, 9]] * 3
    assert detections.confidences.tolist() == [0.9, 0.5, 1.0]


def test_an_empty_match_is_fine(tmp_path: Path) -> None:
    path = _write(tmp_path / "empty.npz", frame_numbers=[], bboxes=np.empty((0, 4)), confidences=[])
    assert len(read_detections(path).frame_numbers) == 0


_NAN_BOX = [[0, 0, 9, 9], [0, np.nan, 9, 9], [0, 0, 9, 9]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"bboxes": None}, "lacks bboxes; it has frame_numbers, confidences"),
        ({"bboxes": _NAN_BOX}, r"detection 1 \(of 1 such\) has a box that is not finite"),
        ({"bboxes": [[0, 0, 9, 9]] * 2 + [[9, 0, 0, 9]]}, "detection 2 .* without area"),
        ({"confidences": [0.5, 1.5, np.nan]}, r"detection 1 \(of 2 such\) has a confidence outside"),
        ({"frame_numbers": [1, 3, 2]}, "detection 2 .* earlier frame .* sort the detections by frame"),
        ({"frame_numbers": [1, 1.5, 2]}, "detection 1 .* no whole number"),
        ({"frame_numbers": [1, 2, 1e300]}, "detection 2 .* no whole number below"),
        ({"confidences": [0.5]}, r"not frame_numbers \(3,\), bboxes \(3, 4\), confidences \(1,\)"),
        ({"confidences": ["a", "b", "c"]}, "must be numbers"),
        ({"confidences": np.array([0.1, None, 0.2], object)}, "no npz file of plain arrays"),
    ],
)
def test_what_cannot_be_tracked_is_named(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_detections(_write(tmp_path / "bad.npz", **columns))


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off", b"\x93NUMPY"])
def test_a_file_that_is_no_npz_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "detections_raw.npz"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"detections_raw\.npz"):
        read_detections(path)


def test_a_lone_array_is_said_to_be_no_npz(tmp_path: Path) -> None:
    np.save(tmp_path / "lone.npy", np.zeros(3))
    with pytest.raises(SourceError, match="no npz file"):
        read_detections(tmp_path / "lone.npy")


def test_a_truncated_file_is_said_to_be_none(tmp_path: Path) -> None:
    path = _write(tmp_path / "detections_raw.npz")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceError, match="no npz file"):
        read_detections(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.npz cannot be read"):
        read_detections(tmp_path / "gone.npz")


_ONE = Tracklets(
    np.array([1]), np.array([7]), np.array([[0.0, 0, 9, 9]]), np.array([0.5]), np.array([3]), np.array([[0.0, 0, 9, 9]])
)


def test_tracklets_are_written_as_plain_columns(tmp_path: Path) -> None:
    write_tracklets(tmp_path / "new" / "tracklets_raw.npz", _ONE)
    with np.load(tmp_path / "new" / "tracklets_raw.npz", allow_pickle=False) as file:
        assert {name: file[name].tolist() for name in file} == {
            "tracklet_id": [1],
            "frame_numbers": [7],
            "bboxes": [[0, 0, 9, 9]],
            "confidences": [0.5],
            "detection_indices": [3],
            "filtered_bboxes": [[0, 0, 9, 9]],
        }
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["tracklets_raw.npz"]


def test_a_folder_that_cannot_be_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="cannot be written"):
        write_tracklets(tmp_path / "file" / "tracklets_raw.npz", _ONE)
