"""One run from source to files: track, record, count. Prints nothing."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from client.drawing.team_colours import TeamColours
from client.frames import Update
from client.journal import JournalEnd, find_end
from client.recording import record_stream
from client.run_folder import RunFolder
from client.sinks.background import BackgroundSink
from client.sinks.sink import Sink
from client.sources.continued import Continued
from client.sources.source import Source
from client.stream import Client
from client.tally import Summary, Tally, write_summary
from client.tracking import Break
from sideline.errors import SinkError
from sideline.match_sheet import MatchSheet
from sideline.serving.tracing import check_collector


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run does beside tracking.

    Attributes:
        overlay: Whether to write overlay.mp4 and contact_sheet.png.
        max_frames: End after so many frames were sent; None for all.
        match_sheet: Text of a roster.toml, UTF-8; empty for none.
        resume: Whether to go on with the run that the folder holds, after the last frame that was answered.
        trace_to: Collector for the spans of frames that the server traces; None for none.
    """

    overlay: bool = True
    max_frames: int | None = None
    match_sheet: bytes = b""
    resume: bool = False
    trace_to: str | None = None


async def track_to_folder(
    client: Client,
    source: Source,
    folder: RunFolder,
    options: RunOptions,
    on_progress: Callable[[Tally], None],
) -> Summary:
    """Track a source into a run folder; Ctrl-C ends the run in good order, a second one breaks it off.

    Args:
        client: Connects to the server.
        source: Gives the frames.
        folder: Takes the files; made if it is not there. It also says whether the run is live.
        options: What else to do.
        on_progress: Called after every answer.

    Returns:
        The run's figures, also written as summary.json.

    Raises:
        MatchSheetError: the match sheet cannot be used.
        StreamError, SourceError, SinkError: what was answered before is in the files, summary.json included.
    """
    sheet = MatchSheet.parse(options.match_sheet)
    end = find_end(folder.journal) if options.resume else None
    tracking = client.track(
        source if end is None else Continued(source, end.frame_index),
        match_sheet=options.match_sheet,
        live=folder.live,
        max_frames=options.max_frames,
        taken=None if end is None else end.ids,
    )
    folder.create()
    tables = folder.settling_sink(end)
    tally = Tally(tracking.drops, live=folder.live)
    overlay = folder.overlay_sink(source, TeamColours.of_match_sheet(sheet)) if options.overlay else None
    background = BackgroundSink(overlay, may_skip=folder.live) if overlay is not None else None

    def count(update: Update) -> None:
        tally.count(update)
        on_progress(tally)

    _stop_on_interrupt(tracking.stop)

    def summarise() -> Summary:
        skipped = background.skipped if background is not None else 0
        warnings = [*source.warnings, *(sheet.warnings if sheet is not None else ())]
        warnings += [describe_resumption(end)] if end is not None and end.frames else []
        warnings += [describe_break(each) for each in tracking.breaks] + tables.failures
        return tally.summarise(overlay_skipped=skipped, warnings=warnings)

    try:
        sinks = [folder.journal_sink(end), tables, *_trace_sinks(source, options)]
        await record_stream(tracking, sinks, background, count)
    except BaseException:
        if tally.frames:
            write_summary(folder.summary, summarise())
        raise
    summary = summarise()
    write_summary(folder.summary, summary)
    return summary


def _trace_sinks(source: Source, options: RunOptions) -> list[Sink]:
    """Last of the sinks, so that the spans end when the results are written."""
    if options.trace_to is None:
        return []
    try:
        from client.sinks.traces import TraceSink
    except ImportError as error:
        raise SinkError(f"nothing can be traced: {error}; run: pip install 'sideline[trace]'") from error
    return [TraceSink(check_collector(options.trace_to), source.rig.arena)]


def _stop_on_interrupt(stop: Callable[[], None]) -> None:
    """The first Ctrl-C calls ``stop``; then the interpreter's own handling is back."""
    loop = asyncio.get_running_loop()

    def on_interrupt() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        stop()

    # Only the main thread may handle signals; elsewhere the caller stops the session.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(signal.SIGINT, on_interrupt)


def describe_resumption(end: JournalEnd) -> str:
    """A warning that says what a summary does not count."""
    return (
        f"the run was taken up after frame {end.frame_index}; its {end.frames} frames are in the tables, "
        "the figures here count those since"
    )


def describe_break(each: Break) -> str:
    """A warning that says what broke a stream and where it went on."""
    if each.frame_index is None:
        return f"the stream broke after its last frame, whose window was not solved: {each.reason}"
    return (
        f"the stream broke and went on {each.lasted_s:.1f} s later with frame {each.frame_index}, "
        f"where everybody has a new ID: {each.reason}"
    )
