"""What a tracker's networks would say about tracklets of a simulated match: team, number, looks, with their errors.

The errors are drawn as large as the committed engines' were measured to be; knows no place and no picture.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.simulator.people import People, Person
from sideline.tensors import APPEARANCE_DIMS, NO_NUMBER, NUMBERS, Category

if TYPE_CHECKING:
    from sideline.simulator.tracklets import Stretches

_CATEGORY: Final = {"home": Category.HOME, "away": Category.AWAY, "referee": Category.REFEREE}
_ROLE_ERROR: Final = 0.006
"""Player taken for referee or the other way round: model_repository/temporal_encoder/CARD.md, 99.4 % right."""


@dataclass(frozen=True, slots=True)
class ReportQuality:
    """How right the networks are about a tracklet.

    The spreads make the mean of a person's looks, from three tracklets, right about a fourth one among team-mates
    in six cases of ten; bursts of crops, encoded by the committed crop encoder, are right in seven of ten.

    Attributes:
        legible_share: Share of the players' tracklets whose number is read at all.
        number_accuracy: Mean probability of a number that is read; it is right so often.
        team_accuracy: Mean probability of the team; it is right so often.
        person_spread: Standard deviation of the leading component of looks between team-mates.
        noise_spread: The same between tracklets of one person.
        person_decay, noise_decay: Factor from each component to the next.
    """

    legible_share: float = 0.3
    number_accuracy: float = 0.92
    team_accuracy: float = 0.91
    person_spread: float = 0.33
    noise_spread: float = 0.26
    person_decay: float = 0.83
    noise_decay: float = 0.92


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """What is said of N tracklets, as in ``sideline.identity.tracklets``."""

    team_probabilities: Float64s
    numbers: Int64s
    number_probabilities: Float64s
    appearance: Float64s


def report_people(
    people: People, truth: "Stretches", rng: np.random.Generator, quality: ReportQuality | None = None
) -> Reports:
    """Draw what is said of each tracklet; team and number are those of the person it held longest, looks are mixed."""
    quality = quality or ReportQuality()
    shares = _shares(truth, len(people.persons))
    owners = shares.argmax(axis=1)
    looks = draw_looks(people, quality, rng)
    numbers, sure = _read_numbers([people.persons[owner] for owner in owners], quality, rng)
    noise = rng.normal(size=(len(owners), APPEARANCE_DIMS)) * _spectrum(quality.noise_spread, quality.noise_decay)
    seen = shares @ looks + noise
    categories = np.array([_CATEGORY.get(person.category, Category.REFEREE) for person in people.persons])
    return Reports(
        team_probabilities=_read_teams(categories[owners], quality, rng),
        numbers=numbers,
        number_probabilities=sure,
        appearance=seen / np.linalg.norm(seen, axis=1, keepdims=True),
    )


def draw_looks(people: People, quality: ReportQuality, rng: np.random.Generator) -> Float64s:
    """[P, D] how each person looks on average: what a team or the officials share, and what is their own."""
    shared = {name: rng.normal(size=APPEARANCE_DIMS) for name in ("home", "away", "referee", "bench")}
    own = rng.normal(size=(len(people.persons), APPEARANCE_DIMS)) * _spectrum(
        quality.person_spread, quality.person_decay
    )
    centres = np.array([shared[person.category] for person in people.persons])
    return np.asarray(0.8 * centres / np.linalg.norm(centres, axis=1, keepdims=True) + own)


def _spectrum(leading: float, decay: float) -> Float64s:
    return np.asarray(leading * decay ** np.arange(APPEARANCE_DIMS))


def _shares(truth: "Stretches", persons: int) -> Float64s:
    """[N, P] share of each tracklet's time that each person had."""
    count = int(truth.tracklets.max(initial=-1)) + 1
    seconds = np.zeros((count, persons))
    np.add.at(seconds, (truth.tracklets, truth.persons), truth.durations_s)
    return np.asarray(seconds / np.maximum(seconds.sum(axis=1, keepdims=True), 1e-9))


def _read_numbers(owners: list[Person], quality: ReportQuality, rng: np.random.Generator) -> tuple[Int64s, Float64s]:
    """Numbers with their probabilities, which are honest: a number said with 0.9 is right nine times of ten."""
    spread = 1.0 - quality.number_accuracy
    sure = rng.uniform(quality.number_accuracy - spread, 1.0, len(owners))
    true = np.array([int(person.number) if person.number else NO_NUMBER for person in owners], np.int64)
    read = (rng.random(len(owners)) < quality.legible_share) & (true != NO_NUMBER)
    wrong = (true + rng.integers(1, NUMBERS, len(owners))) % NUMBERS
    said = np.where(rng.random(len(owners)) < sure, true, wrong)
    return np.where(read, said, NO_NUMBER), np.where(read, sure, 0.0)


def _read_teams(true: Int64s, quality: ReportQuality, rng: np.random.Generator) -> Float64s:
    """[N, 3] honest probabilities."""
    spread = 1.0 - quality.team_accuracy
    sure = rng.uniform(quality.team_accuracy - spread, 1.0, len(true))
    is_referee = true == Category.REFEREE
    said = np.where(rng.random(len(true)) < sure, true, 1 - true)
    said = np.where(is_referee, Category.REFEREE, said)
    is_taken = rng.random(len(true)) < _ROLE_ERROR
    said = np.where(is_taken, np.where(is_referee, rng.integers(0, 2, len(true)), Category.REFEREE), said)
    table = np.full((len(true), len(Category)), _ROLE_ERROR)
    rows, is_player = np.arange(len(true)), said != Category.REFEREE
    table[rows, said] = np.where(is_player, sure * (1 - _ROLE_ERROR), 1 - 2 * _ROLE_ERROR)
    table[rows[is_player], 1 - said[is_player]] = (1 - sure[is_player]) * (1 - _ROLE_ERROR)
    return np.asarray(table / table.sum(axis=1, keepdims=True))
