"""A writer that is killed: whatever it had taken is there, and the next one goes on."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sideline.errors import StoreError
from sideline.matches import schemas
from sideline.matches.journal import Journal, read_journal
from sideline.matches.layout import Kind, StoreLayout
from sideline.matches.reader import MatchStore
from sideline.matches.writer import MatchWriter
from tests.matches.rows import detections

_KILLED = """
import os, signal, sys
from pathlib import Path
import sideline.matches.writer as writer_module
from tests.matches.rows import detections
writer = writer_module.MatchWriter(Path(sys.argv[1]), "final").__enter__()
for first in range(0, 550, 50):
    writer.append(detections(range(first, first + 50)))
print("taken", flush=True)
if sys.argv[2] == "in_minute":
    os.kill(os.getpid(), signal.SIGKILL)
def kill(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before_file":
    writer_module.written_whole = kill
if sys.argv[2] == "before_journal_goes":
    writer_module.Journal.close = kill
writer.append(detections(range(550, 700)))
"""


@pytest.mark.parametrize("moment", ["in_minute", "before_file", "before_journal_goes"])
def test_a_killed_writer_loses_nothing_that_it_had_taken(tmp_path: Path, moment: str) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path), moment]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (killed.returncode, killed.stdout) == (-9, "taken\n"), killed.stderr
    rows = MatchStore(tmp_path).read("final", Kind.DETECTIONS)
    kept = 550 if moment == "in_minute" else 600
    assert rows.equals(detections(range(kept)))
    with MatchWriter(tmp_path, "final") as writer:
        writer.append(detections(range(kept, 1300)))
        writer.finish()
    reader = MatchStore(tmp_path)
    assert reader.read("final", Kind.DETECTIONS).equals(detections(range(1300)))
    assert not reader.summarise("final").is_open


def test_an_append_that_was_cut_off_is_left_out_and_the_ones_before_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "minute=0.arrows"
    journal = Journal(path, schemas.DETECTIONS)
    journal.append(detections(range(10)))
    whole = path.stat().st_size
    journal.append(detections(range(10, 20)))
    journal.close()
    content = path.read_bytes()
    for size in range(whole, len(content), 997):
        path.write_bytes(content[:size])
        kept = read_journal(path, schemas.DETECTIONS)
        assert kept.slice(0, 20).equals(detections(range(10)))
    path.write_bytes(content[:10])
    assert read_journal(path, schemas.DETECTIONS).num_rows == 0


def test_a_journal_of_another_version_is_refused_and_stays(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path)
    Journal(layout.journal("final", 0), schemas.TRACKS).close()
    with pytest.raises(StoreError, match="was written by another version"), MatchWriter(tmp_path, "final"):
        pass
    assert layout.journal("final", 0).exists()


def test_no_partial_file_stays_when_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with MatchWriter(tmp_path, "final") as writer:
        writer.append(detections(range(10)))
        monkeypatch.setattr(pq, "write_table", refuse)
        with pytest.raises(StoreError, match="No space left"):
            writer.finish()
    assert not list(tmp_path.rglob("*.partial"))
    assert MatchStore(tmp_path).read("final", Kind.DETECTIONS).equals(detections(range(10)))
