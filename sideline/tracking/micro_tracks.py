"""Micro-tracks of one arena: MOTIP's run-time around any ID decoder (Gao et al., CVPR 2025), with a gate of reach.

Knows embeddings, scores, labels and places on the floor. Does not know how the decoder is called.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Floats, Int64s
from sideline.tensors import DECODER_DETECTIONS, EMBEDDING_DIMS, IDENTITY_SLOTS, NEWBORN
from sideline.tracking.id_assignment import (
    assign_by_hungarian,
    assign_by_object_max,
    label_probabilities,
    log_probabilities,
)
from sideline.tracking.label_motion import LabelMotion, MotionSettings
from sideline.tracking.trajectory_memory import TrajectoryMemory

NO_MICRO_TRACK: Final = -1
"""In place of a micro-track ID: the detection belongs to no micro-track."""

DecodeIds: TypeAlias = Callable[[Float32s, Bools, Float32s, Bools], Float32s]
"""trajectory_features, trajectory_mask, current_features, current_mask → id_logits; shapes in `sideline.tensors`."""


@dataclass(frozen=True, slots=True)
class MicroTrackSettings:
    """Thresholds of the run-time (docs/experiments.md); the authors' are 0.3, 0.6, 0, 0.2, object_max, 1, 0, no motion.

    Attributes:
        detection_score: Detections at or below this score are left out.
        newborn_score: A detection that continues no micro-track starts one only above this score.
        newborn_distance_m: And only this far from everybody else: nearer, it is more likely a second detection of
            one player than somebody new, and two labels of one player make the decoder waver between them.
        id_threshold: A label that is given less probability than this is not believed.
        longest_jump_frames: A larger step of the frame index clears the memory.
        assignment: Each detection's own best label, or the best labels together.
        decoder_weight: Share of the decoder's log-probability that counts. It has seen the places as well: its word
            and the motion's are not independent.
        newborn_handicap: Subtracted from the logit of "newborn", since few detections are.
        motion: How people move; MOTIP knows no places.
    """

    detection_score: float = 0.3
    newborn_score: float = 0.7
    newborn_distance_m: float = 0.8
    id_threshold: float = 0.0
    longest_jump_frames: int = 75
    assignment: Literal["object_max", "hungarian"] = "hungarian"
    decoder_weight: float = 0.4
    newborn_handicap: float = 6.0
    motion: MotionSettings = field(default_factory=MotionSettings)


class MicroTracker:
    """Gives the detections of one arena's frames their micro-track IDs. Holds all its state itself."""

    def __init__(self, decode_ids: DecodeIds, settings: MicroTrackSettings | None = None) -> None:
        self._decode_ids = decode_ids
        self._settings = settings or MicroTrackSettings()
        self._memory = TrajectoryMemory()
        self._labels_by_use = list(range(IDENTITY_SLOTS))  # least recently used first
        self._id_of_label = np.full(IDENTITY_SLOTS, NO_MICRO_TRACK, np.int64)
        self._next_id = 1
        self._last_frame_index: int | None = None
        self._motion = LabelMotion(self._settings.motion)

    def update(self, frame_index: int, embeddings: Float32s, scores: Float32s, points_m: Floats) -> Int64s:
        """Take one frame and say who is who. When the decoder raises, the memory is as before the frame.

        Args:
            frame_index: Rises from call to call.
            embeddings: (N,256) f32, finite; N = 0 for an empty frame.
            scores: (N,) f32 in (0,1).
            points_m: (N,2), where the detections stand, metres.

        Returns:
            (N,) micro-track IDs, from 1, distinct and never given to anybody else; NO_MICRO_TRACK (-1) for detections
            below the detection score, beyond the best 64, and for newborns below the newborn score or beyond the 50
            labels.
        """
        self._clear_after_jump(frame_index)
        rows = self._select_detections(scores)
        penalties = self._motion.penalise(frame_index, points_m[rows])
        labels = self._continue_tracks(embeddings[rows], penalties)
        self._start_tracks(labels, scores[rows], points_m[rows])
        rows, labels = rows[labels < NEWBORN], labels[labels < NEWBORN]
        self._memory.push(labels, embeddings[rows])
        self._motion.observe(frame_index, labels, points_m[rows])
        self._last_frame_index = frame_index
        micro_track_ids = np.full(len(scores), NO_MICRO_TRACK, np.int64)
        micro_track_ids[rows] = self._id_of_label[labels]
        return micro_track_ids

    def _clear_after_jump(self, frame_index: int) -> None:
        last = frame_index if self._last_frame_index is None else self._last_frame_index
        if frame_index - last > self._settings.longest_jump_frames:
            self._memory.clear()

    def _select_detections(self, scores: Float32s) -> Int64s:
        rows = np.flatnonzero(scores > self._settings.detection_score)
        best = np.argsort(-scores[rows], kind="stable")[:DECODER_DETECTIONS]
        return rows[np.sort(best)]

    def _continue_tracks(self, embeddings: Float32s, penalties: Float64s) -> Int64s:
        count, live_labels = len(embeddings), self._memory.live_labels()
        if not count or not live_labels.any():
            return np.full(count, NEWBORN, np.int64)
        features = np.zeros((DECODER_DETECTIONS, EMBEDDING_DIMS), np.float32)
        features[:count] = embeddings
        mask = np.arange(DECODER_DETECTIONS) < count
        words = self._decode_ids(self._memory.features, self._memory.mask, features, mask)[:count]
        logits = self._settings.decoder_weight * log_probabilities(words)
        logits[:, NEWBORN] -= self._settings.newborn_handicap
        logits[:, :NEWBORN] -= penalties
        assign = assign_by_hungarian if self._settings.assignment == "hungarian" else assign_by_object_max
        return assign(label_probabilities(logits), live_labels, self._settings.id_threshold)

    def _start_tracks(self, labels: Int64s, scores: Float32s, points_m: Floats) -> None:
        """Give labels to those newborns that deserve one, best score first; in place."""
        for label in labels[labels < NEWBORN]:
            self._mark_used(int(label))
        newborns = np.flatnonzero((labels == NEWBORN) & (scores > self._settings.newborn_score))
        for row in newborns[np.argsort(-scores[newborns], kind="stable")]:
            others = labels < NEWBORN
            ways_m = np.linalg.norm(points_m[others] - points_m[row], axis=1)
            if others.sum() < IDENTITY_SLOTS and (ways_m >= self._settings.newborn_distance_m).all():
                labels[row] = self._start_track()

    def _start_track(self) -> int:
        label = self._labels_by_use[0]
        self._memory.forget(label)
        self._motion.forget(label)
        self._mark_used(label)
        self._id_of_label[label] = self._next_id
        self._next_id += 1
        return label

    def _mark_used(self, label: int) -> None:
        self._labels_by_use.remove(label)
        self._labels_by_use.append(label)
