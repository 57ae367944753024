"""Recording a match into a folder: two videos, rig, truth, roster and where all of it came from.

The folder appears under its name only when it is complete; a broken recording leaves nothing behind.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.arrays import Image
from sideline.errors import SimulationError
from sideline.simulator.match import Match
from sideline.simulator.people import Person
from sideline.simulator.render import Renderer
from sideline.simulator.roster import roster_toml
from sideline.simulator.truth import FrameTruth

_ENCODER: Final = {"preset": "veryfast", "crf": "20", "threads": "1"}
_FRAMES_PER_GROUP: Final = 250
_TRUTH_SCHEMA: Final = pa.schema(
    [
        ("frame_index", pa.int64()),
        ("person_id", pa.int64()),
        ("x_m", pa.float64()),
        ("z_m", pa.float64()),
        ("on_floor", pa.bool_()),
        ("visibility", pa.float64()),
        ("category", pa.string()),
        ("number", pa.string()),
        ("left_box", pa.list_(pa.float64())),
        ("right_box", pa.list_(pa.float64())),
    ]
)


def record_match(
    match: Match, folder: Path, progress: Callable[[int], None] | None = None, *, overwrite: bool = False
) -> None:
    """Render and write a match.

    Args:
        match: The match.
        folder: Where to write; its parents are made.
        progress: Called with the number of frames done, after each.
        overwrite: Replace an earlier match in the folder; a folder with anything else in it is never replaced.

    Raises:
        SimulationError: When the folder exists and may not be replaced, or cannot be written.
    """
    _check_free(folder, overwrite)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _completed(folder) as partial:
            _write_texts(match, partial)
            _write_frames(match, partial, progress)
    except OSError as error:
        raise SimulationError(f"cannot write the match to {folder}: {error}") from error


def _check_free(folder: Path, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise SimulationError(f"{folder} is not a folder; choose another place")
    is_match = (folder / "match.toml").is_file()
    if any(folder.iterdir()) and not (overwrite and is_match):
        advice = "add --force to replace that match" if is_match else "it is no match; choose another place"
        raise SimulationError(f"{folder} is not empty: {advice}")


@contextmanager
def _completed(folder: Path) -> Iterator[Path]:
    """A temporary folder beside the final one, renamed to it when the block succeeds, removed when it does not."""
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield partial
        partial.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_texts(match: Match, folder: Path) -> None:
    (folder / "rig.toml").write_text(match.rig.to_toml(), encoding="utf-8")
    (folder / "roster.toml").write_text(roster_toml(match.people), encoding="utf-8")
    origin = [
        f'simulator = "sideline {version("sideline")}"',
        f"seed = {match.seed}",
        f'venue = "{match.venue}"',
        f"seconds = {match.frames / match.motion.fps!r}",
        f"fps = {match.motion.fps!r}",
        f"frames = {match.frames}",
    ]
    (folder / "match.toml").write_text("\n".join(origin) + "\n", encoding="utf-8")


def _write_frames(match: Match, folder: Path, progress: Callable[[int], None] | None) -> None:
    renderer = Renderer(match)
    with ExitStack() as stack:
        left = stack.enter_context(VideoWriter.open(folder / "left.mp4", match.motion.fps))
        right = stack.enter_context(VideoWriter.open(folder / "right.mp4", match.motion.fps))
        table = stack.enter_context(pq.ParquetWriter(folder / "truth.parquet", _TRUTH_SCHEMA))
        for start in range(0, match.frames, _FRAMES_PER_GROUP):
            group = range(start, min(start + _FRAMES_PER_GROUP, match.frames))
            truths = []
            for frame in group:
                images = renderer.render(frame)
                left.write(images[0])
                right.write(images[1])
                truths.append(renderer.truth(frame))
                if progress is not None:
                    progress(frame + 1)
            table.write_table(truth_table(truths, start, match.people.persons))


def truth_table(truths: list[FrameTruth], first_frame: int, persons: tuple[Person, ...]) -> pa.Table:
    """Rows of truth.parquet for consecutive frames, one a frame and person."""
    count, people = len(truths), len(persons)
    feet = np.concatenate([truth.foot_points_m for truth in truths])
    columns: dict[str, Sequence[Any] | npt.NDArray[Any]] = {
        "frame_index": np.repeat(np.arange(first_frame, first_frame + count), people),
        "person_id": np.concatenate([truth.person_ids for truth in truths]),
        "x_m": feet[:, 0],
        "z_m": feet[:, 1],
        "on_floor": np.concatenate([truth.on_floor for truth in truths]),
        "visibility": np.concatenate([truth.visibility for truth in truths]),
        "category": [person.category for person in persons] * count,
        "number": [person.number for person in persons] * count,
        "left_box": [_box(row) for truth in truths for row in truth.left_boxes_px.tolist()],
        "right_box": [_box(row) for truth in truths for row in truth.right_boxes_px.tolist()],
    }
    return pa.table(columns, schema=_TRUTH_SCHEMA)


def _box(row: list[float]) -> list[float] | None:
    return None if row[0] != row[0] else row  # NaN: not in the image


class VideoWriter:
    """Writes RGB images as H.264 in an MP4."""

    def __init__(self, container: av.container.OutputContainer, fps: float) -> None:
        """Take an open container; the stream is added with the first image's size."""
        self._container, self._fps = container, Fraction(fps).limit_denominator(1001)
        self._stream: av.VideoStream | None = None

    @classmethod
    @contextmanager
    def open(cls, path: Path, fps: float) -> Iterator["VideoWriter"]:
        """Open a video for writing; it is complete when the block ends."""
        with av.open(str(path), "w") as container:
            writer = cls(container, fps)
            yield writer
            writer._flush()

    def write(self, image: Image) -> None:
        """Append one image [H, W, 3] uint8 RGB; even height and width, the same for all."""
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._fps, options=_ENCODER)
            self._stream.height, self._stream.width = image.shape[:2]
            self._stream.pix_fmt = "yuv420p"
        self._container.mux(self._stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))

    def _flush(self) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
