"""What the arguments of a stub tell."""

import pytest

from sideline.serving.process_group import model_of


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("/tmp/repository/detr/1/model.onnx", "detr"),  # noqa: S108
        ("/srv/models/build_graph/1/model.py", "build_graph"),
        ("-c", ""),  # a child of a stub
        ("", ""),  # a process that has just ended
    ],
)
def test_the_model_of_a_stub_is_the_folder_of_its_versions(file: str, model: str) -> None:
    assert model_of(file) == model
