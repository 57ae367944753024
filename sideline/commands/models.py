"""``sideline models``: the collection of engines: what belongs together, what depends on what."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sideline.collection.schema import COLLECTION_FILE, Collection, read_collection, write_collection
from sideline.commands.promote import promote
from sideline.errors import CollectionError, ConfigError

app = typer.Typer(help="Which engines belong together, where each came from, what to train when one changes.")

app.command()(promote)

CollectionFile = Annotated[Path, typer.Option(help="The collection; the model repository lies beside it.")]
Repository = Annotated[
    Path | None, typer.Option(help="Model repository; model_repository beside the collection by default.")
]
_DEFAULT = Path(COLLECTION_FILE)


@app.command()
def check(collection: CollectionFile = _DEFAULT, repository: Repository = None) -> None:
    """Say whether the engines are the recorded ones and were trained with each other.

    Ends with status 2 and names every edge and file that does not fit.
    `sideline serve` makes the same check for what it serves.
    """
    from sideline.collection.check import check_collection

    held = read_collection(collection)
    check_collection(held, find_repository(collection, repository), held.models)
    Console().print(f"{len(held.models)} engines belong together", highlight=False)


@app.command()
def graph(
    collection: CollectionFile = _DEFAULT,
    changed: Annotated[
        list[str] | None, typer.Option(help="An engine that changes: mark what follows; repeatable.")
    ] = None,
    out: Annotated[Path, typer.Option(help="SVG file.")] = Path("runs/models.svg"),
) -> None:
    """Draw the dependencies and say what to train when an engine changes.

    Example: sideline models graph --changed crop_encoder
    """
    from sideline.collection.drawing import draw_collection

    held = read_collection(collection)
    text = draw_collection(held, changed or ())
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    Console().print(f"wrote {out}", highlight=False)
    for line in describe_consequences(held, changed or []):
        Console().print(line, highlight=False)


def describe_consequences(collection: Collection, changed: list[str]) -> list[str]:
    """Lines that say what has to be trained anew and judged again."""
    from sideline.collection.graph import edges_into, find_to_judge, retraining_stages

    if not changed:
        return []
    lines = []
    affected = set(changed)
    for number, stage in enumerate(retraining_stages(collection, changed), 1):
        for name in stage:
            data = sorted({e.via for e in edges_into(collection, name) if e.upstream in affected and e.via})
            first = f" (first make {', '.join(data)} anew)" if data else ""
            lines.append(f"  {number}. train {name} anew{first}")
        affected |= set(stage)
    judged = sorted(find_to_judge(collection, changed))
    return [*(lines or ["  nothing has to be trained anew"]), *(f"  judge {name} again" for name in judged)]


@app.command()
def record(
    engine: Annotated[str, typer.Argument(help="Name of the engine.")],
    collection: CollectionFile = _DEFAULT,
    repository: Repository = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="What it was exported from; default runs/train/ENGINE/last.pt.")
    ] = None,
    trained_with_current: Annotated[
        bool,
        typer.Option("--trained-with-current", help="It was trained with the engines that the collection holds now."),
    ] = False,
    figure: Annotated[list[str] | None, typer.Option(help="What it reaches, NAME=NUMBER; repeatable.")] = None,
    data: Annotated[list[str] | None, typer.Option(help="What it was trained on, KIND=SEEDS; repeatable.")] = None,
) -> None:
    """Write the entry of an engine anew: hash, commit, day, upstream engines.

    `sideline export` does it by itself; this is for figures, for data, and
    for engines from checkpoints that do not say what they were trained with.
    A damaged file, or one of another engine, is not recorded.

    Example: sideline models record graph_tracker --figure hota_1m=0.81
    """
    from sideline.collection.check import engine_path
    from sideline.collection.recording import Provenance, find_simulator, record_engine
    from sideline.collection.schema import DataSet
    from sideline.deployment.onnx_interface import check_interface

    folder = find_repository(collection, repository)
    if (path := engine_path(folder, engine)).is_file():
        check_interface(engine, path)
    sets = tuple(DataSet(kind=kind, seeds=seeds, simulator=find_simulator()) for kind, seeds in map(_split, data or ()))
    provenance = Provenance(
        checkpoint or Path("runs/train") / engine / "last.pt",
        trained_with_current,
        sets,
        {name: _number(name, value) for name, value in map(_split, figure or ())},
    )
    held = read_collection(collection) if collection.exists() else Collection(models={})
    held = record_engine(held, folder, engine, provenance)
    write_collection(held, collection)
    Console().print(f"{collection}: {engine} version {held.models[engine].version}", highlight=False)


def find_repository(collection: Path, repository: Path | None) -> Path:
    """The model repository of a collection.

    Raises:
        CollectionError: It is not there.
    """
    folder = repository or collection.resolve().parent / "model_repository"
    if not folder.is_dir():
        raise CollectionError(f"{folder} does not exist: give the collection's model repository with --repository")
    return folder


def _split(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ConfigError(f"{text!r} is no NAME=VALUE")
    return name, value


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError as exc:
        raise ConfigError(f"the figure {name} is {value!r}: give a number") from exc
