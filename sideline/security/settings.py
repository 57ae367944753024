"""The security files of a server and of a client, as TOML: paths of certificates, keys and tokens, all checked.

Paths are relative to the file that names them. What lies in a file that others can read is no secret: such keys and
tokens are refused. Knows nothing of gRPC and holds no secret longer than it takes to hand it on.
"""

import re
import ssl
import tomllib
from pathlib import Path
from typing import Annotated, Final, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo, model_validator

from sideline.errors import ConfigError

_OTHERS_MAY_READ: Final = 0o077
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{20,200}")
"""What may stand in an HTTP header (RFC 6750, section 2.1), long enough not to be guessed."""


def _find(path: Path, info: ValidationInfo) -> Path:
    found = (info.context or {}).get("folder", Path()) / path.expanduser()
    if not found.is_file():
        raise ValueError(f"there is no file {found}")
    return Path(found).resolve()


def _check_private(path: Path) -> Path:
    if path.stat().st_mode & _OTHERS_MAY_READ:
        raise ValueError(f"others may read {path}: run `chmod 600 {path}`")
    return path


ExistingFile = Annotated[Path, AfterValidator(_find)]
SecretFile = Annotated[ExistingFile, AfterValidator(_check_private)]


class Strict(BaseModel):
    """A part of a security file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def check_pair(certificate: Path | None, key: Path | None) -> None:
    """Raise a ValueError unless both are there and belong together, or neither is."""
    if (certificate is None) != (key is None):
        raise ValueError("`certificate` and `key` go together: give both or neither")
    if certificate is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError) as exc:
        raise ValueError(
            f"{certificate.name} and its key cannot be used ({exc}): give a PEM certificate and its own key, "
            "not encrypted"
        ) from exc


def _check_token(token_file: Path | None) -> None:
    if token_file is not None:
        read_token(token_file)


def read_token(token_file: Path) -> str:
    """The token in a file.

    Raises:
        ConfigError: It cannot be read or is none; the message does not quote it.
    """
    try:
        token = token_file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as exc:
        raise ConfigError(f"the token cannot be read ({exc}): look at {token_file}") from exc
    if not _TOKEN.fullmatch(token):  # the message must not quote it
        raise ConfigError(f"{token_file} holds no token: make one with `openssl rand -hex 32 > {token_file}`")
    return token


class ClientSecurity(Strict):
    """How a client knows its server, and is known to it; without any file, a plain connection.

    Attributes:
        ca: Certificates (PEM) that the server's is checked against; with it, the connection is encrypted.
        certificate, key: The client's own (PEM), for a server that wants them (mutual TLS).
        server_name: Name in the server's certificate, where it differs from the address.
        token_file: Holds the token that this client shows.
    """

    ca: ExistingFile | None = None
    certificate: ExistingFile | None = None
    key: SecretFile | None = None
    server_name: str | None = None
    token_file: SecretFile | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ca is None and (self.certificate or self.server_name):
            raise ValueError("`ca` is missing: without it the connection is not encrypted")
        check_pair(self.certificate, self.key)
        _check_token(self.token_file)
        return self

    def token(self) -> str | None:
        """The token as the file holds it now, None where there is none."""
        return None if self.token_file is None else read_token(self.token_file)


PLAIN: Final = ClientSecurity()
"""No encryption and no token: for loopback."""


class ServerSecurity(Strict):
    """What a server shows and asks for; without any file, plain connections that anybody may open.

    Attributes:
        certificate, key: The server's own (PEM); with them, gRPC is encrypted.
        client_ca: Certificates (PEM) that every client's is checked against (mutual TLS).
        token_file: Holds the token that every client has to show.
        canary: How the server's own canary frame gets in; its token is the server's.
    """

    certificate: ExistingFile | None = None
    key: SecretFile | None = None
    client_ca: ExistingFile | None = None
    token_file: SecretFile | None = None
    canary: ClientSecurity = PLAIN

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_pair(self.certificate, self.key)
        _check_token(self.token_file)
        if self.client_ca and not self.certificate:
            raise ValueError("`certificate` is missing: without it clients cannot be asked for theirs (`client_ca`)")
        if bool(self.certificate) != bool(self.canary.ca):
            raise ValueError("`certificate` and `canary.ca` go together: the canary has to know the server")
        if self.client_ca and not self.canary.certificate:
            raise ValueError("`canary.certificate` is missing: with `client_ca` the canary has to show one, too")
        return self

    @property
    def own_client(self) -> ClientSecurity:
        """How the server's own probes and canary connect."""
        return self.canary.model_copy(update={"token_file": self.token_file})

    def token(self) -> str | None:
        """The token as the file holds it now, None where there is none."""
        return None if self.token_file is None else read_token(self.token_file)


OPEN: Final = ServerSecurity()
"""No encryption and no token: for loopback."""

Settings = TypeVar("Settings", bound=Strict)


def read_client_security(path: Path) -> ClientSecurity:
    """Read a client's security file.

    Raises:
        ConfigError: It cannot be read, names an unknown key, or a file that is missing, unfit or open to others.
    """
    return read_settings(path, ClientSecurity)


def read_server_security(path: Path) -> ServerSecurity:
    """Read a server's security file.

    Raises:
        ConfigError: As `read_client_security`.
    """
    return read_settings(path, ServerSecurity)


def read_settings(path: Path, kind: type[Settings]) -> Settings:
    """Read a file of any such form; errors as in `read_client_security`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return kind.model_validate(content, context={"folder": path.resolve().parent})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"the security file {path} cannot be read ({exc}): docs/security.md shows one") from exc
    except ValidationError as exc:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {_reason(fault['msg'])}" for fault in exc.errors())
        raise ConfigError(f"{path}: {faults} (docs/security.md shows a whole file)") from None


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
