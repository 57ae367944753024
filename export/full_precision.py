"""Which tensors of an engine stay float32 where it computes in float16, and why.

What places a point: a float16 has steps of half a pixel at column 1024, and a sine of wavelength 0.01 turns those into
noise. Scores that a TopK chooses by: rounded, two cells beside each other have one score, and both are a peak, or
neither. What leaves a float16's range. And images up to their first layer: a sixtieth of a detector's work, and a third
of the noise in its scores. Knows graphs of ONNX; how they are written anew is in `export.half`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, numpy_helper

_PLACE_SINKS: Final = frozenset({"Floor", "Sin", "Cos"})
"""What reads a coordinate: sub-pixel sampling and the sine encoding."""
_PLACE_OUTPUTS: Final = frozenset({"points"})
_PLACE_OPERATORS: Final = frozenset(
    {"Add", "Sub", "Mul", "Div", "Min", "Max", "Clip", "Floor", "Sin", "Cos", "Cast", "Where", "Gather"}
    | {"Reshape", "Unsqueeze", "Squeeze", "Concat", "Split", "Slice", "Transpose", "Expand"}
)
"""Operators through which a coordinate is followed backwards; a linear layer ends the way."""
_FRACTION_OPERATORS: Final = frozenset({"Clip", "Min", "Sub", "Unsqueeze"})
"""Operators through which it is followed forwards, to the fraction of a pixel: x - floor(x)."""
_SCORE_OPERATORS: Final = frozenset(
    {"Add", "Sub", "Mul", "Max", "Min", "MaxPool", "Equal", "Greater", "Less", "Where", "Sigmoid", "Relu"}
    | {"Reshape", "Flatten", "Unsqueeze", "Squeeze", "Concat", "Slice", "Transpose"}
)
"""Operators through which a score is followed backwards, comparisons with its neighbours included."""
_PYRAMID_OPERATORS: Final = frozenset({"Add", "Resize"})
"""Operators through which a sum of maps of two sizes is followed backwards."""
_PIXEL_OPERATORS: Final = frozenset({"Cast", "Transpose", "Mul", "Sub", "Add", "Div", "Slice", "Conv", "Relu"})
"""Operators through which an image is followed forwards."""
_LAYERS: Final = frozenset({"Conv", "Gemm", "MatMul"})
_PIXEL_LAYERS: Final = 1
"""Layers of an image that stay float32."""
_DECIDING_PIXEL_LAYERS: Final = 2
"""So many where a TopK chooses: what noise its scores have comes from the beginning more than from anywhere else."""
_GUARDED_OPERATORS: Final = frozenset({"Expand", "Div", "Log"})
"""What a bound that a float16 cannot hold guards from a zero."""
_SUM_OPERATORS: Final = frozenset({"Mul", "ReduceSum", "Unsqueeze", "Add"})
"""What is done with powers of e before one is divided by their sum: e¹² is more than a float16 holds."""
_TRACK_AXES: Final = 3
_COORDINATES: Final = 2
"""An input that holds points on the floor: track, step and coordinate."""
_SMALLEST: Final = 2.0**-25
"""What is nearer to zero becomes zero in a float16."""


def find_full(graph: GraphProto) -> set[str]:
    """Names of the tensors of a float32 graph that stay float32, and whose nodes compute in it."""
    wiring = _Wiring.of(graph)
    found = _find_places(wiring) | _find_measured(wiring) | _find_guarded(wiring)
    chosen = {node.input[0] for node in graph.node if node.op_type == "TopK"}
    if not chosen:
        return found | _find_pixels(wiring, _PIXEL_LAYERS)
    return found | _find_scores(wiring, chosen) | _find_pyramid(wiring) | _find_pixels(wiring, _DECIDING_PIXEL_LAYERS)


@dataclass(frozen=True, slots=True, eq=False)
class _Wiring:
    """A graph, the node that makes each tensor, and the constants by name."""

    graph: GraphProto
    producers: dict[str, NodeProto] = field(default_factory=dict)
    constants: dict[str, TensorProto] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: GraphProto) -> "_Wiring":
        producers = {name: node for node in graph.node for name in node.output}
        return cls(graph, producers, {tensor.name: tensor for tensor in graph.initializer})

    def follow_back(self, start: Iterable[str], operators: frozenset[str]) -> tuple[set[str], list[NodeProto]]:
        """What the tensors `start` are made of by these operators, themselves included where one of those makes them;
        and the layers where the ways end."""
        found: set[str] = set()
        layers: list[NodeProto] = []
        waiting = list(start)
        while waiting:
            name = waiting.pop()
            node = self.producers.get(name)
            if node is None or name in found:
                continue
            if node.op_type in operators:
                found.update(node.output)
                waiting += node.input
            elif node.op_type in _LAYERS:
                layers.append(node)
        return found, layers

    def follow(self, start: set[str], operators: frozenset[str]) -> set[str]:
        """What these operators make of the tensors `start`; nodes are in the order of computation."""
        reached = set(start)
        for node in self.graph.node:
            if node.op_type in operators and reached & set(node.input):
                reached.update(node.output)
        return reached

    def has_one_tap(self, layer: NodeProto) -> bool:
        """Whether a layer looks at no neighbours."""
        kernel = self.constants.get(layer.input[1])
        return layer.op_type == "Conv" and kernel is not None and set(kernel.dims[2:]) == {1}


def _find_places(wiring: _Wiring) -> set[str]:
    """Names of the tensors that hold coordinates, and of what is cast to whole numbers: rows of a map."""
    graph = wiring.graph
    sinks = [node for node in graph.node if node.op_type in _PLACE_SINKS]
    start = [name for node in sinks for name in (*node.input, *node.output)]
    start += [value.name for value in graph.output if value.name in _PLACE_OUTPUTS]
    start += [name for node in graph.node if node.op_type == "Cast" and _casts_to_int(node) for name in node.input]
    floors = {name for node in sinks if node.op_type == "Floor" for name in node.output}
    return wiring.follow_back(start, _PLACE_OPERATORS)[0] | wiring.follow(floors, _FRACTION_OPERATORS)


def _find_scores(wiring: _Wiring, chosen: set[str]) -> set[str]:
    """Names of the tensors that a TopK chooses by, from the last layer on that looks at neighbours."""
    scores, scoring = wiring.follow_back(chosen, _SCORE_OPERATORS)
    hidden = [layer.input[0] for layer in scoring if wiring.has_one_tap(layer)]
    before, looking = wiring.follow_back(hidden, _SCORE_OPERATORS)
    return scores | before | _outputs((*scoring, *looking))


def _find_pyramid(wiring: _Wiring) -> set[str]:
    """Names of the sums of maps of two sizes, with the layers of one tap that make what is added."""
    sums = _outputs(node for node in wiring.graph.node if node.op_type == "Resize")
    added = {
        name for node in wiring.graph.node if node.op_type == "Add" and sums & set(node.input) for name in node.output
    }
    found, layers = wiring.follow_back(added, _PYRAMID_OPERATORS)
    return found | _outputs(layer for layer in layers if wiring.has_one_tap(layer))


def _find_measured(wiring: _Wiring) -> set[str]:
    """Names of what is computed from coordinates before the first layer: cubes of speeds leave a float16's range."""
    points = {value.name for value in wiring.graph.input if _holds_points(value)}
    reached = set(points)
    for node in wiring.graph.node:
        if node.op_type not in _LAYERS and reached & set(node.input):
            reached.update(node.output)
    return reached - points


def _find_guarded(wiring: _Wiring) -> set[str]:
    """What leaves the range of a float16: bounds such as max(x, 1e-12), which would be max(x, 0), and what divides by
    them or takes their logarithm; powers of e, their sums and their shares in the sums."""
    nodes = wiring.graph.node
    lost = {name for name, tensor in wiring.constants.items() if _is_lost(tensor)}
    bounds = _outputs(node for node in nodes if node.op_type in ("Clip", "Max", "Add") and set(node.input) & lost)
    sums = wiring.follow(_outputs(node for node in nodes if node.op_type == "Exp"), _SUM_OPERATORS)
    shares = _outputs(node for node in nodes if node.op_type == "Div" and set(node.input) & sums)
    return wiring.follow(bounds, _GUARDED_OPERATORS) | sums | shares


def _find_pixels(wiring: _Wiring, layers: int) -> set[str]:
    """Names of what is made of an image's bytes, so many layers included."""
    graph = wiring.graph
    passed = {value.name: 0 for value in graph.input if value.type.tensor_type.elem_type == TensorProto.UINT8}
    found: set[str] = set()
    for node in graph.node:
        depths = [passed[name] for name in node.input if name in passed]
        if not depths or node.op_type not in _PIXEL_OPERATORS:
            continue
        depth = max(depths) + (node.op_type in _LAYERS)
        found.update(node.output)
        if depth < layers:
            passed |= dict.fromkeys(node.output, depth)
    return found


def _holds_points(value: ValueInfoProto) -> bool:
    dims = value.type.tensor_type.shape.dim
    return len(dims) == _TRACK_AXES and dims[-1].dim_value == _COORDINATES


def _is_lost(tensor: TensorProto) -> bool:
    """Whether a constant number would become zero."""
    if tensor.data_type != TensorProto.FLOAT or tensor.dims:
        return False
    return bool(0 < abs(numpy_helper.to_array(tensor)) < _SMALLEST)


def _outputs(nodes: Iterable[NodeProto]) -> set[str]:
    return {name for node in nodes for name in node.output}


def _casts_to_int(node: NodeProto) -> bool:
    to = next(attribute.i for attribute in node.attribute if attribute.name == "to")
    return to in (TensorProto.INT64, TensorProto.INT32)
