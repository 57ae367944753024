"""Why somebody was chosen, in words: the parts of the evidence that set the person apart from the next likely one."""

from collections import defaultdict
from typing import Final

import numpy as np

from sideline.identity.persons import REFEREE_ID, UNKNOWN_ID
from sideline.identity.resolver import Identities
from sideline.identity.solvers import NOBODY
from sideline.tensors import NO_NUMBER

_WORTH_SAYING: Final = 0.7
"""Log-likelihood ratio, nats: the person twice as likely as the next one."""
_PARTS: Final = ("number", "links", "looks", "exclusion", "presence", "team")
_LIKELY_LINK: Final = 0.5


def explain(identities: Identities) -> list[str]:
    """One sentence without its full stop for each tracklet."""
    neighbours = _find_neighbours(identities)
    return [_explain(identities, row, neighbours[row]) for row in range(len(identities.tracklets))]


def _explain(identities: Identities, row: int, neighbours: list[int]) -> str:
    chosen, shares = int(identities.chosen[row]), identities.beliefs.probabilities[row]
    if chosen == NOBODY:
        return _explain_unknown(identities, row)
    rivals = np.where(np.arange(len(shares)) == chosen, -1.0, shares)
    rival = int(rivals.argmax())
    gains = {part: _gain(identities, part, row, chosen, rival) for part in _PARTS}
    if _was_read(identities, row, chosen):
        gains["number"] = np.inf
    told = [part for part in sorted(gains, key=lambda part: -gains[part]) if gains[part] > _WORTH_SAYING]
    phrases = [_phrase(identities, part, row, rival, neighbours) for part in told]
    return "; ".join(filter(None, phrases)) or f"little: {_name(identities, rival)} is nearly as likely"


def _gain(identities: Identities, part: str, row: int, chosen: int, rival: int) -> float:
    table = getattr(identities.beliefs, part)
    return float(table[row, chosen] - table[row, rival])


def _was_read(identities: Identities, row: int, chosen: int) -> bool:
    """Whether the number that was read is the person's: worth saying even where the next likely one wears it, too."""
    number, read = identities.persons[chosen].number, identities.tracklets.numbers
    return number != NO_NUMBER and read is not None and int(read[row]) == number


def _explain_unknown(identities: Identities, row: int) -> str:
    shares = identities.beliefs.probabilities[row]
    best = int(shares.argmax())
    if best == len(identities.persons):
        return "fits none of the people known"
    first, second = np.argsort(-shares, kind="stable")[:2].tolist()
    taken = f"{_name(identities, first)} {shares[first]:.2f}, {_name(identities, second)} {shares[second]:.2f}"
    return f"nobody is probable enough, or they are in another track at that time: {taken}"


def _phrase(identities: Identities, part: str, row: int, rival: int, neighbours: list[int]) -> str:
    tracklets, chosen = identities.tracklets, int(identities.chosen[row])
    person = identities.persons[chosen]
    if part == "number":
        read = NO_NUMBER if tracklets.numbers is None else int(tracklets.numbers[row])
        return f"number {read} was read"
    if part == "links":
        same = [str(tracklets.ids[other]) for other in neighbours if identities.chosen[other] == chosen]
        return f"goes on from or to track {', '.join(same)}" if same else "tracks beside it in time and place"
    return {
        "looks": f"looks like {'the officials' if person.global_id == REFEREE_ID else person.global_id}",
        "exclusion": f"{_name(identities, rival)} is in another track at that time",
        "presence": "was on the floor before or after",
        "team": f"wears the kit of {person.category.name.lower()}",
    }[part]


def _name(identities: Identities, column: int) -> str:
    return UNKNOWN_ID if column == len(identities.persons) else identities.persons[column].global_id


def _find_neighbours(identities: Identities) -> defaultdict[int, list[int]]:
    """By tracklet, those that it is likely to continue or to be continued by."""
    links, found = identities.beliefs.continuations, defaultdict[int, list[int]](list)
    for edge in np.flatnonzero(links.probabilities >= _LIKELY_LINK).tolist():
        before, after = int(links.before[edge]), int(links.after[edge])
        found[before].append(after)
        found[after].append(before)
    return found
