"""MOTIP's run-time exactly as published: whatever our own defaults are, and without our model of motion."""

from typing import Final

from sideline.tracking.arena_tracker import ArenaTrackerSettings
from sideline.tracking.label_motion import MotionSettings
from sideline.tracking.micro_tracks import MicroTrackSettings

PUBLISHED: Final = MicroTrackSettings(
    detection_score=0.3,
    newborn_score=0.6,
    id_threshold=0.2,
    longest_jump_frames=75,
    assignment="object_max",
    newborn_distance_m=0.0,
    decoder_weight=1.0,
    newborn_handicap=0.0,
    motion=MotionSettings(reach_slack_m=1e9, reach_m_per_frame=0.0, weight=0.0),
)
PUBLISHED_IN_ARENA: Final = ArenaTrackerSettings(duplicate_radius_m=0.25, court_margin_m=1.0, micro_tracks=PUBLISHED)
