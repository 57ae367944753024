"""The Dockerfile, as far as it can be looked at without a Docker engine; docs/deploy.md says what was run by hand."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from sideline.cli import app

_ROOT = Path(__file__).parents[2]


def _instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", (_ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def _all_of(instruction: str) -> list[str]:
    return [value for name, value in _instructions() if name == instruction]


def test_it_stands_on_nvidias_triton_26_07_or_newer_with_the_digest_as_an_argument() -> None:
    (image,) = _all_of("FROM")
    assert image == "nvcr.io/nvidia/tritonserver:${TRITON_TAG}${TRITON_DIGEST}"
    tag = dict(argument.split("=") for argument in _all_of("ARG"))["TRITON_TAG"]
    year, month = map(int, re.fullmatch(r"(\d\d)\.(\d\d)-py3", tag).groups())
    assert (year, month) >= (26, 7)


def test_whatever_it_copies_is_there_and_is_let_through_to_the_build() -> None:
    sources = [source for line in _all_of("COPY") for source in shlex.split(line)[:-1]]
    let_through = {line[1:] for line in (_ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sources
    assert all((_ROOT / source).exists() for source in sources)
    assert set(sources) == let_through


def test_it_runs_as_a_user_without_rights_and_writes_to_its_volume_only() -> None:
    names = [name for name, _ in _instructions()]
    assert _all_of("USER") == ["10001:10001"]
    assert "RUN" not in names[names.index("USER") :]
    assert _all_of("VOLUME") == ["/var/lib/sideline"]


def test_what_is_installed_is_pinned() -> None:
    installs = [line for line in _all_of("RUN") if "pip install" in line]
    assert installs
    assert all("--constraint constraints.txt" in line for line in installs)


@pytest.mark.parametrize("instruction", ["HEALTHCHECK", "ENTRYPOINT"])
def test_its_commands_exist_with_their_options(instruction: str) -> None:
    (line,) = _all_of(instruction)
    program, name, *arguments = json.loads(line[line.index("[") :])
    if instruction == "ENTRYPOINT":
        arguments += json.loads(_all_of("CMD")[0])
    assert program == "sideline"
    group = typer.main.get_command(app)
    group.commands[name].make_context(name, arguments).close()


def test_the_steps_get_the_same_libraries_as_beside_the_wheel_and_those_for_a_gpu() -> None:
    extras = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    without = [requirement.split(";")[0] for requirement in extras["serve"] + extras["gpu"]]
    brought_by_the_image = {"nvidia-pytriton==0.7.0", "onnxruntime-gpu>=1.20"}
    builds_plans = {"onnx>=1.17"}
    assert set(extras["rack"]) == set(without) - brought_by_the_image | builds_plans
