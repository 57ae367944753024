"""Joins a window's tracklets to past tracks, and what is left to each other (NOOUGAT's autoregressive merge, 2025).

Knows tracks and tracklets; what becomes of the joined ones is for `results` to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.tracking.graph.hierarchy import GraphBuilder, choose_largest
from sideline.tracking.graph.linking import choose_links, follow_chains
from sideline.tracking.graph.scoring import Graph, GraphScorer
from sideline.tracking.graph.settings import PAST, GraphSettings
from sideline.tracking.graph.tracklets import Tracklet, join_tracklets
from sideline.tracking.graph.tracks import Track, weigh_votes


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One person, with what the window saw of them.

    Attributes:
        track: Who it is; None for somebody new.
        seen: The window's tracklets, in order of time; none of a track that the window did not see.
        votes: (3,) what the window says about the Category.
    """

    track: Track | None
    seen: tuple[Tracklet, ...]
    votes: Float64s

    @property
    def whole(self) -> Tracklet:
        """The past track with what was seen now."""
        return join_tracklets([*([] if self.track is None else [self.track.tracklet]), *self.seen])


def join_past(
    tracklets: Sequence[Tracklet],
    tracks: Sequence[Track],
    first_frame: int,
    settings: GraphSettings,
    builder: GraphBuilder,
    scorer: GraphScorer,
) -> list[Sighting]:
    """Say who the window's tracklets are.

    Args:
        tracklets: The window's, at least one; joined within the window already.
        tracks: Past tracks; all end before the window.
        first_frame: frame_index of the window's first frame.
        settings: How many rounds.
        builder, scorer: Make graphs and have them scored.

    Returns:
        Sightings, each tracklet in exactly one and each track in at most one.
    """
    people = [Sighting(track, (), np.zeros(3)) for track in tracks]
    people += [Sighting(None, (each,), np.zeros(3)) for each in tracklets]
    graph = _build(people, first_frame, builder)
    people = _join_round(_vote(people, graph.team_evidence), graph, scorer, has_votes=True)
    for _ in range(settings.past_rounds - 1):
        graph = _build(people, first_frame, builder)
        if graph.pair_mask.any():
            people = _join_round(people, graph, scorer, has_votes=False)
    return [each for each in people if each.seen]


def _build(people: Sequence[Sighting], first_frame: int, builder: GraphBuilder) -> Graph:
    is_new = np.array([each.track is None for each in people])
    return builder.build([each.whole for each in people], first_frame, PAST, is_new)


def _join_round(people: list[Sighting], graph: Graph, scorer: GraphScorer, *, has_votes: bool) -> list[Sighting]:
    """Join people who are one; in the round that has_votes, the engine's word on the Category counts."""
    rows = _choose_nodes(people, graph.pair_mask, scorer.most_nodes, all_new=has_votes)
    part = graph.select(rows)
    scores = scorer.score([part], PAST)[0]
    chosen = [people[row] for row in rows]
    if has_votes:
        chosen = _vote(chosen, scores.category_logits)
    links = choose_links(scores.pair_logits, part.pair_mask)
    joined = [_join([chosen[node] for node in chain]) for chain in follow_chains(len(chosen), links)]
    left = set(range(len(people))) - set(rows.tolist())
    return [*joined, *(people[row] for row in sorted(left))]


def _choose_nodes(people: Sequence[Sighting], mask: Bools, most: int, *, all_new: bool) -> Int64s:
    """Rows worth a place in the graph: new people, if need be the largest; then those who were seen last."""
    may_join = mask.any(axis=0) | mask.any(axis=1)
    new = np.array([row for row, each in enumerate(people) if each.track is None and (all_new or may_join[row])])
    new = new[choose_largest([people[row].whole for row in new], most)] if len(new) else new
    may_join = mask[:, new.astype(np.int64)].any(axis=1)
    old = [row for row, each in enumerate(people) if each.track is not None and may_join[row]]
    old.sort(key=lambda row: -people[row].whole.last_frame)
    return np.asarray(np.sort([*old[: most - len(new)], *new]), np.int64)


def _vote(people: Sequence[Sighting], logits: Float32s) -> list[Sighting]:
    """The new people with what logits (N,3) say about their Category."""
    crops = np.array([sum(each.looks.crops for each in person.seen) for person in people], np.int64)
    votes = weigh_votes(logits, crops)
    return [replace(each, votes=vote) if each.track is None else each for each, vote in zip(people, votes, strict=True)]


def _join(chain: Sequence[Sighting]) -> Sighting:
    seen = tuple(tracklet for each in chain for tracklet in each.seen)
    return Sighting(chain[0].track, seen, np.sum([each.votes for each in chain], axis=0))
