"""How good encodings are: told from appearance banks of validation matches, so whichever encoder wrote them."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float64s, Int64s
from sideline.crops.jersey import NOTHING, number_log_probabilities, split_jersey
from sideline.crops.kit import REFEREE, split_team
from sideline.tensors import NO_NUMBER, NUMBERS, Category
from sideline.training.appearance_bank import STAFF, AppearanceBank


@dataclass(frozen=True, slots=True)
class EncoderScores:
    """What an encoder reaches on banks; shares in [0, 1].

    Attributes:
        crops: How many encodings were judged.
        retrieval: Of pairs of an encoding and another burst with the same person, those in which the nearest
            appearance of that burst is that person's.
        retrieval_in_team: The same among people of the person's own category alone.
        legibility: Whether a number can be read is said rightly, among players.
        legibility_precision, legibility_recall: Of the crops said to be legible, and of those that are.
        number: The likeliest number is right where one can be read.
        number_when_read: The likeliest number is right where the encoder says that one can be read.
        category: Player or referee is said rightly.
        shirt_error, shorts_error: Median distance of colours in CIELAB (ΔE 1976) from the kit as worn.
    """

    crops: int
    retrieval: float
    retrieval_in_team: float
    legibility: float
    legibility_precision: float
    legibility_recall: float
    number: float
    number_when_read: float
    category: float
    shirt_error: float
    shorts_error: float


def score_banks(banks: list[AppearanceBank]) -> EncoderScores:
    """Judge the encodings of some matches, all taken together."""
    number_right, said, legible = (np.concatenate(parts) for parts in zip(*map(_read, banks), strict=True))
    errors = np.concatenate([_colour_errors(bank) for bank in banks])
    return EncoderScores(
        crops=sum(len(bank.frames) for bank in banks),
        retrieval=_share([retrieve(bank, in_team=False) for bank in banks]),
        retrieval_in_team=_share([retrieve(bank, in_team=True) for bank in banks]),
        legibility=_mean(said == legible),
        legibility_precision=_mean(legible[said]),
        legibility_recall=_mean(said[legible]),
        number=_mean(number_right[legible]),
        number_when_read=_mean(number_right[said]),
        category=_share([_categories_right(bank) for bank in banks]),
        shirt_error=float(np.median(errors[:, 0])),
        shorts_error=float(np.median(errors[:, 1])),
    )


def retrieve(bank: AppearanceBank, *, in_team: bool) -> Bools:
    """Whether the nearest appearance of another burst is the same person's; one entry an encoding and such a burst."""
    similarity = (bank.appearance @ bank.appearance.T).astype(np.float64)
    if in_team:
        category = bank.categories[bank.person_ids]
        similarity[category[:, None] != category[None]] = -np.inf
    bursts = bank.bursts
    found = [_retrieve_between(bank, bursts, similarity, b) for b in np.unique(bursts)]
    return np.concatenate(found)


def _retrieve_between(bank: AppearanceBank, bursts: Int64s, similarity: Float64s, burst: int) -> Bools:
    """Everybody of the other bursts who is in this one, too."""
    gallery = np.flatnonzero(bursts == burst)
    people = bank.person_ids[gallery]
    queries = np.flatnonzero((bursts != burst) & np.isin(bank.person_ids, people))
    nearest = people[similarity[np.ix_(queries, gallery)].argmax(axis=1)]
    return np.asarray(nearest == bank.person_ids[queries], np.bool_)


def _read(bank: AppearanceBank) -> tuple[Bools, Bools, Bools]:
    """Of every player's encoding: whether the number is right, is said to be legible, is legible."""
    players = np.flatnonzero(bank.numbers[bank.person_ids] != NO_NUMBER)
    jersey = bank.jersey[players]
    likeliest = number_log_probabilities(jersey)[:, :NUMBERS].argmax(axis=1)
    said = split_jersey(jersey).legibility.argmax(axis=1) != NOTHING
    return likeliest == bank.numbers[bank.person_ids[players]], said, bank.legible[players]


def _categories_right(bank: AppearanceBank) -> Bools:
    category = bank.categories[bank.person_ids]
    said = split_team(bank.team).category.argmax(axis=1) == REFEREE
    return np.asarray((said == (category == Category.REFEREE))[category != STAFF], np.bool_)


def _colour_errors(bank: AppearanceBank) -> Float64s:
    """[players and referees, 2] distance of shirt and shorts from the kit as worn, units of CIELAB."""
    category = bank.categories[bank.person_ids]
    kept = category != STAFF
    parts, kits = split_team(bank.team[kept]), bank.kits[category[kept]]
    said = np.stack([parts.shirt_lab, parts.shorts_lab], axis=1).astype(np.float64)
    return np.asarray(100 * np.linalg.norm(said - kits.reshape(-1, 2, 3), axis=2), np.float64)


def _share(parts: list[Bools]) -> float:
    return _mean(np.concatenate(parts))


def _mean(values: Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")
