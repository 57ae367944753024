"""Step: foot-points and the two images → the box of each detection and the crops that are worth encoding."""

from sideline import tensors
from sideline.crops.project import CropProjector
from sideline.serving.step_parameters import CROP_STRIDE, read_parameter
from sideline.serving.triton_step import answer_requests, pixel_steps, read, read_pixels


class TritonPythonModel:
    """Keeps no state but the rigs that it has seen."""

    def initialize(self, args):
        self._pixels = pixel_steps(args)
        self._projector = CropProjector(int(read_parameter(args, CROP_STRIDE)), self._pixels)

    def execute(self, requests):
        return answer_requests(requests, self._project)

    def _project(self, request):
        projected = self._projector.project(
            int(read(request, tensors.FRAME_INDEX)[0]),
            read(request, tensors.CALIBRATION).tobytes(),
            read_pixels(request, tensors.LEFT_IMAGE, self._pixels),
            read_pixels(request, tensors.RIGHT_IMAGE, self._pixels),
            read(request, tensors.FOOT_POINTS_M),
            read(request, tensors.MICRO_TRACK_IDS),
        )
        return {
            tensors.CAMERAS: projected.cameras,
            tensors.CAMERA_REASONS: projected.reasons,
            tensors.BOXES_PX: projected.boxes_px,
            tensors.CROPS: projected.crops,
            tensors.CROP_ROWS: projected.crop_rows,
        }
