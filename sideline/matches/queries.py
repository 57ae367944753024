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
    FROM rows WHERE micro_track_id > 0 GROUP BY micro_track_id, track_id ORDER BY micro_track_id, track_id
"""  # noqa: S608  no text of a user's

TRACKS: Final = f"""
    WITH spans AS (
        SELECT track_id, {_SPAN}, arg_max(team, frame_index) AS team, arg_max(team_probability, frame_index) AS sure,
            arg_max(jersey_number, frame_index) AS number, arg_max(jersey_probability, frame_index) AS number_sure
        FROM rows WHERE track_id >= 0 GROUP BY track_id
    )
    SELECT spans.* EXCLUDE (team, sure, number, number_sure),
        coalesce(words.category, team) AS category,
        coalesce(words.home_probability, if(team IN ('home', 'A'), sure, (1 - sure) / 2)) AS home_probability,
        coalesce(words.away_probability, if(team IN ('away', 'B'), sure, (1 - sure) / 2)) AS away_probability,
        coalesce(words.referee_probability, if(team = 'referee', sure, (1 - sure) / 2)) AS referee_probability,
        coalesce(words.jersey_number, number) AS jersey_number,
        coalesce(words.jersey_probability, number_sure) AS jersey_probability
    FROM spans LEFT JOIN words USING (track_id) ORDER BY track_id
"""  # noqa: S608  no text of a user's
"""Tracks with the last word on each; of one without, what its last detection was told, the rest being even."""

TRACK_MINUTES: Final = "SELECT track_id, count(*) AS detections FROM rows WHERE track_id >= 0 GROUP BY track_id"


def run_query(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> pa.Table:
    """The rows of a query.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    table: pa.Table = connection.sql(query, params=list(values)).to_arrow_table()
    return table
