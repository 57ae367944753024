"""`sideline calibrate`: from the pixels of court landmarks to a rig file, with a picture to check it by."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sideline.errors import RigError

if TYPE_CHECKING:
    from sideline.arena.calibration import LandmarkError
    from sideline.arena.landmark_file import RigFit

_SIDES = ("left", "right")


def calibrate(
    landmarks: Annotated[Path, typer.Argument(help="Landmark file; docs/your_own_arena.md shows one.")],
    out: Annotated[Path, typer.Option(help="Rig file to write.")] = Path("rig.toml"),
    picture: Annotated[
        tuple[str, str] | None,
        typer.Option(help="A picture or a video (its first frame) of the left and of the right camera.", metavar="L R"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing rig file.")] = False,
) -> None:
    """Calibrate both cameras from landmarks of the court and write the rig.

    Needs 6 landmarks a camera, better 12 or more. Prints how far each lies
    from where the camera should show it. A landmark that contradicts the
    others is left out and named. With --picture the lines of the court
    are drawn over the pictures, as RIG_left.png and RIG_right.png.

    Example: sideline calibrate landmarks.toml --out rig.toml --picture left.png right.png
    """
    try:
        from sideline.arena.landmark_file import calibrate_rig
        from sideline.arena.panorama import Panorama
    except ImportError as error:
        raise RigError(f"calibrating cannot start: {error}; run: pip install 'sideline[client]'") from error
    if out.exists() and not force:
        raise RigError(f"{out} exists: choose another --out, or add --force to replace it")
    fit = calibrate_rig(landmarks)
    console = Console()
    for side in _SIDES:
        console.print(_table(fit, side))
    _draw(fit, out, picture)
    Panorama.of(fit.rig)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(fit.rig.to_toml(), encoding="utf-8")
    console.print(f"{_seen_percent(fit):.0f} % of the floor is seen by a camera; rig in {out}", highlight=False)


def _table(fit: "RigFit", side: str) -> Table:
    found = fit.camera(side)
    x, y, z = found.camera.centre_m
    place = f"at x={x:.2f} y={y:.2f} z={z:.2f} m, {found.rms_px:.2f} px rms"
    table = Table(title=f"{side} camera {place}")
    table.add_column("landmark")
    for column in ("error px", "on the floor", ""):
        table.add_column(column, justify="right")
    for mark in found.landmarks:
        note = "suspicious: left out" if mark.suspicious else ""
        table.add_row(mark.name, f"{mark.error_px:.1f}", _metres(mark), note)
    return table


def _metres(mark: "LandmarkError") -> str:
    return f"{mark.error_m:.2f} m" if mark.error_m == mark.error_m else "–"


def _seen_percent(fit: "RigFit") -> float:
    """Share of the court, with a metre around it, that at least one camera sees."""
    import numpy as np

    half_x, half_z = fit.rig.court.length_m / 2 + 1, fit.rig.court.width_m / 2 + 1
    x, z = np.meshgrid(np.linspace(-half_x, half_x, 61), np.linspace(-half_z, half_z, 35))
    floor = np.column_stack([x.ravel(), np.zeros(x.size), z.ravel()])
    cameras = [fit.rig.camera(side) for side in _SIDES]
    return 100 * float(np.logical_or(*(camera.sees(camera.project(floor)) for camera in cameras)).mean())


def _draw(fit: "RigFit", out: Path, pictures: tuple[str, str] | None) -> None:
    if pictures is None:
        return
    import cv2

    from client.drawing.court_view import draw_court, draw_landmarks
    from client.sources.still import read_still

    for side, url in zip(_SIDES, pictures, strict=True):
        picture, camera = read_still(url), fit.rig.camera(side)
        if picture.shape[:2] != (camera.height_px, camera.width_px):
            raise RigError(
                f"{url} is {picture.shape[1]}×{picture.shape[0]} px, but the landmarks of the {side} camera are for "
                f"{camera.width_px}×{camera.height_px}: mark them in a picture of the camera's own size"
            )
        draw_court(picture, camera, fit.rig.court)
        draw_landmarks(picture, fit.camera(side).landmarks)
        out.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(out.with_name(f"{out.stem}_{side}.png")), picture[:, :, ::-1])
