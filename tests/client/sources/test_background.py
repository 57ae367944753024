import asyncio
import threading
from collections.abc import Generator
from contextlib import aclosing

import pytest

from client.sources.background import iterate_in_thread
from sideline.errors import SourceError


async def test_items_come_in_order_from_another_thread() -> None:
    def items() -> Generator[tuple[int, str], None, None]:
        for number in range(20):
            yield number, threading.current_thread().name

    received = [item async for item in iterate_in_thread(items(), depth=2)]
    assert received == [(number, "sideline-source") for number in range(20)]


async def test_the_thread_works_ahead_by_its_depth_and_no_further() -> None:
    made = []

    def items() -> Generator[int, None, None]:
        for number in range(100):
            made.append(number)
            yield number

    async with aclosing(iterate_in_thread(items(), depth=3)) as numbers:
        assert await anext(numbers) == 0
        await asyncio.sleep(0.05)
        # one was taken; three wait, and a fourth is handed over before the thread waits for room
        assert 4 <= len(made) <= 5


async def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        raise SourceError("cut")

    numbers = iterate_in_thread(items(), depth=5)
    assert await anext(numbers) == 1
    with pytest.raises(SourceError, match="cut"):
        await anext(numbers)


async def test_closing_early_closes_the_generator_in_its_thread_and_ends_the_thread() -> None:
    closed_in = []

    def items() -> Generator[int, None, None]:
        try:
            while True:
                yield 0
        finally:
            closed_in.append(threading.current_thread().name)

    async with aclosing(iterate_in_thread(items(), depth=1)) as numbers:
        await anext(numbers)
    assert closed_in == ["sideline-source"]
    assert "sideline-source" not in {thread.name for thread in threading.enumerate()}
