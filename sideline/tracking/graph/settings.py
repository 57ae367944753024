"""How the graph is built and solved: levels of the hierarchy, how long things wait and how much is kept."""

from dataclasses import dataclass, field
from typing import Final

from sideline.tracking.graph.cuts import CutSettings
from sideline.tracking.jersey_votes import LEAST_PROBABILITY

POINTS, SHORT, WINDOW, PAST = range(4)
"""What the engine is told of a level: detections and blocks of up to 16 frames, tracklets over short gaps, tracklets of
a whole window, tracklets beside past tracks."""
LONGEST_GAP_S: Final = (0.6, 1.2, 5.2, 1e5)
"""Longest gap that each of them bridges; the engine is trained with the same."""


@dataclass(frozen=True, slots=True)
class Level:
    """One round of joining within a window.

    Attributes:
        kind: POINTS, SHORT or WINDOW.
        frames: Tracklets are joined within blocks of so many frames, counted from the window's first.
    """

    kind: int
    frames: int


LEVELS: Final = (
    *(Level(POINTS, frames) for frames in (2, 4, 8, 16)),
    *(Level(SHORT, frames) for frames in (32, 64)),
    Level(WINDOW, 128),
)
"""Blocks double, so that a graph never has many more nodes than twice the people. Path A begins with every detection;
path B with pieces of micro-tracks, which are single detections in a crowd only."""


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """Settings of one stream's graph.

    Attributes:
        fps: Frames per second of frame_index; only for turning frames into seconds.
        window_frames: Frames that are solved at once. 128 are 5.1 s: most occlusions are over by then.
        levels: Rounds of joining within a window; none: the micro-tracks are the tracks.
        cuts: Where micro-tracks are cut into pieces.
        fewest_detections: Tracklets with fewer are specks, see `specks`; they take no part from level SHORT on, and a
            past track that is one gets nobody's tracklet: it would take them from who they are. Zero for none.
        least_persistence: Somebody new whose persistence is below this is a ghost and becomes no track; 0 for none. Of
            simulated pieces of 5 detections and more, 1 % of people's and 10 % of ghosts' score below 0.09; on real
            detections 0.5 was best (docs/experiments.md).
        least_score: Somebody new whose detections have a lower score on average is a ghost, too: mostly a chain of
            second detections in crowds; 0 for none.
        least_shown: So is somebody new who has fewer crops for their detections than this share of what all have: crops
            are made of people who stand alone, and second detections never do; 0 for none.
        node_buckets: Graphs are padded to the next of these sizes, so that an engine sees few shapes; its work goes
            with the square, and steps of two would waste a third of it. Of more nodes than the last, those with the
            fewest detections stay as they are.
        largest_batch_pairs: Graphs go to the engine together up to so many node pairs: 64 k pairs of 24 numbers are
            6 MB a layer.
        past_rounds: Rounds of joining the window's tracklets to past tracks. In the second, a track that has found
            its tracklet may take a further one.
        reunion_logit: A lost track and one that began since are one person when the engine is surer than this. Below 0:
            the longer the gap, the less sure it is, but whoever appears on a floor is mostly somebody who was lost.
        reunion_tracks: Of those seen last, so many are looked at; no more than a graph can have nodes.
        reunion_detections: Tracks with fewer detections take no part.
        most_past_tracks: Past tracks that are remembered; when there are more, those longest unseen are forgotten. A
            match has about 25 people, the others are wrong detections and broken tracks.
        short_track_s, forget_short_s: A past track that was seen over less than the first is forgotten when it has not
            been seen for the second, and when the stream ends without it: it was nobody, mostly a chain of second
            detections in a crowd. Whoever comes onto the floor stays longer.
        past_detections: Detections that a past track keeps: its end is all that matters for the next join.
        most_waiting_windows: Windows that may wait for the solver. One more and the oldest is answered without it,
            its micro-tracks as tracks, so that a solver that hangs costs no memory.
        longest_flush_s: END waits so long for the solver, then answers without it.
        least_number_probability: A jersey number that is less probable is not said.
    """

    fps: float = 25.0
    window_frames: int = 128
    levels: tuple[Level, ...] = LEVELS
    cuts: CutSettings = field(default_factory=CutSettings)
    fewest_detections: int = 8
    least_persistence: float = 0.5
    least_score: float = 0.6
    least_shown: float = 0.25
    node_buckets: tuple[int, ...] = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
    largest_batch_pairs: int = 65536
    past_rounds: int = 2
    reunion_logit: float = -2.0
    reunion_tracks: int = 64
    reunion_detections: int = 50
    most_past_tracks: int = 200
    short_track_s: float = 5.0
    forget_short_s: float = 30.0
    past_detections: int = 40
    most_waiting_windows: int = 4
    longest_flush_s: float = 60.0
    least_number_probability: float = LEAST_PROBABILITY
