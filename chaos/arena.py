"""One arena's client as a process: ``python -m chaos.arena CLIP --url … --out …``; SIGINT ends it in good order.

Writes a run folder and, beside it, `given.json` with the frames that the cameras gave.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from chaos.cameras import FAULTS, Cameras
from chaos.clips import load_clip
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.stream import Client
from client.tracking import Reconnect
from sideline.errors import SidelineError


def main() -> None:
    """Stream until the cameras have given all their frames."""
    options = _parse()
    cameras = Cameras(load_clip(options.clip), options.fps, options.began_ns or time.time_ns(), options.frames)
    cameras.is_live = options.live
    if options.fault:
        name, first, end = options.fault.split(":")
        cameras.fault = FAULTS[name], range(int(first), int(end))
    client = Client(
        options.url,
        model=options.model,
        window=options.window,
        answer_timeout_s=options.answer_timeout_s,
        reconnect=Reconnect(give_up_after_s=120.0),
    )
    folder = RunFolder(options.out, options.live)
    try:
        asyncio.run(
            track_to_folder(client, cameras, folder, RunOptions(overlay=False, resume=options.resume), lambda _: None)
        )
    except SidelineError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "given.json").write_text(json.dumps({"given": cameras.given}))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", default="path_b")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fps", type=float, default=1.0)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--window", type=int, default=4)
    parser.add_argument("--answer-timeout-s", type=float, default=20.0)
    parser.add_argument("--began-ns", type=int, default=0, help="when frame 0 was due")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--fault", help="NAME:FIRST:END of chaos.cameras.FAULTS")
    return parser.parse_args()


if __name__ == "__main__":
    main()
