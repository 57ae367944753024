"""How probable each person is for each tracklet, everything told together. Last column of every table: unknown.

Rounds of expectation maximisation between looks and identities; in each, sweeps in which tracklets tell each other:
continuations agree, tracklets of one time differ, and whoever was on the floor is likely to be there still. Messages
along links as in belief propagation, exclusion as in mean-field inference (Wainwright & Jordan, 2008).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from sideline.arrays import Float64s
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
        self._overlaps: csr_array = find_overlaps(tracklets.first_s, tracklets.last_s, settings.overlap_s)
        self.links: Links = find_links(tracklets, settings.longest_gap_s)
        self._prior = np.exp(weigh_persons(persons, settings))
        self._at_once = np.array([person.at_once for person in persons], np.float64)
        self._shares = _expect_shares(persons)
        edges = len(self.links.before)
        self._forward = self._backward = np.zeros((edges, len(persons) + 1))

    def sweep(self, evidence: Float64s, beliefs: Float64s) -> tuple[Float64s, Float64s, Float64s, Float64s]:
        """Probabilities, and the parts that other tracklets added: links, presence, exclusion."""
        presence = self._judge_presence(beliefs)
        links = exclusion = np.zeros_like(evidence)
        for _ in range(self._settings.sweeps):
            links = self._pass_messages(beliefs)
            if self._settings.exclusive:
                exclusion = self._exclude(beliefs)
            beliefs = np.sqrt(beliefs * _normalise(evidence + links + presence + exclusion))
            beliefs /= beliefs.sum(axis=1, keepdims=True)
        return beliefs, links, presence, exclusion

    def _judge_presence(self, beliefs: Float64s) -> Float64s:
        table = np.zeros_like(beliefs)
        table[:, :-1] = judge_presence(self._tracklets, beliefs[:, :-1], self._shares, self._settings)
        table[:, :-1][:, self._at_once > 1] = 0.0
        return table

    def _pass_messages(self, beliefs: Float64s) -> Float64s:
        """Each end of a link tells the other who it is, leaving out what it has heard from there."""
        before, after, sure = self.links.before, self.links.after, self.links.probabilities[:, None]
        to_after = _tell(beliefs[before], self._backward, sure, self._prior)
        to_before = _tell(beliefs[after], self._forward, sure, self._prior)
        self._forward, self._backward = to_after, to_before
        table = np.zeros_like(beliefs)
        np.add.at(table, after, to_after)
        np.add.at(table, before, to_before)
        return table

    def _exclude(self, beliefs: Float64s) -> Float64s:
        """Who is in a tracklet of the same time is not in this one."""
        others = np.log1p(-np.minimum(beliefs[:, :-1], 0.99) / self._at_once)
        table = np.zeros_like(beliefs)
        table[:, :-1] = self._overlaps @ others
        return table


def _tell(sender: Float64s, heard: Float64s, sure: Float64s, prior: Float64s) -> Float64s:
    """Log-message [E, P + 1] along links that hold with probability `sure` [E, 1]."""
    own = sender * np.exp(-heard)
    own /= own.sum(axis=1, keepdims=True)
    return np.asarray(np.log(1 - sure + sure * own / prior))


def _expect_shares(persons: tuple[Person, ...]) -> Float64s:
    """[P] share of the match that each is on the floor."""
    categories = categories_of(persons)
    squads = np.bincount(categories, minlength=len(Category))[categories]
    shares = np.where(categories == Category.REFEREE, 0.95, _ON_COURT / np.maximum(squads, REFEREES))
    return np.asarray(np.clip(shares, 0.05, 0.95))


def _normalise(logs: Float64s) -> Float64s:
    shifted = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(np.maximum(shifted / shifted.sum(axis=1, keepdims=True), _LEAST))
