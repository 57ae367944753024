"""From a match to its artifacts, layer by layer: whatever is kept already is not computed again.

What the jersey classifier or the resolver says is in no layer, so a change of theirs computes nothing anew; a change
of the tracker only the tracks; a change of the crop encoder both.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sideline.artifacts.cache import ArtifactCache, Outcome
from sideline.artifacts.entries import Arrays
from sideline.artifacts.keys import Key, hash_files, key_frames, key_tracks
from sideline.artifacts.workers import Workers

_VIDEO: Final = ("left.mp4", "right.mp4", "rig.toml")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What computes the layers, and under which name.

    Attributes:
        detector_ref, encoder_ref, tracker_ref: Change whenever what they compute may change: hashes of engines.
        compute_frames: Match folder → frame level.
        compute_tracks: Match folder, frame level → track level.
    """

    detector_ref: str
    encoder_ref: str
    tracker_ref: str
    compute_frames: Callable[[Path], Arrays]
    compute_tracks: Callable[[Path, Arrays], Arrays]

    def keys_of(self, match_dir: Path) -> tuple[Key, Key]:
        """Keys of a match's frame level and track level.

        Raises:
            ArtifactError: the folder lacks a video or the rig.
        """
        frames = key_frames(hash_files(*(match_dir / name for name in _VIDEO)), self.detector_ref, self.encoder_ref)
        return frames, key_tracks(frames, self.tracker_ref)


@dataclass(frozen=True, slots=True)
class MatchArtifacts:
    """How the layers of a match were come by.

    Attributes:
        match_dir: The match.
        frames, tracks: Its layers.
        frames_path, tracks_path: Where they are.
    """

    match_dir: Path
    frames: Outcome
    tracks: Outcome
    frames_path: Path
    tracks_path: Path


def precompute_match(match_dir: Path, pipeline: Pipeline, root: Path) -> MatchArtifacts:
    """Compute what is missing of one match.

    Raises:
        ArtifactError: the match cannot be read, or the cache not written; and what the pipeline raises.
    """
    cache = ArtifactCache(root)
    frames_key, tracks_key = pipeline.keys_of(match_dir)
    frames, frames_outcome = cache.get_or_compute(frames_key, partial(pipeline.compute_frames, match_dir))
    tracks_outcome = cache.get_or_compute(tracks_key, partial(pipeline.compute_tracks, match_dir, frames))[1]
    paths = cache.path_of(frames_key), cache.path_of(tracks_key)
    return MatchArtifacts(match_dir, frames_outcome, tracks_outcome, *paths)


def precompute(
    match_dirs: Iterable[Path], pipeline: Pipeline, root: Path, workers: Workers
) -> Iterator[MatchArtifacts]:
    """Compute what is missing of many matches, side by side; results as they come.

    Raises:
        ArtifactError: as ``precompute_match``; the matches that were done before are kept.
    """
    yield from workers.map(partial(precompute_match, pipeline=pipeline, root=root.resolve()), match_dirs)
