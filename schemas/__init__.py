"""What a column means: tables, measures, rules, pandera schemas and settings models.

Belongs here: every description of data that people or programs read. Does not belong here:
anything that reads files, runs SQL or imports Dagster.
"""
