"""`sideline cascade`: everything that follows when an engine changes, up to its promotion."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from sideline.collection.schema import COLLECTION_FILE, read_collection
from sideline.errors import CascadeError

if TYPE_CHECKING:
    from sideline.cascade.plan import Places, Plan


def cascade(
    model: Annotated[str, typer.Argument(help="The engine that changes: `sideline models graph` draws them.")],
    dry_run: Annotated[
        bool | None, typer.Option("--dry-run/--run", help="Only say what would be done, or do it.", show_default=False)
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="The new engine's checkpoint; without one it is trained, too.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="Folder of the cascade; runs/cascade/MODEL by default.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Tasks at once.")] = 1,
    data: Annotated[Path, typer.Option(help="Folder of data that no engine makes; what is there is used.")] = Path(
        "data"
    ),
    collection: Annotated[Path, typer.Option(help="The collection in use.")] = Path(COLLECTION_FILE),
    repository: Annotated[Path, typer.Option(help="Its model repository.")] = Path("model_repository"),
    runs: Annotated[Path, typer.Option(help="Checkpoints of the engines in use: RUNS/ENGINE/last.pt.")] = Path(
        "runs/train"
    ),
) -> None:
    """Train anew whatever was trained with an engine that changes.

    From models.yaml follows what must be made anew, trained, exported and
    measured, in which order, and what can run side by side. It ends with
    `sideline models promote`: nothing that is in use changes before.

    Broken off, or failed, the same command goes on where it was; each
    task's output is in WORK/logs.

    Examples:
    sideline cascade crop_encoder --dry-run
    sideline cascade crop_encoder --run --jobs 2
    """
    from sideline.cascade.plan import Places, plan_cascade
    from sideline.cascade.recipes import read_recipes

    if dry_run is None:
        raise CascadeError("say --dry-run to see what would be done, or --run to do it")
    if checkpoint is not None and not checkpoint.is_file():
        raise CascadeError(f"there is no checkpoint {checkpoint}: give one, or none to train {model}")
    places = Places(work or Path("runs/cascade") / model, data, repository, collection, runs)
    plan = plan_cascade(read_collection(collection), read_recipes(), model, places, checkpoint)
    if dry_run:
        _describe(plan, places)
    else:
        _run(plan, places, jobs)


def _describe(plan: "Plan", places: "Places") -> None:
    from sideline.cascade.runner import DoneTasks

    console, done = Console(), DoneTasks(plan, places.work)
    console.print(f"trained anew: {', '.join(plan.retrained)}", highlight=False)
    if plan.judged:
        console.print(f"judged again by the promotion: {', '.join(plan.judged)}", highlight=False)
    for number, stage in enumerate(plan.stages, 1):
        console.print(f"{number}." + (" side by side:" if len(stage) > 1 else ""), highlight=False)
        for name in stage:
            state = " (done)" if name in done else ""
            console.print(f"   {name}{state}", highlight=False)
            console.print(f"     sideline {' '.join(plan.tasks[name].command)}", highlight=False, soft_wrap=True)


def _run(plan: "Plan", places: "Places", jobs: int) -> None:
    from sideline.cascade.runner import run_plan

    console = Console(stderr=True)
    with Progress(console=console) as progress:
        bar = progress.add_task(f"cascade of {plan.changed}", total=len(plan.tasks))

        def report(name: str, state: str) -> None:
            progress.console.print(f"{name}: {state}", highlight=False)
            progress.advance(bar, 0 if state == "begun" else 1)

        run_plan(plan, places.work, jobs, report)
    console.print(f"promoted: {', '.join(plan.retrained)}; logs in {places.work / 'logs'}", highlight=False)
