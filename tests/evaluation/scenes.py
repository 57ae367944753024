"""Hand-made matches for the metrics: people who stand still, ten metres apart, unless told otherwise."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.evaluation.files import Truth
from sideline.evaluation.identification import FinalTracks
from sideline.evaluation.naming import Naming
from sideline.evaluation.observations import Observations

Row = tuple[int, int, float, float]
"""frame, identity, x_m, z_m"""


def observations(rows: Iterable[Row]) -> Observations:
    table = np.array(list(rows), np.float64).reshape(-1, 4)
    return Observations(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])


def truth(
    on_floor: Iterable[Row], off_floor: Iterable[Row] = (), frames: int = 10, naming: Naming | None = None
) -> Truth:
    return Truth(observations(on_floor), observations(off_floor), np.arange(frames), naming)


def name(people: dict[int, tuple[int, int]]) -> Naming:
    """Category and number of each identity."""
    ids = sorted(people)
    return Naming(
        np.array(ids, np.int64),
        np.array([people[identity][0] for identity in ids], np.int64),
        np.array([people[identity][1] for identity in ids], np.int64),
    )


def final_tracks(rows: Iterable[Row], naming: Naming, *, teams_named: bool = True) -> FinalTracks:
    """Captured at 5 frames a second, so that ten frames last 1.8 s."""
    found = observations(rows)
    return FinalTracks(found, found.frame_index * 200_000_000, naming, teams_named)


def stand(identity: int, x_m: float, frames: Iterable[int] = range(10), z_m: float = 0.0) -> list[Row]:
    return [(frame, identity, x_m, z_m) for frame in frames]


def write_truth(
    match_dir: Path,
    on_floor: Iterable[Row],
    off_floor: Iterable[Row] = (),
    people: dict[int, tuple[str, str]] | None = None,
) -> None:
    """``people``: category and number of each person; without them the truth does not tell."""
    rows = [(*row, True) for row in on_floor] + [(*row, False) for row in off_floor]
    frame, person, x_m, z_m, on = zip(*rows, strict=True)
    columns = {"frame_index": frame, "person_id": person, "x_m": x_m, "z_m": z_m, "on_floor": on}
    if people is not None:
        columns |= {"category": [people[each][0] for each in person], "number": [people[each][1] for each in person]}
    match_dir.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), match_dir / "truth.parquet")


def write_run(
    run_dir: Path,
    tracks: Iterable[Row],
    statuses: dict[int, str],
    track_of: dict[int, int] | None = None,
    people: dict[int, tuple[str, int]] | None = None,
) -> None:
    """``track_of``: the final track of each micro-track; ``people``: category and number of each track."""
    rows = observations(tracks)
    columns = {"frame_index": rows.frame_index, "micro_track_id": rows.ids}
    if track_of is not None:
        columns["track_id"] = np.array([track_of[micro] for micro in rows.ids.tolist()], np.int64)
        columns["captured_at_ns"] = rows.frame_index * 200_000_000
    places = dict(zip(("x_m", "z_m"), rows.points_m.astype(np.float32).T, strict=True))
    run_dir.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns | places), run_dir / "tracks.parquet")
    if people is not None:
        write_people(run_dir, people)
    lines = [
        json.dumps({"frame_index": frame, "status": status, "detections": []}) for frame, status in statuses.items()
    ]
    (run_dir / "tracks.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_people(run_dir: Path, people: dict[int, tuple[str, int]]) -> None:
    categories, numbers = zip(*people.values(), strict=True)
    columns = {"track_id": list(people), "category": categories, "jersey_number": numbers}
    pq.write_table(pa.table(columns), run_dir / "people.parquet")
