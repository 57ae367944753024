"""`sideline import-annotations`: foot-points marked in pictures become the truth of a match folder."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sideline.errors import TrainingError


def import_annotations(
    annotations: Annotated[Path, typer.Argument(help="CSV: frame_index,person_id,camera,x_px,y_px[,category,number].")],
    match_dir: Annotated[Path, typer.Argument(help="Folder with left.mp4, right.mp4 and rig.toml.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the truth that is there.")] = False,
) -> None:
    """Turn marked foot-points into truth.parquet, for training and for `sideline evaluate`.

    A row is one person in one frame of one camera: the pixel midway
    between the feet, on the floor. Mark everybody in a frame, or nobody:
    frames without a row are not used.

    Example: sideline import-annotations annotations.csv matches/saturday
    """
    try:
        from sideline.training import annotations as files
    except ImportError as error:
        raise TrainingError(f"importing cannot start: {error}; run: pip install 'sideline[client]'") from error
    truth = match_dir / "truth.parquet"
    if truth.exists() and not force:
        raise TrainingError(f"{truth} exists: add --force to replace it")
    rows = files.import_annotations(annotations, match_dir)
    Console(stderr=True).print(f"{rows} foot-points in {truth}", highlight=False)
