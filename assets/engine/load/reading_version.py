"""The reading version of an export: a hash of all that decides how its files are read."""

import hashlib
import json
from datetime import date, datetime
from functools import lru_cache

import duckdb

from assets.engine.common.calendar import Period
from assets.engine.common.text import label_key
from schemas.settings import Export, Source

# Raised when reading or validation changes, so that every file whose bytes are there is read again.
READING_VERSION = "5"
# That of a delivery whose loss was accepted.
LOST = "lost"
_name_key = lru_cache(maxsize=20_000)(label_key)


def version_as_of(version: str, arrived_at: datetime) -> str:
    """Return the version of bytes of an export that first arrived at that time.

    It decides which dates lie in the future and what units were called; once a clock was wrong,
    another time may be believed later.
    """
    return _hashed(f"{version} {arrived_at.isoformat()}")


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class ReadingVersions:
    """The reading versions of today; the units of the warehouse are asked for once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the units."""
        rows = connection.execute(
            "SELECT unit_code, unit_name, valid_from, valid_to FROM reference.unit ORDER BY ALL"
        ).fetchall()
        self._names = [(code, _name_key(name), first, last) for code, name, first, last in rows]

    def of(self, source: Source, export: Export, period: Period) -> str:
        """Return the version of an export's files of `period`.

        Units and names that begin after the period say nothing of it, as none of its files may name
        them (`assets.engine.validate.units`); how the bytes came says nothing of how they are read.
        """
        parts: list[object] = [
            READING_VERSION,
            export.model_dump(mode="json", exclude={"api"}),
            source.refuse_above_share,
            source.origin,
        ]
        if any("unit_code" in variant.columns for variant in export.variants(period.end)):
            if export.units != "code":
                parts += [source.unit_names, self._names_until(period.end)]
            if export.units != "name":
                parts.append(self._codes_until(period.end))
        return _hashed(json.dumps(parts, sort_keys=True, default=str))

    def _codes_until(self, day: date) -> list[str]:
        return sorted({code for code, _, first, _ in self._names if first <= day})

    def _names_until(self, day: date) -> list[tuple[str, str, date, date]]:
        return sorted(
            (code, name, first, min(last, day))
            for code, name, first, last in self._names
            if first <= day
        )
