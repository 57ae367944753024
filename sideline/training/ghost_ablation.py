"""What dropping ghosts brings: simulated matches tracked by the committed engines, with several thresholds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime

from sideline.arrays import Bools, Float32s
from sideline.tracking.graph.engines import ScorePairs
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.persistence import ScorePersistence
from sideline.training.appearance_bank import load_banks
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_looks import load_tracklet_encoder
from sideline.training.graph_matches import choose_engines, measure_tracks
from sideline.training.sighted_matches import load_sighted_matches
from sideline.training.sightings import FPS

THRESHOLDS: Final = (0.0, 0.1, 0.3, 0.5)
_TRACKED_FRAMES: Final = 60 * FPS


def ablate_ghosts(repository: Path, sightings: Path, banks: Path, matches: int) -> Iterator[str]:
    """A line a threshold: path B's mean HOTA, DetA and AssA at 1 m over the first minute of each match.

    Args:
        repository: Model repository with the engines graph_tracker, temporal_encoder and persistence.
        sightings, banks: Folders that nothing was trained on.
        matches: How many are tracked, each with the next bank.

    Raises:
        TrainingError: a folder is empty.
    """
    seen, crops = load_sighted_matches(sightings), [BankCrops.of(bank) for bank in load_banks(banks)]
    encoder = load_tracklet_encoder(repository / "temporal_encoder" / "1" / "model.onnx")
    engines = choose_engines(load_graph_tracker(repository), encoder)
    engines = replace(engines, score_persistence=load_persistence(repository))
    for least in THRESHOLDS:
        settings = GraphSettings(least_persistence=least)
        runs = [
            measure_tracks(
                match.until(_TRACKED_FRAMES),
                crops[row % len(crops)],
                engines,
                "b",
                np.random.default_rng(row),
                settings,
            )
            for row, match in enumerate(seen[:matches])
        ]
        hota, deta, assa = np.mean([[run.tracks.hota, run.tracks.deta, run.tracks.assa] for run in runs], axis=0)
        yield f"least_persistence {least:.1f}: hota_1m {hota:.4f} deta {deta:.4f} assa {assa:.4f}, {len(runs)} matches"


def load_graph_tracker(repository: Path) -> ScorePairs:
    """The committed engine as the graph calls it."""
    session = _load(repository, "graph_tracker")

    def score_pairs(
        nodes: Float32s, pairs: Float32s, mask: Bools, level: Float32s, evidence: Float32s
    ) -> tuple[Float32s, Float32s]:
        names = ("nodes", "pairs", "pair_mask", "level", "team_evidence")
        feed = dict(zip(names, (nodes, pairs, mask, level, evidence), strict=True))
        logits, categories = session.run(["pair_logits", "category_logits"], feed)
        return logits, categories

    return score_pairs


def load_persistence(repository: Path) -> ScorePersistence:
    """The committed engine as the graph calls it."""
    session = _load(repository, "persistence")

    def score(points_m: Float32s, mask: Bools) -> Float32s:
        said: Float32s = session.run(["persistence"], {"track_points": points_m, "track_mask": mask})[0]
        return said

    return score


def _load(repository: Path, name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        repository / name / "1" / "model.onnx", options, providers=["CPUExecutionProvider"]
    )
