"""`sideline gateway`: the configuration of the gateway that asks each client for its own token."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def gateway(
    file: Annotated[Path, typer.Argument(help="The gateway's file; docs/security.md shows one.")],
    out: Annotated[Path, typer.Option(help="Where to write Envoy's configuration.")] = Path("envoy.json"),
) -> None:
    """Write Envoy's configuration: TLS, a token a client, bounded messages.

    Envoy stands in front of a server on the same machine. The file that
    is written holds the clients' tokens: only you may read it. Run this
    again and restart Envoy when a client comes or goes.

    Example: sideline gateway gateway.toml && envoy -c envoy.json
    """
    from sideline.security.gateway import read_gateway, write_envoy

    settings = read_gateway(file)
    write_envoy(settings, out)
    console = Console()
    console.print(f"wrote {out} for {len(settings.clients)} clients; start it with: envoy -c {out}", highlight=False)
