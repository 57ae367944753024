"""A plan's name tells the rules that it was made by: here they are held against the code."""

import ast
import hashlib
from pathlib import Path

import pytest

import export
from ensemble_configs.schema import Engine, read_models
from export.tensorrt_plan import shape_ranges
from sideline.deployment.files import PLAN_RULES

MAKERS = ("full_precision.py", "half.py", "rounding.py", "tensorrt_plan.py")
"""What makes a plan of an ONNX file, beside the shapes that it has to take, which come from the configuration."""


def _digest(sources: list[str]) -> str:
    """The first digits of the SHA-256 of code without its comments, docstrings and layout."""
    trees = [ast.parse(source) for source in sources]
    for tree in trees:
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                node.body = [item for item in body if not _is_text(item)]
    # Python 3.12 quotes in other ways than 3.11.
    text = "\n".join(map(ast.unparse, trees)).replace('"', "'")
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def test_who_changes_how_plans_are_made_changes_their_name() -> None:
    folder = Path(export.__file__).parent
    engines = {name: model for name, model in read_models().models.items() if isinstance(model, Engine)}
    shapes = "\n".join(repr((name, shape_ranges(engines[name]))) for name in sorted(engines))
    digest = _digest([*((folder / name).read_text(encoding="utf-8") for name in MAKERS), shapes])
    message = f"plans are made in another way: set PLAN_RULES in sideline/deployment/files.py to {digest}"
    assert digest == PLAN_RULES, message


@pytest.mark.parametrize(
    ("other", "is_same"),
    [("# why\nRULE = 1\n\n", True), ('"""What."""\nRULE = 1\n"""Which."""\n', True), ("RULE = 2\n", False)],
)
def test_words_about_the_code_change_nothing_and_a_number_in_it_does(other: str, is_same: bool) -> None:
    assert (_digest([other]) == _digest(["RULE = 1\n"])) is is_same
