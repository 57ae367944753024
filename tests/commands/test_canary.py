"""`sideline canary`, as a container's health check calls it."""

import socket

from typer.testing import CliRunner, Result

from sideline.cli import app
from sideline.errors import ServerError
from sideline.serving.local_server import LocalServer


def _canary(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["canary", *arguments])


def test_a_canary_that_comes_back_is_status_0(server: LocalServer) -> None:
    result = _canary("--url", server.url)
    assert result.exit_code == 0, result.output
    assert f"a canary frame passed path_b at {server.url}" in result.output


def test_where_nobody_answers_or_the_ensemble_is_not_served_it_fails_with_the_reason(server: LocalServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    dead = _canary("--url", f"127.0.0.1:{port}", "--timeout-s", "2")
    assert isinstance(dead.exception, ServerError)
    other = _canary("--url", server.url, "--model", "path_a")
    assert isinstance(other.exception, ServerError)
    assert "path_a" in str(other.exception)
