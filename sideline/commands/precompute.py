"""`sideline precompute`: detections, crop features and tracks of matches, computed once and kept."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from sideline.errors import ArtifactError

if TYPE_CHECKING:
    from sideline.artifacts.workers import Workers


def precompute(
    match_dirs: Annotated[list[Path], typer.Argument(help="Match folders: left.mp4, right.mp4, rig.toml.")],
    cache: Annotated[Path, typer.Option(help="Folder of the artifacts; may be shared.")] = Path("artifacts"),
    workers: Annotated[int, typer.Option(min=1, help="Matches at once, one core each.")] = 1,
    ray: Annotated[
        str | None, typer.Option(help='Ray cluster, e.g. "ray://head:10001"; "local" starts one.', show_default=False)
    ] = None,
    detector: Annotated[str, typer.Option(help="Engine of the detector: heatmap_detector or detr.")] = (
        "heatmap_detector"
    ),
    crop_stride: Annotated[int, typer.Option(min=1, help="A detection is encoded in one frame of so many.")] = 3,
    repository: Annotated[Path | None, typer.Option(help="Model repository; the project's own by default.")] = None,
) -> None:
    """Compute what is missing of matches, in two layers that are kept apart.

    frames: every detection with the crop encoder's features; anew when the
    video, the detector or the crop encoder changes. tracks: which
    detections are one person; anew when the tracker changes, too. A new
    jersey classifier or resolver recomputes nothing. A layer that is broken
    off begins anew, those that were done are kept; damaged ones are computed
    anew. Ends by saying where each match's frame level is: `sideline resolve
    MATCH --frames FILE` takes from it what people look like.

    Example: sideline precompute data/* --workers 4
    """
    try:
        from sideline.artifacts.pipeline import precompute as run
        from sideline.artifacts.repository_pipeline import make_pipeline
        from sideline.serving.installation import MODEL_REPOSITORY
    except ImportError as error:
        raise ArtifactError(f"precomputing cannot start: {error}; run: pip install 'sideline[serve,client]'") from error
    outcomes: Counter[str] = Counter()
    console = Console(stderr=True)
    with Progress(console=console) as progress:
        task = progress.add_task("matches", total=len(match_dirs))

        def show(match_dir: Path, frame_index: int) -> None:
            progress.update(task, description=f"{match_dir}: frame {frame_index}")

        in_here = ray is None and workers == 1
        pipeline = make_pipeline(repository or MODEL_REPOSITORY, detector, crop_stride, show if in_here else None)
        for done in run(match_dirs, pipeline, cache, _choose_workers(workers, ray)):
            outcomes.update((f"frames {done.frames}", f"tracks {done.tracks}"))
            said = f"{done.match_dir}: frames {done.frames}, tracks {done.tracks}: {done.frames_path}"
            progress.console.print(said, highlight=False, soft_wrap=True)
            progress.advance(task)
    console.print(", ".join(f"{count} {what}" for what, count in sorted(outcomes.items())), highlight=False)


def _choose_workers(workers: int, ray: str | None) -> "Workers":
    from sideline.artifacts.workers import LocalWorkers, RayWorkers

    return LocalWorkers(workers) if ray is None else RayWorkers(ray, workers)
