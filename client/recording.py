"""Records a session: every update goes to all sinks; whatever happens, the sinks are closed."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager

from client.frames import Update
from client.session import Session
from client.sinks.background import BackgroundSink
from client.sinks.sink import Sink


async def record_session(
    session: Session,
    sinks: Sequence[Sink],
    background: BackgroundSink | None,
    on_update: Callable[[Update], None],
) -> None:
    """Write every update of a session to all sinks, until the session ends.

    Args:
        session: Not yet iterated.
        sinks: Quick ones, written to on the event loop.
        background: A slow one with its own thread.
        on_update: Called for every update, e.g. to count it.

    Raises:
        StreamError, SourceError, SinkError: what was answered before is in the files.
    """
    with ExitStack() as opened:
        for sink in sinks:
            sink.open()
            opened.callback(sink.close)
        async with AsyncExitStack() as stack:
            slow = await stack.enter_async_context(_opened(background)) if background is not None else None
            async for update in await stack.enter_async_context(aclosing(aiter(session))):
                on_update(update)
                for sink in sinks:
                    sink.write(update)
                if slow is not None:
                    await slow.write(update)


@asynccontextmanager
async def _opened(background: BackgroundSink) -> AsyncGenerator[BackgroundSink, None]:
    await background.open()
    try:
        yield background
    finally:
        await background.close()
