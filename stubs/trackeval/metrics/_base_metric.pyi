from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

class Sequence(TypedDict):
    """What `eval_sequence` reads; the library itself takes a plain dict."""

    num_timesteps: int
    num_gt_ids: int
    num_tracker_ids: int
    num_gt_dets: int
    num_tracker_dets: int
    gt_ids: list[NDArray[np.int64]]
    tracker_ids: list[NDArray[np.int64]]
    similarity_scores: list[NDArray[np.float64]]

class _BaseMetric:
    def __init__(self, config: dict[str, float | bool] | None = None) -> None: ...
    def eval_sequence(self, data: Sequence) -> dict[str, Any]: ...
