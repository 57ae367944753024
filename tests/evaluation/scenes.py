"""Hand-made matches for the metrics: people who stand still, ten metres apart, unless told otherwise."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.evaluation.files import Truth
from sideline.evaluation.observations import Observations

Row = tuple[int, int, float, float]
"""frame, identity, x_m, z_m"""


def observations(rows: Iterable[Row]) -> Observations:
    table = np.array(list(rows), np.float64).reshape(-1, 4)
    return Observations(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])


def truth(on_floor: Iterable[Row], off_floor: Iterable[Row] = (), frames: int = 10) -> Truth:
    return Truth(observations(on_floor), observations(off_floor), np.arange(frames))


def stand(identity: int, x_m: float, frames: Iterable[int] = range(10), z_m: float = 0.0) -> list[Row]:
    return [(frame, identity, x_m, z_m) for frame in frames]


def write_truth(match_dir: Path, on_floor: Iterable[Row], off_floor: Iterable[Row] = ()) -> None:
    rows = [(*row, True) for row in on_floor] + [(*row, False) for row in off_floor]
    frame, person, x_m, z_m, on = zip(*rows, strict=True)
    columns = {"frame_index": frame, "person_id": person, "x_m": x_m, "z_m": z_m, "on_floor": on}
    match_dir.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), match_dir / "truth.parquet")


def write_run(run_dir: Path, tracks: Iterable[Row], statuses: dict[int, str]) -> None:
    rows = observations(tracks)
    columns = {"frame_index": rows.frame_index, "micro_track_id": rows.ids}
    places = dict(zip(("x_m", "z_m"), rows.points_m.astype(np.float32).T, strict=True))
    run_dir.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns | places), run_dir / "tracks.parquet")
    lines = [
        json.dumps({"frame_index": frame, "status": status, "detections": []}) for frame, status in statuses.items()
    ]
    (run_dir / "tracks.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
