"""A window: the detections and crops of about 128 frames, gathered frame by frame and cut into tracklets.

Knows no network but the temporal encoder, whose features are kept here from the frame on: no crop is encoded twice.
"""

from dataclasses import dataclass, replace

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.tensors import CROP_FEATURE_DIMS, TEMPORAL_CROPS
from sideline.tracking.graph.cuts import CutSettings, cut_micro_tracks
from sideline.tracking.graph.engines import EncodeTracklets
from sideline.tracking.graph.frames import GraphFrame
from sideline.tracking.graph.looks import NO_LOOKS, CropTable, Looks, take_encoded
from sideline.tracking.graph.tracklets import Tracklet, make_tracklet


class OpenWindow:
    """Gathers frames; bounded by the window's length and the detections and crops that a frame can hold."""

    def __init__(self, first_frame: int) -> None:
        self.first_frame = first_frame
        self._frames: list[GraphFrame] = []

    def __len__(self) -> int:
        """Frames with anybody in them."""
        return len(self._frames)

    def add(self, frame: GraphFrame) -> GraphFrame:
        """Keep a copy of a frame's detections and of the crops that show one of them; returns the copy."""
        kept = _copy_frame(frame)
        if len(kept.micro_track_ids):
            self._frames.append(kept)
        return kept

    def close(self, *, is_last: bool = False) -> "ClosedWindow | None":
        """The window's detections, by frame; None when nobody was seen."""
        return ClosedWindow(self.first_frame, tuple(self._frames), is_last) if self._frames else None


@dataclass(frozen=True, slots=True, eq=False)
class ClosedWindow:
    """Frames that wait to be solved; is_last: the stream ends with them."""

    first_frame: int
    frames: tuple[GraphFrame, ...]
    is_last: bool = False

    def gather(self) -> "WindowRows":
        """The frames' rows one after the other."""
        firsts = np.cumsum([0, *(len(frame.scores) for frame in self.frames)])[:-1]
        counts = [len(frame.scores) for frame in self.frames]
        return WindowRows(
            np.repeat([frame.frame_index for frame in self.frames], counts).astype(np.int64),
            np.concatenate([frame.micro_track_ids for frame in self.frames]),
            np.concatenate([frame.foot_points_m for frame in self.frames]),
            np.concatenate([frame.scores for frame in self.frames]),
            np.concatenate([frame.crop_rows + first for frame, first in zip(self.frames, firsts, strict=True)]),
            np.concatenate([frame.crop_features for frame in self.frames]),
            CropTable.of(
                np.concatenate([frame.appearance for frame in self.frames]),
                np.concatenate([frame.jersey for frame in self.frames]),
                np.concatenate([frame.team for frame in self.frames]),
            ),
        )


@dataclass(frozen=True, slots=True, eq=False)
class WindowRows:
    """D detections by frame, and C crops by frame.

    Attributes:
        frames: (D,) i64 frame_index.
        micro_track_ids: (D,) i64.
        points_m: (D,2) f32.
        scores: (D,) f32.
        crop_rows: (C,) row of the detection that each crop shows; never that of a loose one.
        crop_features: (C,128) f32.
        crops: What the encoder says of each crop.
    """

    frames: Int64s
    micro_track_ids: Int64s
    points_m: Float32s
    scores: Float32s
    crop_rows: Int64s
    crop_features: Float32s
    crops: CropTable

    def split(self) -> tuple["WindowRows", list[Tracklet]]:
        """The rows of micro-tracks, and a tracklet without looks of each loose detection."""
        loose = self.micro_track_ids <= 0
        single = [np.array([row]) for row in np.flatnonzero(loose)]
        others = WindowRows(
            self.frames[~loose],
            self.micro_track_ids[~loose],
            self.points_m[~loose],
            self.scores[~loose],
            (np.cumsum(~loose) - 1)[self.crop_rows],
            self.crop_features,
            self.crops,
        )
        return others, make_tracklets(self, single, [NO_LOOKS] * len(single))


def make_pieces(rows: WindowRows, cuts: CutSettings, encode_tracklets: EncodeTracklets | None) -> list[Tracklet]:
    """Cut the window's micro-tracks and sum up what is known of each piece.

    Args:
        rows: The window.
        cuts: Where to cut.
        encode_tracklets: Says how a piece looks; None takes the mean over its crops.
    """
    pieces = cut_micro_tracks(rows.frames, rows.micro_track_ids, rows.points_m, cuts)
    members = split_by(pieces)
    crops = split_by(pieces[rows.crop_rows], len(members))
    looks = [rows.crops.sum_up(each) for each in crops]
    if encode_tracklets is not None:
        looks = _encode(rows, crops, looks, encode_tracklets)
    return make_tracklets(rows, members, looks)


def make_tracklets(rows: WindowRows, members: list[Int64s], looks: list[Looks]) -> list[Tracklet]:
    """A tracklet of each group of rows, by frame."""
    return [
        make_tracklet(rows.frames[each], rows.points_m[each], rows.scores[each], rows.micro_track_ids[each], look)
        for each, look in zip(members, looks, strict=True)
    ]


def split_by(groups: Int64s, count: int | None = None) -> list[Int64s]:
    """Rows of each group, rising.

    Args:
        groups: (R,) group of each row, 0 … count - 1.
        count: How many groups there are; None for no more than occur.
    """
    total = int(groups.max(initial=-1)) + 1 if count is None else count
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.searchsorted(groups[order], np.arange(1, total)))[:total]


def spread_crops(crops: Int64s) -> Int64s:
    """At most 15 of a piece's crops, evenly over its time."""
    if len(crops) <= TEMPORAL_CROPS:
        return crops
    spread = np.round(np.linspace(0, len(crops) - 1, TEMPORAL_CROPS)).astype(np.int64)
    return np.asarray(crops[spread], np.int64)


def _encode(
    rows: WindowRows, crops: list[Int64s], looks: list[Looks], encode_tracklets: EncodeTracklets
) -> list[Looks]:
    """What the temporal encoder says instead of the means, where finite; a number that it reads is a crop more."""
    seen = [piece for piece, each in enumerate(crops) if len(each)]
    if not seen:
        return looks
    features = np.zeros((len(seen), TEMPORAL_CROPS, CROP_FEATURE_DIMS), np.float32)
    mask: Bools = np.zeros((len(seen), TEMPORAL_CROPS), np.bool_)
    for row, piece in enumerate(seen):
        chosen = spread_crops(crops[piece])
        features[row, : len(chosen)], mask[row, : len(chosen)] = rows.crop_features[chosen], True
    answer = encode_tracklets(features, mask)
    said, finite = CropTable.of(*answer), np.all([np.isfinite(each).all(axis=1) for each in answer], axis=0)
    encoded = list(looks)
    for row in np.flatnonzero(finite).tolist():
        encoded[seen[row]] = take_encoded(looks[seen[row]], said, row)
    return encoded


def _copy_frame(frame: GraphFrame) -> GraphFrame:
    """Own arrays, for the server's are not valid for long; blank crops, those of loose detections and
    those that broke an engine are left out."""
    said = (frame.appearance, frame.jersey, frame.team, frame.crop_features)
    finite = np.logical_and.reduce([np.isfinite(each).all(axis=1) for each in said])
    shown = np.flatnonzero(finite & (frame.crop_rows >= 0) & (frame.crop_rows < len(frame.scores)))
    shown = shown[frame.micro_track_ids[frame.crop_rows[shown]] > 0]
    return replace(
        frame,
        match_sheet=b"",
        foot_points_m=frame.foot_points_m.copy(),
        scores=frame.scores.copy(),
        micro_track_ids=frame.micro_track_ids.copy(),
        crop_rows=frame.crop_rows[shown].astype(np.int64),
        appearance=frame.appearance[shown],
        jersey=frame.jersey[shown],
        team=frame.team[shown],
        crop_features=frame.crop_features[shown],
    )
