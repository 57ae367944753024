"""A pipeline of plain functions that notes every computation in a file, in whichever process it runs."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from sideline.artifacts.entries import Arrays
from sideline.artifacts.pipeline import Pipeline


def note(log: Path, what: str) -> None:
    """One line, whole even when two processes write at once."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, f"{what} {os.getpid()}\n".encode())
    os.close(handle)


def noted(log: Path) -> list[str]:
    return sorted(line.split()[0] for line in log.read_text().splitlines()) if log.exists() else []


def count_frames(match_dir: Path, log: Path, ref: str) -> Arrays:
    note(log, f"frames:{match_dir.name}")
    return {"points": np.arange(3.0) + int(match_dir.name), "ref": np.array([ref])}


def count_tracks(match_dir: Path, frames: Arrays, log: Path, ref: str) -> Arrays:
    note(log, f"tracks:{match_dir.name}")
    return {"track_ids": frames["points"].astype(np.int64), "ref": np.array([ref])}


@dataclass(frozen=True)
class Refs:
    detector: str = "detector-1"
    encoder: str = "encoder-1"
    tracker: str = "tracker-1"


def counting_pipeline(log: Path, refs: Refs | None = None) -> Pipeline:
    refs = refs or Refs()
    return Pipeline(
        refs.detector,
        refs.encoder,
        refs.tracker,
        partial(count_frames, log=log, ref=refs.detector + refs.encoder),
        partial(count_tracks, log=log, ref=refs.tracker),
    )


def make_matches(folder: Path, count: int) -> list[Path]:
    """Match folders whose videos are not videos."""
    matches = [folder / str(number) for number in range(count)]
    for match in matches:
        match.mkdir(parents=True)
        for name in ("left.mp4", "right.mp4", "rig.toml"):
            (match / name).write_text(f"{name} of {match.name}")
    return matches
