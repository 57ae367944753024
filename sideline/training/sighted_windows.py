"""Simulated sightings as the solver is served them: windows of frames with the crops that are due."""

from dataclasses import replace
from typing import Final

import numpy as np

from sideline.arrays import Int64s
from sideline.tensors import FrameStatus
from sideline.tracking.graph.frames import GraphFrame
from sideline.tracking.graph.window import ClosedWindow, OpenWindow
from sideline.training.bank_crops import NO_CROP, BankCrops
from sideline.training.sightings import Sightings

PATH_STRIDES: Final = {"a": 1, "b": 3}
"""Every so many frames a crop of a micro-track is encoded."""


def number_sightings(found: Sightings) -> Sightings:
    """As path A has them: every detection is a micro-track of its own."""
    return replace(found, micro_track_ids=np.arange(1, len(found) + 1))


def close_windows(
    found: Sightings, crops: BankCrops, stride: int, window_frames: int, rng: np.random.Generator
) -> list[ClosedWindow]:
    """The windows of a match, oldest first.

    Args:
        found: The detections, with micro-tracks.
        crops: How people look.
        stride: Frames from one crop of a micro-track to its next.
        window_frames: Frames of a window.
        rng: Draws crops; the same state draws the same ones.
    """
    due = (found.frames + found.micro_track_ids) % stride == 0
    people = np.where(due, crops.cast_doubles(found.neighbours, rng)[found.neighbours], NO_CROP)
    crop_rows = crops.draw_rows(people, found.visibility, rng)
    windows: dict[int, OpenWindow] = {}
    for rows in found.split_by_frame():
        number = int(found.frames[rows[0]]) // window_frames
        window = windows.setdefault(number, OpenWindow(number * window_frames))
        window.add(_make_frame(found.select(rows), crop_rows[rows], crops))
    closed = (window.close() for window in windows.values())
    return [window for window in closed if window is not None]


def _make_frame(found: Sightings, crop_rows: Int64s, crops: BankCrops) -> GraphFrame:
    shown = np.flatnonzero(crop_rows != NO_CROP)
    rows = crop_rows[shown]
    return GraphFrame(
        frame_index=int(found.frames[0]),
        status=FrameStatus.OK,
        match_sheet=b"",
        foot_points_m=found.points_m,
        scores=found.scores,
        micro_track_ids=found.micro_track_ids,
        crop_rows=shown,
        appearance=crops.bank.appearance[rows],
        jersey=crops.bank.jersey[rows],
        team=crops.bank.team[rows],
        crop_features=crops.bank.crop_features[rows],
        is_end=False,
    )
