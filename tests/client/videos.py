"""Small videos whose pictures tell their index: frame k is grey of brightness 20 + 8 k, with noise."""

from pathlib import Path

import av
import numpy as np
import simplejpeg

from sideline.arena.rig import Rig, parse_rig
from tests.arena.rigs import rig_toml

WIDTH_PX, HEIGHT_PX = 320, 176

SHEET = """
[home]
shirt = "#aa1923"
shorts = "#141418"
[[home.players]]
number = "4"
name = "Home 4"
[away]
shirt = "#f2f2f0"
shorts = "#f2f2f0"
[[away.players]]
number = "23"
name = "Away 23"
"""
"""A match sheet of two teams with a player each."""


def small_rig() -> Rig:
    """The tests' rig with the videos' size."""
    size = f"width_px = {WIDTH_PX}\nheight_px = {HEIGHT_PX}"
    return parse_rig(rig_toml().replace("width_px = 1280\nheight_px = 720", size))


def write_video(path: Path, frames: int, *, fps: int = 25, width_px: int = WIDTH_PX, header: str = "front") -> None:
    """H.264; with its header in front a cut file still opens, with its header at the end it does not."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w", options={"movflags": "+faststart"} if header == "front" else {}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "20", "g": "5", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width_px, HEIGHT_PX, "yuv420p"
        for index in range(frames):
            picture = rng.normal(20 + 8 * index, 6, (HEIGHT_PX, width_px, 3)).clip(0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def index_shown(jpeg: bytes | None) -> int | None:
    """Which frame of ``write_video`` a JPEG shows; None for no picture."""
    if jpeg is None:
        return None
    picture = simplejpeg.decode_jpeg(jpeg, "RGB")
    assert picture.shape[0] == HEIGHT_PX
    return round((float(picture.mean()) - 20) / 8)


def write_match(folder: Path, frames: int) -> Path:
    """A match folder without truth."""
    folder.mkdir(parents=True, exist_ok=True)
    for side in ("left", "right"):
        write_video(folder / f"{side}.mp4", frames)
    (folder / "rig.toml").write_text(small_rig().to_toml())
    return folder
