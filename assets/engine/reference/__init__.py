"""Reference: units and their succession, procedures, holidays and working days.

Belongs here: reading, checking and writing the tables that authorities keep as CSV. What a row
must fit does not belong here (`schemas.rows`), nor which unit a cell means (`validate`).
"""

from assets.engine.reference.files import (
    check_reference,
    file_version,
    load_procedures,
    load_reference,
    load_working_days,
    read_reference,
)

__all__ = [
    "check_reference", "file_version", "load_procedures", "load_reference", "load_working_days",
    "read_reference",
]  # fmt: skip
