"""Stream a rig's frames to Sideline's server and take the tracks: ``async for update in Client().track(source)``."""

from client.detections import Detections
from client.frames import Drops, FramePair, Timing, Update
from client.sources.frame_list import FrameList
from client.sources.match_folder import MatchFolder
from client.sources.source import Source
from client.sources.video_pair import VideoPair
from client.stream import Client
from client.windows import SolvedTracks, SolvedWindows

__all__ = [
    "Client",
    "Detections",
    "Drops",
    "FrameList",
    "FramePair",
    "MatchFolder",
    "SolvedTracks",
    "SolvedWindows",
    "Source",
    "Timing",
    "Update",
    "VideoPair",
]
