"""Turns live answers into final ones: a frame waits until the window that holds it is solved, then goes on.

Windows are solved in the order of their frames, so when one comes, every frame up to its last one is settled. Only
revisions change something later: a track turns out to be an earlier one or nobody, and the last word says so. What
waits is bounded: pictures are dropped at once, and beyond ``HELD_FRAMES`` the oldest frame goes on with what was known
of it live.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from client.detections import Detections, Int32s
from client.frames import Update
from client.windows import SolvedTracks, SolvedWindows
from sideline.arrays import Float32s, Int64s
from sideline.tensors import Category

HELD_FRAMES: Final = 1024
"""Eight windows of 128 frames: 41 s at 25 frames a second, under 2 MB."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one track: probability of each ``Category``, number (-1: none legible) and its probability."""

    team_probabilities: tuple[float, float, float]
    jersey_number: int
    jersey_probability: float

    @property
    def category(self) -> Category:
        """The likeliest category."""
        return Category(int(np.argmax(self.team_probabilities)))


@dataclass(frozen=True, slots=True, eq=False)
class LastWord:
    """What is known when a stream has ended.

    Attributes:
        verdicts: The last word on every track, by track ID.
        teams_named: Whether home and away are the match sheet's.
        revisions: [R, 2] int64, tracks and the earlier ones that they turned out to be, -1 for nobody, in the order of
            the answers: `revise_ids` puts right what was written before.
    """

    verdicts: dict[int, Verdict]
    teams_named: bool
    revisions: Int64s


@dataclass(frozen=True, slots=True, eq=False)
class SettledFrame:
    """One frame with its final tracks; rows as in ``update.detections``.

    Attributes:
        update: The live answer, without pictures.
        teams_named: Whether home and away are the match sheet's, as known when the frame was settled.
        track_ids: [N] int64, final; the live value where no window told of the detection, -1 where that is unknown.
        team_probabilities: [N, 3] float32, of the track, as known when the frame was settled.
        jersey_numbers: [N] int32, likewise; -1: nothing legible.
        jersey_probabilities: [N] float32, likewise; 0 with -1.
    """

    update: Update
    teams_named: bool
    track_ids: Int64s
    team_probabilities: Float32s
    jersey_numbers: Int32s
    jersey_probabilities: Float32s


class Settler:
    """Holds the frames of one stream until they are settled."""

    def __init__(self) -> None:
        self._verdicts: dict[int, Verdict] = {}
        self._teams_named = False
        self._revisions: list[Int64s] = [SolvedWindows.none().revisions]
        self._held: deque[Update] = deque()

    @property
    def last_word(self) -> LastWord:
        """What is known so far."""
        return LastWord(self._verdicts, self._teams_named, np.concatenate(self._revisions))

    def take(self, update: Update) -> list[SettledFrame]:
        """Take the next update and give the frames that are settled now, in order; at the stream's end all of them."""
        self._teams_named = update.teams_named
        if not update.is_end:
            self._held.append(update.without_pictures())
        settled = self._settle(update.windows) if update.windows is not None else []
        while self._held and (update.is_end or len(self._held) > HELD_FRAMES):
            settled.append(self._finish(self._held.popleft(), {}))
        return settled

    def flush(self) -> list[SettledFrame]:
        """Give what is still held, for a stream that broke off before its windows came."""
        rest = [self._finish(update, {}) for update in self._held]
        self._held.clear()
        return rest

    def _settle(self, windows: SolvedWindows) -> list[SettledFrame]:
        self._verdicts.update(_read_verdicts(windows.tracks))
        self._revisions += [windows.revisions] if len(windows.revisions) else []
        keys = zip(windows.frame_indices.tolist(), windows.micro_track_ids.tolist(), strict=True)
        tracks = dict(zip(keys, windows.track_ids.tolist(), strict=True))
        last_frame = int(windows.frame_indices.max(initial=-1))
        settled = []
        while self._held and self._held[0].frame_index <= last_frame:
            settled.append(self._finish(self._held.popleft(), tracks))
        return settled

    def _finish(self, update: Update, tracks: dict[tuple[int, int], int]) -> SettledFrame:
        found = update.detections
        live = zip(found.micro_track_ids.tolist(), found.track_ids.tolist(), strict=True)
        ids = [tracks.get((update.frame_index, micro), track) for micro, track in live]
        verdicts = [self._verdicts.get(track) or _live_verdict(found, row) for row, track in enumerate(ids)]
        return SettledFrame(
            update=update,
            teams_named=self._teams_named,
            track_ids=np.array(ids, np.int64),
            team_probabilities=np.array([each.team_probabilities for each in verdicts], np.float32).reshape(-1, 3),
            jersey_numbers=np.array([each.jersey_number for each in verdicts], np.int32),
            jersey_probabilities=np.array([each.jersey_probability for each in verdicts], np.float32),
        )


def _read_verdicts(tracks: SolvedTracks) -> dict[int, Verdict]:
    rows = zip(
        tracks.track_ids.tolist(),
        tracks.team_probabilities.tolist(),
        tracks.jersey_numbers.tolist(),
        tracks.jersey_probabilities.tolist(),
        strict=True,
    )
    return {track: Verdict((home, away, referee), *number) for track, (home, away, referee), *number in rows}


def _live_verdict(found: Detections, row: int) -> Verdict:
    home, away, referee = found.team_probabilities[row].tolist()
    return Verdict((home, away, referee), int(found.jersey_numbers[row]), float(found.jersey_probabilities[row]))
