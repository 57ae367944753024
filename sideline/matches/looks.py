"""What the tracks of a match look like: from an npz, or from the frame level of the same video by time and place."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from sideline.arrays import Floats, Int64s
from sideline.artifacts.entries import Arrays, read_entry
from sideline.errors import ArtifactError, StoreError
from sideline.tensors import NO_TRACK

_SAME_M: Final = 0.5
"""Two detections of one frame nearer than this are one person, seen by two runs."""
_FRAME_APART_M: Final = 1000.0
"""Frames are laid so far apart that no neighbour lies in another one."""


def read_looks(path: Path) -> tuple[Int64s, Floats]:
    """Looks of tracks, an npz with `track_ids` [M] and `appearance` [M, D].

    Raises:
        StoreError: the file is absent or broken, lacks an array, or their lengths differ.
    """
    try:
        with np.load(path) as arrays:
            ids, appearance = np.asarray(arrays["track_ids"], np.int64), np.asarray(arrays["appearance"], np.float64)
    except (OSError, ValueError, KeyError, EOFError) as exc:
        raise StoreError(f"cannot read looks from {path} ({exc}): give an npz with track_ids and appearance") from exc
    if appearance.ndim != 2 or len(ids) != len(appearance):
        shapes = f"track_ids are {list(ids.shape)}, appearance {list(appearance.shape)}"
        raise StoreError(f"{path}: {shapes}; give [M] and [M, D]")
    return ids, appearance


def read_frame_level(path: Path, detections: pa.Table) -> tuple[Int64s, Floats]:
    """Looks of the tracks of a match, as the crops of its frame level show them.

    Args:
        path: Artifact of `sideline precompute`, layer frames, of the video that was tracked.
        detections: The match's, columns as in ``sideline.matches.schemas``.

    Raises:
        StoreError: the file is no frame level, or nobody in it stands where a track was.
    """
    try:
        frames = read_entry(path)
        looks = collect_looks(frames, detections)
    except (ArtifactError, KeyError) as exc:
        raise StoreError(f"{path} is no frame level of `sideline precompute` ({exc})") from exc
    if not len(looks[0]):
        raise StoreError(f"nobody in {path} stands where a track was: is it of the same video?")
    return looks


def collect_looks(frames: Arrays, detections: pa.Table) -> tuple[Int64s, Floats]:
    """Mean appearance of each track over the crops that show it.

    Args:
        frames: Arrays as ``sideline.artifacts.frame_level`` gives them.
        detections: As above.

    Returns:
        Track IDs [M], rising; appearance [M, 64], unit length. A track without crops is left out.
    """
    tracks = np.asarray(detections["track_id"].to_numpy(), np.int64)
    places = _lay_out(*(detections[name].to_numpy() for name in ("frame_index", "x_m", "z_m")))[tracks != NO_TRACK]
    tracks = tracks[tracks != NO_TRACK]
    if not len(tracks):
        return tracks, np.zeros((0, frames["appearance"].shape[1]))
    moments = np.repeat(frames["frame_index"], frames["detections"])[frames["crop_rows"]]
    seen = _lay_out(moments, *frames["foot_points_m"][frames["crop_rows"]].T)
    apart, nearest = cKDTree(places).query(seen, distance_upper_bound=_SAME_M)
    known = np.isfinite(apart)
    ids, rows = np.unique(tracks[nearest[known]], return_inverse=True)
    sums = np.zeros((len(ids), frames["appearance"].shape[1]))
    np.add.at(sums, rows, frames["appearance"][known].astype(np.float64))
    return ids, sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


def _lay_out(frame_index: Int64s, x_m: Floats, z_m: Floats) -> Floats:
    return np.column_stack([frame_index * _FRAME_APART_M, x_m, z_m]).astype(np.float64)
