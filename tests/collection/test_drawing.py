"""The drawing: a box an engine, a line an edge, colours for what follows."""

from xml.etree import ElementTree

from sideline.collection.drawing import draw_collection
from tests.collection.collections import five_engines

_SVG = "{http://www.w3.org/2000/svg}"


def _fills(changed: list[str]) -> dict[str, str]:
    root = ElementTree.fromstring(draw_collection(five_engines(), changed))  # noqa: S314  our own text
    boxes = [
        (int(rect.get("x", 0)), int(rect.get("y", 0)), rect.get("fill", ""))
        for rect in root.iter(f"{_SVG}rect")
        if rect.get("rx")
    ]
    names = {text.text or "": text for text in root.iter(f"{_SVG}text") if text.get("font-weight")}
    places = {name: (int(text.get("x", 0)), int(text.get("y", 0))) for name, text in names.items()}
    return {
        name: next(fill for left, top, fill in boxes if left < x < left + 190 and top < y < top + 54)
        for name, (x, y) in places.items()
    }


def test_every_engine_has_a_box_and_every_edge_a_line_dashed_where_it_is_imitated() -> None:
    root = ElementTree.fromstring(draw_collection(five_engines()))  # noqa: S314  our own text
    assert set(_fills([])) == {"a", "b", "c", "d", "e"}
    lines = list(root.iter(f"{_SVG}path"))
    assert len(lines) == 5
    assert sum(line.get("stroke-dasharray") is not None for line in lines) == 1
    assert {"a_data", "b_data", "c_data", "drawings"} <= {text.text for text in root.iter(f"{_SVG}text")}


def test_what_changes_what_is_trained_anew_and_what_is_judged_again_have_each_their_colour() -> None:
    quiet, changed = _fills([]), _fills(["a"])
    assert len(set(quiet.values())) == 1
    assert changed["b"] == changed["c"] == changed["d"]
    assert len({changed["a"], changed["b"], changed["e"], quiet["a"]}) == 4
