"""What exists: the Dagster assets, one function a table or file, and the engine that makes them.

Belongs here: thin assets, partitions, checks, metadata, resources. Does not belong here: how it
runs (see `pipelines`) and what a column means (see `schemas`).
"""
