import threading

import pytest

from client.frames import Update
from client.sinks.background import BackgroundSink
from sideline.errors import SinkError
from tests.client.updates import make_update


class SlowSink:
    """Waits for ``go`` before its first update; fails from the update ``fails_at`` on."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.go = threading.Event()
        self.written: list[int] = []
        self.closed = False
        self._fails_at = fails_at

    def open(self) -> None:
        pass

    def write(self, update: Update) -> None:
        assert threading.current_thread() is not threading.main_thread()
        self.go.wait()
        if update.frame_index == self._fails_at:
            raise SinkError("disk full")
        self.written.append(update.frame_index)

    def close(self) -> None:
        self.closed = True


async def test_every_update_is_written_in_order_when_none_may_be_skipped() -> None:
    slow = SlowSink()
    slow.go.set()
    background = BackgroundSink(slow, may_skip=False)
    await background.open()
    for index in range(40):
        await background.write(make_update(index))
    await background.close()
    assert slow.written == list(range(40))
    assert (background.skipped, slow.closed) == (0, True)


async def test_a_sink_that_fell_behind_never_holds_up_a_live_stream() -> None:
    slow = SlowSink()
    background = BackgroundSink(slow, may_skip=True)
    await background.open()
    for index in range(40):
        await background.write(make_update(index))
    slow.go.set()
    await background.close()
    assert len(slow.written) + background.skipped == 40
    assert background.skipped >= 30
    assert slow.written == sorted(slow.written)


async def test_a_failure_reaches_the_writer_and_the_sink_is_closed() -> None:
    slow = SlowSink(fails_at=2)
    slow.go.set()
    background = BackgroundSink(slow, may_skip=False)
    await background.open()
    with pytest.raises(SinkError, match="disk full"):
        for index in range(40):
            await background.write(make_update(index))
        await background.close()
    await background.close()
    assert slow.closed
    assert slow.written == [0, 1]
