"""Merges the pictures of two cameras into one sequence of arrivals; pairing by index comes after."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, TypeAlias

from sideline.errors import SourceError

Pictures: TypeAlias = AsyncGenerator[tuple[int, bytes], None]
"""(index on the common clock, JPEG bytes), indices rising."""
_RETRY_S: Final = 1.0
_MOST_WARNINGS: Final = 20
"""A camera with a loose plug fills no memory."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture of one camera, or the end of that camera's pictures.

    Attributes:
        side: "left" or "right".
        picture: (index, JPEG bytes); None when the camera is gone, for good or for a while.
    """

    side: str
    picture: tuple[int, bytes] | None


async def merge_files(pictures: Mapping[str, Pictures], behind: Callable[[], str]) -> AsyncGenerator[Arrival, None]:
    """Read the file that is behind, until one of them ends.

    Args:
        pictures: By side.
        behind: Says which side has come less far.
    """
    while True:
        side = behind()
        picture = await anext(pictures[side], None)
        yield Arrival(side, picture)
        if picture is None:
            return


async def merge_live(
    cameras: Mapping[str, Callable[[], Pictures]], warnings: list[str], wait_s: float = 0.0
) -> AsyncGenerator[Arrival, None]:
    """Take pictures as they arrive, until both cameras have ended.

    Args:
        cameras: What opens a camera, by side.
        warnings: Takes a sentence for a camera that was lost, and for one that came back; the other one goes on.
        wait_s: A camera that ended is opened again until neither gave a picture for so long; 0: not at all.
    """
    arrived: asyncio.Queue[Arrival | None] = asyncio.Queue()
    watch = _Watch(wait_s, warnings)

    async def forward(side: str) -> None:
        try:
            while True:
                await _forward_once(side, cameras[side], arrived, watch)
                arrived.put_nowait(Arrival(side, None))
                if watch.is_over():
                    return
                await asyncio.sleep(_RETRY_S)
        finally:
            arrived.put_nowait(None)

    tasks = [asyncio.create_task(forward(side)) for side in cameras]
    try:
        open_cameras = len(tasks)
        while open_cameras:
            arrival = await arrived.get()
            if arrival is None:
                open_cameras -= 1
            else:
                yield arrival
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forward_once(
    side: str, camera: Callable[[], Pictures], arrived: "asyncio.Queue[Arrival | None]", watch: "_Watch"
) -> None:
    try:
        async with aclosing(camera()) as pictures:
            async for picture in pictures:
                watch.note_picture(side)
                arrived.put_nowait(Arrival(side, picture))
        watch.note_loss(side, "")
    except SourceError as error:
        watch.note_loss(side, str(error))


class _Watch:
    """Knows which cameras are gone and since when none gave a picture."""

    def __init__(self, wait_s: float, warnings: list[str]) -> None:
        self._wait_s = wait_s
        self._warnings = warnings
        self._gone: set[str] = set()
        self._last_picture_s = asyncio.get_running_loop().time()

    def note_picture(self, side: str) -> None:
        self._last_picture_s = asyncio.get_running_loop().time()
        if side in self._gone:
            self._gone.discard(side)
            self._warn(f"the {side} camera came back")

    def note_loss(self, side: str, reason: str) -> None:
        """Warn once for each loss; a camera that just ends is worth a word only when it is waited for."""
        if side not in self._gone and (reason or self._wait_s):
            self._warn(f"the {side} camera was lost: {reason or 'it ended its stream'}")
        self._gone.add(side)

    def is_over(self) -> bool:
        """Whether no camera is worth waiting for any longer."""
        return asyncio.get_running_loop().time() - self._last_picture_s >= self._wait_s

    def _warn(self, warning: str) -> None:
        if len(self._warnings) < _MOST_WARNINGS:
            self._warnings.append(warning)
