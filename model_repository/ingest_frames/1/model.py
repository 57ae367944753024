"""Step: two JPEGs and the calibration → the panorama, both images and the frame's status."""

import numpy as np

from sideline import tensors
from sideline.ingest import ingest_frame
from sideline.serving.triton_step import answer_requests, as_string, is_end, read


class TritonPythonModel:
    """Keeps no state but the geometry of the rigs that it has seen."""

    def execute(self, requests):
        return answer_requests(requests, _ingest)


def _ingest(request):
    frame = ingest_frame(
        read(request, tensors.LEFT_JPEG),
        read(request, tensors.RIGHT_JPEG),
        read(request, tensors.CALIBRATION),
        is_end(request),
    )
    return {
        tensors.PANORAMA: frame.panorama[None],
        tensors.LEFT_IMAGE: frame.left_image,
        tensors.RIGHT_IMAGE: frame.right_image,
        tensors.STATUS: np.array([frame.status], np.int32),
        tensors.MESSAGE: as_string(frame.message),
    }
