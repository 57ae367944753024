"""A front: it listens where cameras connect, and hands the bytes of each new connection to the server of the moment.

A connection stays with the server that it began with. Bytes go from socket to socket within the kernel (splice(2)), TLS
included; knows nothing of gRPC, of models or of what the servers do.
"""

import errno
import fcntl
import os
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sideline.errors import ServerError

_CHUNK: Final = 1 << 20
"""Bytes that one call may move; also the size asked for the pipe between the sockets."""
_CONNECT_S: Final = 5.0
_MOST_CONNECTIONS: Final = 256
"""Two threads each. A connection carries many streams."""
_GREETING_S: Final = 10
"""Time for a connection's first bytes, which gRPC's client sends at once: who says nothing holds no place."""
_FOR_EVER: Final = 0
_CLOSED: Final = (errno.EBADF, errno.EINVAL)
"""What accept(2) says of a listener that was closed or shut."""
_PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    outer: socket.socket
    inner: socket.socket

    def shut(self) -> None:
        for end in (self.outer, self.inner):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.outer.close()
        self.inner.close()


class Front:
    """Listens on one port and forwards to one of several ports of this machine.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.

    Raises:
        ServerError: It cannot be listened on.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            self._listener: Final = socket.create_server((host, port), backlog=128)
        except OSError as exc:
            raise ServerError(f"port {port} on {host} cannot be used ({exc.strerror}): choose another port") from exc
        self.port: Final = int(self._listener.getsockname()[1])
        self._target: int | None = None
        self._pairs: dict[int, set[_Pair]] = {}
        self._lock: Final = threading.Lock()
        threading.Thread(target=self._accept, name=f"front {self.port}", daemon=True).start()

    def aim(self, port: int | None) -> None:
        """Forward connections that come from now on to a port of this machine; None refuses them."""
        with self._lock:
            self._target = port

    def cut(self, port: int) -> None:
        """End the connections to a port."""
        with self._lock:
            pairs = list(self._pairs.get(port, ()))
        for pair in pairs:
            pair.shut()

    def close(self) -> None:
        """Listen no more, and end every connection."""
        self.aim(None)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            ports = list(self._pairs)
        for port in ports:
            self.cut(port)

    def _accept(self) -> None:
        while True:
            try:
                outer, _ = self._listener.accept()
            except OSError as error:
                if error.errno in _CLOSED:
                    return
                time.sleep(_PAUSE_S)  # no descriptor is left, or the other end is gone already
                continue
            self._connect(outer)

    def _connect(self, outer: socket.socket) -> None:
        with self._lock:
            target, open_pairs = self._target, sum(map(len, self._pairs.values()))
        try:
            if target is None or open_pairs >= _MOST_CONNECTIONS:
                raise ConnectionRefusedError
            inner = socket.create_connection(("127.0.0.1", target), timeout=_CONNECT_S)
        except OSError:
            outer.close()
            return
        inner.settimeout(None)
        for end in (outer, inner):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _wait_at_most(outer, _GREETING_S)
        pair = _Pair(outer, inner)
        with self._lock:
            self._pairs.setdefault(target, set()).add(pair)
        threading.Thread(target=self._carry, args=(target, pair), daemon=True).start()

    def _carry(self, target: int, pair: _Pair) -> None:
        back = threading.Thread(target=_move, args=(pair.inner, pair), daemon=True)
        back.start()
        _move(pair.outer, pair)
        back.join()
        with self._lock:
            self._pairs[target].discard(pair)
        pair.close()


def _move(source: socket.socket, pair: _Pair) -> None:
    """Move bytes from one end to the other until either ends; then end both, as gRPC knows no half-open connections."""
    try:
        _splice(source, pair.inner if source is pair.outer else pair.outer)
    except OSError:
        pass  # reset by one of the two, which is one way to end; or it said nothing; or no descriptor is left
    finally:
        pair.shut()


def _splice(source: socket.socket, sink: socket.socket) -> None:
    outlet, inlet = os.pipe()
    try:
        with suppress(OSError):  # a larger pipe is a favour
            fcntl.fcntl(inlet, fcntl.F_SETPIPE_SZ, _CHUNK)
        is_greeted = False
        while waiting := os.splice(source.fileno(), inlet, _CHUNK):
            if not is_greeted:
                _wait_at_most(source, _FOR_EVER)
                is_greeted = True
            while waiting:
                waiting -= os.splice(outlet, sink.fileno(), waiting)
    finally:
        os.close(outlet)
        os.close(inlet)


def _wait_at_most(source: socket.socket, seconds: int) -> None:
    """How long the kernel waits for bytes; Python's own timeout would make the socket one that does not wait."""
    source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))
