"""An engine's file in 8-bit integers, which lies beside its model.onnx and says from which it was made.

Knows whether it belongs there; it is made by `export.int8`.
"""

from pathlib import Path
from typing import Final

from sideline.deployment.files import hash_file, how_to_make_int8, int8_path
from sideline.deployment.onnx_interface import check_interface
from sideline.errors import EngineError

MADE_FROM: Final = "made_from"
"""Key in the file's metadata: SHA-256 of the model.onnx that it was made from."""


def find_int8(name: str, onnx_path: Path) -> Path:
    """The int8 version of an engine's ONNX file.

    Args:
        name: The engine.
        onnx_path: Its model.onnx.

    Raises:
        EngineError: It is missing, damaged, another engine's, or was made from another model.onnx.
    """
    path = int8_path(onnx_path)
    if not path.is_file():
        raise EngineError(f"{path} is missing: {how_to_make_int8(name)}")
    if check_interface(name, path).get(MADE_FROM) != hash_file(onnx_path):
        raise EngineError(
            f"{path} was made from another {onnx_path.name} than lies beside it: {how_to_make_int8(name)}"
        )
    return path
