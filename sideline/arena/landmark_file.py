"""The landmark file: which pixels show which landmarks in the two cameras, as TOML; and the rig made from it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sideline.arena.calibration import CameraFit, calibrate_camera
from sideline.arena.court import Court
from sideline.arena.rig import Pair, Positive, Rig
from sideline.errors import RigError


class _CourtSize(BaseModel):
    model_config = ConfigDict(extra="forbid")

    length_m: Positive = 28.0
    width_m: Positive = 15.0


class _Marks(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width_px: int = Field(ge=16, le=8192)
    height_px: int = Field(ge=16, le=8192)
    points: dict[str, Pair]


class _LandmarkFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    arena: str = Field(min_length=1, max_length=100)
    court: _CourtSize = _CourtSize()
    left: _Marks
    right: _Marks


@dataclass(frozen=True, slots=True, eq=False)
class RigFit:
    """A rig and how well the landmarks of both cameras fit it."""

    rig: Rig
    left: CameraFit
    right: CameraFit

    def camera(self, side: str) -> CameraFit:
        """The fit of ``side``, "left" or "right"."""
        return self.left if side == "left" else self.right


def calibrate_rig(path: Path) -> RigFit:
    """Calibrate both cameras from a landmark file.

    Args:
        path: TOML with ``arena``, optionally ``[court]``, and for ``[left]`` and ``[right]`` the image's size and
            ``points``, name = [x_px, y_px]; see docs/your_own_arena.md.

    Raises:
        RigError: the file cannot be read or a camera cannot be calibrated; the message names camera and fault.
    """
    marks = _read(path)
    court = Court(marks.court.length_m, marks.court.width_m)
    left, right = _fit("left", marks.left, court), _fit("right", marks.right, court)
    return RigFit(Rig(marks.arena, court, left.camera, right.camera), left, right)


def _fit(side: str, marks: _Marks, court: Court) -> CameraFit:
    outside = [
        name
        for name, (x, y) in marks.points.items()
        if not (-0.5 <= x <= marks.width_px - 0.5 and -0.5 <= y <= marks.height_px - 0.5)
    ]
    if outside:
        raise RigError(
            f"{side} camera: {outside[0]} lies outside the image of {marks.width_px}×{marks.height_px} px: "
            "mark it in a picture of that size, or correct width_px and height_px"
        )
    try:
        return calibrate_camera(marks.points, marks.width_px, marks.height_px, court)
    except RigError as error:
        raise RigError(f"{side} camera: {error}") from error


def _read(path: Path) -> _LandmarkFile:
    try:
        return _LandmarkFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise RigError(f"cannot read the landmark file {path}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise RigError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}" for fault in error.errors())
        raise RigError(f"{path} cannot be used: {faults} (docs/your_own_arena.md shows a complete one)") from error
