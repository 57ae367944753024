"""What an artifact is called: the hash of everything that it follows from. Two that could differ never share a name."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sideline.errors import ArtifactError


class Layer(StrEnum):
    """What is kept of a match, each layer made of the one before."""

    FRAMES = "frames"
    """Detections and what the crop encoder says of their crops."""
    TRACKS = "tracks"
    """Which detections are one person."""


@dataclass(frozen=True, slots=True)
class Key:
    """Name of an artifact.

    Attributes:
        layer: Its layer.
        digest: SHA-256, hexadecimal.
    """

    layer: Layer
    digest: str


def key_frames(video_hash: str, detector_ref: str, encoder_ref: str) -> Key:
    """The frame level follows from the video, the detector and the crop encoder."""
    return _hash(Layer.FRAMES, {"video": video_hash, "detector": detector_ref, "crop_encoder": encoder_ref})


def key_tracks(frames: Key, tracker_ref: str) -> Key:
    """The track level follows from a frame level and the tracker."""
    return _hash(Layer.TRACKS, {"frames": frames.digest, "tracker": tracker_ref})


def hash_files(*paths: Path) -> str:
    """SHA-256 of the contents of files, in this order.

    Raises:
        ArtifactError: one cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                part = hashlib.file_digest(file, "sha256").digest()
        except OSError as exc:
            raise ArtifactError(f"cannot read {path} ({exc.strerror}): give a match folder or a repository") from exc
        digest.update(part)
    return digest.hexdigest()


def _hash(layer: Layer, parts: Mapping[str, str]) -> Key:
    text = json.dumps({"layer": layer, **parts}, sort_keys=True)
    return Key(layer, hashlib.sha256(text.encode()).hexdigest())
