"""A recorded match of grey pictures, 25 frames, with people whose foot-points are known."""

from pathlib import Path

import numpy as np

from sideline.arena.rig import load_rig
from tests.client.videos import write_match

FRAMES = 25
PLACES_M = {3: (-4.0, 1.0), 8: (5.0, -2.0), 4000: (0.5, 6.0)}
"""Person → place in frame 0; everybody walks 0.1 m along x in a frame."""
HEADER = "frame_index,person_id,camera,x_px,y_px,category,number"


def write_recorded(folder: Path) -> Path:
    """The videos and the rig, without truth."""
    return write_match(folder, FRAMES)


def place_m(person: int, frame: int) -> tuple[float, float]:
    x, z = PLACES_M[person]
    return x + 0.1 * frame, z


def row(match: Path, person: int, frame: int, side: str | None = None) -> str:
    """A line of annotations.csv, in the camera of the person's half unless another is named."""
    x, z = place_m(person, frame)
    side = side or ("left" if x < 0 else "right")
    u, v = load_rig(match / "rig.toml").camera(side).project(np.array([[x, 0.0, z]]))[0]
    return f"{frame},{person},{side},{u},{v},home,7"


def write_csv(match: Path, frames: list[int]) -> Path:
    path = match / "annotations.csv"
    path.write_text("\n".join([HEADER, *(row(match, person, frame) for frame in frames for person in PLACES_M)]))
    return path
