"""Training samples of the jersey classifier: tracks put together from the appearance bank's bursts, and their numbers.

A track is some bursts of one person, thinned and shuffled, now and then with a burst of somebody else of the match, as
a tracker mixes them. What no crop shows is not asked for: such a track is labelled "nothing legible". Digits 1–9 change
places in half of the tracks, so that numbers nobody wears in the bank occur as well.
"""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.crops.jersey import JERSEY_DIMS, split_jersey
from sideline.errors import TrainingError
from sideline.match_sheet import KitColours, MatchSheet, Player, Team
from sideline.tensors import JERSEY_CROPS, NO_NUMBER, NUMBERS, Category
from sideline.tracking.jersey_votes import weigh_numbers
from sideline.training.appearance_bank import STAFF, AppearanceBank


@dataclass(frozen=True, slots=True, eq=False)
class JerseyTracks:
    """B tracks.

    Attributes:
        jersey_sequence: [B, 64, 133] f32, 0 where masked.
        jersey_mask: [B, 64] bool.
        numbers: [B] i64, 0–99, or 100: nothing legible.
        weights: [B, 101] what the roster says of each number when the team is known, see ``weigh_numbers``; digits that
            changed places are not followed.
    """

    jersey_sequence: Float32s
    jersey_mask: Bools
    numbers: Int64s
    weights: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class TrackDraw:
    """How tracks are made of bursts; see the defaults' meaning.

    Attributes:
        nameless: Share of tracks of people without a number, referees that is.
        illegible: Share of tracks of which only illegible crops are taken.
        foreign: Share of tracks with part of a burst of somebody else.
        digits_changed: Share of tracks whose digits change places.
    """

    nameless: float = 0.05
    illegible: float = 0.25
    foreign: float = 0.3
    digits_changed: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Wearer:
    bank: AppearanceBank
    person_id: int
    weights: Float64s


class JerseyTrackSampler:
    """Draws tracks from banks; every number that somebody wears is as likely as any other."""

    def __init__(self, banks: list[AppearanceBank], rng: np.random.Generator, draw: TrackDraw | None = None) -> None:
        """
        Raises:
            TrainingError: nobody in the banks wears a number.
        """
        self._rng, self._how = rng, draw or TrackDraw()
        wearers: dict[int, list[_Wearer]] = {}
        for bank in banks:
            sheet = _sheet_of(bank)
            for person_id in _people_of(bank):
                weights = weigh_numbers(sheet, np.eye(len(Category))[bank.categories[person_id]])
                wearer = _Wearer(bank, int(person_id), weights)
                wearers.setdefault(int(bank.numbers[person_id]), []).append(wearer)
        self._nameless = wearers.pop(NO_NUMBER, [])
        self._numbered = list(wearers.values())
        if not self._numbered:
            raise TrainingError("nobody in the appearance banks wears a number; make banks of whole matches")

    def draw(self, tracks: int) -> JerseyTracks:
        """Draw a batch."""
        wearers = [self._draw_wearer() for _ in range(tracks)]
        drawn = [self._draw_track(wearer) for wearer in wearers]
        sequence = np.zeros((tracks, JERSEY_CROPS, JERSEY_DIMS), np.float32)
        mask = np.arange(JERSEY_CROPS) < np.array([[len(crops)] for crops, _ in drawn])
        for row, (crops, _) in enumerate(drawn):
            sequence[row, : len(crops)] = crops
        numbers = np.array([number for _, number in drawn], np.int64)
        return JerseyTracks(sequence, mask, numbers, np.stack([wearer.weights for wearer in wearers]))

    def _draw_track(self, wearer: _Wearer) -> tuple[Float32s, int]:
        own = self._draw_own(wearer)
        worn = int(wearer.bank.numbers[wearer.person_id])
        number = worn if worn != NO_NUMBER and wearer.bank.legible[own].any() else NUMBERS
        rows = self._rng.permutation(np.concatenate([own, self._draw_foreign(wearer, len(own))]))
        crops = wearer.bank.jersey[rows]
        if self._rng.random() < self._how.digits_changed:
            return change_digits(crops, number, np.append(0, 1 + self._rng.permutation(9)))
        return crops, number

    def _draw_wearer(self) -> _Wearer:
        if self._nameless and self._rng.random() < self._how.nameless:
            return self._nameless[int(self._rng.integers(len(self._nameless)))]
        wearers = self._numbered[int(self._rng.integers(len(self._numbered)))]
        return wearers[int(self._rng.integers(len(wearers)))]

    def _draw_own(self, wearer: _Wearer) -> Int64s:
        """Rows of some of a person's bursts, thinned; at least one."""
        bursts = wearer.bank.bursts_of(wearer.person_id)
        count = int(self._rng.integers(1, len(bursts) + 1))
        chosen = [bursts[index] for index in self._rng.permutation(len(bursts))[:count]]
        rows = self._thin(np.concatenate(chosen))
        illegible = rows[~wearer.bank.legible[rows]]
        only_illegible = self._rng.random() < self._how.illegible and len(illegible)
        return (illegible if only_illegible else rows)[:JERSEY_CROPS]

    def _draw_foreign(self, wearer: _Wearer, own: int) -> Int64s:
        """Rows of part of somebody else's burst, not half as many as the person's own; mostly none."""
        others = _people_of(wearer.bank)
        others = others[others != wearer.person_id]
        room = min((own - 1) // 2, JERSEY_CROPS - own)
        if not len(others) or room < 1 or self._rng.random() >= self._how.foreign:
            return np.empty(0, np.int64)
        bursts = wearer.bank.bursts_of(int(self._rng.choice(others)))
        return self._thin(bursts[int(self._rng.integers(len(bursts)))])[:room]

    def _thin(self, rows: Int64s) -> Int64s:
        kept = self._rng.permutation(rows)[: int(self._rng.integers(1, len(rows) + 1))]
        return np.asarray(kept, np.int64)


def change_digits(crops: Float32s, number: int, places: Int64s) -> tuple[Float32s, int]:
    """What the encoder would have said had the digits been others.

    Args:
        crops: [T, 133].
        number: 0–99, or 100 for nothing legible.
        places: [10] the digit that each digit becomes, a permutation. 0 must stay 0, since "0" and "00" are one number.

    Returns:
        The crops, a copy, and the number with the digits changed.
    """
    tens, ones = np.divmod(np.arange(NUMBERS), 10)
    numbers = 10 * places[tens] + places[ones]
    changed = crops.copy()
    old, new = split_jersey(crops), split_jersey(changed)
    new.single_digit[:, places] = old.single_digit
    new.tens_digit[:, places] = old.tens_digit
    new.ones_digit[:, places] = old.ones_digit
    new.whole_number[:, numbers] = old.whole_number
    return changed, number if number == NUMBERS else int(numbers[number])


def _people_of(bank: AppearanceBank) -> Int64s:
    """Players and referees that the bank has crops of."""
    seen = np.unique(bank.person_ids)
    return np.asarray(seen[bank.categories[seen] != STAFF], np.int64)


def _sheet_of(bank: AppearanceBank) -> MatchSheet:
    """The match's sheet; kits do not matter here."""
    return MatchSheet(_team_of(bank, Category.HOME), _team_of(bank, Category.AWAY))


def _team_of(bank: AppearanceBank, category: Category) -> Team:
    numbers = bank.numbers[bank.categories == category].tolist()
    players = tuple(Player(number, str(number), str(number)) for number in numbers)
    return Team(KitColours((0, 0, 0), (0, 0, 0)), players)
