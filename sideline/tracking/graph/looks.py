"""What the crops of a tracklet say about the person, added up: appearance, clothes, jersey number.

Knows the encoder's named parts, not places or times. Looks of one person's tracklets add up to the looks of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.crops.jersey import JERSEY_DIMS, number_log_probabilities
from sideline.crops.kit import TEAM_DIMS
from sideline.tensors import APPEARANCE_DIMS, JERSEY_CROPS, NUMBERS

_DOUBT: Final = 0.05
"""Share of the crops that are believed to show something else: no single crop can rule a number out."""
_TEMPER: Final = 0.3
"""Weight of a crop's evidence: crops of one burst repeat each other, about three count for one."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What C crops of one person say.

    Attributes:
        crops: C.
        appearance: (64,) f32 mean, unit length; zeros when C = 0.
        team: (8,) f32 mean, parts as in sideline.crops.kit; zeros when C = 0.
        number_evidence: (100,) f32 log-likelihood of each number against not knowing; zeros when nothing is legible.
        legible_crops: How many crops show a legible number, a sum of probabilities.
        jersey: (J,133) f32 the most legible crops, oldest first, J ≤ 64.
        jersey_legible: (J,) f32 probability that the crop's number is legible.
    """

    crops: int
    appearance: Float32s
    team: Float32s
    number_evidence: Float32s
    legible_crops: float
    jersey: Float32s
    jersey_legible: Float32s


NO_LOOKS: Final = Looks(
    0,
    np.zeros(APPEARANCE_DIMS, np.float32),
    np.zeros(TEAM_DIMS, np.float32),
    np.zeros(NUMBERS, np.float32),
    0.0,
    np.zeros((0, JERSEY_DIMS), np.float32),
    np.zeros(0, np.float32),
)
"""Of a person of whom no crop was encoded."""


@dataclass(frozen=True, slots=True, eq=False)
class CropTable:
    """What the encoder says about C crops, with what follows from each alone.

    Attributes:
        appearance: (C,64) f32 unit length.
        jersey: (C,133) f32 logits.
        team: (C,8) f32.
        number_evidence: (C,100) f32 log-likelihood of each number against not knowing.
        legible: (C,) f32 probability that a number is legible.
    """

    appearance: Float32s
    jersey: Float32s
    team: Float32s
    number_evidence: Float32s
    legible: Float32s

    @staticmethod
    def of(appearance: Float32s, jersey: Float32s, team: Float32s) -> "CropTable":
        """Prepare crops, shapes as above; C may be 0."""
        log_probabilities = number_log_probabilities(jersey)
        nothing = np.exp(log_probabilities[:, NUMBERS:])
        known = (1 - _DOUBT) * NUMBERS * np.exp(log_probabilities[:, :NUMBERS])
        evidence = np.log(known + _DOUBT + (1 - _DOUBT) * nothing)
        return CropTable(appearance, jersey, team, evidence.astype(np.float32), 1 - nothing[:, 0])

    def sum_up(self, rows: Int64s | Bools) -> Looks:
        """The looks of the person whom the crops of these rows show, oldest first."""
        legible = self.legible[rows]
        if not len(legible):
            return NO_LOOKS
        jersey, kept = self.jersey[rows], keep_most_legible(legible)
        return Looks(
            len(legible),
            to_unit_length(self.appearance[rows].mean(axis=0)),
            np.asarray(self.team[rows].mean(axis=0), np.float32),
            np.asarray(_TEMPER * self.number_evidence[rows].sum(axis=0), np.float32),
            float(legible.sum()),
            jersey[kept],
            legible[kept],
        )


def add_looks(looks: Sequence[Looks]) -> Looks:
    """The looks of one person from those of their tracklets, oldest first; each weighs as many crops as it has."""
    seen = [each for each in looks if each.crops]
    if len(seen) < 2:
        return seen[0] if seen else NO_LOOKS
    crops = np.array([each.crops for each in seen], np.float32)
    jersey = np.concatenate([each.jersey for each in seen])
    legible = np.concatenate([each.jersey_legible for each in seen])
    kept = keep_most_legible(legible)
    return Looks(
        int(crops.sum()),
        to_unit_length(crops @ np.stack([each.appearance for each in seen])),
        np.asarray(crops @ np.stack([each.team for each in seen]) / crops.sum(), np.float32),
        np.asarray(np.sum([each.number_evidence for each in seen], axis=0), np.float32),
        float(sum(each.legible_crops for each in seen)),
        jersey[kept],
        legible[kept],
    )


def take_encoded(looks: Looks, encoded: CropTable, row: int) -> Looks:
    """Looks as the temporal encoder sees them (a row of its answers); the number that it reads counts as a crop."""
    return replace(
        looks,
        appearance=to_unit_length(encoded.appearance[row]),
        team=encoded.team[row],
        number_evidence=looks.number_evidence + np.float32(_TEMPER) * encoded.number_evidence[row],
    )


def keep_most_legible(legible: Float32s) -> Int64s:
    """Rows of at most 64 crops by their legibility (C,), in their own order."""
    best = np.argsort(-legible, kind="stable")[:JERSEY_CROPS]
    return np.asarray(np.sort(best), np.int64)


def to_unit_length(vector: Float32s) -> Float32s:
    """The vector's direction; zeros stay zeros."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
