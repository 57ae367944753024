"""How simulated tracklets look: the mean over their crops (path A), or what the temporal encoder says (path B).

The two are different spaces, and the graph tracker has to be at home in both. Knows no places and no times.
"""

from pathlib import Path

import numpy as np
import onnxruntime

from sideline.arrays import Bools, Float32s, Int64s
from sideline.tensors import CROP_FEATURE_DIMS, TEMPORAL_CROPS
from sideline.tracking.graph.engines import EncodeTracklets
from sideline.tracking.graph.looks import NO_LOOKS, CropTable, Looks, add_looks, take_encoded
from sideline.training.bank_crops import NO_CROP, BankCrops


def load_tracklet_encoder(path: Path) -> EncodeTracklets | None:
    """The engine ``temporal_encoder`` as the graph calls it; None when there is no such file."""
    if not path.is_file():
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # leaves the other cores to what runs beside it
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def encode_tracklets(features: Float32s, mask: Bools) -> tuple[Float32s, Float32s, Float32s]:
        names = ["tracklet_appearance", "tracklet_jersey", "tracklet_team"]
        appearance, jersey, team = session.run(names, {"tracklet_features": features, "tracklet_mask": mask})
        return appearance, jersey, team

    return encode_tracklets


def sum_up_looks(
    crops: BankCrops, tracklets: list[Int64s], encode_tracklets: EncodeTracklets | None = None
) -> list[Looks]:
    """The looks of tracklets.

    Args:
        crops: The bank.
        tracklets: Of each, the row of the bank for every detection, or NO_CROP.
        encode_tracklets: None for the mean over the crops. Otherwise 15 crops at a time are encoded, as one window
            after the other is when served.
    """
    shown = [rows[rows != NO_CROP] for rows in tracklets]
    if encode_tracklets is None:
        return [crops.table.sum_up(rows) if len(rows) else NO_LOOKS for rows in shown]
    pieces = [_split(rows) for rows in shown]
    encoded = iter(_encode(crops, [piece for each in pieces for piece in each], encode_tracklets))
    return [add_looks([next(encoded) for _ in each]) for each in pieces]


def _split(rows: Int64s) -> list[Int64s]:
    """Runs of at most 15 crops of equal length, in order of time; none when there is no crop."""
    return np.array_split(rows, -(-len(rows) // TEMPORAL_CROPS)) if len(rows) else []


def _encode(crops: BankCrops, pieces: list[Int64s], encode_tracklets: EncodeTracklets) -> list[Looks]:
    if not pieces:
        return []
    features = np.zeros((len(pieces), TEMPORAL_CROPS, CROP_FEATURE_DIMS), np.float32)
    mask = np.zeros((len(pieces), TEMPORAL_CROPS), np.bool_)
    for row, piece in enumerate(pieces):
        features[row, : len(piece)], mask[row, : len(piece)] = crops.bank.crop_features[piece], True
    said = CropTable.of(*encode_tracklets(features, mask))
    return [take_encoded(crops.table.sum_up(piece), said, row) for row, piece in enumerate(pieces)]
