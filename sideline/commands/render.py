"""`sideline render`: write Triton's configuration of a profile from ensemble_configs/."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sideline.errors import ConfigError


def render(
    profile: Annotated[str, typer.Option(help="cpu, gpu or tensorrt.")] = "cpu",
    out: Annotated[Path, typer.Option(help="Model repository to write <model>/config.pbtxt into.")] = Path(
        "model_repository"
    ),
) -> None:
    """Write every model's config.pbtxt from the TOML files.

    The committed repository is the rendering of the profile cpu; render
    it again after a change in ensemble_configs/ or sideline/tensors.py.

    Example: sideline render --profile gpu --out /srv/sideline/models
    """
    try:
        from ensemble_configs.render import render_profile, write_configs
    except ImportError as error:
        raise ConfigError(f"rendering cannot start: {error}; run: pip install 'sideline[serve]'") from error
    for path in write_configs(render_profile(profile), out):
        Console().print(f"wrote {path}", highlight=False)
