"""Merges the pictures of two cameras into one sequence of arrivals; pairing by index comes after."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sideline.errors import SourceError

Pictures: TypeAlias = AsyncGenerator[tuple[int, bytes], None]
"""(index on the common clock, JPEG bytes), indices rising."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture of one camera, or the end of that camera's pictures.

    Attributes:
        side: "left" or "right".
        picture: (index, JPEG bytes); None when the camera gives no more.
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


async def merge_live(pictures: Mapping[str, Pictures], warnings: list[str]) -> AsyncGenerator[Arrival, None]:
    """Take pictures as they arrive, until both cameras have ended.

    Args:
        pictures: By side.
        warnings: Takes a sentence for a camera that was lost; the other one goes on.
    """
    arrived: asyncio.Queue[Arrival] = asyncio.Queue()

    async def forward(side: str) -> None:
        try:
            async for picture in pictures[side]:
                arrived.put_nowait(Arrival(side, picture))
        except SourceError as error:
            warnings.append(f"the {side} camera was lost: {error}")
        finally:
            arrived.put_nowait(Arrival(side, None))

    tasks = [asyncio.create_task(forward(side)) for side in pictures]
    try:
        open_cameras = len(tasks)
        while open_cameras:
            arrival = await arrived.get()
            open_cameras -= arrival.picture is None
            yield arrival
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
