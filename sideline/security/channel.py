"""gRPC connections to a server as the security settings say: encrypted, with a token, messages bounded.

Knows Triton's client library and its headers; knows no tensors.
"""

import re
from pathlib import Path
from typing import Any, Final

import grpc
from tritonclient.grpc import InferenceServerClient, aio

from sideline.errors import ConfigError
from sideline.security.settings import PLAIN, ClientSecurity

LARGEST_MESSAGE_BYTES: Final = 64 * 2**20
"""Two of the largest JPEGs that a frame may hold (`sideline.ingest`) with room to spare; an answer has some kB."""
TOKEN_KEY: Final = "sideline-token"  # noqa: S105  a header's name
TOKEN_HEADER: Final = f"triton-grpc-protocol-{TOKEN_KEY}"
"""Triton reads the keys of restricted protocols from headers with this prefix."""

_LOOPBACK: Final = re.compile(r"(127\.|localhost:|\[::1\]|unix:)")
_LIMITS: Final = (
    ("grpc.max_send_message_length", LARGEST_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE_BYTES),
)
_KEEPALIVE: Final = (
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.http2.max_pings_without_data", 2),
)
"""Off by default in the client library; two pings without data are what Triton's server tolerates."""
_OWN_CONNECTION: Final = (("grpc.use_local_subchannel_pool", 1),)
"""gRPC would let all streams of a process share a connection, and a new one end up where the old ones are: at a
collection that has been exchanged since."""


def connect(url: str, security: ClientSecurity = PLAIN) -> InferenceServerClient:
    """A blocking connection; use it as a context manager.

    Args:
        url: Host and gRPC port.
        security: How server and client know each other.

    Raises:
        ConfigError: A token would leave this machine unencrypted.
    """
    return InferenceServerClient(url, **_options(url, security))


def connect_async(url: str, security: ClientSecurity = PLAIN) -> aio.InferenceServerClient:
    """A connection for asyncio; use it as an asynchronous context manager. Arguments and errors as in `connect`."""
    return aio.InferenceServerClient(url, **_options(url, security))


def open_channel(url: str, security: ClientSecurity = PLAIN) -> grpc.Channel:
    """A channel for Triton's own stub, `GRPCInferenceServiceStub`; use it as a context manager. Arguments and errors
    as in `connect`.
    """
    channel_args = _options(url, security)["channel_args"]
    if security.ca is None:
        return grpc.insecure_channel(url, channel_args)
    keys = (security.ca, security.key, security.certificate)
    credentials = grpc.ssl_channel_credentials(*(None if path is None else Path(path).read_bytes() for path in keys))
    return grpc.secure_channel(url, credentials, channel_args)


def headers_of(security: ClientSecurity) -> dict[str, str]:
    """What to send with every call beside the request: the token, where there is one."""
    token = security.token()
    return {} if token is None else {TOKEN_HEADER: token}


def is_token_refusal(message: str) -> bool:
    """Whether an error of Triton, or of the gateway, says that a call lacked the token, or showed a wrong one."""
    return "protocol is restricted" in message or "Client authentication failed" in message


def is_handshake_failure(message: str) -> bool:
    """Whether a connection's error says that the two ends did not accept each other's certificates."""
    return "handshake" in message or "Hostname Verification" in message


def _options(url: str, security: ClientSecurity) -> dict[str, Any]:
    if security.token_file is not None and security.ca is None and not _LOOPBACK.match(url):
        raise ConfigError(f"the token would travel to {url} unencrypted: name the server's `ca` in the security file")
    name = security.server_name
    override = [] if name is None else [("grpc.ssl_target_name_override", name)]
    return {
        "ssl": security.ca is not None,
        "root_certificates": _text(security.ca),
        "private_key": _text(security.key),
        "certificate_chain": _text(security.certificate),
        "channel_args": [*_LIMITS, *_KEEPALIVE, *_OWN_CONNECTION, *override],
    }


def _text(path: object) -> str | None:
    return None if path is None else str(path)
