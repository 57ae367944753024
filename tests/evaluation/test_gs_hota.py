"""GS-HOTA against the library's own: the same scene written as SoccerNet Game State's files and read by SoccerNetGS."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
from pytest import approx

from sideline.evaluation.identification import measure_identification
from sideline.evaluation.naming import Naming
from sideline.evaluation.observations import Observations
from sideline.tensors import Category
from tests.evaluation.scenes import final_tracks, name, observations

FRAMES = np.arange(40)
ROLES = {Category.HOME: ("player", "left"), Category.AWAY: ("player", "right"), Category.REFEREE: ("referee", None)}


def annotate(rows: Observations, naming: Naming) -> list[dict[str, object]]:
    categories, numbers = naming.categories_of(rows.ids), naming.numbers_of(rows.ids)
    annotations = []
    for frame, identity, (x, z), category, number in zip(
        rows.frame_index, rows.ids, rows.points_m, categories, numbers, strict=True
    ):
        role, team = ROLES[Category(int(category))]
        place = {f"{axis}_bottom_{part}": float(value) for part in ("left", "middle", "right")
                 for axis, value in (("x", x), ("y", z))}  # fmt: skip
        annotations.append(
            {
                "image_id": f"3000{frame:06d}",
                "track_id": int(identity),
                "supercategory": "object",
                "category_id": 1,
                "bbox_pitch": place,
                "attributes": {"role": role, "team": team, "jersey": None if number < 0 else str(number)},
            }
        )
    return annotations


def write_game_state(folder: Path, truth: list[dict[str, object]], found: list[dict[str, object]]) -> None:
    labelled = dict.fromkeys(("has_labeled_pitch", "has_labeled_camera", "has_labeled_person"), True)
    images = [{"image_id": f"3000{frame:06d}", **labelled} for frame in FRAMES.tolist()]
    labels = folder / "gt" / "valid" / "SNGS-001" / "Labels-GameState.json"
    tracker = folder / "trackers" / "SoccerNetGS-valid" / "ours" / "data" / "SNGS-001.json"
    for path in (labels, tracker):
        path.parent.mkdir(parents=True)
    labels.write_text(json.dumps({"images": images, "categories": [], "annotations": truth}))
    tracker.write_text(json.dumps({"predictions": found}))


def measure_by_library(folder: Path) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        from trackeval.datasets.soccernet_gs import SoccerNetGS
        from trackeval.metrics.hota import HOTA

        places = {"GT_FOLDER": str(folder / "gt"), "TRACKERS_FOLDER": str(folder / "trackers")}
        dataset = SoccerNetGS({**places, "SEQ_INFO": {"SNGS-001": len(FRAMES)}, "PRINT_CONFIG": False})
        raw = dataset.get_raw_seq_data("ours", "SNGS-001")
        scores = HOTA().eval_sequence(dataset.get_preprocessed_seq_data(raw, "person"))
    return float(np.mean(scores["HOTA"]))


def test_gs_hota_is_the_librarys(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    who = name({1: (0, 4), 2: (0, 23), 3: (1, 4), 4: (1, 0), 5: (2, -1), 6: (2, -1)})
    said = name({1: (0, 4), 2: (0, -1), 3: (1, 4), 4: (0, 0), 5: (2, 9), 6: (2, -1), 7: (1, 0), 8: (0, 23)})
    walks = rng.normal(0, 0.2, (len(FRAMES), 6, 2)).cumsum(axis=0) + rng.uniform(-6, 6, (6, 2))
    people = [(frame, person + 1, *walks[frame, person]) for frame in FRAMES.tolist() for person in range(6)]
    noisy = [(frame, identity, x + rng.normal(0, 0.4), z + rng.normal(0, 0.4)) for frame, identity, x, z in people]
    renamed = {(4, True): 7, (2, True): 8}  # two people get another track half-way
    rows = [(frame, renamed.get((identity, frame >= 20), identity), x, z) for frame, identity, x, z in noisy
            if rng.random() > 0.1]  # fmt: skip
    write_game_state(tmp_path, annotate(observations(people), who), annotate(observations(rows), said))
    ours = measure_identification(observations(people), who, final_tracks(rows, said), FRAMES).gs_hota
    expected = measure_by_library(tmp_path)
    assert 0.3 < expected < 0.9
    assert ours == approx(expected, abs=1e-9)
