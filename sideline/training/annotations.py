"""Foot-points that people marked in camera pictures, as CSV → truth.parquet of the match folder.

One row is one person in one frame of one camera: where the point midway between the feet touches the floor, in
pixels. The rig turns it into metres. Knows nothing about videos.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sideline.arena.rig import Rig, load_rig
from sideline.arrays import Float64s
from sideline.errors import TrainingError

REQUIRED: Final = ("frame_index", "person_id", "camera", "x_px", "y_px")
CATEGORIES: Final = ("home", "away", "referee", "bench")
ON_FLOOR_MARGIN_M: Final = 1.0
"""Who stands at most this far beside the court is on the floor, and has to be found."""
_BELIEVABLE_MARGIN_M: Final = 10.0
_SAME_PERSON_M: Final = 1.0


@dataclass(frozen=True, slots=True)
class Annotation:
    """One row of the CSV.

    Attributes:
        line: Line of the file, for messages.
        frame_index: 0-based frame of the videos.
        person_id: The same number for the same person throughout the match.
        camera: "left" or "right".
        pixel: x right and y down, pixel centres at integers.
        category, number: Team or role, and jersey number; "" where the file does not say.
    """

    line: int
    frame_index: int
    person_id: int
    camera: str
    pixel: tuple[float, float]
    category: str
    number: str


def import_annotations(path: Path, match_dir: Path) -> int:
    """Write ``match_dir``/truth.parquet from a CSV of foot-points and ``match_dir``/rig.toml.

    A person who is marked in both cameras of a frame stands in the middle of the two points.

    Returns:
        The number of rows written, one a frame and person.

    Raises:
        TrainingError: a column is missing, or a row cannot be right; the message names the line.
        RigError: the rig file cannot be used.
    """
    rig = load_rig(match_dir / "rig.toml")
    columns, rows = _read(path)
    places = _merge(rows, _to_floor(rows, rig))
    schema = [("frame_index", pa.int64()), ("person_id", pa.int64()), ("x_m", pa.float64()), ("z_m", pa.float64())]
    points_m = np.array([point for _, point in places])
    data: dict[str, Sequence[Any] | NDArray[Any]] = {
        "frame_index": [row.frame_index for row, _ in places],
        "person_id": [row.person_id for row, _ in places],
        "x_m": points_m[:, 0],
        "z_m": points_m[:, 1],
        "on_floor": rig.court.contains(points_m, ON_FLOOR_MARGIN_M),
    }
    schema.append(("on_floor", pa.bool_()))
    for name in ("category", "number"):
        if name in columns:
            schema.append((name, pa.string()))
            data[name] = [getattr(row, name) for row, _ in places]
    pq.write_table(pa.table(data, schema=pa.schema(schema)), match_dir / "truth.parquet")
    return len(places)


def _read(path: Path) -> tuple[list[str], list[Annotation]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or [])
            missing = [name for name in REQUIRED if name not in columns]
            if missing:
                raise TrainingError(f"{path} lacks the columns {', '.join(missing)}: its first line has to name them")
            rows = [_parse(row, f"{path}, line {reader.line_num}", reader.line_num) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"cannot read the annotations {path}: {error}") from error
    if not rows:
        raise TrainingError(f"{path} holds no annotation: write one row a frame and person")
    return columns, sorted(rows, key=lambda row: (row.frame_index, row.person_id, row.line))


def _parse(row: dict[str, str | None], place: str, line: int) -> Annotation:
    camera, category = (row["camera"] or "").strip(), (row.get("category") or "").strip()
    if camera not in ("left", "right"):
        raise TrainingError(f"{place}: there is no camera {camera!r}; write left or right")
    if category and category not in CATEGORIES:
        raise TrainingError(f"{place}: there is no category {category!r}; write {', '.join(CATEGORIES)} or nothing")
    try:
        frame_index, person_id = int(row["frame_index"] or ""), int(row["person_id"] or "")
        pixel = (float(row["x_px"] or ""), float(row["y_px"] or ""))
    except ValueError as error:
        raise TrainingError(
            f"{place}: {error}; frame_index and person_id are whole numbers, x_px and y_px numbers"
        ) from error
    if frame_index < 0:
        raise TrainingError(f"{place}: frame_index {frame_index} is negative; the first frame is 0")
    return Annotation(line, frame_index, person_id, camera, pixel, category, (row.get("number") or "").strip())


def _to_floor(rows: list[Annotation], rig: Rig) -> Float64s:
    """Foot-points of all rows: [N, 2], x and z in metres."""
    points_m = np.full((len(rows), 2), np.nan)
    pixels = np.array([row.pixel for row in rows])
    for side in ("left", "right"):
        mine = np.array([row.camera == side for row in rows])
        points_m[mine] = rig.camera(side).floor_from_px(pixels[mine])
    possible = rig.court.contains(points_m, _BELIEVABLE_MARGIN_M)
    for index in np.flatnonzero(~possible)[:1]:
        row, (x, z) = rows[index], points_m[index]
        where = "above the horizon" if np.isnan(x) else f"far off the court, at x={x:.1f} z={z:.1f} m"
        raise TrainingError(
            f"line {row.line}: pixel {row.pixel} of the {row.camera} camera is {where}; mark where the feet touch the "
            "floor, or look whether rig.toml belongs to these videos"
        )
    return points_m


def _merge(rows: list[Annotation], points_m: Float64s) -> list[tuple[Annotation, Float64s]]:
    """One place a frame and person, out of rows in the order of frame and person."""
    merged = []
    numbered = zip(rows, points_m, strict=True)
    for _, group in groupby(numbered, key=lambda pair: (pair[0].frame_index, pair[0].person_id)):
        same = list(group)
        row, places = same[0][0], np.stack([point for _, point in same])
        if len({other.camera for other, _ in same}) < len(same):
            raise TrainingError(f"line {same[-1][0].line}: person {row.person_id} was marked before in this picture")
        apart_m = float(np.hypot(*(places[0] - places[-1])))
        if apart_m > _SAME_PERSON_M:
            raise TrainingError(
                f"lines {row.line} and {same[-1][0].line}: person {row.person_id} stands {apart_m:.1f} m apart in the "
                "two cameras; it is two people, or the calibration is off"
            )
        merged.append((row, places.mean(axis=0)))
    return merged
