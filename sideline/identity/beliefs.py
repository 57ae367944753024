"""How probable each person is for each tracklet, everything told together. Last column of every table: unknown.

Rounds of expectation maximisation between looks and identities; in each, sweeps in which tracklets tell each other:
continuations agree, tracklets of one time differ, and whoever was on the floor is likely to be there still: loopy
belief propagation (Murphy, Weiss & Jordan, UAI 1999).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from sideline.arrays import Float64s, Floats, Int64s
from sideline.identity.appearance import compress_looks, judge_looks
from sideline.identity.continuity import Links, find_links
from sideline.identity.evidence import read_numbers, read_teams, weigh_persons
from sideline.identity.overlaps import find_overlaps
from sideline.identity.persons import REFEREES, Person, categories_of
from sideline.identity.presence import judge_presence
from sideline.identity.settings import ResolverSettings
from sideline.identity.tracklets import Tracklets
from sideline.tensors import Category

_ON_COURT: Final = 5
_LEAST: Final = 1e-12
_SUREST: Final = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """Tables [N, P + 1] of everything that speaks for or against each person, as log-likelihoods or -odds.

    Attributes:
        probabilities: What they come to; rows sum to 1.
        prior, team, number, looks, links, presence, exclusion: The parts.
        continuations: Which tracklets may go on as which.
    """

    probabilities: Float64s
    prior: Float64s
    team: Float64s
    number: Float64s
    looks: Float64s
    links: Float64s
    presence: Float64s
    exclusion: Float64s
    continuations: Links


def weigh_evidence(tracklets: Tracklets, persons: tuple[Person, ...], settings: ResolverSettings) -> Beliefs:
    """Put everything together; see the module.

    Args:
        tracklets: N tracklets, checked.
        persons: P persons.
        settings: What is taken for granted.
    """
    shape = len(tracklets), len(persons) + 1
    prior = np.broadcast_to(weigh_persons(persons, settings), shape)
    team, number = read_teams(tracklets, persons), read_numbers(tracklets, persons, settings)
    looks = np.zeros(shape)
    sweeper = _Sweeper(tracklets, persons, settings)
    links = presence = exclusion = np.zeros(shape)
    compressed = None if tracklets.appearance is None else compress_looks(tracklets.appearance)
    beliefs = _normalise(prior + team + number)
    for _ in range(settings.rounds):
        if compressed is not None:
            looks = judge_looks(*compressed, beliefs, categories_of(persons))
        beliefs, links, presence, exclusion = sweeper.sweep(prior + team + number + looks, beliefs)
    return Beliefs(beliefs, prior, team, number, looks, links, presence, exclusion, sweeper.links)


class _Sweeper:
    """Lets tracklets tell each other who they are."""

    def __init__(self, tracklets: Tracklets, persons: tuple[Person, ...], settings: ResolverSettings) -> None:
        self._tracklets, self._settings = tracklets, settings
        self.links: Links = find_links(tracklets, settings.longest_gap_s if settings.continuity else -1.0)
        self._prior = np.exp(weigh_persons(persons, settings))
        self._at_once = np.array([person.at_once for person in persons], np.float64)
        self._shares = _expect_shares(persons)
        self._forward = self._backward = np.zeros((len(self.links.before), len(persons) + 1))
        pairs = find_overlaps(tracklets.first_s, tracklets.last_s, settings.overlap_s if settings.exclusive else np.inf)
        self._one, self._other = pairs
        self._to_one = self._to_other = np.zeros((len(self._one), len(persons)), np.float32)

    def sweep(self, evidence: Float64s, beliefs: Float64s) -> tuple[Float64s, Float64s, Float64s, Float64s]:
        """Probabilities, and the parts that other tracklets added: links, presence, exclusion."""
        presence = self._judge_presence(beliefs)
        links = exclusion = np.zeros_like(evidence)
        for _ in range(self._settings.sweeps):
            links, exclusion = self._agree(beliefs), self._exclude(beliefs)
            beliefs = _normalise(evidence + links + presence + exclusion)
        return beliefs, links, presence, exclusion

    def _judge_presence(self, beliefs: Float64s) -> Float64s:
        table = np.zeros_like(beliefs)
        if not self._settings.presence:
            return table
        table[:, :-1] = judge_presence(self._tracklets, beliefs[:, :-1], self._shares, self._settings)
        table[:, :-1][:, self._at_once > 1] = 0.0
        return table

    def _agree(self, beliefs: Float64s) -> Float64s:
        """Each end of a link tells the other who it is, leaving out what it has heard from there."""
        before, after, sure = self.links.before, self.links.after, self.links.probabilities[:, None]
        to_after = np.log(1 - sure + sure * _leave_out(beliefs[before], self._backward) / self._prior)
        to_before = np.log(1 - sure + sure * _leave_out(beliefs[after], self._forward) / self._prior)
        self._forward, self._backward = _damp(self._forward, to_after), _damp(self._backward, to_before)
        return _gather(self._forward, after, len(beliefs)) + _gather(self._backward, before, len(beliefs))

    def _exclude(self, beliefs: Float64s) -> Float64s:
        """Tracklets of one time tell each other who they are not, leaving out what they have heard from there."""
        table = np.zeros_like(beliefs)
        if not len(self._one):
            return table
        to_other = self._deny(beliefs[self._one], self._to_one)
        to_one = self._deny(beliefs[self._other], self._to_other)
        self._to_one, self._to_other = _damp(self._to_one, to_one), _damp(self._to_other, to_other)
        known = _gather(self._to_one, self._one, len(beliefs)) + _gather(self._to_other, self._other, len(beliefs))
        table[:, :-1] = known
        return table

    def _deny(self, sender: Float64s, heard: Floats) -> Floats:
        own = _leave_out(sender, np.pad(heard, ((0, 0), (0, 1))))[:, :-1]
        return np.asarray(np.log1p(-np.minimum(own, _SUREST) / self._at_once), np.float32)


def _leave_out(sender: Floats, heard: Floats) -> Floats:
    """[E, P + 1] what each sender believes without what it has heard from the receiver."""
    own = sender * np.exp(-heard)
    return np.asarray(own / own.sum(axis=1, keepdims=True))


def _damp(old: Floats, new: Floats) -> Floats:
    """Half the way: messages that go round in circles settle."""
    return np.asarray(0.5 * (old + new))


def _gather(messages: Floats, receivers: Int64s, count: int) -> Float64s:
    """[N, columns] sum of the messages that each tracklet got."""
    places = receivers, np.arange(len(receivers))
    return np.asarray(csr_array((np.ones(len(receivers)), places), (count, len(receivers))) @ messages)


def _expect_shares(persons: tuple[Person, ...]) -> Float64s:
    """[P] share of the match that each is on the floor."""
    categories = categories_of(persons)
    squads = np.bincount(categories, minlength=len(Category))[categories]
    shares = np.where(categories == Category.REFEREE, 0.95, _ON_COURT / np.maximum(squads, REFEREES))
    return np.asarray(np.clip(shares, 0.05, 0.95))


def _normalise(logs: Float64s) -> Float64s:
    shifted = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(np.maximum(shifted / shifted.sum(axis=1, keepdims=True), _LEAST))
