"""How it is made: plain Python and SQL that never imports Dagster.

Belongs here: periods, reading, judging, the warehouse, computing, publishing. Does not belong
here: orchestration, and descriptions of columns (see `schemas`).
"""
