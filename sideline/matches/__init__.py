"""The match store: results of many matches as Parquet files by match and minute, with a DuckDB catalogue."""
