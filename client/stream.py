"""The client of one server: every call of ``track`` is a stream of its own."""

from dataclasses import replace
from typing import Final

from client.feed import Feed
from client.frames import Drops
from client.live import keep_newest, present_on_clock
from client.renumbering import HighestIds
from client.session import MatchTexts, Session, SessionOptions
from client.sources.source import Frames, Source
from client.tracking import Reconnect, Tracking
from client.transport import Transport, TritonTransport
from sideline.match_sheet import MatchSheet
from sideline.security.settings import PLAIN, ClientSecurity

DEFAULT_URL: Final = "127.0.0.1:8001"
DEFAULT_MODEL: Final = "path_b"


class Client:
    """Tracks rigs on one server, any number at a time.

    Args:
        url: Host and gRPC port of the server.
        model: Name of the ensemble.
        window: Frames in flight per session, 1 to 16; live at most.
        answer_timeout_s: How long the answer to a frame may take, once all before it are answered, before the session
            counts as broken.
        reconnect: How a stream that broke is taken up again.
        security: How server and client know each other.
        transport: Replaces the gRPC transport to ``url``.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        model: str = DEFAULT_MODEL,
        window: int = 4,
        answer_timeout_s: float = 20.0,
        reconnect: Reconnect | None = None,
        security: ClientSecurity = PLAIN,
        transport: Transport | None = None,
    ) -> None:
        self._transport = transport or TritonTransport(url, model, security)
        self._options = SessionOptions(window, answer_timeout_s=answer_timeout_s)
        self._reconnect = reconnect or Reconnect()

    def track(
        self,
        source: Source,
        *,
        match_sheet: bytes | str = b"",
        live: bool = False,
        max_frames: int | None = None,
        taken: HighestIds | None = None,
    ) -> Tracking:
        """Stream a source to the server: ``async for update in client.track(source)``.

        Args:
            source: Gives the frames and the rig.
            match_sheet: Text of a roster.toml, which names the teams by their kits; empty for none: teams A and B.
            live: Present recordings on their own clock and let the newest frame win; otherwise send every frame.
            max_frames: End after so many frames were sent.
            taken: IDs that an earlier part of this stream has given out; None for a new stream.

        Returns:
            The stream; iterating it gives one ``Update`` a frame, in the order of the frames, and last one with
            the windows that were still being solved.

        Raises:
            MatchSheetError: the match sheet cannot be used; nothing was sent.
        """
        MatchSheet.parse(match_sheet)
        drops = Drops()
        frames = _live_frames(source, drops) if live else source.__aiter__()
        sheet = match_sheet.encode() if isinstance(match_sheet, str) else match_sheet
        match = MatchTexts(source.rig.to_toml().encode(), sheet)

        options = replace(self._options, live=live)

        def open_session(frames: Frames) -> Session:
            return Session(self._transport, frames, match, options, drops)

        feed = Feed(frames, drops, resend=not live, max_frames=max_frames)
        return Tracking(open_session, feed, drops, self._reconnect, taken or HighestIds())


def _live_frames(source: Source, drops: Drops) -> Frames:
    frames = source.__aiter__()
    return keep_newest(frames if source.is_live else present_on_clock(frames), drops)
