"""How right and how fast the identity resolver is over whole simulated matches, and what each of its parts brings.

Physics: nothing is rendered. The simulator plays a match, a tracker's view of it is drawn (`simulator/tracklets.py`:
where people meet, tracklets break and now and then swap; three of ten say a number, the rest has a team and looks),
and the resolver names every tracklet. Accuracy is the share of the players' tracked seconds that have the right
player. Its ceiling lies below 1: of two swapped tracklets each has one name and two owners.

Rows: the resolver as it is; the same without exclusivity (no clique constraint, no exclusion in the beliefs); both
without continuity of place, without presence on the floor, without either. Time and memory are of the first row.

    python -m benchmarks.identity --seed 501 --seconds 10800
"""

import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks.console import CONSOLE, Results, print_table, run_command
from benchmarks.record import RESULTS, Record, keep_record
from sideline.errors import BenchmarkError
from sideline.evaluation.identities import IdentityFigures, measure_identities
from sideline.identity.resolver import resolve
from sideline.identity.settings import ResolverSettings
from sideline.match_sheet import MatchSheet
from sideline.simulator.motion import simulate_motion
from sideline.simulator.people import People, make_people
from sideline.simulator.reported_looks import ReportQuality
from sideline.simulator.roster import roster_toml
from sideline.simulator.tracklets import TrackedMatch, TrackerQuality, track_match

_FPS: Final = 10.0
_JUDGING: Final = 900000
_RESOLVER: Final = ResolverSettings()
ABLATIONS: Final = {
    "resolver": _RESOLVER,
    "without exclusivity": replace(_RESOLVER, exclusive=False),
    "without continuity": replace(_RESOLVER, continuity=False),
    "without continuity and exclusivity": replace(_RESOLVER, continuity=False, exclusive=False),
    "without presence": replace(_RESOLVER, presence=False),
    "without presence and exclusivity": replace(_RESOLVER, presence=False, exclusive=False),
    "without all three": replace(_RESOLVER, continuity=False, presence=False, exclusive=False),
}


def main(
    seed: Annotated[int, typer.Option(help="Seed of the first match.")] = 501,
    matches: Annotated[int, typer.Option(min=1, help="Matches, of consecutive seeds.")] = 1,
    seconds: Annotated[float, typer.Option(min=60, help="Length of a match.")] = 10800.0,
    legible: Annotated[float, typer.Option(min=0, max=1, help="Share of players' tracklets with a number.")] = 0.3,
    noise: Annotated[float, typer.Option(min=0, help="Spread of one person's looks.")] = ReportQuality().noise_spread,
    gap_s: Annotated[float, typer.Option(min=0, help="Mean gap between tracklets.")] = TrackerQuality().gap_s,
    results: Results = RESULTS,
) -> None:
    """Name the tracklets of simulated matches and count the seconds that are right."""
    if seed + matches > _JUDGING:
        raise BenchmarkError(f"seeds from {_JUDGING} on are for judging only; take a smaller --seed")
    tracker, reports = TrackerQuality(gap_s=gap_s), ReportQuality(legible_share=legible, noise_spread=noise)
    rows: dict[str, list[IdentityFigures]] = {name: [] for name in ABLATIONS}
    spent_s, tracklets = [], []
    for people, tracked in play_matches(seed, matches, seconds, tracker, reports):
        sheet = MatchSheet.parse(roster_toml(people))
        started_s = time.perf_counter()
        resolve(tracked.tracklets, sheet)
        spent_s.append(time.perf_counter() - started_s)
        tracklets.append(len(tracked.tracklets))
        for name, settings in ABLATIONS.items():
            rows[name].append(measure_identities(resolve(tracked.tracklets, sheet, settings), people, tracked.truth))
    figures = summarise(rows, spent_s, tracklets)
    _print(rows)
    asked = {"seed": seed, "matches": matches, "seconds": seconds, **asdict(tracker), **asdict(reports)}
    keep_record(Record.now("identity", asked, figures), results)


def play_matches(
    seed: int, matches: int, seconds: float, tracker: TrackerQuality, reports: ReportQuality
) -> Iterator[tuple[People, TrackedMatch]]:
    """People of each match and what the tracker saw of it."""
    for each in range(seed, seed + matches):
        CONSOLE.print(f"match {each}: {seconds:.0f} s are played", highlight=False)
        rng = np.random.default_rng(each)
        people = make_people(rng)
        motion = simulate_motion(people, seconds, _FPS, rng)
        yield people, track_match(motion, people, rng, tracker, reports)


def summarise(rows: dict[str, list[IdentityFigures]], spent_s: list[float], tracklets: list[int]) -> dict[str, object]:
    """Means over the matches; time and memory are the worst."""
    accuracy = {name: float(np.mean([each.accuracy for each in row])) for name, row in rows.items()}
    whole = accuracy["resolver"]
    return {
        "tracklets": tracklets,
        "accuracy": {name: round(value, 4) for name, value in accuracy.items()},
        "points_above_without_exclusivity": round(100 * (whole - accuracy["without exclusivity"]), 2),
        "unknown": round(float(np.mean([each.unknown for each in rows["resolver"]])), 4),
        "mean_probability": round(float(np.mean([each.mean_probability for each in rows["resolver"]])), 4),
        "resolve_s": round(max(spent_s), 2),
        "peak_memory_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    }


def _print(rows: dict[str, list[IdentityFigures]]) -> None:
    table = [
        (name, *(float(np.mean([getattr(each, key) for each in row])) for key in ("accuracy", "unknown")))
        for name, row in rows.items()
    ]
    print_table("share of the players' seconds", ("", "right", "unknown"), table)


if __name__ == "__main__":
    run_command(main)
