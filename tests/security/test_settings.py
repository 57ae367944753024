"""Security files: what is whole is taken, whatever is missing, unfit or open to others is named."""

from pathlib import Path

import pytest

from sideline.errors import ConfigError
from sideline.security.channel import TOKEN_HEADER, connect, headers_of
from sideline.security.settings import PLAIN, ServerSecurity, read_client_security, read_server_security
from tests.security.certificates import Identities


def test_paths_are_relative_to_the_file_and_the_token_becomes_a_header(identities: Identities) -> None:
    security = read_client_security(identities.client_file())
    assert security.ca == (identities.folder / "ca.pem").resolve()
    assert headers_of(security) == {TOKEN_HEADER: identities.token}
    assert headers_of(PLAIN) == {}


def test_the_canary_shows_the_servers_token(identities: Identities) -> None:
    security = read_server_security(identities.server_file())
    assert security.own_client.token() == identities.token
    assert security.own_client.certificate == (identities.folder / "client.pem").resolve()
    assert ServerSecurity().own_client == PLAIN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ca = "absent.pem"', r"ca: there is no file .*absent\.pem"),
        ('ca = "ca.pem"\ncertificate = "client.pem"', "`certificate` and `key` go together"),
        ('ca = "ca.pem"\ncertificate = "client.pem"\nkey = "server.key"', "KEY_VALUES_MISMATCH"),
        ('ca = "ca.pem"\ncertificate = "token"\nkey = "client.key"', "token and its key cannot be used"),
        ('certificate = "client.pem"\nkey = "client.key"', "`ca` is missing"),
        ('server_name = "arena"', "`ca` is missing"),
        ('ca = "ca.pem"\npassword = "x"', "password: Extra inputs are not permitted"),
        ("ca = ", "cannot be read"),
    ],
)
def test_a_client_file_with_a_fault_is_refused_by_name(identities: Identities, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_client_security(identities.write("faulty.toml", text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('client_ca = "ca.pem"', "clients cannot be asked for theirs"),
        ('certificate = "server.pem"\nkey = "server.key"', r"`certificate` and `canary\.ca` go together"),
        (
            'certificate = "server.pem"\nkey = "server.key"\nclient_ca = "ca.pem"\n[canary]\nca = "ca.pem"',
            r"`canary\.certificate` is missing",
        ),
    ],
)
def test_a_server_file_with_a_fault_is_refused_by_name(identities: Identities, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_server_security(identities.write("faulty.toml", text))


@pytest.mark.parametrize("name", ["client.key", "token"])
def test_a_secret_that_others_may_read_is_refused_with_the_command_that_cures_it(
    identities: Identities, name: str
) -> None:
    (identities.folder / name).chmod(0o640)
    with pytest.raises(ConfigError, match=f"chmod 600 .*{name}"):
        read_client_security(identities.client_file())


@pytest.mark.parametrize("content", ["", "too short", "spaces are not allowed in it at all", "ünicode-is-not-a-header"])
def test_a_token_that_is_none_is_refused_and_not_quoted(identities: Identities, content: str) -> None:
    identities.write("token", content)
    with pytest.raises(ConfigError, match="openssl rand") as error:
        read_client_security(identities.client_file())
    assert not content or content not in str(error.value)


def test_a_token_that_spoils_later_is_refused_when_it_is_shown(identities: Identities) -> None:
    security = read_client_security(identities.client_file())
    identities.write("token", "gone")
    with pytest.raises(ConfigError, match="holds no token"):
        headers_of(security)


def test_a_token_does_not_leave_the_machine_unencrypted(identities: Identities) -> None:
    security = read_client_security(identities.client_file(ca=None, certificate=None, key=None))
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1:8001 unencrypted"):
        connect("192.0.2.1:8001", security)
    connect("127.0.0.1:8001", security).close()


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml cannot be read"):
        read_client_security(Path("absent.toml"))
