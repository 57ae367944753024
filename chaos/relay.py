"""A link between a client and a server that can be cut, slow or lossy: a TCP relay that holds bytes back.

TCP shows a lost packet as a wait only: a chunk that is "lost" comes after a retransmission timeout, and everything
behind it with it.
"""

import asyncio
import random
import threading
import time
from typing import Final

from chaos.link import Link

_CHUNK_BYTES: Final = 16_384
_RETRANSMISSION_S: Final = 0.4
"""Twice the round trip of 200 ms: what TCP waits before it sends again."""


class Relay:
    """Forwards connections to a server through a ``Link``; runs in a thread of its own.

    Args:
        url: The server's address.
        host: Address to listen on.
    """

    def __init__(self, url: str, host: str = "127.0.0.1") -> None:
        self._host = host
        self.link = Link()
        self.url = ""
        self._target = url.rsplit(":", 1)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._forward, self._host, 0)
        self.url = f"{self._host}:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await server.serve_forever()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(self._target[0], int(self._target[1]))
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(256)
        sending = asyncio.create_task(self._send(queue, writer))
        try:
            while data := await reader.read(_CHUNK_BYTES):
                lost = random.random() < self.link.loss  # noqa: S311  no secret
                await queue.put((time.monotonic() + self.link.delay_s + lost * _RETRANSMISSION_S, data))
        except OSError:
            pass
        await queue.put((0.0, b""))
        await sending

    async def _send(self, queue: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        try:
            while (item := await queue.get())[1]:
                while not self.link.is_up or time.monotonic() < item[0]:
                    await asyncio.sleep(0.005)
                writer.write(item[1])
                await writer.drain()
        except OSError:
            pass
        writer.close()
