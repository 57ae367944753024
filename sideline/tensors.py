"""Every tensor that crosses a process, once: name, dtype, shape, meaning.

The renderer of config.pbtxt, the steps, the client and the exporter take names and shapes from here and from
nowhere else. Knows nothing about Triton's client, torch or how a tensor is computed.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

PANORAMA_HEIGHT_PX: Final = 512
PANORAMA_WIDTH_PX: Final = 1024
QUERIES: Final = 100
"""Detections that the detector can give in one frame."""
EMBEDDING_DIMS: Final = 256
MEMORY_FRAMES: Final = 39
"""Past frames that the ID decoder sees; with the present one, 40."""
IDENTITY_SLOTS: Final = 50
NEWBORN: Final = IDENTITY_SLOTS
"""Index of the word "newborn" in the ID decoder's vocabulary of 51."""
DECODER_DETECTIONS: Final = 64
"""Detections of one frame that the ID decoder can take; the best by score go in."""


class FrameStatus(IntEnum):
    """What became of a frame; a bad frame is an answer, not an error."""

    OK = 0
    CAMERA_MISSING = 1
    """One camera sent no bytes; the other half of the floor was still tracked."""
    BAD_IMAGE = 2
    """At least one image is not a readable JPEG; a readable other half was still tracked."""
    WRONG_SIZE = 3
    """At least one image has another size than the rig says; it was left out."""
    TOO_LARGE = 4
    """At least one image exceeds the pixel limit and was not decoded."""
    BAD_CALIBRATION = 5
    """The rig cannot be read or holds unusable values; nothing was tracked."""
    OUT_OF_ORDER = 6
    """The frame index did not rise; nothing was tracked and the state was left alone."""
    NO_IMAGE = 7
    """Neither camera sent bytes; the frame counts as empty."""
    END_OF_STREAM = 8
    """The answer to the END request that closes a stream; it carries no image."""

    @property
    def is_tracked(self) -> bool:
        """Whether the frame reached the tracker with at least one usable image."""
        return self in _TRACKED


_TRACKED: Final = frozenset({FrameStatus.OK, FrameStatus.CAMERA_MISSING, FrameStatus.BAD_IMAGE,
                             FrameStatus.WRONG_SIZE, FrameStatus.TOO_LARGE})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor's name, Triton dtype and shape.

    Attributes:
        name: Name on the wire and in the ONNX file.
        dtype: Triton's name without the prefix TYPE_, e.g. "UINT8", "FP32", "STRING".
        dims: Shape; -1 for a length that varies. For an engine's tensors without the batch axis.
        meaning: One line: order, frame of reference, unit, range.
    """

    name: str
    dtype: str
    dims: tuple[int, ...]
    meaning: str


# ── one request: a frame of one rig ──────────────────────────────────────────────────────────────────────────────
LEFT_JPEG = Tensor("left_jpeg", "UINT8", (-1,), "JPEG bytes of the left camera; length 0 when it gave none")
RIGHT_JPEG = Tensor("right_jpeg", "UINT8", (-1,), "JPEG bytes of the right camera; length 0 when it gave none")
FRAME_INDEX = Tensor("frame_index", "INT64", (1,), "0-based index on the cameras' clock; rises, may jump ahead")
CAPTURED_AT_NS = Tensor("captured_at_ns", "INT64", (1,), "capture time, ns since the Unix epoch")
CALIBRATION = Tensor("calibration", "UINT8", (-1,), "the rig file, TOML as UTF-8; cached by the steps")

# ── between the steps ────────────────────────────────────────────────────────────────────────────────────────────
PANORAMA = Tensor("panorama", "UINT8", (PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, 3), "stitched image, RGB, rows from top")
STATUS = Tensor("status", "INT32", (1,), "FrameStatus")
MESSAGE = Tensor("message", "STRING", (1,), "what is wrong with the frame and what to do; empty when all is well")

# ── engine `detr` ────────────────────────────────────────────────────────────────────────────────────────────────
LOGITS = Tensor("logits", "FP32", (QUERIES, 1), "score before the sigmoid: is there a player's foot-point")
POINTS = Tensor("points", "FP32", (QUERIES, 2), "foot_points_uv (u right, v down), panorama, [0,1]²")
EMBEDDINGS = Tensor("embeddings", "FP32", (QUERIES, EMBEDDING_DIMS), "what the player looks like and where they stand")

# ── engine `id_decoder` ──────────────────────────────────────────────────────────────────────────────────────────
TRAJECTORY_FEATURES = Tensor("trajectory_features", "FP32", (MEMORY_FRAMES, IDENTITY_SLOTS, EMBEDDING_DIMS),
                             "past embeddings, axis 0 by age: row 0 is the last frame, row 38 the oldest")  # fmt: skip
TRAJECTORY_MASK = Tensor("trajectory_mask", "BOOL", (MEMORY_FRAMES, IDENTITY_SLOTS), "true where there was a detection")
CURRENT_FEATURES = Tensor("current_features", "FP32", (DECODER_DETECTIONS, EMBEDDING_DIMS), "embeddings of this frame")
CURRENT_MASK = Tensor("current_mask", "BOOL", (DECODER_DETECTIONS,), "true where there is a detection")
ID_LOGITS = Tensor("id_logits", "FP32", (DECODER_DETECTIONS, IDENTITY_SLOTS + 1), "slot 0–49, or 50: newborn")

# ── one answer: detections of the frame, best score first, N rows ────────────────────────────────────────────────
FOOT_POINTS_UV = Tensor("foot_points_uv", "FP32", (-1, 2), "foot-points in the panorama, [0,1]²")
FOOT_POINTS_M = Tensor(
    "foot_points_m", "FP32", (-1, 2), "foot-points on the floor: x along, z across, m, origin centre"
)
SCORES = Tensor("scores", "FP32", (-1,), "probability that this is a player, (0,1)")
MICRO_TRACK_IDS = Tensor("micro_track_ids", "INT64", (-1,), "identity within the ID decoder's memory; never reused")

REQUEST: Final = (LEFT_JPEG, RIGHT_JPEG, FRAME_INDEX, CAPTURED_AT_NS, CALIBRATION)
ANSWER: Final = (FRAME_INDEX, CAPTURED_AT_NS, STATUS, MESSAGE, FOOT_POINTS_UV, FOOT_POINTS_M, SCORES, MICRO_TRACK_IDS)
