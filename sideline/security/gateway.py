"""The gateway in front of a server: Envoy's configuration for encryption, a token a client, and bounded messages.

Triton knows one token for all, takes messages of 2 GiB and as many as come; Envoy (https://www.envoyproxy.io) asks each
client for its own token and lets nothing through but what a client needs, as fast as it is answered. Knows Envoy's
configuration (API v3); starts nothing.
"""

import json
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, IPvAnyAddress, model_validator

from sideline.errors import ConfigError
from sideline.security.channel import LARGEST_MESSAGE_BYTES, TOKEN_HEADER
from sideline.security.settings import ExistingFile, SecretFile, Strict, check_pair, read_settings, read_token
from sideline.tensors import MOST_IN_FLIGHT

CALLS: Final = ("ModelStreamInfer", "ServerLive", "ServerReady", "ModelReady", "ModelMetadata")
"""Of Triton's service, what a client of Sideline calls; all else is not there."""
CLIENT_HEADER: Final = "x-sideline-client"
_TYPES: Final = "type.googleapis.com/envoy.extensions"
_MOST_STREAMS: Final = 32
MOST_UNANSWERED: Final = 4 * MOST_IN_FLIGHT
"""Messages of a call that may wait for answers; beyond, the call is cut off. Sideline's client has a quarter of it."""
_MOST_CONNECTIONS: Final = 1_000
_GREETING: Final = "10s"
"""Time for a connection's handshake, and for a call's headers: who says nothing holds no place."""
_IDLE: Final = "120s"
_WINDOW_BYTES: Final = 2**20
"""What a client may send ahead of the server, per stream and per connection."""


class Address(Strict):
    """Where something listens."""

    host: IPvAnyAddress
    port: int = Field(ge=1, le=65_535)

    def to_envoy(self) -> dict[str, Any]:
        """As Envoy writes addresses."""
        return {"socket_address": {"address": str(self.host), "port_value": self.port}}


class Gateway(Strict):
    """The gateway's file.

    Attributes:
        listen: Where clients connect.
        server: Where Triton listens: on the same machine, since this way is not encrypted.
        certificate, key: The gateway's own (PEM).
        client_ca: Certificates that every client's is checked against (mutual TLS); None asks for none.
        clients: Files with each client's token, by its name.
    """

    listen: Address
    server: Address
    certificate: ExistingFile
    key: SecretFile
    client_ca: ExistingFile | None = None
    clients: dict[str, SecretFile] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_pair(self.certificate, self.key)
        if not self.server.host.is_loopback:
            raise ValueError("`server.host` must be this machine (127.0.0.1): the way to it is not encrypted")
        return self

    def tokens(self) -> dict[str, str]:
        """Each client's token by its name.

        Raises:
            ConfigError: One cannot be used, or two are the same.
        """
        tokens = {name: read_token(path) for name, path in self.clients.items()}
        if len(set(tokens.values())) < len(tokens):
            raise ConfigError("two clients have the same token: make one for each with `openssl rand -hex 32`")
        return tokens


def read_gateway(path: Path) -> Gateway:
    """Read a gateway's file.

    Raises:
        ConfigError: As `read_client_security`.
    """
    return read_settings(path, Gateway)


def write_envoy(gateway: Gateway, path: Path) -> None:
    """Write Envoy's configuration. It holds the tokens: only its owner may read it.

    Raises:
        ConfigError: A token cannot be used, or the file cannot be written.
    """
    text = json.dumps(render_envoy(gateway), indent=2) + "\n"
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"cannot write {path} ({exc.strerror}): choose another file with --out") from exc


def render_envoy(gateway: Gateway) -> dict[str, Any]:
    """Envoy's configuration (JSON is YAML, too)."""
    chain = {
        "transport_socket": _tls(gateway),
        "transport_socket_connect_timeout": _GREETING,
        "filters": [_connection_manager(gateway)],
    }
    listener = {
        "name": "clients",
        "address": gateway.listen.to_envoy(),
        "per_connection_buffer_limit_bytes": _WINDOW_BYTES,
        "filter_chains": [chain],
    }
    connections = _typed(
        "envoy.resource_monitors.global_downstream_max_connections",
        "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections=_MOST_CONNECTIONS,
    )
    return {
        "static_resources": {"listeners": [listener], "clusters": [_cluster(gateway)]},
        "overload_manager": {"resource_monitors": [connections]},
    }


def _typed(name: str, kind: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "typed_config": {"@type": f"{_TYPES}.{kind}", **settings}}


def _tls(gateway: Gateway) -> dict[str, Any]:
    pair = {
        "certificate_chain": {"filename": str(gateway.certificate)},
        "private_key": {"filename": str(gateway.key)},
    }
    common: dict[str, Any] = {
        "alpn_protocols": ["h2"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "tls_certificates": [pair],
    }
    if gateway.client_ca is not None:
        common["validation_context"] = {"trusted_ca": {"filename": str(gateway.client_ca)}}
    return _typed(
        "envoy.transport_sockets.tls",
        "transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context=common,
        require_client_certificate=gateway.client_ca is not None,
    )


def _connection_manager(gateway: Gateway) -> dict[str, Any]:
    return _typed(
        "envoy.filters.network.http_connection_manager",
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="clients",
        codec_type="HTTP2",
        max_request_headers_kb=8,
        stream_idle_timeout=_IDLE,
        request_headers_timeout=_GREETING,
        common_http_protocol_options={
            "idle_timeout": _IDLE,
            "max_headers_count": 40,
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        http2_protocol_options=_http2(),
        route_config={"virtual_hosts": [{"name": "triton", "domains": ["*"], "routes": _routes()}]},
        http_filters=[_tokens(gateway), _call_limits(), _typed("envoy.filters.http.router", _ROUTER)],
        access_log=[_typed("envoy.access_loggers.stdout", _STDOUT, log_format={"json_format": _ACCESS})],
    )


_ROUTER: Final = "filters.http.router.v3.Router"
_STDOUT: Final = "access_loggers.stream.v3.StdoutAccessLog"
_ACCESS: Final = {
    "time": "%START_TIME%",
    "client": f"%REQ({CLIENT_HEADER})%",
    "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "call": "%REQ(:PATH)%",
    "grpc_status": "%GRPC_STATUS%",
    "flags": "%RESPONSE_FLAGS%",
    "received_bytes": "%BYTES_RECEIVED%",
    "duration_ms": "%DURATION%",
}
"""One line a call; no header that holds a secret."""


def _http2() -> dict[str, int]:
    return {
        "max_concurrent_streams": _MOST_STREAMS,
        "initial_stream_window_size": _WINDOW_BYTES,
        "initial_connection_window_size": _WINDOW_BYTES,
    }


def _routes() -> list[dict[str, Any]]:
    return [
        {
            "match": {"path": f"/inference.GRPCInferenceService/{call}", "grpc": {}},
            "route": {"cluster": "triton", "timeout": "0s"},
        }
        for call in CALLS
    ]


def _tokens(gateway: Gateway) -> dict[str, Any]:
    return _typed(
        "envoy.filters.http.api_key_auth",
        "filters.http.api_key_auth.v3.ApiKeyAuth",
        credentials=[{"key": token, "client": name} for name, token in gateway.tokens().items()],
        key_sources=[{"header": TOKEN_HEADER}],
        forwarding={"header": CLIENT_HEADER, "hide_credentials": True},
    )


def _call_limits() -> dict[str, Any]:
    script = Path(__file__).with_name("call_limits.lua").read_text(encoding="utf-8")
    for name, number in (("LIMIT_BYTES", LARGEST_MESSAGE_BYTES), ("MOST_UNANSWERED", MOST_UNANSWERED)):
        script = script.replace(name, str(number))
    return _typed("envoy.filters.http.lua", "filters.http.lua.v3.Lua", default_source_code={"inline_string": script})


def _cluster(gateway: Gateway) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": gateway.server.to_envoy()}}
    options = _typed("", "upstreams.http.v3.HttpProtocolOptions")["typed_config"]
    return {
        "name": "triton",
        "type": "STATIC",
        "connect_timeout": "2s",
        "per_connection_buffer_limit_bytes": _WINDOW_BYTES,
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                **options,
                "explicit_http_config": {"http2_protocol_options": _http2()},
            }
        },
        "load_assignment": {"cluster_name": "triton", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
