"""Simulated matches that nobody rendered, as a detector and a micro-tracker would see them; kept on disk.

People move and hide each other as the simulator says. A second of a match takes 0.1 s.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from rich.progress import track

from sideline.arrays import Bools, Float32s
from sideline.errors import TrainingError
from sideline.simulator.match import Match
from sideline.simulator.scene import Cast, build_scene
from sideline.simulator.truth import measure_visibility
from sideline.simulator.venues import TRAINING_VENUES
from sideline.training.sighted_micro_tracks import follow_sightings
from sideline.training.sightings import CAST, FPS, Sightings
from sideline.training.simulated_detector import detect_people

_JUDGING_SEED: Final = 900_000
_VISIBILITY_EVERY: Final = 3
"""Frames between two measurements; linear between them."""


@dataclass(frozen=True, slots=True, eq=False)
class SightedMatch:
    """What was seen of a match of T frames, and who really stood where.

    Attributes:
        sightings: The detections, with micro-tracks.
        truth_m: [T, 23, 2] foot-points.
        on_floor: [T, 23].
    """

    sightings: Sightings
    truth_m: Float32s
    on_floor: Bools

    def until(self, frames: int) -> "SightedMatch":
        """The first ``frames`` frames."""
        return SightedMatch(self.sightings.within(0, frames), self.truth_m[:frames], self.on_floor[:frames])


def fill_with_sighted_matches(folder: Path, first_seed: int, matches: int, seconds: float) -> None:
    """Make the matches that ``folder`` lacks, SEED.npz each; safe to stop and to call again.

    Raises:
        TrainingError: a seed is one of those kept for judging.
    """
    if first_seed + matches > _JUDGING_SEED:
        raise TrainingError(f"seeds from {_JUDGING_SEED} on are for judging; choose a lower first seed")
    folder.mkdir(parents=True, exist_ok=True)
    for seed in track(range(first_seed, first_seed + matches), description=f"sighting {folder.name}"):
        path = folder / f"{seed:06d}.npz"
        if not path.exists():
            save_sighted_match(sight_match(seed, seconds), path)


def load_sighted_matches(folder: Path) -> list[SightedMatch]:
    """Read all matches of ``folder``.

    Raises:
        TrainingError: there is none, or one cannot be read.
    """
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise TrainingError(f"{folder} holds no sightings; make them with sideline train sightings")
    return [_load(path) for path in paths]


def sight_match(seed: int, seconds: float) -> SightedMatch:
    """Simulate a match and draw what is seen of it; the same arguments give the same result."""
    match = Match.create(seed, TRAINING_VENUES[seed % len(TRAINING_VENUES)].name, seconds, FPS)
    truth_m, on_floor = match.motion.positions_m[:, :CAST], match.motion.on_floor[:, :CAST]
    viewer_m = (match.rig.left.centre_m + match.rig.right.centre_m)[[0, 2]] / 2
    rng = np.random.default_rng([seed, 1])
    seen = detect_people(truth_m, on_floor, watch_visibility(match), viewer_m, rng)
    seen = replace(seen, micro_track_ids=follow_sightings(seen, rng))
    return SightedMatch(seen.select(seen.micro_track_ids > 0), truth_m, on_floor)


def watch_visibility(match: Match) -> Float32s:
    """Share of each of the 23 that the better camera sees, in every frame: [T, 23] in [0, 1]."""
    cast = Cast.of(match)
    measured = np.unique(np.append(np.arange(0, match.frames, _VISIBILITY_EVERY), match.frames - 1))
    shares = np.stack([_measure_shares(match, cast, frame) for frame in measured.tolist()])
    frames = np.arange(match.frames)
    return np.column_stack([np.interp(frames, measured, share) for share in shares.T]).astype(np.float32)


def _measure_shares(match: Match, cast: Cast, frame: int) -> Float32s:
    views = build_scene(match, cast, frame).views
    cameras = zip(views, (match.rig.left, match.rig.right), strict=True)
    shares = [measure_visibility(view.figures, cast.present, camera)[:CAST] for view, camera in cameras]
    return np.maximum(*shares).astype(np.float32)


def save_sighted_match(match: SightedMatch, path: Path) -> None:
    """Write a match; the file appears only when it is complete."""
    columns = {field.name: getattr(match.sightings, field.name) for field in fields(Sightings)}
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, **columns, truth_m=match.truth_m, on_floor=match.on_floor)
    partial.rename(path)


def _load(path: Path) -> SightedMatch:
    try:
        with np.load(path) as arrays:
            sightings = Sightings(**{field.name: arrays[field.name] for field in fields(Sightings)})
            return SightedMatch(sightings, arrays["truth_m"], arrays["on_floor"])
    except Exception as error:  # zip and key errors of NumPy's own
        raise TrainingError(f"{path} holds no sightings ({error}); delete it and make it again") from error
