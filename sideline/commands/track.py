"""`sideline track`: stream two cameras to the server and write what comes back."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideline.errors import ConfigError, StreamError
from sideline.tensors import MOST_IN_FLIGHT

if TYPE_CHECKING:
    from client.sources.source import Source

_RECONNECT_S = 60.0
_LIVE_RECONNECT_S = 86_400.0
"""A camera does not wait, and nobody is there at night who would start the client again."""


def track(
    match_dir: Annotated[
        Path | None, typer.Argument(help="Match folder: left.mp4, right.mp4, rig.toml.", show_default=False)
    ] = None,
    left: Annotated[str | None, typer.Option(help="Left camera: a file or rtsp://…", show_default=False)] = None,
    right: Annotated[str | None, typer.Option(help="Right camera: a file or rtsp://…", show_default=False)] = None,
    rig: Annotated[Path | None, typer.Option(help="Rig file, with --left and --right.", show_default=False)] = None,
    roster: Annotated[
        Path | None, typer.Option(help="Match sheet; the match folder's roster.toml by default.", show_default=False)
    ] = None,
    no_roster: Annotated[bool, typer.Option("--no-roster", help="No match sheet: the teams are A and B.")] = False,
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/<time> by default.", show_default=False)] = None,
    store: Annotated[
        Path | None, typer.Option(help="Match store that gets the run, too: `sideline match`.", show_default=False)
    ] = None,
    url: Annotated[str, typer.Option(help="Host and gRPC port of the server.")] = "127.0.0.1:8001",
    model: Annotated[str, typer.Option(help="Name of the ensemble.")] = "path_b",
    security: Annotated[
        Path | None, typer.Option(help="Security file: certificates and token.", show_default=False)
    ] = None,
    trace_to: Annotated[
        str | None, typer.Option(help="Collector for what the server traces: http://…/v1/traces.", show_default=False)
    ] = None,
    live: Annotated[bool, typer.Option("--live/--all", help="Newest frame wins, or every frame.")] = False,
    fps: Annotated[float | None, typer.Option(min=0.1, help="Thin out to so many frames a second.")] = None,
    window: Annotated[int, typer.Option(min=1, max=MOST_IN_FLIGHT, help="Frames in flight; live, at most.")] = 4,
    max_frames: Annotated[int | None, typer.Option(min=1, help="End after so many frames.")] = None,
    camera_wait_s: Annotated[float, typer.Option(min=0.0, help="Wait so long for live cameras to come back.")] = 600.0,
    overlay: Annotated[bool, typer.Option(help="Write overlay.mp4 and contact_sheet.png.")] = True,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    reconnect_s: Annotated[
        float | None,
        typer.Option(min=0.0, help="Keep trying so long after a break; 60, live a day; 0: never.", show_default=False),
    ] = None,
    answer_timeout_s: Annotated[
        float, typer.Option(min=0.1, help="Deadline of a frame from its turn on; then reconnect.")
    ] = 20.0,
) -> None:
    """Track the players of two camera feeds and write the results.

    --all sends every frame as fast as it is answered. --live presents a
    recording on its own clock; a frame that is overtaken by a newer one
    is dropped and counted. --fps thins a recording out before that; the
    frame indices stay the recording's. Live, fewer than --window frames
    are in flight while they would only wait in the server's line. Where the match folder holds
    truth.parquet, summary.json gets the figures of `sideline evaluate`.

    The match sheet names the teams by their kits and says which numbers
    there are; it goes to the server with the first frame.

    When the server or the link is gone, the client begins a new sequence
    as soon as they are back: --all sends again what was not answered,
    --live counts it as dropped; IDs go on above those given out. A client
    that was killed goes on with --resume, without a frame twice.

    Ctrl-C ends the run in good order.

    Examples:
    sideline track matches/demo --out runs/demo
    sideline track --left rtsp://a/1 --right rtsp://b/1 --rig rig.toml --live
    """
    try:
        from client.run import RunOptions
        from client.run_folder import RunFolder
        from client.stream import Client
        from client.tracking import Reconnect
        from sideline.commands.run_report import run_and_report
        from sideline.security.settings import PLAIN, read_client_security
    except ImportError as error:
        raise StreamError(f"tracking cannot start: {error}; run: pip install 'sideline[client]'") from error
    if resume and out is None:
        raise ConfigError("--resume goes on with a run: name its folder with --out")
    options = RunOptions(overlay, max_frames, choose_roster(match_dir, roster, no_roster), resume, trace_to)
    source = open_source(match_dir, left, right, rig, fps, camera_wait_s)
    folder = RunFolder(out or Path("runs") / time.strftime("%Y%m%d-%H%M%S"), live, store)
    reconnect = Reconnect((_LIVE_RECONNECT_S if live else _RECONNECT_S) if reconnect_s is None else reconnect_s)
    known = PLAIN if security is None else read_client_security(security)
    client = Client(
        url, model=model, window=window, answer_timeout_s=answer_timeout_s, reconnect=reconnect, security=known
    )
    run_and_report(client, source, folder, options, truth=match_dir)


def open_source(
    match_dir: Path | None,
    left: str | None,
    right: str | None,
    rig: Path | None,
    fps: float | None,
    camera_wait_s: float = 0.0,
) -> "Source":
    """Open the match folder, or the two videos with their rig.

    Raises:
        ConfigError: neither or both were given, or one of the three is missing.
        SourceError, RigError: what was given cannot be read.
    """
    from client.sources.match_folder import MatchFolder
    from client.sources.video_pair import VideoPair
    from sideline.arena.rig import load_rig

    if match_dir is not None:
        if left or right or rig:
            raise ConfigError("give either a match folder or --left, --right and --rig, not both")
        return MatchFolder(match_dir, fps=fps)
    if left is None or right is None or rig is None:
        raise ConfigError("nothing to track: give a match folder, or all of --left, --right and --rig")
    return VideoPair(left, right, load_rig(rig), fps=fps, camera_wait_s=camera_wait_s)


def choose_roster(match_dir: Path | None, roster: Path | None, no_roster: bool) -> bytes:
    """The text of the match sheet that was asked for, or that the match folder holds; empty for none.

    Raises:
        ConfigError: a match sheet and none were asked for at once.
        MatchSheetError: it cannot be read or used.
    """
    from client.roster_file import find_roster, read_roster

    if roster is not None and no_roster:
        raise ConfigError("give either --roster or --no-roster, not both")
    if roster is not None:
        return read_roster(roster)
    return b"" if match_dir is None or no_roster else find_roster(match_dir)
