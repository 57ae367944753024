"""Columns of the store's tables, with units. Frames of reference: docs/architecture.md."""

from typing import Final

import pyarrow as pa

DETECTIONS: Final = pa.schema(
    [
        ("frame_index", pa.int64()),
        ("captured_at_ns", pa.int64()),
        ("status", pa.int32()),
        *((name, pa.int64()) for name in ("micro_track_id", "track_id", "live_track_id")),
        *((name, pa.float32()) for name in ("x_m", "z_m", "u", "v", "score")),
        ("team", pa.string()),
        ("team_probability", pa.float32()),
        ("jersey_number", pa.int32()),
        ("jersey_probability", pa.float32()),
        ("camera", pa.string()),
        ("box", pa.list_(pa.float32())),
    ]
)
"""One row a detection; track -1 and number -1 for none, box x0 y0 x1 y1 px or null. As tracks.parquet of a run."""

_SPAN: Final = [
    *((name, pa.int64()) for name in ("first_frame", "last_frame", "first_captured_at_ns", "last_captured_at_ns")),
    ("detections", pa.int64()),
    *((name, pa.float32()) for name in ("first_x_m", "first_z_m", "last_x_m", "last_z_m")),
]

MICRO_TRACKS: Final = pa.schema([("micro_track_id", pa.int64()), ("track_id", pa.int64()), *_SPAN])
"""One row a micro-track and minute."""

_WORDS: Final = [
    ("category", pa.string()),
    *((name, pa.float32()) for name in ("home_probability", "away_probability", "referee_probability")),
    ("jersey_number", pa.int32()),
    ("jersey_probability", pa.float32()),
]

LAST_WORDS: Final = pa.schema([("track_id", pa.int64()), *_WORDS])
"""What was said of each track last."""

TRACKS: Final = pa.schema([("track_id", pa.int64()), *_SPAN, *_WORDS])
"""One row a track, with the last word on it."""

IDENTITIES: Final = pa.schema(
    [
        ("track_id", pa.int64()),
        ("global_id", pa.string()),
        ("name", pa.string()),
        ("probability", pa.float32()),
        ("category", pa.string()),
        ("category_probability", pa.float32()),
        ("jersey_number", pa.int32()),
        ("jersey_probability", pa.float32()),
        ("reason", pa.string()),
    ]
)
"""One row a track: who it is (``sideline resolve``)."""
