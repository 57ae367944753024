"""A real server with mutual TLS and a token: who has both gets in, nobody else, and its log keeps the secrets."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from client.stream import Client
from sideline.errors import ConfigError, ServerError, StreamError
from sideline.security.channel import connect, headers_of
from sideline.security.settings import PLAIN, ClientSecurity, read_client_security, read_server_security
from sideline.serving.access import CLOSED
from sideline.serving.local_server import LocalServer
from tests.client.test_real_server import film
from tests.security.certificates import Identities, make_identities
from tests.serving.marks import red_hall


@dataclass(frozen=True)
class Guarded:
    """The server, what opens it, and its log."""

    server: LocalServer
    identities: Identities
    log_path: Path


@pytest.fixture(scope="module")
def guarded(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    identities = make_identities(folder / "secrets")
    security = read_server_security(identities.server_file())
    log_path = folder / "tritonserver.log"
    with LocalServer(repository, grpc_port=0, metrics_port=None, security=security, log_path=log_path) as server:
        yield Guarded(server, identities, log_path)


async def count_answers(server: LocalServer, security: ClientSecurity) -> int:
    client = Client(server.url, security=security)
    return len([update async for update in client.track(film(red_hall(), 3)) if not update.is_end])


async def test_a_client_with_certificate_and_token_is_served(guarded: Guarded) -> None:
    security = read_client_security(guarded.identities.client_file())
    assert await count_answers(guarded.server, security) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"token_file": None}, "wants a token that this client did not show"),
        ({"token_file": "other-token"}, "wants a token that this client did not show"),
        ({"certificate": None, "key": None}, "no Triton answers"),
        ({"certificate": "stranger-client.pem", "key": "stranger-client.key"}, "no Triton answers"),
        ({"ca": "stranger-ca.pem"}, "do not accept each other's certificates .*CERTIFICATE_VERIFY_FAILED"),
        ({"server_name": "other.example"}, "do not accept each other's certificates .*Hostname"),
    ],
)
async def test_a_client_that_lacks_one_of_them_is_not(
    guarded: Guarded, changes: dict[str, str | None], message: str
) -> None:
    guarded.identities.write("other-token", "x" * 64)
    security = read_client_security(guarded.identities.client_file("faulty.toml", **changes))
    with pytest.raises(StreamError, match=message):
        await count_answers(guarded.server, security)


async def test_a_client_without_encryption_is_not_served(guarded: Guarded) -> None:
    with pytest.raises(StreamError, match="no Triton answers"):
        await count_answers(guarded.server, PLAIN)


def test_the_log_holds_neither_token_nor_key(guarded: Guarded) -> None:
    log = guarded.log_path.read_text()
    assert "path_b" in log
    assert guarded.identities.token not in log
    assert "PRIVATE KEY" not in log


def call_control(client: triton.InferenceServerClient, service: str, headers: dict[str, str]) -> None:
    calls = {
        "shared-memory": lambda: client.register_system_shared_memory("region", "/region", 8, headers=headers),
        "model-repository": lambda: client.unload_model("path_b", headers=headers),
        "trace": lambda: client.update_trace_settings(settings={"trace_rate": "1"}, headers=headers),
        "logging": lambda: client.update_log_settings({"log_verbose_level": 1}, headers=headers),
    }
    calls[service]()


@pytest.mark.parametrize("service", CLOSED)
def test_nobody_may_change_a_running_server(guarded: Guarded, server: LocalServer, service: str) -> None:
    security = read_client_security(guarded.identities.client_file())
    for url, known in ((guarded.server.url, security), (server.url, PLAIN)):
        with (
            connect(url, known) as client,
            pytest.raises(InferenceServerException, match="This protocol is restricted"),
        ):
            call_control(client, service, headers_of(known))


def test_metadata_want_the_token_and_health_does_not(guarded: Guarded) -> None:
    security = read_client_security(guarded.identities.client_file())
    with connect(guarded.server.url, security) as client:
        assert client.is_server_ready()
        with pytest.raises(InferenceServerException, match="This protocol is restricted"):
            client.get_model_metadata("path_b")
        assert client.get_model_metadata("path_b", headers=headers_of(security)).name == "path_b"


def test_a_server_whose_canary_does_not_know_it_is_stopped_and_says_why(
    repository: Path, identities: Identities
) -> None:
    text = identities.server_file().read_text().replace('[canary]\nca = "ca.pem"', '[canary]\nca = "stranger-ca.pem"')
    security = read_server_security(identities.write("server.toml", text))
    with pytest.raises(ServerError, match=r"its own canary cannot get in .*CERTIFICATE_VERIFY_FAILED"):
        LocalServer(repository, grpc_port=0, metrics_port=None, security=security).start()


def test_http_beside_tls_is_refused_for_triton_cannot_encrypt_it(repository: Path, identities: Identities) -> None:
    security = read_server_security(identities.server_file())
    with pytest.raises(ConfigError, match="leave --http-port off"):
        LocalServer(repository, grpc_port=0, http_port=0, security=security).start()
