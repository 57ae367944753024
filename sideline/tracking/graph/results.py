"""Writes down what a solved window says: track IDs, categories, numbers, and the book for the next window.

Knows who was joined with whom, not why.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tensors import JERSEY_CROPS, NO_NUMBER, NO_TRACK, Category
from sideline.tracking.graph.engines import ReadNumbers
from sideline.tracking.graph.frames import NO_WINDOWS, WindowResult
from sideline.tracking.graph.looks import Looks
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.specks import FilledGaps
from sideline.tracking.graph.tracklets import Tracklet
from sideline.tracking.graph.tracks import LastSeen, Track, TrackBook, fade_votes, forget_micro_tracks, forget_tracks
from sideline.tracking.jersey_votes import NumberVerdict, decide_number, weigh_numbers


def write_results(
    book: TrackBook, first_frame: int, seen: FilledGaps, read_numbers: ReadNumbers, settings: GraphSettings
) -> tuple[TrackBook, WindowResult]:
    """Number new tracks, add to old ones, read their numbers.

    Args:
        book: What was known before the window.
        first_frame: frame_index of the window's first frame.
        seen: Whom the window saw, and detections of nobody; at least one of either.
        read_numbers: The jersey classifier, or the baseline.
        settings: What is remembered, and how sure a number has to be.

    Returns:
        What is known after the window, and the answer.
    """
    ordered = sorted(seen.sightings, key=lambda each: each.seen[0].first_frame)
    tracks = _read_numbers(_extend_tracks(book, ordered), book, read_numbers, settings)
    result = _describe_window(ordered, tracks, seen.nobody)
    unseen = [track for track in book.tracks.values() if track.track_id not in set(result.solved_track_ids.tolist())]
    last_frame = int(result.window_frames[-1])
    columns = (result.window_micro_track_ids, result.window_track_ids, result.window_frames)
    rows = zip(*map(np.ndarray.tolist, columns), strict=True)
    latest = {micro: LastSeen(track, frame) for micro, track, frame in rows if track != NO_TRACK and micro > 0}
    known = {**forget_micro_tracks(book.micro_tracks, first_frame - settings.window_frames), **latest}
    ends = [replace(track, tracklet=track.tracklet.keep_end(settings.past_detections)) for track in tracks]
    after = replace(
        book,
        tracks=forget_tracks([*unseen, *ends], last_frame, settings),
        micro_tracks=known,
        next_track_id=max([book.next_track_id, *(1 + track.track_id for track in tracks)]),
    )
    return after, result


def describe_revisions(book: TrackBook, revisions: Sequence[tuple[int, int]]) -> WindowResult:
    """What is told of tracks that turned out to be others.

    Args:
        book: Knows the right ones.
        revisions: IDs given and right ones, NO_TRACK for nobody.
    """
    right = [book.tracks[track_id] for _, track_id in revisions if track_id != NO_TRACK]
    return replace(_describe_tracks(right), revised_track_ids=np.array(revisions, np.int64).reshape(-1, 2))


def _extend_tracks(book: TrackBook, sightings: Sequence[Sighting]) -> list[Track]:
    """The tracks of the sightings, in their order; whoever is new gets the next ID."""
    tracks, next_id = [], book.next_track_id
    for each in sightings:
        if each.track is None:
            tracks.append(Track(next_id, each.whole, each.votes, NumberVerdict(NO_NUMBER, 0.0)))
            next_id += 1
        else:
            votes = fade_votes(each.track.category_votes) + each.votes
            tracks.append(replace(each.track, tracklet=each.whole, category_votes=votes))
    return tracks


def _read_numbers(
    tracks: list[Track], book: TrackBook, read_numbers: ReadNumbers, settings: GraphSettings
) -> list[Track]:
    with_jersey = [row for row, track in enumerate(tracks) if len(track.tracklet.looks.jersey)]
    if not with_jersey:
        return tracks
    sequences, masks = zip(*(_pad_jersey(tracks[row].tracklet.looks) for row in with_jersey), strict=True)
    logits = read_numbers(np.stack(sequences), np.stack(masks))
    read = list(tracks)
    for row, scores in zip(with_jersey, logits, strict=True):
        weights = weigh_numbers(book.sheet, tracks[row].team_probabilities)
        number = decide_number(scores, weights, settings.least_number_probability)
        read[row] = replace(tracks[row], number=number)
    return read


def _pad_jersey(looks: Looks) -> tuple[Float32s, Bools]:
    sequence = np.zeros((JERSEY_CROPS, looks.jersey.shape[1]), np.float32)
    sequence[: len(looks.jersey)] = looks.jersey
    return sequence, np.arange(JERSEY_CROPS) < len(looks.jersey)


def _describe_window(
    sightings: Sequence[Sighting], tracks: Sequence[Track], nobody: Sequence[Tracklet]
) -> WindowResult:
    """The answer, detections by frame and micro-track."""
    rows = [(track.track_id, each) for person, track in zip(sightings, tracks, strict=True) for each in person.seen]
    rows += [(NO_TRACK, each) for each in nobody]
    frames = np.concatenate([each.frames for _, each in rows])
    micro_track_ids = np.concatenate([each.micro_track_ids for _, each in rows])
    track_ids = np.repeat([track_id for track_id, _ in rows], [len(each.frames) for _, each in rows]).astype(np.int64)
    order = np.lexsort((micro_track_ids, frames))
    return replace(
        _describe_tracks(tracks),
        window_frames=frames[order],
        window_micro_track_ids=micro_track_ids[order],
        window_track_ids=track_ids[order],
    )


def _describe_tracks(tracks: Sequence[Track]) -> WindowResult:
    return replace(
        NO_WINDOWS,
        solved_track_ids=np.array([track.track_id for track in tracks], np.int64),
        solved_team_probabilities=np.array([track.team_probabilities for track in tracks], np.float32).reshape(
            -1, len(Category)
        ),
        solved_jersey_numbers=np.array([track.number.number for track in tracks], np.int32),
        solved_jersey_probabilities=np.array([track.number.probability for track in tracks], np.float32),
    )
