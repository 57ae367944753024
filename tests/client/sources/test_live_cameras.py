"""Two cameras on the network: MPEG-TS over TCP, sent at the pictures' own pace, since no RTSP server is at hand."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from client.sources.video_pair import VideoPair
from client.stream import Client
from sideline.errors import SourceError
from tests.client.conftest import collect_frames
from tests.client.transports import MemoryTransport
from tests.client.videos import HEIGHT_PX, WIDTH_PX, small_rig

FPS = 25


def encode_packets(path: Path, frames: int) -> list[bytes]:
    """One piece of MPEG-TS a picture."""
    path.touch()
    pieces, position = [], 0
    rng = np.random.default_rng(0)
    with av.open(str(path), "w", format="mpegts", options={"flush_packets": "1"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"tune": "zerolatency", "g": "5"})
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        for _ in range(frames):
            picture = rng.integers(0, 255, (HEIGHT_PX, WIDTH_PX, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            content = path.read_bytes()
            pieces.append(content[position:])
            position = len(content)
    return pieces


@contextmanager
def camera(pieces: list[bytes]) -> Iterator[str]:
    """Serves every connection from the first picture on, 25 a second; ends after the last."""
    listener = socket.create_server(("127.0.0.1", 0))

    def send(connection: socket.socket) -> None:
        started_s = time.monotonic()
        with connection:
            for number, piece in enumerate(pieces):
                time.sleep(max(0.0, started_s + number / FPS - time.monotonic()))
                try:
                    connection.sendall(piece)
                except OSError:
                    return

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=send, args=(connection,), daemon=True).start()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    try:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        serving.join()


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return encode_packets(tmp_path_factory.mktemp("camera") / "camera.ts", 150)


async def test_two_cameras_are_paired_and_presented_at_their_own_pace(pieces: list[bytes]) -> None:
    with camera(pieces) as left, camera(pieces) as right:
        source = VideoPair(left, right, small_rig())
        assert source.is_live
        updates = await collect_frames(Client(transport=MemoryTransport()).track(source, live=True))
    both = [update for update in updates if update.frame.left_jpeg and update.frame.right_jpeg]
    # 6 s of pictures, of which the clock takes 1 s to settle; a busy machine may lose a few more
    assert len(both) > 25
    assert all(0 < update.timing.latency_ms(live=True) < 1000 for update in both)


async def test_when_one_camera_stops_the_other_goes_on(pieces: list[bytes]) -> None:
    with camera(pieces) as left, camera(pieces[:50]) as right:
        source = VideoPair(left, right, small_rig())
        updates = await collect_frames(Client(transport=MemoryTransport()).track(source, live=True))
    alone = [update.frame_index for update in updates if update.frame.left_jpeg and not update.frame.right_jpeg]
    assert len(alone) > 10
    assert max(alone) == updates[-1].frame_index


async def test_leaving_a_live_source_ends_its_threads(pieces: list[bytes]) -> None:
    with camera(pieces) as left, camera(pieces) as right:
        updates = aiter(Client(transport=MemoryTransport()).track(VideoPair(left, right, small_rig()), live=True))
        await anext(updates)
        await updates.aclose()
    assert "sideline-source" not in {thread.name for thread in threading.enumerate()}


def test_something_that_is_no_video_is_refused() -> None:
    with camera([b"no video at all"]) as address, pytest.raises(SourceError, match=r"cannot open|holds no video"):
        VideoPair(address, address, small_rig())
