"""Tracks simulated sightings by the served solver, window after window, and measures HOTA."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from sideline.arrays import Int64s
from sideline.evaluation.metrics import STRICT_M, Hota, measure_hota
from sideline.evaluation.observations import Observations
from sideline.networks.graph_tracker import GraphTracker
from sideline.tensors import NO_TRACK
from sideline.tracking.graph.engines import EncodeTracklets, GraphEngines, ScorePairs, read_no_numbers
from sideline.tracking.graph.settings import PAST, POINTS, SHORT, WINDOW, GraphSettings
from sideline.tracking.graph.solve import solve_window
from sideline.tracking.graph.tracks import TrackBook
from sideline.tracking.teams import TeamNaming
from sideline.training.appearance_bank import load_banks
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_looks import load_tracklet_encoder
from sideline.training.graph_validation import measure_links, score_by_hand, score_by_network
from sideline.training.graph_windows import GraphSampler
from sideline.training.loop import load_averaged
from sideline.training.sighted_matches import SightedMatch, load_sighted_matches
from sideline.training.sighted_windows import PATH_STRIDES, close_windows, number_sightings
from sideline.training.sightings import FPS

_TRACKED_FRAMES: Final = 60 * FPS


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """HOTA with τ = 1 m of a match's tracks, and of the micro-tracks that path B begins with."""

    tracks: Hota
    micro_tracks: Hota


def measure_tracks(
    match: SightedMatch,
    crops: BankCrops,
    engines: GraphEngines,
    path: str,
    rng: np.random.Generator,
    settings: GraphSettings | None = None,
) -> TrackFigures:
    """Track a match.

    Args:
        match: What is seen.
        crops: How people look.
        engines: The network, or what stands in for it, and the temporal encoder; see `choose_engines`.
        path: "a", every detection a micro-track of its own, or "b".
        rng: Draws crops; the same state draws the same ones.
        settings: None for the served ones.
    """
    found = match.sightings if path == "b" else number_sightings(match.sightings)
    settings = settings or GraphSettings()
    book = TrackBook(None, TeamNaming(None))
    track_of: dict[tuple[int, int], int] = {}
    for window in close_windows(found, crops, PATH_STRIDES[path], settings.window_frames, rng):
        book, result = solve_window(book, window, engines, settings)
        places = zip(result.window_frames.tolist(), result.window_micro_track_ids.tolist(), strict=True)
        track_of.update(zip(places, result.window_track_ids.tolist(), strict=True))
    places = zip(found.frames.tolist(), found.micro_track_ids.tolist(), strict=True)
    tracks = np.array([track_of[place] for place in places], np.int64)
    return TrackFigures(_measure(match, tracks), _measure(match, match.sightings.micro_track_ids))


def _measure(match: SightedMatch, ids: Int64s) -> Hota:
    frames, people = np.nonzero(match.on_floor)
    truth = Observations(frames, people, match.truth_m[frames, people].astype(np.float64))
    found = Observations(match.sightings.frames, ids, match.sightings.points_m.astype(np.float64))
    return measure_hota(truth, found.select(ids != NO_TRACK), np.arange(len(match.on_floor)), STRICT_M)


def choose_engines(score_pairs: ScorePairs, encode_tracklets: EncodeTracklets | None = None) -> GraphEngines:
    """Engines around a scorer of pairs; no jersey classifier, since no figure here asks for a number."""
    return GraphEngines(score_pairs, read_no_numbers, encode_tracklets)


def compare_with_heuristic(
    checkpoint: Path, sightings: Path, banks: Path, temporal_encoder: Path, graphs: int, matches: int, path: str
) -> Iterator[str]:
    """A line a level and scorer with `measure_links`, then one a scorer with the mean of `measure_tracks`.

    Args:
        checkpoint: Of the graph tracker.
        sightings, banks: Folders.
        temporal_encoder: The engine of path B, ONNX; without it path B sums up crops like path A.
        graphs: Graphs of each level.
        matches: Matches that are tracked for a minute, each with the next bank. (In a longer time more people come on
            the floor than a bank has seen.)
        path: "a" or "b".
    """
    network = GraphTracker().eval()
    load_averaged(network, checkpoint)
    seen, crops = load_sighted_matches(sightings), [BankCrops.of(bank) for bank in load_banks(banks)]
    encoder = load_tracklet_encoder(temporal_encoder)
    scorers = {"network": score_by_network(network), "heuristic": score_by_hand}
    for level, name in product((POINTS, SHORT, WINDOW, PAST), scorers):
        sampler = GraphSampler(seen, crops, np.random.default_rng(0), encoder)
        figures = asdict(measure_links(sampler, scorers[name], level, graphs))
        yield f"level {level} {name:9} " + " ".join(f"{key} {value:.3f}" for key, value in figures.items())
    for name, scorer in scorers.items():
        engines = choose_engines(scorer, encoder if path == "b" else None)
        runs = [
            measure_tracks(
                match.until(_TRACKED_FRAMES), crops[row % len(crops)], engines, path, np.random.default_rng(row)
            )
            for row, match in enumerate(seen[:matches])
        ]
        if runs:
            yield f"path {path} {name:9} {_describe(runs)}"


def _describe(runs: list[TrackFigures]) -> str:
    hota, assa = (
        np.mean([[getattr(each, name) for each in (run.tracks, run.micro_tracks)] for run in runs], axis=0)
        for name in ("hota", "assa")
    )
    return f"hota_1m {hota[0]:.3f} assa {assa[0]:.3f} (micro-tracks {hota[1]:.3f}, {assa[1]:.3f}), {len(runs)} matches"
