"""Common: errors and messages, paths, locks, durable writes, secrets, text and the calendar.

Belongs here: what several stages need and what knows nothing of any of them. Its modules are
imported one by one, so that the child process of `formats` starts without DuckDB.
"""
