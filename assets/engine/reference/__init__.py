"""Reference: units and their succession, procedures, holidays and working days.

Belongs here: reading, checking and writing the tables that authorities keep as CSV. What a row
must fit does not belong here (`schemas.rows`), nor which unit a cell means (`validate`).
"""
