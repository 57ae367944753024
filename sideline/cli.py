"""The command line: assembles the commands and turns a SidelineError into one line and exit status 2."""

import sys

import typer
from rich.console import Console
from rich.markup import escape

from sideline.commands.bytetrack import bytetrack
from sideline.commands.calibrate import calibrate
from sideline.commands.canary import canary
from sideline.commands.cascade import cascade
from sideline.commands.compare import compare
from sideline.commands.demo import demo
from sideline.commands.evaluate import evaluate
from sideline.commands.export import export
from sideline.commands.gateway import gateway
from sideline.commands.import_annotations import import_annotations
from sideline.commands.match import app as match
from sideline.commands.models import app as models
from sideline.commands.precompute import precompute
from sideline.commands.recover import recover
from sideline.commands.render import render
from sideline.commands.resolve import resolve
from sideline.commands.serve import serve
from sideline.commands.simulate import simulate
from sideline.commands.track import track
from sideline.commands.train import app as train
from sideline.errors import SidelineError

app = typer.Typer(
    help="Live player tracking for arenas, served by NVIDIA Triton.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command()(bytetrack)
app.command()(calibrate)
app.command()(cascade)
app.command()(compare)
app.command()(canary)
app.command()(demo)
app.command()(evaluate)
app.command()(export)
app.command()(gateway)
app.command("import-annotations")(import_annotations)
app.add_typer(match, name="match")
app.add_typer(models, name="models")
app.command()(precompute)
app.command()(recover)
app.command()(render)
app.command()(resolve)
app.command()(serve)
app.command()(simulate)
app.add_typer(train, name="train")
app.command()(track)


def main() -> None:
    """Run the command line; exit status 2 with one line on stderr when the user can mend it."""
    try:
        app()
    except SidelineError as error:
        Console(stderr=True).print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
