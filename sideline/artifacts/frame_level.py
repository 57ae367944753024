"""The frame level of a match: every detection, and what the crop encoder says of its crops, with the engines in here.

As path A sees it: no identity goes into it, so any tracker may start from it. Arrays: F frames, N detections, M crops.
A match of an hour at 25 frames a second has about 0.26 GB with one crop in three frames.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from client.frames import FramePair
from client.sources.match_folder import MatchFolder
from sideline.artifacts.entries import Arrays
from sideline.crops.project import CropProjector
from sideline.engines import OnnxEngine
from sideline.errors import ArtifactError
from sideline.ingest import IngestedFrame, ingest_frame
from sideline.tensors import (
    APPEARANCE,
    APPEARANCE_DIMS,
    CROP_FEATURE_DIMS,
    CROP_FEATURES,
    JERSEY,
    TEAM,
    FrameStatus,
)
from sideline.tracking.detection_selector import (
    SURE_SCORE,
    Answer,
    DetectionSelector,
    RawDetections,
    SelectionSettings,
    number_detections,
)

_SAID: Final = {APPEARANCE.name: APPEARANCE_DIMS, JERSEY.name: 133, TEAM.name: 8, CROP_FEATURES.name: CROP_FEATURE_DIMS}

OnFrame: TypeAlias = Callable[[Path, int], None]
"""Match folder and index of the frame that was done last."""


class FrameLevel:
    """Goes through a match and collects.

    Args:
        detector: Engine that gives logits and points; more outputs are left alone.
        crop_encoder: Engine.
        crop_stride: A detection is encoded in one frame of so many.
    """

    def __init__(self, detector: OnnxEngine, crop_encoder: OnnxEngine, crop_stride: int) -> None:
        self._detector = detector
        self._crop_encoder = crop_encoder
        self._selector = DetectionSelector(number_detections(), SelectionSettings(detection_score=SURE_SCORE))
        self._projector = CropProjector(crop_stride)
        self._frames: list[tuple[int, int, int]] = []
        self._found: list[Answer] = []
        self._crops: list[tuple[NDArray[Any], ...]] = []
        self._count = 0

    def take(self, frame: FramePair, calibration: bytes) -> None:
        """Detect and encode one frame."""
        left, right = (np.frombuffer(jpeg or b"", np.uint8) for jpeg in (frame.left_jpeg, frame.right_jpeg))
        ingested = ingest_frame(left, right, np.frombuffer(calibration, np.uint8), False)
        logits, points = self._detector(ingested.panorama[None])[:2]
        raw = RawDetections(logits[0], points[0], np.empty((len(points[0]), 0), np.float32))
        found = self._selector.update(frame.frame_index, ingested.status, ingested.message, calibration, raw)
        if found.status is FrameStatus.BAD_CALIBRATION:
            raise ArtifactError(f"the rig cannot be used: {found.message}")
        self._frames.append((frame.frame_index, frame.captured_at_ns, int(found.status)))
        self._found.append(found)
        self._encode(frame.frame_index, calibration, ingested, found)

    def _encode(self, frame_index: int, calibration: bytes, ingested: IngestedFrame, found: Answer) -> None:
        images = ingested.left_image, ingested.right_image
        cut = self._projector.project(frame_index, calibration, *images, found.foot_points_m, found.micro_track_ids)
        shown = np.flatnonzero(cut.crop_rows >= 0)
        if len(shown):
            said = self._crop_encoder(cut.crops[shown])
            self._crops.append((self._count + cut.crop_rows[shown], *(each.astype(np.float16) for each in said)))
        self._count += len(found.scores)

    def to_arrays(self) -> Arrays:
        """Everything that was taken.

        Returns:
            frame_index, captured_at_ns, status, detections [F]: of each frame; foot_points_uv, foot_points_m [N, 2],
            scores [N]: frame by frame, best score first; crop_rows [M]: detection of each crop; appearance [M, 64],
            jersey [M, 133], team [M, 8], crop_features [M, 128] float16, see ``sideline.tensors``.
        """
        frames = np.array(self._frames, np.int64).reshape(-1, 3)
        rows = [each[0] for each in self._crops]
        said = {
            name: np.concatenate([np.empty((0, dims), np.float16), *(each[place] for each in self._crops)])
            for place, (name, dims) in enumerate(_SAID.items(), start=1)
        }
        points = np.empty((0, 2), np.float32)
        return {
            **dict(zip(("frame_index", "captured_at_ns", "status"), frames.T, strict=True)),
            "detections": np.array([len(each.scores) for each in self._found], np.int64),
            "foot_points_uv": np.concatenate([points, *(each.foot_points_uv for each in self._found)]),
            "foot_points_m": np.concatenate([points, *(each.foot_points_m for each in self._found)]),
            "scores": np.concatenate([np.empty(0, np.float32), *(each.scores for each in self._found)]),
            "crop_rows": np.concatenate([np.empty(0, np.int64), *rows]).astype(np.int64),
            **said,
        }


def compute_frames(
    match_dir: Path, repository: Path, detector: str, crop_stride: int, on_frame: OnFrame | None = None
) -> Arrays:
    """The frame level of a match folder; arrays as ``FrameLevel.to_arrays``.

    Args:
        match_dir: Videos and rig.
        repository: Model repository with the engines.
        detector: Name of the detector's engine.
        crop_stride: A detection is encoded in one frame of so many.
        on_frame: Told after every frame.

    Raises:
        SourceError, RigError, ArtifactError: the match cannot be read or its rig not be used.
    """
    source = MatchFolder(match_dir)
    calibration = source.rig.to_toml().encode()
    engines = OnnxEngine(detector, 1, repository), OnnxEngine("crop_encoder", 1, repository)
    level = FrameLevel(*engines, crop_stride)

    async def go_through() -> None:
        async for frame in source:
            level.take(frame, calibration)
            if on_frame is not None:
                on_frame(match_dir, frame.frame_index)

    asyncio.run(go_through())
    return level.to_arrays()
