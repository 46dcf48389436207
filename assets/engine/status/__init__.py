"""Status: what an operator must know: health, periods that lack something, figures out of date.

Belongs here: looking and naming what to do. Nothing is changed here; what Dagster knows does not
belong here (`pipelines`).
"""
