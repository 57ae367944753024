"""Every frame of a film through a running server, as fast as it answers; one arena or several at a time."""

import asyncio
from dataclasses import dataclass

from benchmarks.frames import Film
from client.clock import now_ns
from client.frames import Update
from client.sources.frame_list import FrameList
from client.stream import Client
from sideline.errors import BenchmarkError
from sideline.tensors import FrameStatus


@dataclass(frozen=True, slots=True, eq=False)
class StreamRun:
    """What came back of one run.

    Attributes:
        updates: One list of answers an arena, END included.
        duration_s: From the first sending to the answer to the last END.
    """

    updates: list[list[Update]]
    duration_s: float

    @property
    def frames(self) -> int:
        """Frames answered, all arenas together; END is none."""
        return sum(not update.is_end for arena in self.updates for update in arena)

    @property
    def frames_per_s(self) -> float:
        """Frames answered a second."""
        return self.frames / self.duration_s


def stream_film(url: str, model: str, film: Film, frames: int, *, window: int = 4, arenas: int = 1) -> StreamRun:
    """Send so many frames of the film for each arena and wait for all answers.

    Args:
        url: Host and gRPC port.
        model: Name of the ensemble.
        film: What to send.
        frames: Frames an arena.
        window: Frames in flight an arena.
        arenas: Streams at once.

    Raises:
        StreamError: The server failed.
        BenchmarkError: A frame came back as anything else than OK; the figures would be of no use.
    """
    return asyncio.run(_stream(url, model, film, frames, window, arenas))


async def _stream(url: str, model: str, film: Film, frames: int, window: int, arenas: int) -> StreamRun:
    client = Client(url, model=model, window=window)
    started_ns = now_ns()
    updates = await asyncio.gather(*(_stream_arena(client, film, frames) for _ in range(arenas)))
    return StreamRun(updates, (now_ns() - started_ns) / 1e9)


async def _stream_arena(client: Client, film: Film, frames: int) -> list[Update]:
    source = FrameList(film.play(frames), film.rig, film.fps)
    session = client.track(source, match_sheet=film.match_sheet)
    updates = [update.without_pictures() async for update in session]
    check_statuses(updates)
    return updates


def check_statuses(updates: list[Update]) -> None:
    """Refuse a run in which a frame was not tracked.

    Raises:
        BenchmarkError: Naming the first such frame.
    """
    for update in updates:
        if update.status not in (FrameStatus.OK, FrameStatus.END_OF_STREAM):
            raise BenchmarkError(
                f"frame {update.frame_index} came back as {update.status.name} ({update.message}): "
                "measure with a match whose frames are good"
            )
