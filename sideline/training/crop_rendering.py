"""Renders simulated matches and cuts everybody on the floor out of them, the served way: the data of the crop encoder.

Seeds below 800000 train, 800000–899999 validate; 900000 and above are for judging and never appear here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import simplejpeg
from rich.progress import track

from sideline.arrays import Bools, Float32s, Float64s, Image, Int64s
from sideline.crops.cut import cut_people
from sideline.errors import TrainingError
from sideline.simulator.match import Match
from sideline.simulator.render import Renderer
from sideline.simulator.venues import mix_venues
from sideline.training.crop_shards import CropRows, CropShard, describe_people, save_shard

_JUDGING_SEED: Final = 900_000
_SECONDS: Final = 60.0
_FPS: Final = 25
_BURSTS, _BURST_FRAMES, _STRIDE = 5, 8, 3
_LEAST_GAP: Final = 25
"""Frames between two bursts."""
_FOOT_SIGMA_M, _ROUGH_SIGMA_M, _ROUGH_SHARE = 0.08, 0.25, 0.1
"""A detector's error; now and then it is larger."""
_HIDDEN: Final = 0.12
"""People of whom less is visible are not detected, and so not cut out."""
_CROP_QUALITY: Final = 95


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """Crops of one frame: who each shows, how well it can be seen and whether the number can be read."""

    jpegs: list[bytes]
    people: Int64s
    visibility: Float32s
    legible: Bools


def fill_with_crops(folder: Path, first_seed: int, matches: int) -> None:
    """Make the shards that ``folder`` lacks; safe to stop and to call again. The venue follows from the seed.

    Raises:
        TrainingError: a seed is one of those kept for judging.
    """
    if first_seed + matches > _JUDGING_SEED:
        raise TrainingError(f"seeds from {_JUDGING_SEED} on are for judging; choose a lower first seed")
    for seed in track(range(first_seed, first_seed + matches), description=f"rendering {folder.name}"):
        path = folder / f"{seed:06d}.npz"
        if not path.exists():
            save_shard(render_crops(seed, mix_venues(np.random.default_rng(seed))), path)


def render_crops(
    seed: int, venue: str, seconds: float = _SECONDS, bursts: int = _BURSTS, burst_frames: int = _BURST_FRAMES
) -> CropShard:
    """Simulate a match and cut out everybody on the floor who can be seen, in some runs of frames."""
    match = Match.create(seed, venue, seconds)
    renderer, rng = Renderer(match), np.random.default_rng(seed)
    quality = int(rng.integers(75, 96))
    frames = choose_frames(rng, seconds, bursts, burst_frames)
    cuts = [_cut_frame(match, renderer, int(frame), quality, rng) for frame in frames.ravel()]
    counts = [len(cut.jpegs) for cut in cuts]
    jpegs = [jpeg for cut in cuts for jpeg in cut.jpegs]
    return CropShard(
        seed=np.array(seed),
        rows=CropRows(
            person_ids=np.concatenate([cut.people for cut in cuts]),
            frames=np.repeat(frames.ravel(), counts),
            bursts=np.repeat(np.repeat(np.arange(bursts), burst_frames), counts),
            visibility=np.concatenate([cut.visibility for cut in cuts]),
            legible=np.concatenate([cut.legible for cut in cuts]),
        ),
        jpegs=np.frombuffer(b"".join(jpegs), np.uint8),
        offsets=np.cumsum([0, *(len(jpeg) for jpeg in jpegs)]),
        **describe_people(match.people),  # type: ignore[arg-type]
    )


def choose_frames(rng: np.random.Generator, seconds: float, bursts: int, burst_frames: int) -> Int64s:
    """Frames [bursts, burst_frames], every third one of a run; the runs lie in equal parts of the match."""
    part = int(seconds * _FPS) // bursts
    starts = np.arange(bursts) * part + rng.integers(0, part - burst_frames * _STRIDE - _LEAST_GAP, bursts)
    return np.asarray(starts[:, None] + _STRIDE * np.arange(burst_frames), np.int64)


def _cut_frame(match: Match, renderer: Renderer, frame: int, quality: int, rng: np.random.Generator) -> _Cut:
    left, right = (_through_jpeg(view, quality) for view in renderer.render(frame))
    truth = renderer.truth(frame)
    people = np.flatnonzero(truth.on_floor & (truth.visibility > _HIDDEN))
    crops, cameras, _ = cut_people(match.rig, left, right, disturb(truth.foot_points_m[people], rng))
    shown = cameras >= 0
    crops, owners, cameras = crops[shown], people[shown], cameras[shown]
    seen = [renderer.camera_truth(frame, side) for side in (0, 1)]
    visibility = np.stack([visible for visible, _ in seen])[cameras, owners]
    legible = np.stack([numbers.legible for _, numbers in seen])[cameras, owners]
    numbered = np.array([bool(match.people.persons[person].number) for person in owners], np.bool_)
    kept = visibility > _HIDDEN
    jpegs = [_encode(crop, _CROP_QUALITY) for crop in crops[kept]]
    return _Cut(jpegs, owners[kept], visibility[kept].astype(np.float32), (legible & numbered)[kept])


def disturb(points_m: Float64s, rng: np.random.Generator) -> Float64s:
    """Foot-points [N, 2] as wrong as a detector's."""
    is_rough = rng.random((len(points_m), 1)) < _ROUGH_SHARE
    sigma_m = np.where(is_rough, _ROUGH_SIGMA_M, _FOOT_SIGMA_M)
    return np.asarray(points_m + sigma_m * rng.standard_normal(points_m.shape), np.float64)


def _encode(image: Image, quality: int) -> bytes:
    encoded: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(image), quality=quality, colorspace="RGB", colorsubsampling="420"
    )
    return encoded


def _through_jpeg(image: Image, quality: int) -> Image:
    decoded: Image = simplejpeg.decode_jpeg(_encode(image, quality), colorspace="RGB")
    return decoded
