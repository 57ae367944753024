"""Solves a closed window with the engines, or without them when they fail. Changes nothing: a book in, a book out."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from math import inf

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s
from sideline.tensors import NO_TRACK
from sideline.tracking.graph.engines import GraphEngines, ReadNumbers
from sideline.tracking.graph.frames import WindowResult, join_results
from sideline.tracking.graph.ghosts import split_ghosts
from sideline.tracking.graph.hierarchy import GraphBuilder, WatchGraphs, join_level
from sideline.tracking.graph.past import Sighting, join_past
from sideline.tracking.graph.results import describe_revisions, write_results
from sideline.tracking.graph.reunion import reunite
from sideline.tracking.graph.scoring import GraphScorer
from sideline.tracking.graph.settings import POINTS, GraphSettings
from sideline.tracking.graph.specks import FilledGaps, fill_gaps, split_specks
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.graph.tracks import Track, TrackBook, find_passing, weigh_votes
from sideline.tracking.graph.window import ClosedWindow, WindowRows, make_pieces, make_tracklets, split_by
from sideline.tracking.jersey_votes import expect_numbers, sum_votes


def solve_window(
    book: TrackBook,
    window: ClosedWindow,
    engines: GraphEngines,
    settings: GraphSettings,
    watch: WatchGraphs | None = None,
) -> tuple[TrackBook, WindowResult]:
    """Cut the window's micro-tracks, join the pieces with each other and with past tracks.

    Args:
        book: What is known before the window; left as it is.
        window: The detections and crops.
        engines: Their errors are passed on.
        settings: As given.
        watch: Is told of every graph.

    Returns:
        What is known afterwards, and who is who in the window.
    """
    if not settings.levels:
        return keep_micro_tracks(book, window, settings, engines.read_numbers, settings.fewest_detections)
    rows, specks = window.gather().split()
    book = _observe_teams(book, rows)
    builder = GraphBuilder(book.naming.evidence, settings.fps, expect_numbers(book.sheet), watch)
    scorer = GraphScorer(engines.score_pairs, settings.node_buckets, settings.largest_batch_pairs)
    book, reunions = reunite(book, window.first_frame, settings, builder, scorer)
    results = [describe_revisions(book, reunions)]
    pieces = make_pieces(rows, settings.cuts, engines.encode_tracklets)
    for level in settings.levels:
        pieces, small = split_specks(pieces, settings.fewest_detections if level.kind > POINTS else 0)
        pieces = join_level(pieces, window.first_frame, level, builder, scorer)
        specks += small
    tracks = [each for each in book.tracks.values() if each.tracklet.detections >= settings.fewest_detections]
    sightings = join_past(pieces, tracks, window.first_frame, settings, builder, scorer) if pieces else []
    sightings, ghosts = split_ghosts(sightings, settings, engines.score_persistence)
    filled = fill_gaps(sightings, book.tracks.values(), specks + ghosts, settings.fps)
    after, result = write_results(book, window.first_frame, filled, engines.read_numbers, settings)
    forgotten = [track for track_id, track in book.tracks.items() if track_id not in after.tracks]
    results += [result, describe_revisions(after, _dismiss(forgotten, inf, settings))]
    if window.is_last:
        after, reunions = reunite(after, window.first_frame + settings.window_frames, settings, builder, scorer)
        passing = _dismiss(after.tracks.values(), window.first_frame, settings)
        results.append(describe_revisions(after, reunions + passing))
    return after, join_results(results)


def keep_micro_tracks(
    book: TrackBook,
    window: ClosedWindow,
    settings: GraphSettings,
    read_numbers: ReadNumbers | None = None,
    fewest_detections: int = 0,
) -> tuple[TrackBook, WindowResult]:
    """The answer when there is no solution: every micro-track is a track, known ones keep theirs; nobody is joined.

    Args and returns as `solve_window`, and:
        read_numbers: The jersey classifier; None for the summed log-likelihoods.
        fewest_detections: A micro-track that is not known and has fewer is nobody.
    """
    rows, loose = window.gather().split()
    book = _observe_teams(book, rows)
    _, micro_tracks = np.unique(rows.micro_track_ids, return_inverse=True)
    members = split_by(micro_tracks)
    looks = [rows.crops.sum_up(crops) for crops in split_by(micro_tracks[rows.crop_rows], len(members))]
    kept = FilledGaps([], loose)
    taken: set[int] = set()
    for each in make_tracklets(rows, members, looks):
        track = _find_track(book, each, taken)
        if track is None and each.detections < fewest_detections:
            kept.nobody.append(each)
            continue
        kept.sightings.append(Sighting(track, (each,), _vote_by_kit(book, each)))
        taken.update([] if track is None else [track.track_id])
    return write_results(book, window.first_frame, kept, read_numbers or _sum_votes, settings)


def _dismiss(tracks: Iterable[Track], unseen_from: float, settings: GraphSettings) -> list[tuple[int, int]]:
    """Revisions: who was seen for a short time and no more was nobody."""
    return [(track_id, NO_TRACK) for track_id in find_passing(tracks, unseen_from, settings)]


def _observe_teams(book: TrackBook, rows: WindowRows) -> TrackBook:
    naming = deepcopy(book.naming)
    naming.observe(rows.crops.team)
    return replace(book, naming=naming)


def _find_track(book: TrackBook, tracklet: Tracklet, taken: set[int]) -> Track | None:
    last = book.micro_tracks.get(int(tracklet.micro_track_ids[0]))
    if last is None or last.track_id in taken:
        return None
    return book.tracks.get(last.track_id)


def _vote_by_kit(book: TrackBook, tracklet: Tracklet) -> Float64s:
    looks = tracklet.looks
    return np.asarray(weigh_votes(book.naming.evidence(looks.team)[None], np.array([looks.crops]))[0], np.float64)


def _sum_votes(jersey: Float32s, mask: Bools) -> Float32s:
    return np.stack([sum_votes(each, seen) for each, seen in zip(jersey, mask, strict=True)]).astype(np.float32)
