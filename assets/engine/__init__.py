"""The engine: plain Python and SQL, one package a stage of the flow; it never imports Dagster.

Belongs here: everything that reads, loads, counts and publishes. Orchestration does not
(`pipelines`), nor the meaning of a column (`schemas`). Contracts on imports: pyproject.toml.
"""
