"""What tritonserver is told about access: certificates, the token, and which of its services nobody may call.

Knows Triton's options. The token is among the arguments of tritonserver, where users of the same machine can see it
(docs/security.md): on a shared machine, let the gateway ask for tokens.
"""

import secrets
from typing import Final

from sideline.security.channel import TOKEN_KEY
from sideline.security.settings import ServerSecurity

CLOSED: Final = ("shared-memory", "model-repository", "trace", "logging")
"""Services that change the server while it runs. No client needs them."""
GUARDED: Final = ("inference", "metadata", "model-config", "statistics")
"""Services that want the token where there is one; "health" stays open for whoever restarts servers."""


def access_arguments(security: ServerSecurity, http: bool) -> list[str]:
    """The arguments of `tritonserver` that say who may do what.

    Args:
        security: Certificates and token.
        http: Whether HTTP is on: its services are closed alike.
    """
    token = security.token()
    groups = {f"{','.join(CLOSED)}:sideline-closed": secrets.token_urlsafe(32)}  # known to nobody
    if token is not None:
        groups[f"{','.join(GUARDED)}:{TOKEN_KEY}"] = token
    options = ["--grpc-restricted-protocol", *(["--http-restricted-api"] if http else [])]
    restricted = [f"{option}={group}={value}" for option in options for group, value in groups.items()]
    return [*restricted, *_tls_arguments(security)]


def _tls_arguments(security: ServerSecurity) -> list[str]:
    if security.certificate is None:
        return []
    arguments = [
        "--grpc-use-ssl=true",
        f"--grpc-server-cert={security.certificate}",
        f"--grpc-server-key={security.key}",
    ]
    if security.client_ca is not None:
        arguments += ["--grpc-use-ssl-mutual=true", f"--grpc-root-cert={security.client_ca}"]
    return arguments
