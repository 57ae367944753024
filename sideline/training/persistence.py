"""Training and validation of track persistence: tracks of short videos, and pieces of simulated micro-tracks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sideline.arrays import Bools, Float32s, Float64s
from sideline.networks.persistence import PersistenceEngine, PersistenceNetwork
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.persistence import cut_clips, score_tracks
from sideline.training.graph_pieces import IMPURE, cut_pieces, own_pieces
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.short_video_files import LabelledTracks, load_tracks
from sideline.training.sighted_matches import load_sighted_matches
from sideline.training.sightings import NOBODY, Sightings

_LATERAL_M: Final = 3.0


def train_persistence(
    data: Path, sightings: Path | None, folder: Path, schedule: Schedule, batch: int, device: torch.device
) -> PersistenceNetwork:
    """Train on the tracks of short videos, half and half with pieces of sightings, and return the averaged network.

    Args:
        data: Folder of `sideline train short_videos`.
        sightings: Folder of `sideline train sightings`; None for none.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Tracks a step.
        device: CPU or GPU.

    Raises:
        TrainingError: a folder is empty.
    """
    torch.manual_seed(0)
    network = PersistenceNetwork().to(device)
    rng = np.random.default_rng()
    sets = [load_tracks(data)]
    if sightings is not None:
        sets.append(clip_pieces(load_pieces(sightings)))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        drawn = [draw_batch(each, batch // len(sets), rng) for each in sets]
        points, mask, stays = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        logits = network(torch.from_numpy(points).to(device), torch.from_numpy(mask).to(device))
        seen = torch.from_numpy(mask).to(device)
        target = torch.from_numpy(stays).to(device, torch.float32)[:, None].expand_as(logits)
        return {"persistence": F.binary_cross_entropy_with_logits(logits[seen], target[seen])}

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, PersistenceNetwork)  # noqa: S101 - narrows the type
    return average


def draw_batch(tracks: LabelledTracks, count: int, rng: np.random.Generator) -> tuple[Float32s, Bools, Bools]:
    """Tracks [B, 25, 2], masks [B, 25] and labels [B], half of them staying, turned, mirrored and thinned out."""
    rows = np.concatenate([rng.choice(np.flatnonzero(tracks.stays == label), count // 2) for label in (True, False)])
    angles = rng.uniform(0, 2 * np.pi, len(rows))
    turns = np.stack([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    turns[rng.random(len(rows)) < 0.5, 0] *= -1
    mask = tracks.mask[rows]
    thinned = mask & (rng.random(mask.shape) > rng.choice([0.0, 0.1], (len(rows), 1)))
    mask = np.where(thinned.sum(axis=1, keepdims=True) > 0, thinned, mask)
    points = (tracks.points_m[rows] @ turns + rng.normal(0, _LATERAL_M, (len(rows), 1, 2))) * mask[..., None]
    return points.astype(np.float32), mask, tracks.stays[rows]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of micro-tracks as the graph meets them.

    Attributes:
        sightings: The detections of each piece, by frame.
        stays: [P] true for a person's, false for nobody's.
    """

    sightings: list[Sightings]
    stays: Bools


def load_pieces(folder: Path) -> Pieces:
    """The pieces that windows of simulated matches are cut into, specks and mixtures of people left out.

    Raises:
        TrainingError: there is no match.
    """
    settings = GraphSettings()
    kept: list[Sightings] = []
    stays: list[bool] = []
    for match in load_sighted_matches(folder):
        last = int(match.sightings.frames.max(initial=0))
        for first in range(0, last, settings.window_frames):
            rows = match.sightings.within(first, first + settings.window_frames)
            pieces = cut_pieces(rows)
            for piece, owner in enumerate(own_pieces(rows.persons, pieces).tolist()):
                members = rows.select(pieces == piece)
                if owner != IMPURE and len(members) >= settings.fewest_detections:
                    kept.append(members)
                    stays.append(owner != NOBODY)
    return Pieces(kept, np.array(stays, np.bool_))


def clip_pieces(pieces: Pieces) -> LabelledTracks:
    """All clips of pieces; each is what its piece is."""
    clips = cut_clips([each.frames for each in pieces.sightings], [each.points_m for each in pieces.sightings])
    return LabelledTracks(clips.points_m, clips.mask, pieces.stays[clips.owners])


@dataclass(frozen=True, slots=True)
class PersistenceScores:
    """How well those who stay are told from the others.

    Attributes:
        videos_auc: Area under the ROC curve over the tracks of held-out short videos.
        pieces_auc: The same over pieces of held-out sightings; NaN without any.
        least: What all but 1 % of the people's pieces score at least.
        ghosts_found: Share of the ghosts among the pieces that score less than that.
    """

    videos_auc: float
    pieces_auc: float
    least: float
    ghosts_found: float


def validate_persistence(checkpoint: Path, data: Path, sightings: Path | None) -> PersistenceScores:
    """Judge a checkpoint on videos and sightings that it was not trained on.

    Raises:
        TrainingError: a folder is empty, or the file is no checkpoint.
    """
    network = PersistenceNetwork()
    load_averaged(network, checkpoint)
    engine = PersistenceEngine(network).eval()

    def score(points_m: Float32s, mask: Bools) -> Float32s:
        with torch.no_grad():
            return np.asarray(engine(torch.from_numpy(points_m), torch.from_numpy(mask)).numpy(), np.float32)

    tracks = load_tracks(data)
    said = (score(tracks.points_m, tracks.mask) * tracks.mask).sum(axis=1) / tracks.mask.sum(axis=1)
    videos_auc = measure_auc(said.astype(np.float64), tracks.stays)
    if sightings is None:
        return PersistenceScores(videos_auc, float("nan"), float("nan"), float("nan"))
    pieces = load_pieces(sightings)
    frames = [each.frames for each in pieces.sightings]
    of_pieces = score_tracks(frames, [each.points_m for each in pieces.sightings], score)
    least = float(np.quantile(of_pieces[pieces.stays], 0.01))
    found = float((of_pieces[~pieces.stays] < least).mean())
    return PersistenceScores(videos_auc, measure_auc(of_pieces, pieces.stays), least, found)


def measure_auc(scores: Float64s, positive: Bools) -> float:
    """Chance that a positive scores above a negative, ties half: the area under the ROC curve (Mann-Whitney U)."""
    order, sorted_scores = np.argsort(scores, kind="stable"), np.sort(scores)
    below, upto = (np.searchsorted(sorted_scores, scores, side) for side in ("left", "right"))
    ranks = (below + upto + 1) / 2
    positives = int(positive.sum())
    negatives = len(order) - positives
    if not positives or not negatives:
        return float("nan")
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))
