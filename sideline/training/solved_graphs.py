"""Graphs as the solver itself comes to them: with the tracklets and the past that its own mistakes have left.

Samples that are cut out of the truth show a tidier world than the served one: links beside the past were right in 99 of
100 cases there and in 93 on real detections. So a share of the samples is recorded while the network as it is solves
simulated matches (DAgger, Ross et al., AISTATS 2011).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.tracking.graph.engines import EncodeTracklets, GraphEngines, ScorePairs, read_no_numbers
from sideline.tracking.graph.scoring import Graph
from sideline.tracking.graph.settings import POINTS, GraphSettings
from sideline.tracking.graph.solve import solve_window
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.graph.tracks import TrackBook
from sideline.tracking.teams import TeamNaming
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_pieces import IMPURE, own_pieces
from sideline.training.graph_samples import UNKNOWN, GraphSample, find_successors
from sideline.training.sighted_matches import SightedMatch
from sideline.training.sighted_windows import PATH_STRIDES, close_windows, number_sightings
from sideline.training.sightings import FPS, NOBODY, Sightings

_PATH_A_SHARE: Final = 0.2
_SOLVED_S: Final = (15.0, 60.0)
"""Length of what is solved in one go, drawn: a long past is rarer than a short one when served, too."""
_POINTS_KEPT: Final = 0.05
"""A window has 120 blocks of level POINTS, and ten graphs of the other levels."""


class SolvedGraphs:
    """Solves one stretch of a match after the other and gives the graphs that came up, endlessly.

    Args:
        matches: What is seen of simulated matches.
        banks: How people look; any bank fits any match.
        rng: Source of all chance.
        scorers: Score pairs; one is drawn for each stretch. The network under training may be among them.
        encode_tracklets: The temporal encoder of path B; None for means over the crops.
    """

    def __init__(
        self,
        matches: Sequence[SightedMatch],
        banks: Sequence[BankCrops],
        rng: np.random.Generator,
        scorers: Sequence[ScorePairs],
        encode_tracklets: EncodeTracklets | None,
    ) -> None:
        self._matches, self._banks, self._rng = matches, banks, rng
        self._scorers, self._encode_tracklets = scorers, encode_tracklets
        self._left: list[GraphSample] = []

    def draw(self) -> GraphSample:
        """A graph with a pair at least."""
        while not self._left:
            self._left = self._solve()
            self._rng.shuffle(self._left)  # type: ignore[arg-type]  # a list of objects is shuffled in place
        return self._left.pop()

    def _solve(self) -> list[GraphSample]:
        match = self._matches[int(self._rng.integers(len(self._matches)))]
        crops = self._banks[int(self._rng.integers(len(self._banks)))]
        path = "a" if self._rng.random() < _PATH_A_SHARE else "b"
        frames = int(self._rng.uniform(*_SOLVED_S) * FPS)
        first = int(self._rng.integers(max(1, len(match.on_floor) - frames)))
        found = match.sightings.within(first, first + frames)
        found = found if path == "b" else number_sightings(found)
        scorer = self._scorers[int(self._rng.integers(len(self._scorers)))]
        engines = GraphEngines(scorer, read_no_numbers, self._encode_tracklets if path == "b" else None)
        settings = GraphSettings()
        recorder, book = _Recorder(found, self._rng), TrackBook(None, TeamNaming(None))
        for window in close_windows(found, crops, PATH_STRIDES[path], settings.window_frames, self._rng):
            book, _ = solve_window(book, window, engines, settings, recorder.watch)
        return recorder.samples


class _Recorder:
    """Labels the graphs that it is told of; keeps those that have something to learn from."""

    def __init__(self, found: Sightings, rng: np.random.Generator) -> None:
        self._rng = rng
        places = zip(found.frames.tolist(), found.micro_track_ids.tolist(), strict=True)
        self._person_at = dict(zip(places, found.persons.tolist(), strict=True))
        self.samples: list[GraphSample] = []

    def watch(self, tracklets: Sequence[Tracklet], graph: Graph, kind: int) -> None:
        """See `sideline.tracking.graph.hierarchy.WatchGraphs`."""
        if not graph.pair_mask.any() or (kind == POINTS and self._rng.random() > _POINTS_KEPT):
            return
        owners = self._find_owners(tracklets)
        starts = np.array([each.first_frame for each in tracklets])
        ends = np.array([each.last_frame for each in tracklets])
        successors = find_successors(owners, starts, ends, graph.pair_mask)
        certain = graph.pair_mask & _know_pairs(owners, successors)
        if certain.any():
            # Who is called home is for the naming of the stretch to say, not for the truth: categories stay unknown.
            categories = np.full(len(owners), UNKNOWN, np.int64)
            self.samples.append(GraphSample(graph, kind, successors, certain, categories))

    def _find_owners(self, tracklets: Sequence[Tracklet]) -> Int64s:
        persons = [
            self._person_at.get(place, NOBODY)
            for each in tracklets
            for place in zip(each.frames.tolist(), each.micro_track_ids.tolist(), strict=True)
        ]
        pieces = np.repeat(np.arange(len(tracklets)), [len(each.frames) for each in tracklets])
        return own_pieces(np.array(persons, np.int64), pieces)


def _know_pairs(owners: Int64s, successors: Bools) -> Bools:
    """Pairs [N, N] of which can be said whether they link: both pure, and not one person with somebody of theirs
    between, which would be no mistake."""
    pure = owners != IMPURE
    one = (owners[:, None] == owners[None]) & (owners >= 0)[:, None]
    return np.asarray(pure[:, None] & pure[None] & (successors | ~one), np.bool_)
