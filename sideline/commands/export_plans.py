"""The half of ``sideline export`` that needs no torch: ONNX files → TensorRT plans."""

from pathlib import Path

from rich.console import Console

from sideline.errors import ConfigError, EngineError


def export_plans(engine: str, repository: Path, plans: Path, *, capability: str | None, half: bool) -> None:
    """Build the plan of one or all engines; one that belongs to the ONNX file, GPU and library is kept.

    Args:
        engine: Name, or "all".
        repository: Model repository with the ONNX files.
        plans: Folder of the plans and of the timing cache.
        capability: A GPU that is not here, e.g. "SM89"; None for this machine's.
        half: Whether to compute in float16.

    Raises:
        ConfigError: there is no such engine.
        EngineError: a file is damaged, TensorRT is missing or refuses, the folder cannot be written.
    """
    try:
        from export.plan_folder import PlanFolder, engine_names
    except ImportError as error:
        raise EngineError(f"plans cannot be built: {error}; run: pip install onnx 'sideline[serve]'") from error
    names = engine_names() if engine == "all" else (engine,)
    if not set(names) <= set(engine_names()):
        raise ConfigError(f"there is no engine {engine!r}; choose one of {', '.join(engine_names())} or all")
    console, folder = Console(), PlanFolder(plans, repository, capability, half=half)
    for name in names:
        console.print(f"{name}: {folder.ensure(name)}", highlight=False, soft_wrap=True)
