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

CROP_HEIGHT_PX: Final = 256
CROP_WIDTH_PX: Final = 128
CROP_FEATURE_DIMS: Final = 128
"""The crop encoder's features that the temporal encoder goes on with."""
APPEARANCE_DIMS: Final = 64
TEMPORAL_CROPS: Final = 15
"""Crops of one micro-track that the temporal encoder can take."""
JERSEY_CROPS: Final = 64
"""Crops of one track that the jersey classifier can take."""
MOST_IN_FLIGHT: Final = 16
"""Frames of one stream that may be on their way through an ensemble. Those of all streams wait in one line in front of
the detector: a stream that sends without taking answers would make the others wait for all that it has sent."""
CLIP_FRAMES: Final = 25
"""Frames of a track that are judged at once by whether it stays."""
NUMBERS: Final = 100
"""Jersey numbers 0–99; "00" and "0" cannot be told apart."""
NO_NUMBER: Final = -1
"""In place of a number: none was legible."""
NO_TRACK: Final = -1
"""In place of a track ID: no window that holds the micro-track has been solved yet."""
NODE_DIMS: Final = APPEARANCE_DIMS + 7
PAIR_DIMS: Final = 16


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


class Category(IntEnum):
    """What a person on the floor is; without a match sheet HOME and AWAY are the teams A and B."""

    HOME = 0
    AWAY = 1
    REFEREE = 2


class CameraReason(IntEnum):
    """Why the crop of a detection comes from the camera that it comes from."""

    ONLY_ONE = 0
    """The other camera does not see the person, or gave no image."""
    LESS_CUT = 1
    """The other camera cuts more of the person off at the image's border."""
    LARGER = 2
    """The person has more pixels here."""
    NONE = 3
    """Neither camera shows the person; the crop is blank."""


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
LEFT_IMAGE = Tensor("left_image", "UINT8", (-1, -1, 3), "decoded left image, RGB; (0,0,3) when there is none")
RIGHT_IMAGE = Tensor("right_image", "UINT8", (-1, -1, 3), "decoded right image, RGB; (0,0,3) when there is none")
MESSAGE = Tensor("message", "STRING", (1,), "what is wrong with the frame and what to do; empty when all is well")

# ── engine `detr` ────────────────────────────────────────────────────────────────────────────────────────────────
LOGITS = Tensor("logits", "FP32", (QUERIES, 1), "score before the sigmoid: is there a player's foot-point")
POINTS = Tensor("points", "FP32", (QUERIES, 2), "foot_points_uv (u right, v down), panorama, [0,1]²")
EMBEDDINGS = Tensor("embeddings", "FP32", (QUERIES, EMBEDDING_DIMS), "what the player looks like and where they stand")

# ── engine `id_decoder` ──────────────────────────────────────────────────────────────────────────────────────────
TRAJECTORY_FEATURES = Tensor("trajectory_features", "FP32", (MEMORY_FRAMES, -1, EMBEDDING_DIMS),
                             "past embeddings, axis 0 by age: row 0 is the last frame, row 38 the oldest")  # fmt: skip
TRAJECTORY_MASK = Tensor("trajectory_mask", "BOOL", (MEMORY_FRAMES, -1), "true where there was a detection")
CURRENT_FEATURES = Tensor("current_features", "FP32", (-1, EMBEDDING_DIMS), "embeddings of this frame")
CURRENT_MASK = Tensor("current_mask", "BOOL", (-1,), "true where there is a detection")
TRAJECTORY_LABELS = Tensor("trajectory_labels", "INT64", (-1,), "slot 0–49 of each column; any where nobody was")
ID_LOGITS = Tensor("id_logits", "FP32", (-1, IDENTITY_SLOTS + 1), "slot 0–49, or 50: newborn")

# ── one answer: detections of the frame, best score first, N rows ────────────────────────────────────────────────
FOOT_POINTS_UV = Tensor("foot_points_uv", "FP32", (-1, 2), "foot-points in the panorama, [0,1]²")
FOOT_POINTS_M = Tensor(
    "foot_points_m", "FP32", (-1, 2), "foot-points on the floor: x along, z across, m, origin centre"
)
SCORES = Tensor("scores", "FP32", (-1,), "probability that this is a player, (0,1)")
MICRO_TRACK_IDS = Tensor("micro_track_ids", "INT64", (-1,), "from 1, never reused; negative: loose, of no micro-track")

# ── step `project_crops` ─────────────────────────────────────────────────────────────────────────────────────────
CAMERAS = Tensor("cameras", "INT32", (-1,), "camera of each detection's box: 0 left, 1 right, -1 neither")
CAMERA_REASONS = Tensor("camera_reasons", "INT32", (-1,), "CameraReason of each detection")
BOXES_PX = Tensor(
    "boxes_px", "FP32", (-1, 4), "box of a standing person there: x0 y0 x1 y1, camera pixels, not clipped"
)
CROP_ROWS = Tensor(
    "crop_rows", "INT32", (-1,), "detection that each crop shows; -1 for the blank crop of an empty frame"
)

# ── engine `crop_encoder`: a batch is the crops of a frame ──────────────────────────────────────────────────────
CROPS = Tensor("crops", "UINT8", (CROP_HEIGHT_PX, CROP_WIDTH_PX, 3), "crop of one person, RGB, rows from top")
APPEARANCE = Tensor("appearance", "FP32", (APPEARANCE_DIMS,), "what the person looks like; unit length")
JERSEY = Tensor("jersey", "FP32", (133,), "logits about the jersey number; parts: sideline.crops.jersey")
TEAM = Tensor("team", "FP32", (8,), "referee or player, colours of shirt and shorts; parts: sideline.crops.kit")
CROP_FEATURES = Tensor("crop_features", "FP32", (CROP_FEATURE_DIMS,), "features for the temporal encoder")

# ── engine `temporal_encoder`: a batch is micro-tracks ──────────────────────────────────────────────────────────
TRACKLET_FEATURES = Tensor(
    "tracklet_features", "FP32", (TEMPORAL_CROPS, CROP_FEATURE_DIMS), "crop_features, oldest first"
)
TRACKLET_MASK = Tensor("tracklet_mask", "BOOL", (TEMPORAL_CROPS,), "true where there is a crop; at least one")
TRACKLET_APPEARANCE = Tensor("tracklet_appearance", "FP32", (APPEARANCE_DIMS,), "as appearance, of the whole tracklet")
TRACKLET_JERSEY = Tensor("tracklet_jersey", "FP32", (133,), "as jersey, of the whole tracklet")
TRACKLET_TEAM = Tensor("tracklet_team", "FP32", (8,), "as team, of the whole tracklet")

# ── engine `graph_tracker`: a batch is graphs of N nodes ────────────────────────────────────────────────────────
NODES = Tensor(
    "nodes", "FP32", (-1, NODE_DIMS), "64 of appearance, 7 of space, time and score: sideline.tracking.graph"
)
PAIRS = Tensor("pairs", "FP32", (-1, -1, PAIR_DIMS), "from the end of the first node to the start of the second")
PAIR_MASK = Tensor("pair_mask", "BOOL", (-1, -1), "true for the pairs that may be one person: first ends before second")
LEVEL = Tensor("level", "FP32", (4,), "one-hot level of the hierarchy")
TEAM_EVIDENCE = Tensor("team_evidence", "FP32", (-1, 3), "log-likelihood of each Category from the kit's colours")
PAIR_LOGITS = Tensor("pair_logits", "FP32", (-1, -1), "logit: the second node is what the first one's person does next")
CATEGORY_LOGITS = Tensor("category_logits", "FP32", (-1, 3), "logit of each Category")

# ── engine `jersey_classifier`: a batch is tracks ───────────────────────────────────────────────────────────────
JERSEY_SEQUENCE = Tensor("jersey_sequence", "FP32", (JERSEY_CROPS, 133), "jersey of a track's crops, oldest first")
JERSEY_MASK = Tensor("jersey_mask", "BOOL", (JERSEY_CROPS,), "true where there is a crop")
NUMBER_LOGITS = Tensor("number_logits", "FP32", (NUMBERS + 1,), "numbers 0-99, then: nothing legible")

TRACK_POINTS = Tensor("track_points", "FP32", (CLIP_FRAMES, 2), "a track's foot-points in 25 frames in a row, metres")
TRACK_MASK = Tensor("track_mask", "BOOL", (CLIP_FRAMES,), "true where the track was seen")
PERSISTENCE = Tensor("persistence", "FP32", (CLIP_FRAMES,), "probability that it is somebody who stays; 0 where unseen")

# ── the match, sent with START; and who is who, on every answer ─────────────────────────────────────────────────
MATCH_SHEET = Tensor("match_sheet", "UINT8", (-1,), "roster.toml as UTF-8 with START; length 0 for none and afterwards")
TRACK_IDS = Tensor("track_ids", "INT64", (-1,), "track of each detection as far as solved windows say; -1 when unknown")
TEAM_PROBABILITIES = Tensor("team_probabilities", "FP32", (-1, 3), "probability of each Category, rows sum to 1")
JERSEY_NUMBERS = Tensor(
    "jersey_numbers", "INT32", (-1,), "jersey number of each detection's track; -1: nothing legible"
)
JERSEY_PROBABILITIES = Tensor("jersey_probabilities", "FP32", (-1,), "probability of the number; 0 with -1")
TEAMS_NAMED = Tensor("teams_named", "BOOL", (1,), "true: home and away by the match sheet; false: teams A and B")

# ── windows solved since the last answer: K detections, T tracks; none mostly ───────────────────────────────────
WINDOW_FRAMES = Tensor("window_frames", "INT64", (-1,), "frame_index of each detection")
WINDOW_MICRO_TRACK_IDS = Tensor("window_micro_track_ids", "INT64", (-1,), "micro-track of each detection")
WINDOW_TRACK_IDS = Tensor(
    "window_track_ids", "INT64", (-1,), "track of each detection, final; -1: nobody, a wrong detection"
)
SOLVED_TRACK_IDS = Tensor("solved_track_ids", "INT64", (-1,), "each track of the solved windows once")
SOLVED_TEAM_PROBABILITIES = Tensor("solved_team_probabilities", "FP32", (-1, 3), "as team_probabilities")
SOLVED_JERSEY_NUMBERS = Tensor("solved_jersey_numbers", "INT32", (-1,), "as jersey_numbers")
SOLVED_JERSEY_PROBABILITIES = Tensor("solved_jersey_probabilities", "FP32", (-1,), "as jersey_probabilities")
REVISED_TRACK_IDS = Tensor(
    "revised_track_ids", "INT64", (-1, 2), "tracks that were none of their own: the ID given, the right one; -1: nobody"
)

# ── beside the tensors ───────────────────────────────────────────────────────────────────────────────────────────
DROPPED_FRAMES: Final = "dropped_frames"
"""Request parameter: frames that the client left out for newer ones since its last request; absent for none."""
TRACEPARENT = Tensor("traceparent", "STRING", (1,), "W3C trace context of the server's trace; empty when not traced")

# ── model `resolve_identities`: a whole match in one request, N tracklets; 0 rows where nothing is known ────────────
TRACKLET_IDS = Tensor("tracklet_ids", "INT64", (-1,), "track of each tracklet, all different")
TRACKLET_SPANS_NS = Tensor("tracklet_spans_ns", "INT64", (-1, 2), "capture time of the first and last detection, ns")
TRACKLET_TEAMS = Tensor("tracklet_teams", "FP32", (-1, 3), "as team_probabilities, or 0 rows")
TRACKLET_NUMBERS = Tensor("tracklet_numbers", "INT32", (-1,), "as jersey_numbers, or 0 rows")
TRACKLET_NUMBER_PROBABILITIES = Tensor("tracklet_number_probabilities", "FP32", (-1,), "of the numbers, or 0 rows")
TRACKLET_LOOKS = Tensor("tracklet_looks", "FP32", (-1, APPEARANCE_DIMS), "mean appearance, NaN rows or 0 rows: unknown")
TRACKLET_PLACES_M = Tensor("tracklet_places_m", "FP32", (-1, 4), "x z of the first and last foot-point, or 0 rows")
GLOBAL_IDS = Tensor("global_ids", "STRING", (-1,), '"home-23", "referee" or "unknown", UTF-8')
IDENTITY_NAMES = Tensor("identity_names", "STRING", (-1,), "as on the match sheet, UTF-8; empty where it does not tell")
IDENTITY_PROBABILITIES = Tensor("identity_probabilities", "FP32", (-1,), "of the global ID")
IDENTITY_CATEGORIES = Tensor("identity_categories", "INT32", (-1,), "Category, refined")
IDENTITY_CATEGORY_PROBABILITIES = Tensor("identity_category_probabilities", "FP32", (-1,), "of the Category")
IDENTITY_NUMBERS = Tensor("identity_numbers", "INT32", (-1,), "jersey number, refined; -1: nobody knows")
IDENTITY_NUMBER_PROBABILITIES = Tensor("identity_number_probabilities", "FP32", (-1,), "of the number; 0 with -1")
IDENTITY_REASONS = Tensor("identity_reasons", "STRING", (-1,), "what spoke for the person, in words, UTF-8")

REQUEST: Final = (LEFT_JPEG, RIGHT_JPEG, FRAME_INDEX, CAPTURED_AT_NS, CALIBRATION, MATCH_SHEET)
ANSWER: Final = (
    FRAME_INDEX, CAPTURED_AT_NS, STATUS, MESSAGE, FOOT_POINTS_UV, FOOT_POINTS_M, SCORES, MICRO_TRACK_IDS,
    CAMERAS, CAMERA_REASONS, BOXES_PX, TRACK_IDS, TEAM_PROBABILITIES, JERSEY_NUMBERS, JERSEY_PROBABILITIES, TEAMS_NAMED,
    WINDOW_FRAMES, WINDOW_MICRO_TRACK_IDS, WINDOW_TRACK_IDS,
    SOLVED_TRACK_IDS, SOLVED_TEAM_PROBABILITIES, SOLVED_JERSEY_NUMBERS, SOLVED_JERSEY_PROBABILITIES,
    REVISED_TRACK_IDS, TRACEPARENT,
)  # fmt: skip
