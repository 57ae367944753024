"""Who played, summed up over the tracks of a match: by identity where it is known, else by team and number."""

from dataclasses import dataclass

from sideline.matches.layout import Kind
from sideline.matches.reader import MatchStore


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One person, or those of a category whose number is not known.

    Attributes:
        person: Global ID; empty before ``sideline resolve``.
        name: As on the roster.
        category: "home", "away", "A", "B" or "referee"; of somebody unknown the likeliest.
        number: 0–99, -1 for none.
        tracks: Tracks that are this person.
        seconds: Sum of their lengths.
        probability: Mean of the identity's probability over these seconds; None before ``sideline resolve``.
    """

    person: str
    name: str
    category: str
    number: int
    tracks: int
    seconds: float
    probability: float | None


def sum_up_people(reader: MatchStore, match: str) -> list[PersonSummary]:
    """Everybody in a match, by category and number."""
    tracks = reader.read(match, Kind.TRACKS).to_pylist()
    known = {row["track_id"]: row for row in reader.read(match, Kind.IDENTITIES).to_pylist()}
    groups: dict[tuple[str, str, str, int], list[tuple[float, float | None]]] = {}
    for row in tracks:
        said = known.get(row["track_id"])
        key = _key(row if said is None else said, said)
        seconds = (row["last_captured_at_ns"] - row["first_captured_at_ns"]) / 1e9
        groups.setdefault(key, []).append((seconds, None if said is None else said["probability"]))
    return [_sum_up(key, spans) for key, spans in sorted(groups.items(), key=lambda group: (group[0][2:], group[0]))]


def _key(row: dict[str, object], said: dict[str, object] | None) -> tuple[str, str, str, int]:
    number = int(str(row["jersey_number"]))
    if said is None:
        return "", "", str(row["category"]), number
    return str(said["global_id"]), str(said["name"]), str(row["category"]), number


def _sum_up(key: tuple[str, str, str, int], spans: list[tuple[float, float | None]]) -> PersonSummary:
    person, name, category, number = key
    total = sum(seconds for seconds, _ in spans)
    weighed = sum(seconds * (sure or 0.0) for seconds, sure in spans)
    is_resolved = all(sure is not None for _, sure in spans)
    return PersonSummary(
        person, name, category, number, len(spans), total, weighed / max(total, 1e-9) if is_resolved else None
    )
