import numpy as np
from numpy.typing import NDArray

def decode_jpeg_header(data: bytes | NDArray[np.uint8], strict: bool = ...) -> tuple[int, int, str, str]: ...
def decode_jpeg(
    data: bytes | NDArray[np.uint8],
    colorspace: str = ...,
    fastdct: bool = ...,
    fastupsample: bool = ...,
    min_height: int = ...,
    min_width: int = ...,
    strict: bool = ...,
) -> NDArray[np.uint8]: ...
def encode_jpeg(
    image: NDArray[np.uint8],
    quality: int = ...,
    colorspace: str = ...,
    colorsubsampling: str = ...,
    fastdct: bool = ...,
) -> bytes: ...
def encode_jpeg_yuv_planes(
    Y: NDArray[np.uint8],
    U: NDArray[np.uint8] | None,
    V: NDArray[np.uint8] | None,
    quality: int = ...,
    fastdct: bool = ...,
) -> bytes: ...
