"""How it runs: definitions, jobs, schedules and the command line.

Belongs here: orchestration. Does not belong here: assets (see `assets`) or any figure.
"""
