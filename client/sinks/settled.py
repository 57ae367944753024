"""Sinks that want final tracks: they get each frame once the window that holds it is solved, or the run ends."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Protocol

from client.frames import Update
from client.settling import SettledFrame, Settler, Verdict


class SettledSink(Protocol):
    """Takes the settled frames of one run, in order; ``open`` first, ``close`` last, also after a failure."""

    def open(self) -> None:
        """Make ready to write.

        Raises:
            SinkError: nothing can be written; the message says why.
        """
        ...

    def write(self, frame: SettledFrame) -> None:
        """Take one frame.

        Raises:
            SinkError: it cannot be written.
        """
        ...

    def close(self, verdicts: dict[int, Verdict], teams_named: bool) -> None:
        """Finish what was written.

        Args:
            verdicts: The last word on every track, by track ID.
            teams_named: Whether home and away are the match sheet's.
        """
        ...


class SettlingSink:
    """A ``Sink`` that holds updates until they are settled and hands them on; holds as much as ``Settler`` says.

    Args:
        sinks: Who gets the settled frames.
    """

    def __init__(self, sinks: Sequence[SettledSink]) -> None:
        self._sinks = sinks
        self._settler = Settler()

    def open(self) -> None:
        """See ``Sink``."""
        for sink in self._sinks:
            sink.open()

    def write(self, update: Update) -> None:
        """See ``Sink``."""
        self._hand_on(self._settler.take(update))

    def close(self) -> None:
        """See ``Sink``; frames whose window never came are written with what was known live."""
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close, self._settler.verdicts, self._settler.teams_named)
            self._hand_on(self._settler.flush())

    def _hand_on(self, frames: Iterable[SettledFrame]) -> None:
        for frame in frames:
            for sink in self._sinks:
                sink.write(frame)
