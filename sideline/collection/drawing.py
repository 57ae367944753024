"""Draws the dependencies of a collection as an SVG: stages of training from left to right.

An engine that changed is red, one that has to be trained anew orange, one that has to be judged again yellow. Dashed
lines lead to engines that only imitate another. Knows pixels and colours; what follows from what is in `graph`.
"""

from collections.abc import Collection as Names
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from sideline.collection.graph import Edge, find_downstream, find_to_judge, list_edges, order_stages
from sideline.collection.schema import Collection

_BOX_PX: Final = (190, 54)
_GAP_PX: Final = (150, 42)
_MARGIN_PX: Final = 24
_CHANGED, _RETRAIN, _JUDGE, _AS_IT_IS = "#e5534b", "#f0a04b", "#f5e08a", "#e8eef4"


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    caption: str
    left: int
    top: int
    colour: str

    @property
    def middle(self) -> int:
        return self.top + _BOX_PX[1] // 2


def draw_collection(collection: Collection, changed: Names[str] = ()) -> str:
    """The SVG's text.

    Args:
        collection: The engines.
        changed: Names of those that change; what follows is coloured.

    Raises:
        CollectionError: There is no engine of a name, or a circle.
    """
    boxes = _place(collection, _colours(collection, changed))
    width = max((box.left + _BOX_PX[0] for box in boxes.values()), default=0) + _MARGIN_PX
    height = max((box.top + _BOX_PX[1] for box in boxes.values()), default=0) + _MARGIN_PX
    edges = [edge for edge in list_edges(collection) if edge.upstream in boxes]
    lines = [_draw_edge(edge, boxes[edge.upstream], boxes[edge.model]) for edge in edges]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">',
            '<rect width="100%" height="100%" fill="white"/>',
            *lines,
            *map(_draw_box, boxes.values()),
            "</svg>\n",
        ]
    )


def _colours(collection: Collection, changed: Names[str]) -> dict[str, str]:
    downstream, to_judge = find_downstream(collection, changed), find_to_judge(collection, changed)
    marked = dict.fromkeys(to_judge, _JUDGE) | dict.fromkeys(downstream, _RETRAIN) | dict.fromkeys(changed, _CHANGED)
    return {name: marked.get(name, _AS_IT_IS) for name in collection.models}


def _place(collection: Collection, colours: dict[str, str]) -> dict[str, _Box]:
    boxes = {}
    for column, stage in enumerate(order_stages(collection)):
        for row, name in enumerate(stage):
            record = collection.models[name]
            left = _MARGIN_PX + column * (_BOX_PX[0] + _GAP_PX[0])
            top = _MARGIN_PX + row * (_BOX_PX[1] + _GAP_PX[1])
            boxes[name] = _Box(name, f"version {record.version} · {record.sha256[:12]}", left, top, colours[name])
    return boxes


def _draw_box(box: _Box) -> str:
    width, height = _BOX_PX
    middle = box.left + width // 2
    return (
        f'<rect x="{box.left}" y="{box.top}" width="{width}" height="{height}" rx="6" fill="{box.colour}" '
        f'stroke="#44546a"/><text x="{middle}" y="{box.top + 22}" text-anchor="middle" font-size="14" '
        f'font-weight="bold">{escape(box.name)}</text><text x="{middle}" y="{box.top + 41}" text-anchor="middle" '
        f'font-size="11" fill="#44546a">{escape(box.caption)}</text>'
    )


def _draw_edge(edge: Edge, upstream: _Box, model: _Box) -> str:
    """A curve from the right side of one box to the left side of the other; boxes of one column are joined below."""
    start, end = upstream.left + _BOX_PX[0], model.left
    bend = max(60, (end - start) // 2)
    curve = (
        f"M{start},{upstream.middle} C{start + bend},{upstream.middle} {end - bend},{model.middle} {end},{model.middle}"
    )
    dashes = ' stroke-dasharray="5 4"' if edge.imitated else ""
    label_x, label_y = end - 8, model.middle + (upstream.middle - model.middle) // 8 - 5
    return (
        f'<path d="{curve}" fill="none" stroke="#8497b0" stroke-width="1.5"{dashes}/>'
        f'<text x="{label_x}" y="{label_y}" text-anchor="end" font-size="10" fill="#44546a">'
        f"{escape(edge.via or '')}</text>"
    )
