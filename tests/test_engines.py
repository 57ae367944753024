"""The repository's engines in this process."""

from pathlib import Path

import pytest

from sideline.engines import OnnxEngine
from sideline.errors import ConfigError


def test_an_engine_that_the_repository_lacks_is_named_by_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"detr/1/model\.onnx is missing: give a model repository"):
        OnnxEngine("detr", 1, tmp_path)


@pytest.mark.parametrize("name", ["yolo", "ingest_frames"])
def test_what_is_no_engine_is_refused(name: str, repository: Path) -> None:
    with pytest.raises(ConfigError, match=f"has no engine '{name}'"):
        OnnxEngine(name, 1, repository)
