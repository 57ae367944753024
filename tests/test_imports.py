"""What serving, tracking and the command line must not load."""

import json
import subprocess
import sys

import pytest

_SCRIPT = """
import importlib, json, pkgutil, sys
for name in {packages}:
    package = importlib.import_module(name)
    for module in pkgutil.iter_modules(getattr(package, "__path__", []), name + "."):
        if {deeply}:
            importlib.import_module(module.name)
print(json.dumps(sorted(set(sys.modules) & {suspects})))
"""
_TRAINING = {"torch", "onnx", "onnxruntime", "onnxscript", "sideline.networks", "sideline.training"}
_TRANSPORT = {"tritonclient", "grpc", "triton_python_backend_utils", "google.protobuf"}


def _loaded(packages: list[str], suspects: set[str], *, deeply: bool) -> list[str]:
    """Which of `suspects` a fresh interpreter holds after importing `packages`, with all their modules if `deeply`."""
    script = _SCRIPT.format(packages=packages, deeply=deeply, suspects=suspects)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    found: list[str] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_serving_client_and_command_line_load_no_training_library() -> None:
    packages = [
        "sideline.tracking",
        "sideline.ingest",
        "client",
        "ensemble_configs",
        "sideline.serving",
        "sideline.cli",
    ]
    assert _loaded(packages, _TRAINING, deeply=False) == []


@pytest.mark.parametrize(
    "package", ["sideline.tracking", "sideline.arena", "sideline.identity", "sideline.ingest", "sideline.tensors"]
)
def test_the_maths_loads_neither_triton_nor_grpc_nor_torch(package: str) -> None:
    assert _loaded([package], _TRAINING | _TRANSPORT, deeply=True) == []


def test_the_networks_load_neither_triton_nor_grpc() -> None:
    assert _loaded(["sideline.networks"], _TRANSPORT - {"google.protobuf"}, deeply=True) == []


def test_a_graph_is_built_without_scipy_which_only_a_window_needs() -> None:
    assert _loaded(["sideline.tracking.graph.arena_graph"], {"scipy"}, deeply=False) == []


def test_a_forbidden_library_would_be_noticed() -> None:
    assert _loaded(["sideline.networks"], _TRAINING, deeply=True) == ["sideline.networks", "torch"]
