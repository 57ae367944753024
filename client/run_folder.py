"""A run folder: which files a run writes, and the sinks that write them."""

from dataclasses import dataclass
from pathlib import Path

from client.drawing.scene import Scene
from client.drawing.team_colours import TeamColours
from client.journal import JournalEnd, find_end, read_journal
from client.sinks.jsonl import JsonlSink
from client.sinks.mot import MotSink
from client.sinks.overlay import OverlaySink
from client.sinks.parquet import ParquetSink
from client.sinks.people import PeopleSink
from client.sinks.settled import SettledSink, SettlingSink
from client.sinks.sink import Sink, explain_write_errors
from client.sources.source import Source
from sideline.errors import SinkError


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths of one run.

    Attributes:
        path: The folder.
        live: Whether the run is live; decides from where latency counts.
        store: Match store that gets the run, too, under the folder's name; None for none.
    """

    path: Path
    live: bool
    store: Path | None = None

    def create(self) -> None:
        """Make the folder.

        Raises:
            SinkError: it cannot be made.
        """
        with explain_write_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)

    @property
    def summary(self) -> Path:
        """Path of summary.json."""
        return self.path / "summary.json"

    @property
    def journal(self) -> Path:
        """Path of tracks.jsonl, which holds every answer from the moment that it came."""
        return self.path / "tracks.jsonl"

    def journal_sink(self, end: JournalEnd | None) -> Sink:
        """The sink that must not fail: JSONL, as answers come; it goes on at ``end``, None begins anew."""
        return JsonlSink(self.journal, live=self.live, keep_bytes=0 if end is None else end.bytes)

    def settling_sink(self, end: JournalEnd | None) -> SettlingSink:
        """Parquet, people and MOT text with final tracks, of the whole run."""
        settled: list[SettledSink] = [
            ParquetSink(self.path / "tracks.parquet"),
            PeopleSink(self.path / "people.parquet"),
            MotSink(self.path / "tracks.mot.txt"),
        ]
        if self.store is not None:
            settled.append(_open_store(self.store, self.path.resolve().name))
        return SettlingSink(settled, read_journal(self.journal) if end is not None and end.frames else ())

    def rebuild_tables(self) -> int:
        """Write all tables anew from the journal.

        Returns:
            Frames in the journal.

        Raises:
            SinkError: there is no journal, or the tables cannot be written.
        """
        if not self.journal.is_file():
            raise SinkError(f"{self.path} holds no tracks.jsonl: give the folder of a run (--out of `sideline track`)")
        end = find_end(self.journal)
        tables = self.settling_sink(end)
        tables.open()
        tables.close()
        if tables.failures:
            raise SinkError(tables.failures[0])
        return end.frames

    def overlay_sink(self, source: Source, colours: TeamColours) -> Sink:
        """The slow sink: overlay video and contact sheet, with the teams in these colours."""
        return OverlaySink(self.path, Scene(source.rig, source.fps, self.live, colours), source.fps)

    def list_files(self) -> list[Path]:
        """The files that the folder holds, by name."""
        return sorted(path for path in self.path.iterdir() if path.is_file())


def _open_store(store: Path, match: str) -> SettledSink:
    """Imported here, since only a store needs DuckDB."""
    try:
        from client.sinks.match_store import MatchStoreSink
    except ImportError as error:
        raise SinkError(f"the match store cannot be opened: {error}; run: pip install 'sideline[store]'") from error
    return MatchStoreSink(store, match)
