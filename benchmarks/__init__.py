"""How fast Sideline is and what it costs. Every module with a `main` runs by itself: python -m benchmarks.NAME.

Each says in its docstring what it measures and what bounds it, warms up, prints a table, and ends in one JSON line, the
record, which is kept in benchmarks/results/ with machine, versions and commit. `make bench` runs them all.
"""
