"""``sideline canary``: one synthetic frame through a running server; the health check of containers and units."""

from typing import Annotated

import typer

from sideline.errors import ServerError


def canary(
    url: Annotated[str, typer.Option(help="Host and gRPC port of the server.")] = "127.0.0.1:8001",
    model: Annotated[str, typer.Option(help="Name of the ensemble.")] = "path_b",
    timeout_s: Annotated[float, typer.Option(min=0.1, help="Time for the answer.")] = 10.0,
) -> None:
    """Send a canary frame; status 0 when it came back good, 2 otherwise.

    Says more than "ready": Triton goes on saying that when a step's
    process has died.

    Example: sideline canary --url 127.0.0.1:8001
    """
    try:
        from sideline.serving.canary import send_canary
    except ImportError as error:
        raise ServerError(f"no canary can be sent: {error}; run: pip install 'sideline[serve]'") from error
    send_canary(url, model, timeout_s)
    typer.echo(f"a canary frame passed {model} at {url}")
