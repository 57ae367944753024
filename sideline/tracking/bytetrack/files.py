"""detections_raw.npz and tracklets_raw.npz: what they hold, and what is refused. Nothing in them is pickled."""

import zipfile
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from sideline.arrays import Bools
from sideline.errors import SinkError, SourceError
from sideline.tracking.bytetrack.recording import Detections, Tracklets

_COLUMNS: Final = tuple(field.name for field in fields(Detections))

_LARGEST_FRAME: Final = 2**53
"""From here on not every whole number is a float."""


def read_detections(path: Path) -> Detections:
    """Read detections_raw.npz: frame_numbers (D,), bboxes (D,4) and confidences (D,), sorted by frame.

    Raises:
        SourceError: The file is absent or no npz, lacks a key, or holds lengths or values that cannot be tracked; the
            message names the row.
    """
    columns = _read_columns(path)
    frames, boxes, scores = (columns[name] for name in _COLUMNS)
    if frames.ndim != 1 or boxes.shape != (len(frames), 4) or scores.shape != (len(frames),):
        shapes = ", ".join(f"{name} {columns[name].shape}" for name in _COLUMNS)
        raise SourceError(
            f"{path}: D detections need frame_numbers (D,), bboxes (D, 4), confidences (D,), not {shapes}"
        )
    if not all(np.issubdtype(column.dtype, np.number) for column in (frames, boxes, scores)):
        raise SourceError(f"{path}: {', '.join(_COLUMNS)} must be numbers; write them as plain arrays")
    _check_values(path, frames.astype(np.float64), boxes.astype(np.float64), scores.astype(np.float64))
    return Detections(frames.astype(np.int64), boxes.astype(np.float64), scores.astype(np.float64))


def _read_columns(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            missing = [name for name in _COLUMNS if name not in file]
            if missing:
                raise SourceError(f"{path} lacks {', '.join(missing)}; it has {', '.join(file) or 'nothing'}")
            return {name: file[name] for name in _COLUMNS}
    except OSError as exc:
        raise SourceError(f"{path} cannot be read ({exc}); give the detections as an npz file") from exc
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as exc:
        raise SourceError(f"{path} is no npz file of plain arrays ({exc}); write it with numpy.savez") from exc


def _check_values(path: Path, frames: Any, boxes: Any, scores: Any) -> None:
    with np.errstate(invalid="ignore"):
        _refuse(path, ~np.isfinite(boxes).all(axis=1), "has a box that is not finite; leave such detections out")
        _refuse(path, (boxes[:, 2:] <= boxes[:, :2]).any(axis=1), "has a box without area; boxes are x0, y0, x1, y1")
        _refuse(path, ~((scores >= 0) & (scores <= 1)), "has a confidence outside [0, 1]")
        whole = (frames == np.rint(frames)) & (np.abs(frames) < _LARGEST_FRAME)
        _refuse(path, ~whole, "has a frame number that is no whole number below 2⁵³")
        back = np.concatenate([[False], np.diff(frames) < 0]) if len(frames) else np.empty(0, np.bool_)
        _refuse(path, back, "belongs to an earlier frame than the row before it; sort the detections by frame")


def _refuse(path: Path, bad: Bools, what: str) -> None:
    if bad.any():
        raise SourceError(f"{path}: detection {int(np.argmax(bad))} (of {int(bad.sum())} such) {what}")


def write_tracklets(path: Path, tracklets: Tracklets) -> None:
    """Write tracklets_raw.npz: the fields of `Tracklets`, one row a tracked detection. The file appears complete.

    Raises:
        SinkError: The folder cannot be written to.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(file, **asdict(tracklets))
        partial.replace(path)
    except OSError as exc:
        with suppress(OSError):
            partial.unlink()
        raise SinkError(f"{path} cannot be written ({exc}); choose another --out") from exc
