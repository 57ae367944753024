"""What the tracker knows of a whole match: its tracklets, and as much about each as it could tell. Knows no person."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Floats, Int64s
from sideline.errors import IdentityError
from sideline.tensors import NO_NUMBER, NUMBERS, Category

_SUMS_TO_ONE: Final = 1e-3
_LONGEST_S: Final = 48 * 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Tracklets:
    """N runs of detections, each believed to be one person; all but the times may be unknown.

    Attributes:
        ids: [N] track or tracklet IDs, all different.
        first_s, last_s: [N] times of the first and the last detection, seconds on one clock.
        team_probabilities: [N, 3] probability of each ``Category``; rows sum to 1.
        numbers: [N] jersey number 0–99 as read, NO_NUMBER where none was legible.
        number_probabilities: [N] probability that the number is right, [0, 1]; of no account without a number.
        appearance: [N, D] what the person looks like, of any scale; NaN rows where no crop was encoded.
        starts_m, ends_m: [N, 2] first and last foot-point on the floor, x along and z across, metres; NaN if unknown.
    """

    ids: Int64s
    first_s: Floats
    last_s: Floats
    team_probabilities: Floats | None = None
    numbers: Int64s | None = None
    number_probabilities: Floats | None = None
    appearance: Floats | None = None
    starts_m: Floats | None = None
    ends_m: Floats | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def durations_s(self) -> Floats:
        """[N] from the first to the last detection."""
        return self.last_s - self.first_s

    def check(self) -> None:
        """Refuse what cannot be reasoned about.

        Raises:
            IdentityError: an array of another length, a time that is no number, an end before its start, an ID twice,
                probabilities or numbers out of range; the message names the array and the first tracklet at fault.
        """
        self._check_lengths()
        _require(np.isfinite(self.first_s) & np.isfinite(self.last_s), self.ids, "has a time that is not a number")
        if len(self) and self.last_s.max() - self.first_s.min() > _LONGEST_S:
            raise IdentityError("the tracklets span more than two days; give first_s and last_s in seconds")
        _require(self.last_s >= self.first_s, self.ids, "ends before it starts; swap first_s and last_s")
        values, counts = np.unique(self.ids, return_counts=True)
        _require(counts == 1, values, "stands there twice; give each tracklet once")
        if self.team_probabilities is not None:
            shares = self.team_probabilities
            fits = (shares >= 0).all(axis=1) & (np.abs(shares.sum(axis=1) - 1.0) <= _SUMS_TO_ONE)
            _require(fits, self.ids, "has team probabilities that do not sum to 1")
        if self.numbers is not None:
            _require((self.numbers >= NO_NUMBER) & (self.numbers < NUMBERS), self.ids, "has a number outside 0–99")
        if self.number_probabilities is not None:
            shares = self.number_probabilities
            _require((shares >= 0) & (shares <= 1), self.ids, "has a number's probability outside [0, 1]")

    def _check_lengths(self) -> None:
        count = len(self.ids)
        wanted = {
            "first_s": (count,), "last_s": (count,), "team_probabilities": (count, len(Category)), "numbers": (count,),
            "number_probabilities": (count,), "appearance": (count, -1), "starts_m": (count, 2), "ends_m": (count, 2),
        }  # fmt: skip
        for name, shape in wanted.items():
            array = getattr(self, name)
            if array is not None and not _fits(array.shape, shape):
                raise IdentityError(f"{name} is {list(array.shape)} for {count} tracklets; it must be {list(shape)}")


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(shape) == len(wanted) and all(want in (-1, size) for size, want in zip(shape, wanted, strict=True))


def _require(fine: Bools, ids: Int64s, fault: str) -> None:
    if not fine.all():
        raise IdentityError(f"tracklet {ids[~fine][0]} {fault}")
