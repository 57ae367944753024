"""A match in a store: detections as their windows are solved, tracks at the end. Safe on the disk every few seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa

from client.categories import name_category
from client.settling import LastWord, SettledFrame
from client.sinks.parquet import to_table
from sideline.errors import SinkError, StoreError
from sideline.matches.schemas import LAST_WORDS
from sideline.matches.writer import MatchWriter

_FRAMES_AT_ONCE: Final = 64
"""Settled frames that are held in memory; tracks.jsonl has them."""


class MatchStoreSink:
    """Writes into a store; frames that the match has already, of a run that is resumed, are left out.

    Args:
        store: The store's folder.
        match: Name of the match.
    """

    def __init__(self, store: Path, match: str) -> None:
        self._writer = MatchWriter(store, match)
        self._waiting: list[SettledFrame] = []

    def open(self) -> None:
        """See ``SettledSink``."""
        with _explain():
            self._writer.__enter__()

    def write(self, frame: SettledFrame) -> None:
        """See ``SettledSink``."""
        if frame.update.frame_index > self._writer.last_frame:
            self._waiting.append(frame)
        if len(self._waiting) >= _FRAMES_AT_ONCE:
            self._flush()

    def close(self, last_word: LastWord) -> None:
        """See ``SettledSink``."""
        self._flush()
        with _explain():
            self._writer.finish(_to_table(last_word), last_word.revisions)
            self._writer.__exit__(None, None, None)

    def abandon(self) -> None:
        """See ``SettledSink``; what the store has is whole and stays."""
        self._writer.__exit__(None, None, None)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            with _explain():
                self._writer.append(to_table(waiting))


def _to_table(last_word: LastWord) -> pa.Table:
    rows = [
        (
            track,
            name_category(verdict.category, last_word.teams_named),
            *verdict.team_probabilities,
            verdict.jersey_number,
            verdict.jersey_probability,
        )
        for track, verdict in sorted(last_word.verdicts.items())
    ]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(LAST_WORDS.names)}
    return pa.table(columns, schema=LAST_WORDS)


@contextmanager
def _explain() -> Iterator[None]:
    try:
        yield
    except StoreError as exc:
        raise SinkError(str(exc)) from exc
