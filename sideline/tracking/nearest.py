"""The nearest-neighbour baseline: what association costs without looking at anybody. Knows positions only."""

import numpy as np

from sideline.arrays import Bools, Floats, Int64s


class NearestNeighbourTracker:
    """Joins each frame's points greedily, closest pair first, to the positions where tracks were last seen."""

    def __init__(self, gate_m: float = 1.0, keep_frames: int = 25) -> None:
        """
        Args:
            gate_m: No pair further apart than this is joined.
            keep_frames: A track is given up when it was last seen more frames ago than this.
        """
        self._gate_m = gate_m
        self._keep_frames = keep_frames
        self._ids = np.empty(0, np.int64)
        self._points_m = np.empty((0, 2))
        self._last_seen = np.empty(0, np.int64)
        self._next_id = 1

    def update(self, frame_index: int, points_m: Floats) -> Int64s:
        """Take one frame and say who is who.

        Args:
            frame_index: Rises from call to call.
            points_m: (N,2) foot-points on the floor, metres.

        Returns:
            (N,) IDs from 1, distinct; an ID that was given up does not come back.
        """
        self._drop_lost_tracks(frame_index)
        ids = self._join_nearest(points_m)
        fresh = ids == 0
        ids[fresh] = self._next_id + np.arange(fresh.sum())
        self._next_id += int(fresh.sum())
        self._remember(frame_index, ids, points_m)
        return ids

    def _drop_lost_tracks(self, frame_index: int) -> None:
        self._keep_tracks(frame_index - self._last_seen <= self._keep_frames)

    def _keep_tracks(self, kept: Bools) -> None:
        self._ids, self._points_m, self._last_seen = self._ids[kept], self._points_m[kept], self._last_seen[kept]

    def _join_nearest(self, points_m: Floats) -> Int64s:
        ids = np.zeros(len(points_m), np.int64)
        distances_m = np.linalg.norm(points_m[:, None] - self._points_m[None], axis=2)
        taken = np.zeros(len(self._ids), np.bool_)
        for flat in np.argsort(distances_m, axis=None, kind="stable"):
            point, track = divmod(int(flat), len(self._ids))
            if distances_m[point, track] > self._gate_m:
                break
            if not ids[point] and not taken[track]:
                ids[point], taken[track] = self._ids[track], True
        return ids

    def _remember(self, frame_index: int, ids: Int64s, points_m: Floats) -> None:
        self._keep_tracks(~np.isin(self._ids, ids))
        self._ids = np.append(self._ids, ids)
        self._points_m = np.vstack([self._points_m, points_m])
        self._last_seen = np.append(self._last_seen, np.full(len(ids), frame_index))
