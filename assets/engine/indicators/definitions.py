"""What every published measure means: `reference.indicator`, from the measures and `rates.sql`."""

import re

import duckdb
import pandas as pd

from assets.engine.indicators.indicator_sql import INDICATOR_SQL
from assets.engine.warehouse import replace_rows, sql_file, transaction
from schemas.tables import FORMULA_VERSION, INDICATOR, PUBLISHED_MEASURES

_RATE_LINE = re.compile(r"^rate_pct\((?P<numerator>.+), (?P<denominator>.+)\) AS (?P<name>\w+)")


def load_indicators(connection: duckdb.DuckDBPyConnection) -> int:
    """Replace `reference.indicator` by what every published measure means; return how many."""
    rates = rate_formulas()
    rows = [
        (m.name, m.vi, m.en, *(rates[m.name] if m.is_rate else (m.rule, None)), m.source,
         FORMULA_VERSION)
        for m in PUBLISHED_MEASURES
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(INDICATOR.column_names))
    with transaction(connection):
        replace_rows(connection, INDICATOR, frame)
    return len(rows)


def rate_formulas() -> dict[str, tuple[str, str]]:
    """Return numerator and denominator of each rate, read from `rates.sql`, where they stand."""
    lines = sql_file(INDICATOR_SQL / "rates.sql").splitlines()
    matches = [match for line in lines if (match := _RATE_LINE.match(line))]
    return {match["name"]: (match["numerator"], match["denominator"]) for match in matches}
