"""The GPU's sums, computed by NumPy, beside OpenCV's; nvImageCodec on its CPU backend beside libjpeg-turbo."""

from typing import Any

import numpy as np
import pytest
import simplejpeg
from nvidia import nvimgcodec

from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.arrays import Image
from sideline.crops.cut import cut_crops
from sideline.errors import ConfigError, ImageError
from sideline.ingest import ingest_frame
from sideline.pixels.cpu import CpuPixels
from sideline.pixels.device import DevicePixels, decode_by, gpu_pixels
from sideline.tensors import FrameStatus
from tests.arena.rigs import rig_toml

LIMIT = 0.999
"""Share of the pixels that must agree to one grey level."""


def picture(seed: int, height: int = 720, width: int = 1280) -> Image:
    """Blobs of a few pixels with noise on them: edges as in an arena, and nothing to hide behind."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(0, 256, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1)
    return np.clip(blobs + rng.normal(0, 8, blobs.shape), 0, 255).astype(np.uint8)


def agreement(one: Any, other: Any) -> float:
    """Share of the values that differ by one grey level at most."""
    return float((np.abs(one.astype(int) - other) <= 1).mean())


def _as_numpy(image: Any) -> Image:
    return np.asarray(image.cpu())


@pytest.fixture(scope="module")
def pixels() -> DevicePixels:
    on_cpu = nvimgcodec.NVIMGCODEC_DEVICE_CPU_ONLY
    backends = [nvimgcodec.Backend(nvimgcodec.BackendKind.CPU_ONLY)]
    return DevicePixels(np, decode_by(nvimgcodec.Decoder(device_id=on_cpu, backends=backends), _as_numpy))


@pytest.fixture(scope="module")
def panorama() -> Panorama:
    return Panorama.of(parse_rig(rig_toml()))


@pytest.mark.parametrize("missing", ["nothing", "left", "right"])
def test_a_stitched_panorama_is_opencvs(pixels: DevicePixels, panorama: Panorama, missing: str) -> None:
    left = None if missing == "left" else picture(1)
    right = None if missing == "right" else picture(2)
    want, got = panorama.stitch(left, right), pixels.stitch(panorama, left, right)
    assert got.shape == want.shape
    assert got.dtype == np.uint8
    assert want.any()
    assert agreement(got, want) >= LIMIT
    assert (want != 0).mean() == pytest.approx((got != 0).mean(), abs=1e-3)


def test_crops_are_opencvs_whether_near_or_far_inside_or_cut_off(pixels: DevicePixels) -> None:
    images = picture(3), picture(4)
    boxes = np.float32(
        [
            [600, 300, 650, 420],  # far: enlarged
            [100, 50, 380, 700],  # near: made smaller
            [300, 200, 420.5, 441.2],  # about as large as the crop
            [-40, -30, 60, 200],  # beyond the corner
            [1200, 650, 1330, 900],  # beyond the other
            [500, 100, 560, 240],
        ]
    )
    cameras = np.int32([0, 0, 1, 1, 0, -1])
    want, got = cut_crops(images, cameras, boxes), pixels.cut(images, cameras, boxes)
    assert got.dtype == np.uint8
    for row in range(len(boxes)):
        assert agreement(got[row], want[row]) >= LIMIT, row
    assert not got[5].any()


def test_a_box_wholly_outside_the_image_gives_a_black_crop(pixels: DevicePixels) -> None:
    crops = pixels.cut((picture(5), picture(6)), np.int32([0]), np.float32([[3000, 3000, 3050, 3100]]))
    assert crops.shape == (1, 256, 128, 3)
    assert not crops.any()


def test_nobody_gives_no_crops(pixels: DevicePixels) -> None:
    assert pixels.cut((picture(5), picture(6)), np.empty(0, np.int32), np.empty((0, 4), np.float32)).shape[0] == 0


@pytest.mark.parametrize("sampling", ["420", "444"])
def test_a_decoded_jpeg_is_libjpegs(pixels: DevicePixels, sampling: str) -> None:
    encoded = simplejpeg.encode_jpeg(picture(7), quality=85, colorspace="RGB", colorsubsampling=sampling)
    jpeg = np.frombuffer(encoded, np.uint8)
    assert agreement(pixels.decode(jpeg), CpuPixels().decode(jpeg)) >= LIMIT


def test_what_is_no_jpeg_is_refused(pixels: DevicePixels) -> None:
    with pytest.raises(ImageError, match="damaged JPEG"):
        pixels.decode(np.frombuffer(b"\xff\xd8\xff\xe0 no picture", np.uint8))


def test_a_frame_is_ingested_as_on_the_cpu(pixels: DevicePixels) -> None:
    calibration = np.frombuffer(rig_toml().encode(), np.uint8)
    jpegs = [np.frombuffer(simplejpeg.encode_jpeg(picture(seed), quality=90), np.uint8) for seed in (8, 9)]
    want, got = (ingest_frame(*jpegs, calibration, False, each) for each in (CpuPixels(), pixels))
    assert (got.status, got.message) == (want.status, want.message) == (FrameStatus.OK, "")
    for name in ("panorama", "left_image", "right_image"):
        assert agreement(getattr(got, name), getattr(want, name)) >= LIMIT, name


def test_a_faulty_image_becomes_a_status_as_on_the_cpu(pixels: DevicePixels) -> None:
    calibration = np.frombuffer(rig_toml().encode(), np.uint8)
    good = np.frombuffer(simplejpeg.encode_jpeg(picture(8)), np.uint8)
    frame = ingest_frame(good, np.frombuffer(b"no jpeg", np.uint8), calibration, False, pixels)
    assert frame.status is FrameStatus.BAD_IMAGE
    assert frame.right_image.shape == (0, 0, 3)
    assert frame.panorama.any()


def test_a_machine_without_a_gpu_is_told_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"cannot be computed on GPU 0 .*sideline\[gpu\].*--profile cpu"):
        gpu_pixels(0)


class TritonTensor:
    """What Triton's Python backend hands to a step, in CPU memory."""

    def __init__(self, array: Image) -> None:
        self._array = array

    def is_cpu(self) -> bool:
        return True

    def as_numpy(self) -> Image:
        return self._array


def test_a_tensor_in_cpu_memory_is_taken_over(pixels: DevicePixels) -> None:
    array = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert pixels.adopt(TritonTensor(array)).tolist() == array.tolist()
    assert CpuPixels().adopt(TritonTensor(array)) is array
