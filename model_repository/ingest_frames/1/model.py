"""Step: two JPEGs and the calibration → the panorama, both images and the frame's status. The door for streams."""

import os

import numpy as np

from sideline import tensors
from sideline.ingest import ingest_frame
from sideline.serving.admission import StreamTable, table_path
from sideline.serving.step_parameters import MAX_STREAMS, read_parameter
from sideline.serving.triton_step import answer_requests, as_string, is_end, is_start, pixel_steps, read


class TritonPythonModel:
    """Keeps no state but the geometry of the rigs that it has seen, and with the other instances who may stream."""

    def initialize(self, args):
        self._streams = StreamTable(table_path(os.getppid()), int(read_parameter(args, MAX_STREAMS)))
        self._pixels = pixel_steps(args)

    def execute(self, requests):
        return answer_requests(requests, self._ingest)

    def _ingest(self, request):
        frame_index = int(read(request, tensors.FRAME_INDEX)[0])
        self._streams.admit(request.correlation_id(), frame_index, is_start(request), is_end(request))
        frame = ingest_frame(
            read(request, tensors.LEFT_JPEG),
            read(request, tensors.RIGHT_JPEG),
            read(request, tensors.CALIBRATION),
            is_end(request),
            self._pixels,
        )
        return {
            tensors.PANORAMA: frame.panorama[None],
            tensors.LEFT_IMAGE: frame.left_image,
            tensors.RIGHT_IMAGE: frame.right_image,
            tensors.STATUS: np.array([frame.status], np.int32),
            tensors.MESSAGE: as_string(frame.message),
        }
