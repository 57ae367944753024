"""A run folder: which files a run writes, and the sinks that write them."""

from dataclasses import dataclass
from pathlib import Path

from client.drawing.scene import Scene
from client.drawing.team_colours import TeamColours
from client.sinks.jsonl import JsonlSink
from client.sinks.mot import MotSink
from client.sinks.overlay import OverlaySink
from client.sinks.parquet import ParquetSink
from client.sinks.people import PeopleSink
from client.sinks.settled import SettledSink, SettlingSink
from client.sinks.sink import Sink, explain_write_errors
from client.sources.source import Source


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths of one run.

    Attributes:
        path: The folder.
        live: Whether the run is live; decides from where latency counts.
    """

    path: Path
    live: bool

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

    def table_sinks(self) -> list[Sink]:
        """The quick sinks: JSONL as answers come; Parquet, people and MOT text with final tracks."""
        settled: list[SettledSink] = [
            ParquetSink(self.path / "tracks.parquet"),
            PeopleSink(self.path / "people.parquet"),
            MotSink(self.path / "tracks.mot.txt"),
        ]
        return [JsonlSink(self.path / "tracks.jsonl", live=self.live), SettlingSink(settled)]

    def overlay_sink(self, source: Source, colours: TeamColours) -> Sink:
        """The slow sink: overlay video and contact sheet, with the teams in these colours."""
        return OverlaySink(self.path, Scene(source.rig, source.fps, self.live, colours), source.fps)

    def list_files(self) -> list[Path]:
        """The files that the folder holds, by name."""
        return sorted(path for path in self.path.iterdir() if path.is_file())
