"""What becomes of a frame before the detector sees it."""

import numpy as np
import pytest
import simplejpeg

from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.ingest import MAX_JPEG_BYTES, IngestedFrame, ingest_frame
from sideline.tensors import FrameStatus
from tests.arena.rigs import rig_toml


def jpeg_of(width_px: int = 1280, height_px: int = 720, level: int = 100) -> bytes:
    return simplejpeg.encode_jpeg(np.full((height_px, width_px, 3), level, np.uint8))


def bomb(jpeg: bytes) -> bytes:
    """The same few bytes with a header that promises 10,000 × 10,000 pixels (SOF0: height and width at +5)."""
    start = jpeg.index(b"\xff\xc0")
    size = (10_000).to_bytes(2, "big")
    return jpeg[: start + 5] + size + size + jpeg[start + 9 :]


def ingest(left: bytes, right: bytes, calibration: str | bytes = "", is_end: bool = False) -> IngestedFrame:
    text = calibration or rig_toml()
    content = text.encode() if isinstance(text, str) else text
    return ingest_frame(*(np.frombuffer(part, np.uint8) for part in (left, right, content)), is_end)


def test_two_good_images_are_stitched_as_the_panorama_does() -> None:
    rng = np.random.default_rng(0)
    left, right = (simplejpeg.encode_jpeg(rng.integers(0, 255, (720, 1280, 3), np.uint8)) for _ in "lr")
    frame = ingest(left, right)
    images = [simplejpeg.decode_jpeg(jpeg, "RGB") for jpeg in (left, right)]
    assert (frame.status, frame.message) == (FrameStatus.OK, "")
    np.testing.assert_array_equal(frame.panorama, Panorama.of(parse_rig(rig_toml())).stitch(*images))
    np.testing.assert_array_equal(frame.left_image, images[0])
    np.testing.assert_array_equal(frame.right_image, images[1])


@pytest.mark.parametrize("fault", [b"", b"no picture", jpeg_of()[:-100], jpeg_of(1280, 722), bomb(jpeg_of())])
def test_of_a_frame_with_one_bad_image_the_other_half_is_in_the_panorama(fault: bytes) -> None:
    frame = ingest(fault, jpeg_of(level=100))
    assert frame.panorama[300, 900].tolist() == [100, 100, 100]
    assert not frame.panorama[:, :300].any()


@pytest.mark.parametrize("fault", [b"", b"no picture", jpeg_of()[:-100], jpeg_of(1280, 722), bomb(jpeg_of())])
def test_of_a_frame_with_one_bad_image_only_the_good_one_is_handed_on_for_crops(fault: bytes) -> None:
    for frame, bad, good in [
        (ingest(fault, jpeg_of(level=100)), "left_image", "right_image"),
        (ingest(jpeg_of(level=100), fault), "right_image", "left_image"),
    ]:
        assert getattr(frame, bad).shape == (0, 0, 3)
        assert getattr(frame, good).shape == (720, 1280, 3)
        assert (getattr(frame, good) == 100).all()


@pytest.mark.parametrize(
    ("left", "right", "status"),
    [
        (b"", b"junk", FrameStatus.BAD_IMAGE),
        (b"junk", b"", FrameStatus.BAD_IMAGE),
        (jpeg_of(64, 64), b"junk", FrameStatus.WRONG_SIZE),
        (jpeg_of(64, 64), bomb(jpeg_of()), FrameStatus.TOO_LARGE),
    ],
)
def test_two_bad_images_give_the_graver_status_and_both_messages(
    left: bytes, right: bytes, status: FrameStatus
) -> None:
    frame = ingest(left, right)
    assert frame.status is status
    assert "left camera: " in frame.message
    assert "right camera: " in frame.message
    assert not frame.panorama.any()


def test_the_end_request_is_a_frame_without_bytes_and_with_end() -> None:
    assert ingest(b"", b"", is_end=True).status is FrameStatus.END_OF_STREAM
    assert ingest(b"", b"", is_end=False).status is FrameStatus.NO_IMAGE
    assert ingest(jpeg_of(), jpeg_of(), is_end=True).status is FrameStatus.OK


@pytest.mark.parametrize(
    ("image", "calibration", "is_end"), [(b"", "", True), (b"", "", False), (jpeg_of(), "no rig", False)]
)
def test_a_frame_that_is_not_tracked_hands_no_images_on(image: bytes, calibration: str, is_end: bool) -> None:
    frame = ingest(image, image, calibration, is_end)
    assert frame.left_image.shape == frame.right_image.shape == (0, 0, 3)
    assert frame.left_image.dtype == frame.right_image.dtype == np.uint8
    assert frame.panorama.shape == (512, 1024, 3)


@pytest.mark.parametrize(
    ("calibration", "message"),
    [
        (b"arena = ", "not valid TOML"),
        (b"\xff\xff", "not UTF-8"),
        (rig_toml().replace("height_px = 720\n", "", 1), "left.height_px"),
        (rig_toml().replace("1280", "1280000"), "width_px"),
        (b"# " + b"x" * 70_000, "65536"),
    ],
)
def test_a_calibration_that_cannot_be_used_is_named(calibration: str | bytes, message: str) -> None:
    frame = ingest(jpeg_of(), jpeg_of(), calibration)
    assert frame.status is FrameStatus.BAD_CALIBRATION
    assert message in frame.message
    assert not frame.panorama.any()


@pytest.mark.parametrize("where", ["header", "scan"])
def test_random_damage_never_raises(where: str) -> None:
    rng = np.random.default_rng(7)
    good = np.frombuffer(jpeg_of(), np.uint8)
    for _ in range(150):
        damaged = good.copy()
        first, last = (0, 600) if where == "header" else (600, len(good))
        places = rng.integers(first, last, 6)
        damaged[places] = rng.integers(0, 256, 6)
        frame = ingest(damaged.tobytes(), jpeg_of())
        assert frame.panorama.shape == (512, 1024, 3)
        assert bool(frame.message) == (frame.status is not FrameStatus.OK)


def test_more_bytes_than_any_camera_sends_are_not_even_looked_at() -> None:
    huge = jpeg_of() + b"\0" * MAX_JPEG_BYTES
    frame = ingest(huge, jpeg_of())
    assert frame.status is FrameStatus.TOO_LARGE
    assert f"left camera: the image has {len(huge)} bytes" in frame.message
    assert frame.right_image.size > 0
