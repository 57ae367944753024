"""Crops for simulated sightings, drawn from the appearance bank of another match with the same cast.

Who is whose double is drawn anew for every sample; a crop fits the visibility of the detection, and crops that follow
each other come from one burst where they can, so that their errors are alike. Knows nothing about tracklets.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.tensors import Category
from sideline.tracking.graph.looks import CropTable
from sideline.tracking.teams import TeamNaming
from sideline.training.appearance_bank import AppearanceBank
from sideline.training.sightings import CAST

NO_CROP: Final = -1
_BURST_TOLERANCE: Final = 0.3
"""A burst is left when its next crop's visibility differs by more."""
_PICK_NOISE: Final = 0.3
_LEAVE_BURST: Final = 0.1
"""Chance of another burst at every crop."""


@dataclass(frozen=True, slots=True, eq=False)
class BankCrops:
    """A bank made ready: M crops, and what the naming of teams says about clothes in this match.

    Attributes:
        bank: The crops.
        table: What the graph sees of them, M rows.
        rows: Per person_id the rows of the person's crops, by frame.
        last_of_burst: [M] no crop of the same burst follows.
        naming: Has seen the match's clothes.
        is_crossed: The naming's first team is AWAY.
    """

    bank: AppearanceBank
    table: CropTable
    rows: tuple[Int64s, ...]
    last_of_burst: Bools
    naming: TeamNaming
    is_crossed: bool

    @staticmethod
    def of(bank: AppearanceBank) -> "BankCrops":
        """Prepare a bank."""
        people = range(len(bank.categories))
        last = np.zeros(len(bank.person_ids), np.bool_)
        for person in people:
            for burst in bank.bursts_of(person):
                last[burst[-1]] = True
        naming = TeamNaming(None)
        naming.observe(bank.team[np.argsort(bank.frames, kind="stable")])
        players = (bank.categories == Category.HOME) | (bank.categories == Category.AWAY)
        rows = np.flatnonzero(players[bank.person_ids])
        said = naming.evidence(bank.team[rows])[:, :2].argmax(axis=1)
        crossed = bool((said != bank.categories[bank.person_ids[rows]]).mean() > 0.5)
        table = CropTable.of(bank.appearance, bank.jersey, bank.team)
        return BankCrops(bank, table, tuple(bank.rows_of(person) for person in people), last, naming, crossed)

    def evidence(self, team: Float32s) -> Float32s:
        """[N, 8] → [N, 3] log-likelihood of HOME, AWAY, REFEREE."""
        said = self.naming.evidence(team)
        return said[:, [1, 0, 2]] if self.is_crossed else said

    def cast_doubles(self, persons: Int64s, rng: np.random.Generator) -> Int64s:
        """The person of the bank who stands in for each person of a match.

        Of the same category, nobody twice. A bank has seen fewer people than a match has: those with the fewest
        detections are left without a double.

        Args:
            persons: [D] person_ids of the match's detections.
            rng: Source of all chance.

        Returns:
            [CAST] person_ids of the bank, or NO_CROP.
        """
        detections = np.bincount(persons, minlength=CAST)
        doubles = np.full(CAST, NO_CROP, np.int64)
        for category in Category:
            wanted = np.flatnonzero(self.bank.categories[:CAST] == category)
            wanted = wanted[np.argsort(-detections[wanted], kind="stable")]
            there = [person for person in np.flatnonzero(self.bank.categories == category) if len(self.rows[person])]
            chosen = rng.permutation(there).astype(np.int64)[: len(wanted)]
            doubles[wanted[: len(chosen)]] = chosen
        return doubles

    def draw_rows(self, persons: Int64s, visibility: Float32s, rng: np.random.Generator) -> Int64s:
        """Choose a crop of the bank for each of M detections.

        Args:
            persons: [M] person of the bank, in order of time; NO_CROP for none.
            visibility: [M].
            rng: Source of all chance.

        Returns:
            [M] rows of the bank, or NO_CROP.
        """
        drawn = np.full(len(persons), NO_CROP, np.int64)
        for person in np.unique(persons[persons != NO_CROP]).tolist():
            wanted = np.flatnonzero(persons == person)
            if len(self.rows[person]):
                drawn[wanted] = self._walk(person, visibility[wanted], rng)
        return drawn

    def _walk(self, person: int, visibility: Float32s, rng: np.random.Generator) -> list[int]:
        rows = self.rows[person]
        shown: Float64s = self.bank.visibility[rows].astype(np.float64)
        leaves = rng.random(len(visibility)) < _LEAVE_BURST
        place, walk = -1, []
        for wanted, leave in zip(visibility.tolist(), leaves.tolist(), strict=True):
            if leave or not self._goes_on(rows, shown, place, wanted):
                place = int(np.argmin(np.abs(shown - wanted) + _PICK_NOISE * rng.random(len(rows))))
            else:
                place += 1
            walk.append(int(rows[place]))
        return walk

    def _goes_on(self, rows: Int64s, shown: Float64s, place: int, wanted: float) -> bool:
        """Whether the crop after ``place`` is of the same burst and as visible as wanted."""
        if place < 0 or self.last_of_burst[rows[place]]:
            return False
        return abs(float(shown[place + 1]) - wanted) <= _BURST_TOLERANCE
