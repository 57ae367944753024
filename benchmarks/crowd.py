"""Any number of players without a picture: what the detector and the crop encoder would say of them.

Each walks around a place of their own on the floor, so that nobody ever comes near anybody and the number of tracks is
the number of players. Knows tensors and the floor; knows no network.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from sideline.arena.panorama import Panorama
from sideline.arena.rig import Rig
from sideline.arrays import Float32s, Float64s, Int64s
from sideline.tensors import APPEARANCE_DIMS, CROP_FEATURE_DIMS, EMBEDDING_DIMS, JERSEY, QUERIES, TEAM

_COLUMNS: Final = 10
_RADIUS_M: Final = 0.9
_LAP_S: Final = 6.0
_FPS: Final = 25.0
_SURE: Final = 6.0
"""Logit of a detection; those of nobody have the opposite."""


@dataclass(frozen=True)
class Crowd:
    """So many players, up to 50, on the court of a rig.

    Attributes:
        players: How many.
        rig: The cameras and the court.
    """

    players: int
    rig: Rig

    def places_m(self, frame_index: int) -> Float64s:
        """Where they stand: (players,2), x and z in metres."""
        number = np.arange(self.players)
        court = self.rig.court
        cell = np.column_stack([number % _COLUMNS, number // _COLUMNS]) + 0.5
        centres = (cell / [_COLUMNS, 50 // _COLUMNS] - 0.5) * [court.length_m, court.width_m]
        angle = 2 * np.pi * (frame_index / (_LAP_S * _FPS)) + number
        return np.asarray(centres + _RADIUS_M * np.column_stack([np.cos(angle), np.sin(angle)]))

    def detect(self, frame_index: int) -> tuple[Float32s, Float32s, Float32s]:
        """What `detr` would say: logits (1,100,1), points (1,100,2), embeddings (1,100,256)."""
        logits = np.full((1, QUERIES, 1), -_SURE, np.float32)
        points = np.full((1, QUERIES, 2), 0.5, np.float32)
        embeddings = np.zeros((1, QUERIES, EMBEDDING_DIMS), np.float32)
        logits[0, : self.players] = _SURE
        points[0, : self.players] = self._panorama.uv_from_floor(self.places_m(frame_index))
        embeddings[0, : self.players] = self._embeddings
        return logits, points, embeddings

    def describe(self, players: Int64s) -> dict[str, Float32s]:
        """What `crop_encoder` would say of these players, by the name of the tensor; each looks like nobody else."""
        rows = len(players)
        appearance = np.eye(APPEARANCE_DIMS, dtype=np.float32)[players % APPEARANCE_DIMS]
        return {
            "appearance": appearance,
            "jersey": np.zeros((rows, *JERSEY.dims), np.float32),
            "team": np.zeros((rows, *TEAM.dims), np.float32),
            "crop_features": self._features[players],
        }

    @cached_property
    def _panorama(self) -> Panorama:
        return Panorama.of(self.rig)

    @cached_property
    def _features(self) -> Float32s:
        return np.random.default_rng(1).normal(size=(self.players, CROP_FEATURE_DIMS)).astype(np.float32)

    @cached_property
    def _embeddings(self) -> Float32s:
        return np.random.default_rng(0).normal(size=(self.players, EMBEDDING_DIMS)).astype(np.float32)
