"""One stream's graph: a frame's detections in, its answer out at once; windows are solved in the background.

Knows when a window ends and what can be said of a detection before its window is solved. Two graphs share nothing but
the executor and the engines.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

from sideline.errors import MatchSheetError
from sideline.match_sheet import MatchSheet
from sideline.tensors import FrameStatus
from sideline.tracking.graph.engines import GraphEngines
from sideline.tracking.graph.frames import GraphAnswer, GraphFrame, join_results
from sideline.tracking.graph.live import LiveTeams, answer_detections
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.solve import keep_micro_tracks, solve_window
from sideline.tracking.graph.tracks import TrackBook
from sideline.tracking.graph.window import OpenWindow
from sideline.tracking.graph.window_queue import Finished, WindowQueue
from sideline.tracking.teams import TeamNaming


class ArenaGraph:
    """Gives the detections of one stream their tracks, teams and numbers.

    Args:
        engines: The networks; called in the executor only.
        executor: Where windows are solved.
        settings: None for path B's.
    """

    def __init__(self, engines: GraphEngines, executor: Executor, settings: GraphSettings | None = None) -> None:
        self._settings = settings or GraphSettings()
        self._queue = WindowQueue(
            TrackBook(None, TeamNaming(None)),
            partial(solve_window, engines=engines, settings=self._settings),
            partial(keep_micro_tracks, settings=self._settings),
            executor,
            self._settings.most_waiting_windows,
        )
        self._window: OpenWindow | None = None
        self._live_teams = LiveTeams()
        self._last_frame_index = -1
        self._is_first = True

    @property
    def kept_items(self) -> int:
        """How many things are remembered: tracks, micro-tracks, frames and windows. For tests and for the log."""
        book, open_frames = self._queue.book, 0 if self._window is None else len(self._window)
        return len(book.tracks) + len(book.micro_tracks) + len(self._live_teams) + open_frames + len(self._queue)

    def update(self, frame: GraphFrame) -> GraphAnswer:
        """Take one frame; no frame but the last (is_end) waits for a window.

        A frame that was not tracked, or whose index does not rise, changes nothing; NO_IMAGE is an empty frame. A match
        sheet that cannot be used is reported, and the stream goes on without one.
        """
        messages = [self._read_sheet(frame.match_sheet)] if self._is_first else []
        self._is_first = False
        if self._counts(frame):
            self._add(frame)
        finished = self._flush() if frame.is_end else self._queue.collect()
        messages += [each.message for each in finished]
        detections = answer_detections(self._queue.book, frame, self._live_teams)
        return GraphAnswer(
            message="; ".join(message for message in messages if message),
            track_ids=detections.track_ids,
            team_probabilities=detections.team_probabilities,
            jersey_numbers=detections.jersey_numbers,
            jersey_probabilities=detections.jersey_probabilities,
            teams_named=self._queue.book.naming.is_named,
            windows=join_results([each.result for each in finished]),
            window_solve_s=tuple(each.solve_s for each in finished if not each.message),
            failed_windows=sum(1 for each in finished if each.message),
        )

    def _read_sheet(self, content: bytes) -> str:
        try:
            sheet = MatchSheet.parse(content)
        except MatchSheetError as error:
            return f"{error}; the teams are called A and B until then"
        if sheet is None:
            return ""
        self._queue.book = TrackBook(sheet, TeamNaming(sheet))
        return "; ".join(sheet.warnings)

    def _counts(self, frame: GraphFrame) -> bool:
        usable = frame.status.is_tracked or frame.status is FrameStatus.NO_IMAGE
        return usable and frame.frame_index > self._last_frame_index

    def _add(self, frame: GraphFrame) -> None:
        self._last_frame_index = frame.frame_index
        if self._window is not None and frame.frame_index >= self._window.first_frame + self._settings.window_frames:
            self._close_window()
        if self._window is None:
            self._window = OpenWindow(frame.frame_index)
        kept = self._window.add(frame)
        self._live_teams.observe(kept, self._queue.book.naming)

    def _close_window(self, *, is_last: bool = False) -> None:
        closed = None if self._window is None else self._window.close(is_last=is_last)
        self._window = None
        self._live_teams.age()
        if closed is not None:
            self._queue.put(closed)

    def _flush(self) -> Sequence[Finished]:
        self._close_window(is_last=True)
        return self._queue.flush(self._settings.longest_flush_s)
