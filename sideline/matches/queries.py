"""SQL over detections: what micro-tracks and tracks they make up. Knows no file."""

from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

_SPAN: Final = """
    min(frame_index) AS first_frame, max(frame_index) AS last_frame,
    min(captured_at_ns) AS first_captured_at_ns, max(captured_at_ns) AS last_captured_at_ns,
    count(*) AS detections,
    arg_min(x_m, frame_index) AS first_x_m, arg_min(z_m, frame_index) AS first_z_m,
    arg_max(x_m, frame_index) AS last_x_m, arg_max(z_m, frame_index) AS last_z_m
"""

MICRO_TRACKS: Final = f"""
    SELECT micro_track_id, track_id, {_SPAN}
    FROM rows GROUP BY micro_track_id, track_id ORDER BY micro_track_id, track_id
"""  # noqa: S608  no text of a user's

TRACKS: Final = f"""
    SELECT track_id, {_SPAN}, arg_max(team, frame_index) AS category,
        arg_max(CASE WHEN team IN ('home', 'A') THEN team_probability ELSE (1 - team_probability) / 2 END, frame_index)
            AS home_probability,
        arg_max(CASE WHEN team IN ('away', 'B') THEN team_probability ELSE (1 - team_probability) / 2 END, frame_index)
            AS away_probability,
        arg_max(CASE WHEN team = 'referee' THEN team_probability ELSE (1 - team_probability) / 2 END, frame_index)
            AS referee_probability,
        arg_max(jersey_number, frame_index) AS jersey_number,
        arg_max(jersey_probability, frame_index) AS jersey_probability
    FROM rows WHERE track_id >= 0 GROUP BY track_id ORDER BY track_id
"""  # noqa: S608  no text of a user's
"""What is known of a track when no last word was written: what its last detection was told; the rest is even."""

TRACK_MINUTES: Final = "SELECT track_id, count(*) AS detections FROM rows WHERE track_id >= 0 GROUP BY track_id"


def run_query(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> pa.Table:
    """The rows of a query.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    table: pa.Table = connection.sql(query, params=list(values)).to_arrow_table()
    return table
