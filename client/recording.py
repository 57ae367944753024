"""Records a stream: every update goes to all sinks; whatever happens, the sinks are closed."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from client.frames import Update
from client.sinks.background import BackgroundSink
from client.sinks.sink import Sink
from client.tracking import Tracking


async def record_stream(
    tracking: Tracking,
    sinks: Sequence[Sink],
    background: BackgroundSink | None,
    on_update: Callable[[Update], None],
) -> None:
    """Write every update of a stream to all sinks, until it ends.

    The sinks are opened when the first answer is there, so that a server out of reach does not cost an earlier
    run's files.

    Args:
        tracking: Not yet iterated.
        sinks: Quick ones, written to on the event loop.
        background: A slow one with its own thread.
        on_update: Called for every update, e.g. to count it.

    Raises:
        StreamError, SourceError, SinkError: what was answered before is in the files.
    """
    async with AsyncExitStack() as stack:
        updates = await stack.enter_async_context(aclosing(aiter(tracking)))
        first = await anext(updates, None)
        await stack.enter_async_context(_opened(sinks, background))
        if first is not None:
            await _write(first, sinks, background, on_update)
        async for update in updates:
            await _write(update, sinks, background, on_update)


async def _write(
    update: Update, sinks: Sequence[Sink], background: BackgroundSink | None, on_update: Callable[[Update], None]
) -> None:
    on_update(update)
    for sink in sinks:
        sink.write(update)
    if background is not None:
        await background.write(update)


@asynccontextmanager
async def _opened(sinks: Sequence[Sink], background: BackgroundSink | None) -> AsyncGenerator[None, None]:
    async with AsyncExitStack() as stack:
        for sink in sinks:
            sink.open()
            stack.callback(sink.close)
        if background is not None:
            await background.open()
            stack.push_async_callback(background.close)
        yield
