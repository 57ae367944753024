"""Turns a detector's ONNX file into one that convolves in 8-bit integers, for CPUs that multiply them fast (VNNI).

Activations are unsigned bytes with a scale a tensor, weights signed bytes with a scale a channel (Jacob et al. 2018,
arXiv 1712.05877); the scales are those of the largest values that panoramas give. Everything but convolutions stays
float32, and so do the last layers: what they give is compared cell by cell, or is a place, and they cost nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from rich.progress import track

from export.onnx_file import check_onnx
from sideline import tensors
from sideline.arrays import Image
from sideline.deployment.files import hash_file
from sideline.deployment.int8_file import MADE_FROM
from sideline.errors import EngineError

_FEW_CHANNELS: Final = 8
"""A layer that gives fewer is a last one."""


def write_int8(source: Path, target: Path, panoramas: Sequence[Image]) -> None:
    """Write the int8 version of a detector; the same file for the same input.

    Args:
        source: Its model.onnx; stays as it is.
        target: File to write; appears complete or not at all.
        panoramas: [512, 1024, 3] uint8 RGB each; what the ranges of the activations are taken from.

    Raises:
        EngineError: the file cannot be read, or has no convolution that is worth it.
        TrainingError: the result fails a check.
    """
    layers = _find_layers(source)
    partial = target.with_suffix(".partial.onnx")
    with _without_advice():
        quantize_static(
            source,
            partial,
            _Reader(panoramas),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_quantize=layers,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    model = onnx.load(partial)
    onnx.helper.set_model_props(model, {MADE_FROM: hash_file(source)})
    onnx.save(model, partial)
    check_onnx(partial)
    partial.rename(target)


class _Reader(CalibrationDataReader):
    """Gives one panorama after the other."""

    def __init__(self, panoramas: Sequence[Image]) -> None:
        self._waiting = iter(track(panoramas, description="calibrating"))

    def get_next(self) -> dict[str, Image] | None:
        panorama = next(self._waiting, None)
        return None if panorama is None else {tensors.PANORAMA.name: panorama[None]}


def _find_layers(source: Path) -> list[str]:
    """Names of the convolutions to quantise."""
    try:
        graph = onnx.load(source).graph
    except Exception as error:  # protobuf's exceptions have no common base
        raise EngineError(f"{source} cannot be read ({error}): export the engine again") from error
    channels = {tensor.name: tensor.dims[0] for tensor in graph.initializer if tensor.dims}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    layers = [node.name for node in convolutions if channels.get(node.input[1], 0) >= _FEW_CHANNELS]
    if not layers:
        raise EngineError(f"{source} has no convolution to compute in int8: serve it in float32 (--profile cpu)")
    return layers


@contextmanager
def _without_advice() -> Iterator[None]:
    """ONNX Runtime advises preprocessing; shapes are inferred already, and its fusions are made at load time."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
