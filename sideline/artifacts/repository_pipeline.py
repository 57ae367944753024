"""The pipeline of a model repository: its engines' hashes are the references of the layers."""

from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Final

from sideline.artifacts.frame_level import OnFrame, compute_frames
from sideline.artifacts.keys import hash_files
from sideline.artifacts.pipeline import Pipeline
from sideline.artifacts.track_level import compute_tracks
from sideline.engines import engine_file
from sideline.tracking.detection_selector import SelectionSettings
from sideline.tracking.graph.settings import GraphSettings

_CODE: Final = "2"
"""Raised by whoever changes what the library computes from the same engines and settings."""


def make_pipeline(
    repository: Path, detector: str = "heatmap_detector", crop_stride: int = 3, on_frame: OnFrame | None = None
) -> Pipeline:
    """The layers as this repository computes them.

    Args:
        repository: Model repository.
        detector: Engine of the detector.
        crop_stride: A detection is encoded in one frame of so many.
        on_frame: Told after every frame of the frame level; only where all is done in this process.

    Raises:
        ArtifactError: an engine is not there.
    """
    repository = repository.resolve()
    detector_hash, encoder_hash, tracker_hash = (
        hash_files(engine_file(repository, name)) for name in (detector, "crop_encoder", "graph_tracker")
    )
    return Pipeline(
        detector_ref=f"{_CODE} {detector} {detector_hash} {astuple(SelectionSettings())}",
        encoder_ref=f"{_CODE} {encoder_hash} {crop_stride}",
        tracker_ref=f"{_CODE} {tracker_hash} {GraphSettings()!r}",
        compute_frames=partial(
            compute_frames, repository=repository, detector=detector, crop_stride=crop_stride, on_frame=on_frame
        ),
        compute_tracks=partial(compute_tracks, repository=repository),
    )
