"""The people of one frame, as far as the server can say at once. Knows no frame and no file."""

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sideline.arrays import Float32s, Int64s
from sideline.tensors import NO_NUMBER, NO_TRACK, CameraReason

Int32s: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """One row a person, best score first, N rows.

    Attributes:
        foot_points_m: [N, 2] float32, on the floor, x along and z across in metres, origin at the centre.
        foot_points_uv: [N, 2] float32, in the panorama, [0, 1]².
        scores: [N] float32, probability that this is a person on the floor.
        micro_track_ids: [N] int64 from 1, never reused; negative for a loose detection: it is of no micro-track, and
            somebody only if a solved window gives it a track.
        cameras: [N] int32, camera of the box: 0 left, 1 right, -1 neither.
        camera_reasons: [N] int32, ``CameraReason``: why that camera.
        boxes_px: [N, 4] float32, x0 y0 x1 y1 of a standing person in that camera's pixels, not clipped.
        track_ids: [N] int64, as far as windows were solved; -1 when unknown.
        team_probabilities: [N, 3] float32, probability of each ``Category``; rows sum to 1.
        jersey_numbers: [N] int32, number of the person's track, 0–99; -1: nothing legible so far.
        jersey_probabilities: [N] float32, probability of the number; 0 with -1.
    """

    foot_points_m: Float32s
    foot_points_uv: Float32s
    scores: Float32s
    micro_track_ids: Int64s
    cameras: Int32s
    camera_reasons: Int32s
    boxes_px: Float32s
    track_ids: Int64s
    team_probabilities: Float32s
    jersey_numbers: Int32s
    jersey_probabilities: Float32s

    @classmethod
    def of_micro_tracks(
        cls, foot_points_m: Float32s, foot_points_uv: Float32s, scores: Float32s, micro_track_ids: Int64s
    ) -> "Detections":
        """People of whom nothing is known but where they stand: no box, no track, no number, any category alike.

        Args: as the attributes.
        """
        count = len(scores)
        return cls(
            foot_points_m=foot_points_m,
            foot_points_uv=foot_points_uv,
            scores=scores,
            micro_track_ids=micro_track_ids,
            cameras=np.full(count, -1, np.int32),
            camera_reasons=np.full(count, CameraReason.NONE, np.int32),
            boxes_px=np.zeros((count, 4), np.float32),
            track_ids=np.full(count, NO_TRACK, np.int64),
            team_probabilities=np.full((count, 3), 1 / 3, np.float32),
            jersey_numbers=np.full(count, NO_NUMBER, np.int32),
            jersey_probabilities=np.zeros(count, np.float32),
        )

    @classmethod
    def none(cls) -> "Detections":
        """Nobody."""
        points, empty = np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
        return cls.of_micro_tracks(points, points, empty, np.zeros(0, np.int64))

    def without_loose(self) -> "Detections":
        """Those of a micro-track or a track."""
        known = (self.micro_track_ids > 0) | (self.track_ids != NO_TRACK)
        return Detections(**{each.name: getattr(self, each.name)[known] for each in fields(self)})

    def __len__(self) -> int:
        return len(self.scores)
