"""The rig file: the left and the right camera of an arena with their calibration, as TOML.

Knows the file's form and checks its values; projection is in ``camera``, the panorama in ``panorama``.
"""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sideline.arena.camera import Camera, invertible_radius_squared
from sideline.arena.court import Court
from sideline.errors import RigError

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(allow_inf_nan=False, gt=0)]
Pair = tuple[Finite, Finite]
Triple = tuple[Finite, Finite, Finite]


class _CameraFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width_px: int = Field(ge=16, le=8192)
    height_px: int = Field(ge=16, le=8192)
    focal_px: tuple[Positive, Positive]
    principal_px: Pair
    distortion: tuple[Finite, Finite, Finite, Finite, Finite]
    rotation_rodrigues: Triple
    translation_m: Triple

    def to_camera(self) -> Camera:
        matrix = np.diag([*self.focal_px, 1.0])
        matrix[:2, 2] = self.principal_px
        distortion = np.array(self.distortion)
        return Camera(
            width_px=self.width_px,
            height_px=self.height_px,
            matrix=matrix,
            distortion=distortion,
            rotation=np.asarray(cv2.Rodrigues(np.array(self.rotation_rodrigues))[0], np.float64),
            translation_m=np.array(self.translation_m),
            max_radius_squared=invertible_radius_squared(distortion),
        )


class _CourtFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    length_m: Positive = 28.0
    width_m: Positive = 15.0


class _RigFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    arena: str = Field(min_length=1, max_length=100)
    court: _CourtFile = _CourtFile()
    left: _CameraFile
    right: _CameraFile


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """The two cameras of an arena and the court that they look at.

    Attributes:
        arena: Name of the venue.
        court: The playing field.
        left, right: Cameras that look at the floor's left (x < 0) and right half, from the side z > 0.
    """

    arena: str
    court: Court
    left: Camera
    right: Camera

    def camera(self, side: str) -> Camera:
        """The camera of ``side``, "left" or "right"."""
        return self.left if side == "left" else self.right

    def to_toml(self) -> str:
        """The rig file's text; ``parse_rig`` gives the same rig back."""
        court = f"[court]\nlength_m = {self.court.length_m!r}\nwidth_m = {self.court.width_m!r}\n"
        cameras = [f"[{side}]\n{_camera_toml(self.camera(side))}" for side in ("left", "right")]
        name = json.dumps(self.arena, ensure_ascii=False)  # a TOML basic string is escaped like JSON
        return "\n".join([f"arena = {name}\n", court, *cameras])


def load_rig(path: Path | str) -> Rig:
    """Read a rig file.

    Raises:
        RigError: the file is absent, no TOML, lacks a key or holds an unusable value; the message names it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RigError(f"cannot read the rig file {path}: {error}") from error
    try:
        return parse_rig(text)
    except RigError as error:
        raise RigError(f"{path}: {error}") from error


def parse_rig(text: str) -> Rig:
    """Read the text of a rig file.

    Args:
        text: TOML with ``arena``, ``[court]``, ``[left]`` and ``[right]``; see docs/your_own_arena.md.

    Raises:
        RigError: no TOML, a missing or unknown key, or a value that is not finite or out of range.
    """
    try:
        parsed = _RigFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RigError(f"the rig is not valid TOML: {error}") from error
    except ValidationError as error:
        raise RigError(_describe(error)) from error
    court = Court(parsed.court.length_m, parsed.court.width_m)
    return Rig(parsed.arena, court, parsed.left.to_camera(), parsed.right.to_camera())


def _describe(error: ValidationError) -> str:
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}" for fault in error.errors()]
    return f"the rig cannot be used: {'; '.join(faults)} (docs/your_own_arena.md shows a complete rig file)"


def _camera_toml(camera: Camera) -> str:
    rodrigues = np.asarray(cv2.Rodrigues(camera.rotation)[0]).ravel()
    rows = {
        "focal_px": camera.matrix[[0, 1], [0, 1]],
        "principal_px": camera.matrix[:2, 2],
        "distortion": camera.distortion,
        "rotation_rodrigues": rodrigues,
        "translation_m": camera.translation_m,
    }
    lines = [f"{key} = [{', '.join(repr(float(value)) for value in values)}]" for key, values in rows.items()]
    return "\n".join([f"width_px = {camera.width_px}", f"height_px = {camera.height_px}", *lines, ""])
