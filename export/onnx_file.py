"""Writes an engine as an ONNX file with a batch axis of free length and checks it.

Opset 18: from 20 on, GridSample's ``linear`` falls back to nearest in TensorRT (NVIDIA/TensorRT issue 4646); nothing
here uses GridSample, and 18 is read by every ONNX Runtime and TensorRT that Triton ships.
"""

import logging
import warnings
from collections import Counter
from pathlib import Path
from typing import Final

import onnx
import torch
from torch import nn

from export.engines import Engine, example_inputs
from sideline.errors import TrainingError

OPSET: Final = 18
_LARGEST_BATCH: Final = 256
_LARGEST_LENGTH: Final = 512
"""Of an axis that `sideline.tensors` leaves open; all open axes of an engine have one length."""
_FORBIDDEN: Final = frozenset({"NonZero", "ScatterND", "ScatterElements", "Scatter", "Loop", "If", "GridSample"})


def export_onnx(engine: Engine, network: nn.Module, path: Path) -> Counter[str]:
    """Write ``network`` to ``path``.

    Args:
        engine: Names of inputs and outputs.
        network: The served network, in evaluation mode, on the CPU.
        path: The .onnx file; replaced only when the new one is complete and checked.

    Returns:
        How often each operator occurs.

    Raises:
        TrainingError: the graph holds an operator that does not run on every target, or takes one batch size only.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.onnx")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            example_inputs(engine, batch=2),
            partial,
            input_names=[tensor.name for tensor in engine.inputs],
            output_names=[tensor.name for tensor in engine.outputs],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes=_free_axes(engine),
            external_data=False,
            verbose=False,
        )
    _strip_traces(partial)
    _check_batch(partial)
    _check_bytes(onnx.load(partial).graph, path)
    operators = check_onnx(partial)
    partial.rename(path)
    return operators


def _free_axes(engine: Engine) -> tuple[dict[int, torch.export.Dim], ...]:
    """By input, the axes of free length: the batch, and those whose length is -1 in `sideline.tensors`."""
    batch = torch.export.Dim("batch", min=1, max=_LARGEST_BATCH)
    length = torch.export.Dim("length", min=2, max=_LARGEST_LENGTH)
    return tuple(
        {0: batch} | {axis: length for axis, size in enumerate(tensor.dims, 1) if size == -1}
        for tensor in engine.inputs
    )


def _check_batch(path: Path) -> None:
    """Refuse a fixed batch: torch's exporter falls back to one, silently, when the network asks for its length."""
    for value in onnx.load(path).graph.input:
        if not value.type.tensor_type.shape.dim[0].dim_param:
            raise TrainingError(f"{value.name} has a fixed batch in {path}: write x.shape[0] for len(x) in the network")


def _strip_traces(path: Path) -> None:
    """Drop the stack traces that torch keeps beside every node: they name the machine's paths."""
    model = onnx.load(path)
    graph = model.graph
    for owner in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        owner.ClearField("metadata_props")
        owner.ClearField("doc_string")
    onnx.save(model, path)


def _check_bytes(graph: onnx.GraphProto, path: Path) -> None:
    """Refuse arithmetic on bytes: TensorRT takes them as an input and casts them, nothing else."""
    images = {value.name for value in graph.input if value.type.tensor_type.elem_type == onnx.TensorProto.UINT8}
    for node in graph.node:
        if images & set(node.input) and node.op_type not in ("Cast", "Shape"):
            raise TrainingError(f"{path}: {node.op_type} takes bytes, which TensorRT cannot: cast first in the network")


def check_onnx(path: Path) -> Counter[str]:
    """Check an ONNX file: valid, shapes inferred, opset as agreed, no forbidden operator.

    Returns:
        How often each operator occurs.

    Raises:
        TrainingError: it fails a check; the message names what.
    """
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # onnx raises protobuf, checker and inference errors of its own
        raise TrainingError(f"{path} is no valid ONNX file: {error}") from error
    opset = next(entry.version for entry in model.opset_import if entry.domain == "")
    if opset != OPSET:
        raise TrainingError(f"{path} has opset {opset}; export it with opset {OPSET}")
    operators = Counter(node.op_type for node in model.graph.node)
    forbidden = sorted(_FORBIDDEN & set(operators))
    if forbidden:
        raise TrainingError(f"{path} holds {', '.join(forbidden)}, which some targets cannot run")
    return operators
