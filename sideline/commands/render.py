"""`sideline render`: write Triton's configuration of a profile from ensemble_configs/."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sideline.errors import ConfigError


def render(
    profile: Annotated[str, typer.Option(help="cpu, int8, gpu or tensorrt.")] = "cpu",
    out: Annotated[
        Path | None, typer.Option(help="Folder for a complete repository; without, the repository's config.pbtxt.")
    ] = None,
    repository: Annotated[Path, typer.Option(help="Model repository with steps and engines.")] = Path(
        "model_repository"
    ),
    plans: Annotated[Path, typer.Option(help="Profile tensorrt: plans of `sideline export all --tensorrt`.")] = Path(
        "plans"
    ),
    gpu: Annotated[
        str | None, typer.Option(help="Profile tensorrt: plans for a GPU that is not here, e.g. SM89.")
    ] = None,
) -> None:
    """Write a repository that Triton loads as it is, or every model's config.pbtxt.

    With --out: configurations, steps and engines of a profile, copied; a
    rendering that is there already is replaced when the new one is whole.
    Without: the committed repository is the rendering of the profile cpu;
    render it again after a change in ensemble_configs/ or tensors.py.

    Example: sideline render --profile gpu --out /srv/sideline/models
    """
    try:
        from ensemble_configs.render import render_profile, write_configs
        from sideline.serving.repository_layout import Sources, write_repository
    except ImportError as error:
        raise ConfigError(f"rendering cannot start: {error}; run: pip install 'sideline[serve]'") from error
    if out is None:
        for path in write_configs(render_profile(profile), repository):
            Console().print(f"wrote {path}", highlight=False)
        return
    names = write_repository(profile, Sources(repository, plans, gpu), out)
    Console().print(f"wrote {out}: {len(names)} models, profile {profile}", highlight=False)
