"""`sideline bytetrack`: detections of a recording → tracklets, by ByteTrack."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress


def bytetrack(
    detections: Annotated[Path, typer.Argument(help="npz: frame_numbers (D), bboxes (D, 4), confidences (D).")],
    out: Annotated[Path, typer.Option(help="npz of the tracklets.")] = Path("tracklets_raw.npz"),
    config: Annotated[Path | None, typer.Option(help="YAML of the settings; without it the published ones.")] = None,
    progress: Annotated[bool, typer.Option("--progress", help="Show a progress bar.")] = False,
) -> None:
    """Track boxes by ByteTrack, offline: a drop-in for pipelines that start from detections.

    Input: frame_numbers, never falling; bboxes x0 y0 x1 y1 in pixels;
    confidences in [0, 1]. Output, a row a tracked detection, sorted by
    tracklet and frame: tracklet_id, frame_numbers, bboxes and confidences
    of the detection, detection_indices (its row in the input), and
    filtered_bboxes (the tracker's own box). Settings: track_buffer 30,
    track_thresh 0.5, match_thresh 0.8, frame_rate 30, mot20 false.

    Example: sideline bytetrack detections_raw.npz --config stage2_track.yaml
    """
    from sideline.tracking.bytetrack.files import read_detections, write_tracklets
    from sideline.tracking.bytetrack.recording import track_recording
    from sideline.tracking.bytetrack.settings import ByteTrackSettings, read_settings

    settings = ByteTrackSettings() if config is None else read_settings(config)
    read = read_detections(detections)
    frames = len(set(read.frame_numbers.tolist()))
    with Progress(disable=not progress) as bar:
        task = bar.add_task("frames", total=frames)
        tracklets = track_recording(read, settings, lambda: bar.advance(task))
    write_tracklets(out, tracklets)
    tracked, given = len(tracklets.tracklet_id), len(read.frame_numbers)
    typer.echo(f"{out}: {tracklets.count} tracklets, {tracked} of {given} detections in {frames} frames tracked")
