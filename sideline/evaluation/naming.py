"""Who is called what: category and jersey number of people in the truth, or of tracks in a result."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Int64s
from sideline.tensors import NO_NUMBER, Category

NO_CATEGORY: Final = -1
"""Staff at the bench, and whoever nothing is known of."""
_CODES_PER_CATEGORY: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """One row an identity.

    Attributes:
        ids: (T,) i64, distinct, rising.
        categories: (T,) i64, ``Category``, or NO_CATEGORY.
        numbers: (T,) i64, 0–99 ("00" is 0), or -1 without one.
    """

    ids: Int64s
    categories: Int64s
    numbers: Int64s

    @classmethod
    def of_rows(cls, ids: Int64s, categories: Int64s, numbers: Int64s) -> "Naming":
        """Take rows (N,) in any order, an identity any number of times; its first row counts."""
        distinct, first = np.unique(ids, return_index=True)
        return cls(distinct, categories[first], numbers[first])

    def categories_of(self, ids: Int64s) -> Int64s:
        """Categories (N,) of identities (N,); NO_CATEGORY for those that are not here."""
        return self._look_up(self.categories, ids, NO_CATEGORY)

    def numbers_of(self, ids: Int64s) -> Int64s:
        """Numbers (N,) of identities (N,); -1 for those that are not here."""
        return self._look_up(self.numbers, ids, NO_NUMBER)

    def labels_of(self, ids: Int64s) -> Int64s:
        """Codes (N,) that are equal where role, team and number are: what GS-HOTA compares.

        A referee's number does not count, as in SoccerNet Game State (Somers et al., CVPRW 2024).
        """
        categories = self.categories_of(ids)
        numbers = np.where(categories == Category.REFEREE, NO_NUMBER, self.numbers_of(ids))
        return np.asarray(categories * _CODES_PER_CATEGORY + numbers + 1, np.int64)

    def swap_teams(self) -> "Naming":
        """The same with home and away exchanged."""
        other = {Category.HOME: Category.AWAY, Category.AWAY: Category.HOME}
        swapped = [other.get(category, category) for category in self.categories.tolist()]
        return Naming(self.ids, np.array(swapped, np.int64), self.numbers)

    def _look_up(self, values: Int64s, ids: Int64s, absent: int) -> Int64s:
        if not len(self.ids):
            return np.full(len(ids), absent, np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.asarray(np.where(self.ids[places] == ids, values[places], absent), np.int64)
