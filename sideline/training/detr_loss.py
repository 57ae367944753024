"""Losses of the keypoint DETR: heatmap, offsets, queries in metres, contrastive appearance.

All distances are metres on the floor, because a pixel of the panorama is 1–10 cm depending on where and in which
direction. Several queries start around a person; each belongs to the person nearest to its first cell, is drawn there
and scored by how near it came, and the tracker keeps the best one within 0.25 m. DETR's one-to-one assignment was
tried first: queries that refine to the same point cannot tell which of them is the one, and hedged. Owners by the
refined point were tried next: nobody stayed with the player who is half hidden (docs/experiments.md).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from sideline.networks.detr import Detections, DetrOutput
from sideline.training.crops import PERSONS_PER_MATCH, Crop

_STRIDE: Final = 4
_SIGMA_CELLS: Final = 1.0
_ALPHA: Final = 0.25
_MATCH_M: Final = 1.5
"""Pairs farther apart than this are not compared in appearance."""
_NEAR_M: Final = 0.7
"""A query that starts this near to somebody is pulled there and scored by how near it came."""
_SHARPNESS_M: Final = 0.3
_NEAR_IGNORED_M: Final = 0.6
_TEMPERATURE: Final = 0.1
_LEGIBLE: Final = 0.35
"""Visibility from which a person's appearance is compared."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The people of one crop as tensors; see :class:`~sideline.training.crops.Crop`."""

    points_px: Tensor
    metres_per_px: Tensor
    labels: Tensor
    visibility: Tensor
    ignored_px: Tensor
    ignored_metres_per_px: Tensor

    @classmethod
    def of(cls, crop: Crop, device: torch.device) -> "Targets":
        """Split required from ignored people and move them to ``device``."""
        required = crop.required

        def tensor(values: np.ndarray) -> Tensor:  # type: ignore[type-arg]
            return torch.from_numpy(np.ascontiguousarray(values)).to(device)

        return cls(
            tensor(crop.points_px[required]),
            tensor(crop.metres_per_px[required]),
            tensor(crop.labels[required]),
            tensor(crop.visibility[required]),
            tensor(crop.points_px[~required]),
            tensor(crop.metres_per_px[~required]),
        )


def detr_loss(output: DetrOutput, targets: list[Targets]) -> dict[str, Tensor]:
    """All losses of a batch, weighted, by name; their sum is what to minimise."""
    losses = {
        "heatmap": heatmap_loss(output.heatmap.float(), targets),
        "offset": 5.0 * offset_loss(output.offsets_px.float(), targets),
    }
    owners = [_Owners.of(starts, target) for starts, target in zip(output.starts_px, targets, strict=True)]
    for depth, layer in enumerate(output.layers):
        losses[f"score{depth}"] = 2.0 * _score_loss(layer, targets, owners)
        losses[f"point{depth}"] = 5.0 * _point_loss(layer, targets, owners)
    matches = [match(output.layers[-1], image, target) for image, target in enumerate(targets)]
    losses["appearance"] = _appearance_loss(output.appearance.float(), targets, matches)
    return losses


def heatmap_loss(logits: Tensor, targets: list[Targets]) -> Tensor:
    """Penalty-reduced focal loss of CornerNet/CenterNet (Law & Deng, 2018; Zhou et al., 2019).

    Args:
        logits: [B, 1, H, W] at stride 4.
        targets: One an image.
    """
    goal = torch.stack([_gaussians(t.points_px, logits.shape[-2:]) for t in targets]).unsqueeze(1)
    ignored = torch.stack([_gaussians(t.ignored_px, logits.shape[-2:], sigma=3.0) for t in targets]).unsqueeze(1)
    probability = logits.sigmoid().clamp(1e-5, 1 - 1e-5)
    positive = goal > 0.999
    found = -((1 - probability) ** 2) * probability.log() * positive
    empty = -((1 - goal) ** 4) * probability**2 * (1 - probability).log() * ~positive * (ignored < 0.3)
    return (found.sum() + empty.sum()) / positive.sum().clamp(min=1)


def offset_loss(offsets_px: Tensor, targets: list[Targets]) -> Tensor:
    """Mean L1 distance in metres between each person and what the 3 × 3 cells around them say.

    Args:
        offsets_px: [B, 2, H, W] at stride 4, pixels from the centre of a cell.
        targets: One an image.
    """
    ring = torch.cartesian_prod(torch.arange(-1, 2), torch.arange(-1, 2)).to(offsets_px.device)
    limit = torch.tensor([offsets_px.shape[-1], offsets_px.shape[-2]], device=offsets_px.device) - 1
    total, count = offsets_px.sum() * 0.0, 0
    for offsets, target in zip(offsets_px, targets, strict=True):
        centre = (_STRIDE - 1) / 2
        cells = (((target.points_px - centre) / _STRIDE).round()[:, None] + ring).clamp(min=0).minimum(limit)
        cells = cells.flatten(0, 1).long()
        starts = cells * _STRIDE + centre
        _, person = _nearest(starts, target)
        said = starts + offsets[:, cells[:, 1], cells[:, 0]].T
        if len(person):
            total = total + ((said - target.points_px[person]) * target.metres_per_px[person]).abs().sum()
        count += len(person)
    return total / max(1, count)


def match(layer: Detections, image: int, target: Targets) -> tuple[Tensor, Tensor]:
    """Best one-to-one assignment of an image's queries to its people.

    Returns:
        Query indices and person indices, both [M], of pairs less than 1.5 m apart; a query that is not a number
        belongs to nobody, and the loop sees it in the loss.
    """
    with torch.no_grad():
        probability = layer.logits[image].float().sigmoid()
        distance = _distances_m(layer.points_px[image].float(), target.points_px, target.metres_per_px)
        gain = _ALPHA * (1 - probability) ** 2 * -(probability + 1e-8).log()
        loss = (1 - _ALPHA) * probability**2 * -(1 - probability + 1e-8).log()
        cost = 2.0 * (gain - loss) + 5.0 * distance.clamp(max=5.0)
        rows, columns = linear_sum_assignment(cost.nan_to_num(nan=1e6).cpu().numpy())
    pairs = torch.as_tensor(np.stack([rows, columns]), device=distance.device)
    near = distance[pairs[0], pairs[1]] < _MATCH_M
    return pairs[0, near], pairs[1, near]


def _distances_m(points_px: Tensor, people_px: Tensor, metres_per_px: Tensor) -> Tensor:
    """[Q, P] metres, with the pixel size at each person."""
    distance: Tensor = torch.linalg.vector_norm((points_px[:, None] - people_px[None]) * metres_per_px[None], dim=-1)
    return distance


@dataclass(frozen=True, slots=True)
class _Owners:
    """Whose each query of an image is: the person nearest to the cell where it starts; chosen once, for all layers.

    Attributes:
        person: [Q] index of the person; meaningless where ``owned`` is false.
        owned: [Q] the person is less than 0.7 m from the start.
    """

    person: Tensor
    owned: Tensor

    @classmethod
    def of(cls, starts_px: Tensor, target: Targets) -> "_Owners":
        distance, person = _nearest(starts_px, target)
        return cls(person, distance < _NEAR_M)


def _score_loss(layer: Detections, targets: list[Targets], owners: list[_Owners]) -> Tensor:
    """Quality focal loss (Li et al., 2020): the score of every query says how near it is to its person."""
    logits = layer.logits.float().squeeze(-1)
    rows = list(zip(layer.points_px.detach().float(), targets, owners, strict=True))
    goal = torch.stack([_quality(points, target, owner) for points, target, owner in rows])
    weight = torch.stack([_is_judged(points, target) for points, target, _ in rows]) | (goal > 0.1)
    entropy = F.binary_cross_entropy_with_logits(logits, goal, reduction="none")
    loss = (goal - logits.sigmoid()) ** 2 * entropy * weight
    return loss.sum() / goal.sum().clamp(min=1.0)


def _quality(points_px: Tensor, target: Targets, owners: _Owners) -> Tensor:
    """[Q] in [0, 1]: 1 on the foot-point of the query's person, 0.37 at 0.3 m; 0 for queries that are nobody's."""
    if not len(target.points_px):
        return torch.zeros(len(points_px), device=points_px.device)
    offset = (points_px - target.points_px[owners.person]) * target.metres_per_px[owners.person]
    quality = torch.exp(-((offset / _SHARPNESS_M) ** 2).sum(-1))
    return torch.where(owners.owned, quality, 0.0)


def _is_judged(points_px: Tensor, target: Targets) -> Tensor:
    """[Q] false for queries that lie on ignored people."""
    if not len(target.ignored_px):
        return torch.ones(len(points_px), dtype=torch.bool, device=points_px.device)
    return _distances_m(points_px, target.ignored_px, target.ignored_metres_per_px).min(1).values > _NEAR_IGNORED_M


def _nearest(points_px: Tensor, target: Targets) -> tuple[Tensor, Tensor]:
    """Distance of each point to the nearest person, metres, and who that is; both [Q], infinity without people."""
    if not len(target.points_px):
        return torch.full_like(points_px[:, 0], torch.inf), torch.zeros_like(points_px[:, 0], dtype=torch.long)
    distance, person = _distances_m(points_px, target.points_px, target.metres_per_px).min(1)
    return distance, person


def _point_loss(layer: Detections, targets: list[Targets], owners: list[_Owners]) -> Tensor:
    """Mean L1 distance in metres of all owned queries to their person."""
    total, count = layer.points_px.sum() * 0.0, 0
    for points, target, owner in zip(layer.points_px.float(), targets, owners, strict=True):
        person = owner.person[owner.owned]
        offset = points[owner.owned] - target.points_px[person]
        total = total + (offset * target.metres_per_px[person]).abs().sum()
        count += len(person)
    return total / max(1, count)


def _appearance_loss(appearance: Tensor, targets: list[Targets], matches: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Supervised contrastive loss (Khosla et al., 2020) of all well visible people, each within their match.

    Whom an arena never shows together need not be told apart, and strangers in other kits would be easy negatives.
    """
    rows, labels = [], []
    for image, (target, (queries, people)) in enumerate(zip(targets, matches, strict=True)):
        legible = target.visibility[people] > _LEGIBLE
        rows.append(appearance[image, queries[legible]])
        labels.append(target.labels[people[legible]])
    unit = F.normalize(torch.cat(rows), dim=-1)
    label = torch.cat(labels)
    strangers = label[:, None] // PERSONS_PER_MATCH != label[None] // PERSONS_PER_MATCH
    itself = torch.eye(len(label), dtype=torch.bool, device=label.device)
    same = (label[:, None] == label[None]) & ~itself
    if not same.any():
        return appearance.sum() * 0.0
    log_probability = ((unit @ unit.T) / _TEMPERATURE).masked_fill(itself | strangers, -1e4).log_softmax(dim=1)
    mean = (log_probability * same).sum(1)[same.any(1)] / same.sum(1)[same.any(1)]
    return -mean.mean()


def _gaussians(points_px: Tensor, shape: torch.Size, sigma: float = _SIGMA_CELLS) -> Tensor:
    """[H, W] with a 1 in the cell of every point, falling off around it."""
    height, width = shape
    if not len(points_px):
        return torch.zeros(height, width, device=points_px.device)
    cells = ((points_px - (_STRIDE - 1) / 2) / _STRIDE).round()
    dx = torch.arange(width, device=points_px.device)[None, :] - cells[:, :1]
    dy = torch.arange(height, device=points_px.device)[None, :] - cells[:, 1:]
    bumps = torch.exp(-(dy[:, :, None] ** 2) / (2 * sigma**2)) * torch.exp(-(dx[:, None, :] ** 2) / (2 * sigma**2))
    return bumps.max(0).values
