"""Sinks that want final tracks: they get each frame once the window that holds it is solved, or the run ends."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from client.frames import Update
from client.settling import LastWord, SettledFrame, Settler
from sideline.errors import SinkError


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

    def close(self, last_word: LastWord) -> None:
        """Finish what was written, and put tracks right that turned out to be earlier ones.

        Args:
            last_word: What is known at the end.

        Raises:
            SinkError: it cannot be written.
        """
        ...

    def abandon(self) -> None:
        """Release and remove what was written, after a failure."""
        ...


class SettlingSink:
    """A ``Sink`` that holds updates until they are settled and hands them on; holds as much as ``Settler`` says.

    A sink that fails while the run lasts is left out from then on: the journal holds all that it would have written.

    Args:
        sinks: Who gets the settled frames.
        earlier: What an earlier part of the run answered; written again at ``open``.

    Attributes:
        failures: What went wrong, a sentence a sink.
    """

    def __init__(self, sinks: Sequence[SettledSink], earlier: Iterable[Update] = ()) -> None:
        self._earlier = earlier
        self.failures: list[str] = []
        self._sinks = list(sinks)
        self._settler = Settler()

    def open(self) -> None:
        """See ``Sink``."""
        for sink in self._sinks:
            sink.open()
        for update in self._earlier:
            self.write(update)
        self._hand_on(self._settler.flush())

    def write(self, update: Update) -> None:
        """See ``Sink``."""
        self._hand_on(self._settler.take(update))

    def close(self) -> None:
        """See ``Sink``; frames whose window never came are written with what was known live."""
        self._hand_on(self._settler.flush())
        self._each(lambda sink: sink.close(self._settler.last_word))

    def _hand_on(self, frames: Iterable[SettledFrame]) -> None:
        for frame in frames:
            self._each(partial(_write, frame))

    def _each(self, do: Callable[[SettledSink], None]) -> None:
        for sink in tuple(self._sinks):
            try:
                do(sink)
            except SinkError as error:
                self._sinks.remove(sink)
                sink.abandon()
                self.failures.append(
                    f"{error}; when there is room again, `sideline recover` makes it from tracks.jsonl"
                )


def _write(frame: SettledFrame, sink: SettledSink) -> None:
    sink.write(frame)
