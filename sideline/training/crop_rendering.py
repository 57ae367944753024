"""Renders simulated matches and cuts everybody on the floor out of them, the served way: the data of the crop encoder.

Seeds below 800000 train, 800000–899999 validate; 900000 and above are for judging and never appear here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import simplejpeg
from rich.progress import track

from sideline.arrays import Float32s, Float64s, Image, Int64s
from sideline.crops.cut import crop_windows, cut_people
from sideline.errors import TrainingError
from sideline.simulator.legibility import NumberTruth
from sideline.simulator.match import Match
from sideline.simulator.people import People, draw_other_numbers
from sideline.simulator.render import Renderer
from sideline.simulator.venue_choice import VenueChoice
from sideline.simulator.venues import ANYWHERE, find_venue
from sideline.tensors import CROP_WIDTH_PX
from sideline.training.crop_shards import CropRows, CropShard, describe_people, read_numbers, save_shard

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


_ABOUT_CROPS: Final = ("person_ids", "visibility", "number_truths", "shown_numbers", "shown_digits", "number_places")
_FONTS: Final = find_venue(ANYWHERE).fonts
"""Fonts of numbers that are drawn anew for every frame."""


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """Crops of one frame, and what `CropRows` says about each."""

    jpegs: list[bytes]
    person_ids: Int64s
    visibility: Float32s
    number_truths: Float32s
    shown_numbers: Int64s
    shown_digits: Int64s
    number_places: Float32s


def fill_with_crops(
    folder: Path,
    first_seed: int,
    matches: int,
    *,
    shuffle_numbers: bool,
    venues: VenueChoice = VenueChoice.MIXED,
) -> None:
    """Make the shards that ``folder`` lacks; safe to stop and to call again.

    Args:
        folder: Where the shards lie.
        first_seed: Seed of the first match; the following ones count up.
        matches: Number of matches.
        shuffle_numbers: See `render_crops`.
        venues: How the venue of a match follows from its seed.

    Raises:
        TrainingError: a seed is one of those kept for judging.
    """
    if first_seed + matches > _JUDGING_SEED:
        raise TrainingError(f"seeds from {_JUDGING_SEED} on are for judging; choose a lower first seed")
    for seed in track(range(first_seed, first_seed + matches), description=f"rendering {folder.name}"):
        path = folder / f"{seed:06d}.npz"
        if not path.exists():
            save_shard(render_crops(seed, venues.name_venue(seed), shuffle_numbers=shuffle_numbers), path)


def render_crops(
    seed: int,
    venue: str,
    seconds: float = _SECONDS,
    bursts: int = _BURSTS,
    burst_frames: int = _BURST_FRAMES,
    *,
    shuffle_numbers: bool = False,
) -> CropShard:
    """Simulate a match and cut out everybody on the floor who can be seen, in some runs of frames.

    With `shuffle_numbers` everybody wears another number in every frame. Else an encoder learns by heart who wears
    what in the few hundred matches that it sees, and reads no number of anybody else (docs/experiments.md).
    """
    match = Match.create(seed, venue, seconds)
    shuffler = np.random.default_rng([seed, 1]) if shuffle_numbers else None
    studio, rng = _Studio(match, Renderer(match), shuffler), np.random.default_rng(seed)
    quality = int(rng.integers(75, 96))
    frames = choose_frames(rng, seconds, bursts, burst_frames)
    cuts = [studio.cut_frame(int(frame), quality, rng) for frame in frames.ravel()]
    counts = [len(cut.jpegs) for cut in cuts]
    jpegs = [jpeg for cut in cuts for jpeg in cut.jpegs]
    shown = {name: np.concatenate([getattr(cut, name) for cut in cuts]) for name in _ABOUT_CROPS}
    return CropShard(
        seed=np.array(seed),
        rows=CropRows(
            frames=np.repeat(frames.ravel(), counts),
            bursts=np.repeat(np.repeat(np.arange(bursts), burst_frames), counts),
            **shown,
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


@dataclass(frozen=True, slots=True, eq=False)
class _Studio:
    """A match that crops are taken of; `shuffler` draws the numbers of every frame, or is None."""

    match: Match
    renderer: Renderer
    shuffler: np.random.Generator | None

    def cut_frame(self, frame: int, quality: int, rng: np.random.Generator) -> _Cut:
        people = self._number_people()
        left, right = (_through_jpeg(view, quality) for view in self.renderer.render(frame))
        truth = self.renderer.truth(frame)
        present = np.flatnonzero(truth.on_floor & (truth.visibility > _HIDDEN))
        crops, cameras, boxes_px = cut_people(self.match.rig, left, right, disturb(truth.foot_points_m[present], rng))
        seen = [self.renderer.camera_truth(frame, side) for side in (0, 1)]
        visibility = np.stack([visible for visible, _ in seen])[cameras, present]
        truths = np.stack([_stack_truths(numbers) for _, numbers in seen])[cameras, present]
        places_px = np.stack([numbers.places_px for _, numbers in seen])[cameras, present]
        numbers, digits = read_numbers(people)
        kept = (cameras >= 0) & (visibility > _HIDDEN)
        owners = present[kept]
        return _Cut(
            jpegs=[_encode(crop, _CROP_QUALITY) for crop in crops[kept]],
            person_ids=owners,
            visibility=visibility[kept].astype(np.float32),
            number_truths=truths[kept],
            shown_numbers=numbers[owners],
            shown_digits=digits[owners],
            number_places=_to_crops(places_px, boxes_px)[kept],
        )

    def _number_people(self) -> People:
        """The people as they are to be shown in the next frame."""
        if self.shuffler is None:
            return self.match.people
        people = draw_other_numbers(self.match.people, len(_FONTS), self.shuffler)
        self.renderer.renumber(people, _FONTS)
        return people


def _stack_truths(numbers: NumberTruth) -> Float32s:
    measures = (numbers.heights_px, numbers.widths_px, numbers.hidden, numbers.blurs_px)
    return np.stack(measures, axis=1).astype(np.float32)


def _to_crops(places_px: Float64s, boxes_px: Float32s) -> Float32s:
    """Camera pixels [N, K, 2] as pixels of the crops around boxes [N, 4]."""
    windows = crop_windows(boxes_px)[:, None]
    scaled = (places_px - windows[..., :2] + 0.5) * CROP_WIDTH_PX / windows[..., 2:] - 0.5
    return np.asarray(scaled, np.float32)


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
