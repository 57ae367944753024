"""The client of one server: every call of ``track`` opens a session of its own."""

from typing import Final

from client.frames import Drops
from client.live import keep_newest, present_on_clock
from client.session import MatchTexts, Session, SessionOptions
from client.sources.source import Frames, Source
from client.transport import Transport, TritonTransport
from sideline.match_sheet import MatchSheet

DEFAULT_URL: Final = "127.0.0.1:8001"
DEFAULT_MODEL: Final = "path_b"


class Client:
    """Tracks rigs on one server, any number at a time.

    Args:
        url: Host and gRPC port of the server.
        model: Name of the ensemble.
        window: Frames in flight per session, at least 1.
        answer_timeout_s: How long an answer may take before the session fails.
        transport: Replaces the gRPC transport to ``url``.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        model: str = DEFAULT_MODEL,
        window: int = 4,
        answer_timeout_s: float = 60.0,
        transport: Transport | None = None,
    ) -> None:
        self._transport = transport or TritonTransport(url, model)
        self._window = window
        self._answer_timeout_s = answer_timeout_s

    def track(
        self,
        source: Source,
        *,
        match_sheet: bytes | str = b"",
        live: bool = False,
        max_frames: int | None = None,
    ) -> Session:
        """Stream a source to the server: ``async for update in client.track(source)``.

        Args:
            source: Gives the frames and the rig.
            match_sheet: Text of a roster.toml, which names the teams by their kits; empty for none: teams A and B.
            live: Present recordings on their own clock and let the newest frame win; otherwise send every frame.
            max_frames: End after so many frames were sent.

        Returns:
            The session; iterating it gives one ``Update`` a frame, in the order of the frames, and last one with
            the windows that were still being solved.

        Raises:
            MatchSheetError: the match sheet cannot be used; nothing was sent.
        """
        MatchSheet.parse(match_sheet)
        drops = Drops()
        frames = _live_frames(source, drops) if live else source.__aiter__()
        options = SessionOptions(self._window, self._answer_timeout_s, max_frames)
        sheet = match_sheet.encode() if isinstance(match_sheet, str) else match_sheet
        match = MatchTexts(source.rig.to_toml().encode(), sheet)
        return Session(self._transport, frames, match, drops, options)


def _live_frames(source: Source, drops: Drops) -> Frames:
    frames = source.__aiter__()
    return keep_newest(frames if source.is_live else present_on_clock(frames), drops)
