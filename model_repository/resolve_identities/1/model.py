"""Model beside the ensembles: all tracklets of a match and the match sheet → who they are. Keeps nothing."""

import numpy as np

from sideline import tensors
from sideline.identity.resolver import resolve
from sideline.identity.verdicts import give_verdicts
from sideline.identity.wire import WireTracklets
from sideline.match_sheet import MatchSheet
from sideline.serving.triton_step import answer_requests, read

INPUTS = (
    tensors.TRACKLET_IDS,
    tensors.TRACKLET_SPANS_NS,
    tensors.TRACKLET_TEAMS,
    tensors.TRACKLET_NUMBERS,
    tensors.TRACKLET_NUMBER_PROBABILITIES,
    tensors.TRACKLET_LOOKS,
    tensors.TRACKLET_PLACES_M,
)


class TritonPythonModel:
    """Requests never meet."""

    def execute(self, requests):
        return answer_requests(requests, self._resolve)

    def _resolve(self, request):
        sheet = MatchSheet.parse(read(request, tensors.MATCH_SHEET).tobytes())
        asked = WireTracklets(**{tensor.name: read(request, tensor) for tensor in INPUTS})
        said = give_verdicts(resolve(asked.to_tracklets(), sheet))
        return {
            tensors.GLOBAL_IDS: np.array([each.global_id.encode() for each in said], np.object_),
            tensors.IDENTITY_NAMES: np.array([each.name.encode() for each in said], np.object_),
            tensors.IDENTITY_PROBABILITIES: np.array([each.probability for each in said], np.float32),
            tensors.IDENTITY_CATEGORIES: np.array([each.category for each in said], np.int32),
            tensors.IDENTITY_CATEGORY_PROBABILITIES: np.array([e.category_probability for e in said], np.float32),
            tensors.IDENTITY_NUMBERS: np.array([each.number for each in said], np.int32),
            tensors.IDENTITY_NUMBER_PROBABILITIES: np.array([each.number_probability for each in said], np.float32),
            tensors.IDENTITY_REASONS: np.array([each.reason.encode() for each in said], np.object_),
        }
