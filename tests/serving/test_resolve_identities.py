"""The resolver on the real server: a match in one request, and requests that cannot be answered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from numpy.typing import NDArray
from tritonclient.utils import InferenceServerException

from ensemble_configs.schema import read_models
from ensemble_configs.wiring import TENSORS
from sideline import tensors
from sideline.serving.local_server import LocalServer
from sideline.tensors import NO_NUMBER, Category, Tensor
from tests.identity.scenes import AWAY, HOME, SHEET_TEXT

Arrays = dict[Tensor, NDArray[Any]]
OUTPUTS = read_models().models["resolve_identities"].outputs


@pytest.fixture(scope="module")
def client(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[triton.InferenceServerClient]:
    log_path = tmp_path_factory.mktemp("resolver") / "tritonserver.log"
    options = {"grpc_port": 0, "metrics_port": None, "log_path": log_path, "beside": ("resolve_identities",)}
    with LocalServer(repository, **options) as server, triton.InferenceServerClient(server.url) as connected:
        yield connected


def two_players() -> Arrays:
    """Number 4 of home, whose number was read, and a player of away, whose was not."""
    return {
        tensors.MATCH_SHEET: np.frombuffer(SHEET_TEXT.encode(), np.uint8),
        tensors.TRACKLET_IDS: np.array([7, 9]),
        tensors.TRACKLET_SPANS_NS: np.array([[10**18, 10**18 + 10**10], [10**18, 10**18 + 10**10]]),
        tensors.TRACKLET_TEAMS: np.array([HOME, AWAY], np.float32),
        tensors.TRACKLET_NUMBERS: np.array([4, NO_NUMBER], np.int32),
        tensors.TRACKLET_NUMBER_PROBABILITIES: np.array([0.95, 0.0], np.float32),
        tensors.TRACKLET_LOOKS: np.empty((0, 64), np.float32),
        tensors.TRACKLET_PLACES_M: np.empty((0, 4), np.float32),
    }


def ask(client: triton.InferenceServerClient, arrays: Arrays) -> dict[str, NDArray[Any]]:
    inputs = []
    for tensor, array in arrays.items():
        one = triton.InferInput(tensor.name, list(array.shape), tensor.dtype)
        one.set_data_from_numpy(np.ascontiguousarray(array))
        inputs.append(one)
    result = client.infer("resolve_identities", inputs)
    return {name: result.as_numpy(name) for name in OUTPUTS}


def test_a_match_in_one_request_is_told_who_is_who(client: triton.InferenceServerClient) -> None:
    said = ask(client, two_players())
    assert said["global_ids"].tolist()[0] == b"home-4"
    assert said["identity_names"].tolist()[0] == b"Home 4"
    assert said["identity_categories"].tolist() == [Category.HOME, Category.AWAY]
    assert said["identity_numbers"].tolist()[0] == 4
    assert said["identity_reasons"].tolist()[0].startswith(b"number 4 was read")
    assert 0.8 < float(said["identity_probabilities"][0]) < 1.0


def test_an_empty_match_and_tracklets_of_which_nothing_is_known_are_answered(
    client: triton.InferenceServerClient,
) -> None:
    asked = two_players()
    empty = {tensor: array if tensor is tensors.MATCH_SHEET else array[:0] for tensor, array in asked.items()}
    assert all(len(array) == 0 for array in ask(client, empty).values())
    known = (tensors.MATCH_SHEET, tensors.TRACKLET_IDS, tensors.TRACKLET_SPANS_NS)
    bare = {tensor: array if tensor in known else array[:0] for tensor, array in asked.items()}
    assert ask(client, bare)["identity_numbers"].tolist() == [NO_NUMBER, NO_NUMBER]


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("tracklet_ids", np.array([7, 7]), "tracklet 7 stands there twice"),
        ("tracklet_spans_ns", np.array([[5, 0], [0, 9]]), "tracklet 7 ends before it starts"),
        ("tracklet_teams", np.full((2, 3), np.nan, np.float32), "has team probabilities that do not sum to 1"),
        ("match_sheet", np.frombuffer(b"[home", np.uint8), "the match sheet is not valid TOML"),
    ],
)
def test_a_bad_request_fails_alone_and_says_why(
    client: triton.InferenceServerClient, name: str, array: NDArray[Any], message: str
) -> None:
    with pytest.raises(InferenceServerException, match=message):
        ask(client, two_players() | {TENSORS[name]: array})
    assert ask(client, two_players())["global_ids"].tolist()[0] == b"home-4"
