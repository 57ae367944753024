"""Turns an engine's ONNX file into one that computes in float16, node by node ("strong typing").

Builders of TensorRT no longer choose a precision by a flag; they take the one that the file states. Inputs and outputs
keep their types, so the configuration does not change. Which tensors stay float32 says `export.full_precision`. (ONNX
Runtime's own converter writes files for the detectors that onnx's checker refuses.) Needs onnx; knows no torch and no
network.
"""

from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.full_precision import find_full
from export.rounding import round_kernels, round_values
from sideline.errors import EngineError

_ALWAYS_FULL: Final = frozenset({"TopK", "Range", "ReduceL2"})
"""The CPU has no float16 kernel for the first two, squares leave a float16's range, and none of them costs anything."""
_FULL_INPUTS: Final = {"Resize": (1, 2)}
"""Inputs that are float32 by the operator's definition."""


def write_half(source: Path, target: Path, *, emulated: bool = False) -> None:
    """Write the float16 version of an engine.

    Args:
        source: ONNX file whose floats are all float32.
        target: File to write; appears complete or not at all.
        emulated: Write a float32 file that rounds to float16 after every node instead. On a CPU, ONNX Runtime computes
            float16 in float32 and leaves out the roundings in between (measured), so its answers to the real file
            would flatter.

    Raises:
        EngineError: the file cannot be read, or cannot be computed in float16.
    """
    try:
        model = onnx.load(source)
        cast_bytes_first(model.graph)
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        _HalfGraph(model.graph, emulated).rewrite()
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # onnx raises protobuf, checker and inference errors of its own
        raise EngineError(f"{source} has no float16 version: {error}; export the engine again") from error
    partial = target.with_suffix(".partial")
    onnx.save(model, partial)
    partial.rename(target)


def cast_bytes_first(graph: onnx.GraphProto) -> None:
    """Exchange `Transpose` and `Cast` of an image's bytes: TensorRT transposes no uint8. The values are the same.

    Networks cast first by now; engines that were exported earlier need this.
    """
    images = {value.name for value in graph.input if value.type.tensor_type.elem_type == TensorProto.UINT8}
    for turn in [node for node in graph.node if node.op_type == "Transpose" and set(node.input) & images]:
        readers = [node for node in graph.node if turn.output[0] in node.input]
        if [node.op_type for node in readers] != ["Cast"]:
            continue
        cast, image, between, after = readers[0], turn.input[0], turn.output[0], readers[0].output[0]
        cast.input[0], cast.output[0], turn.input[0], turn.output[0] = image, between, between, after
        first, second = onnx.NodeProto(), onnx.NodeProto()
        first.CopyFrom(cast)
        second.CopyFrom(turn)
        turn.CopyFrom(first)
        cast.CopyFrom(second)
        kept = [value for value in graph.value_info if value.name != between]
        del graph.value_info[:]
        graph.value_info.extend(kept)


class _HalfGraph:
    """One graph on its way to float16."""

    def __init__(self, graph: onnx.GraphProto, emulated: bool) -> None:
        self._graph = graph
        self._emulated = emulated
        values = (*graph.input, *graph.output, *graph.value_info)
        self._types = {value.name: value.type.tensor_type.elem_type for value in values}
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._kernels = {node.input[1] for node in graph.node if node.op_type == "Conv"}
        self._types |= {name: tensor.data_type for name, tensor in self._constants.items()}
        self._full = find_full(graph)
        self._halved: set[str] = set()
        self._casts: dict[tuple[str, int], str] = {}
        self._nodes: list[onnx.NodeProto] = []

    def rewrite(self) -> None:
        """Give every node its precision and put casts where it changes."""
        outputs = {value.name for value in self._graph.output}
        for node in self._graph.node:
            is_half = self._computes_in_half(node)
            self._take_inputs(node, is_half)
            self._nodes.append(node)
            if is_half:
                self._give_outputs(node, outputs)
        del self._graph.node[:], self._graph.value_info[:]
        self._graph.node.extend(self._nodes)
        used = {name for node in self._nodes for name in node.input}
        constants = [tensor for name, tensor in self._constants.items() if name in used]
        del self._graph.initializer[:]
        self._graph.initializer.extend(constants)

    def _is_float(self, name: str) -> bool:
        return self._types.get(name) == TensorProto.FLOAT

    def _computes_in_half(self, node: onnx.NodeProto) -> bool:
        if node.op_type in _ALWAYS_FULL or set(node.output) & self._full:
            return False
        return any(map(self._is_float, node.output)) or (
            node.op_type != "Cast" and any(name in self._halved for name in node.input)
        )

    def _take_inputs(self, node: onnx.NodeProto, is_half: bool) -> None:
        wanted = TensorProto.FLOAT16 if is_half else TensorProto.FLOAT
        for place, name in enumerate(node.input):
            if self._is_float(name) and place not in _FULL_INPUTS.get(node.op_type, ()):
                node.input[place] = self._as(name, wanted)

    def _give_outputs(self, node: onnx.NodeProto, graph_outputs: set[str]) -> None:
        if node.op_type == "Cast" and not self._emulated:
            next(attribute for attribute in node.attribute if attribute.name == "to").i = TensorProto.FLOAT16
        for place, name in enumerate(node.output):
            if not self._is_float(name):
                continue
            if self._emulated:
                node.output[place] = f"{name}_unrounded"
                self._add_rounding(f"{name}_unrounded", name)
            elif name in graph_outputs:
                node.output[place] = self._casts[name, TensorProto.FLOAT16] = f"{name}_half"
                self._add_cast(f"{name}_half", name, TensorProto.FLOAT)
                continue
            self._halved.add(name)

    def _as(self, name: str, wanted: int) -> str:
        """The name under which a float tensor can be had as float16 or as float32."""
        given = TensorProto.FLOAT16 if name in self._halved else TensorProto.FLOAT
        if given == wanted or (self._emulated and wanted == TensorProto.FLOAT):
            return name
        if (name, wanted) not in self._casts:
            self._casts[name, wanted] = f"{name}_{'half' if wanted == TensorProto.FLOAT16 else 'full'}"
            if name in self._constants:
                self._halve_constant(name, self._casts[name, wanted])
            elif self._emulated:
                self._add_rounding(name, self._casts[name, wanted])
            else:
                self._add_cast(name, self._casts[name, wanted], wanted)
        return self._casts[name, wanted]

    def _halve_constant(self, name: str, new_name: str) -> None:
        values = numpy_helper.to_array(self._constants[name])
        half = round_kernels(values) if name in self._kernels else round_values(values)
        kept = half.astype(np.float32) if self._emulated else half
        self._constants[new_name] = numpy_helper.from_array(kept, new_name)

    def _add_rounding(self, source: str, target: str) -> None:
        self._add_cast(source, f"{target}_rounded", TensorProto.FLOAT16)
        self._add_cast(f"{target}_rounded", target, TensorProto.FLOAT)

    def _add_cast(self, source: str, target: str, wanted: int) -> None:
        self._nodes.append(helper.make_node("Cast", [source], [target], name=f"cast_{target}", to=wanted))
