"""The SQL of the indicators: the files of this folder, with their parts put together."""

from pathlib import Path

from assets.engine.warehouse import sql_file
from schemas.tables import MEASURES, OWN_MEASURES, PERIOD_COLUMNS, Table

INDICATOR_SQL = Path(__file__).parent

COUNTS = [measure.name for measure in MEASURES if not measure.is_rate]
RATES = [measure.name for measure in MEASURES if measure.is_rate]
OWN_COUNTS = [measure.name for measure in OWN_MEASURES]
PAID_COUNTS = [measure.name for measure in MEASURES if measure.is_paid]
SUMMED = ", ".join(
    f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}" for name in OWN_COUNTS + PAID_COUNTS
)
_COUNTED_TO = "(SELECT max(cutoff_date) FROM reference.period) AS counted_to"
# Every dossier of the register, once, up to the last day that counts.
REGISTER = f"(SELECT *, 1 AS weight, {_COUNTED_TO} FROM core.dossier)"
_PLACE = "dossier_key,"
# Whether the measure that was asked for counts the dossier.
_BY_NAME = " ".join(f"WHEN '{name}' THEN {name.removesuffix('_count')}" for name in OWN_COUNTS)


def indicator_sql(table: Table) -> str:
    """Return the SELECT of a table that adds up own counts, for the periods in `wanted_period`."""
    return _filled(table.name, facts_sql=_facts(REGISTER, "received_date, ended_date,"))


def own_count_sql(dossiers: str, periods: str) -> str:
    """Return the SELECT of own counts in `periods`.

    The relation `dossiers` has what a dossier says, its `weight`, and the last day `counted_to`.
    """
    counted = ", ".join(
        f"CAST(coalesce(sum(dossier_count) FILTER (WHERE {name.removesuffix('_count')}), 0) "
        f"AS BIGINT) AS {name}"
        for name in OWN_COUNTS
    )
    return _filled(
        "own_count",
        facts_sql=_facts(dossiers, "weight,"),
        placed_sql=_placed(periods, "alike"),
        counted=counted,
    )


def own_payment_sql() -> str:
    """Return the SELECT of the own counts of payments, in every period."""
    return _filled("own_payment")


def explain_sql() -> str:
    """Return the body of the table macro `explain`, whose parameters begin with `asked_`."""
    return _filled(
        "explain",
        facts_sql=_facts(REGISTER, _PLACE),
        placed_sql=_placed("asked_period", "facts"),
        measures=_BY_NAME,
    )


def change_sql() -> str:
    """Return the body of the table macro `explain_change`."""
    return _filled(
        "explain_change",
        facts_sql=_facts(
            f"(SELECT *, {_COUNTED_TO} FROM ops.moved_dossier)", f"computed_at, side, {_PLACE}"
        ),
        placed_sql=_placed("asked_period", "facts"),
        measures=_BY_NAME,
    )


def as_reported_sql() -> str:
    """Return the body of the table macro `ops.as_reported`."""
    return _filled("as_reported")


def figure_change_sql() -> str:
    """Return the SELECT of the view `ops.figure_change`."""
    names = COUNTS + RATES
    measures = ", ".join(f"CAST({name} AS DECIMAL(18, 2)) AS {name}" for name in names)
    return _filled("figure_change", measures=measures, measure_names=", ".join(names))


def _facts(dossiers: str, dossier_columns: str) -> str:
    return sql_file(INDICATOR_SQL / "facts.sql", dossier=dossiers, dossier_columns=dossier_columns)


def _placed(periods: str, facts: str) -> str:
    return sql_file(INDICATOR_SQL / "placed.sql", period=periods, facts=facts)


def _filled(name: str, **parts: str) -> str:
    """Return the text of an SQL file with its placeholders filled."""
    for part in ("ancestry", "own", "scoped", "current_unit"):
        parts[part] = sql_file(INDICATOR_SQL / f"{part}.sql")
    parts |= {
        "paid_sql": sql_file(INDICATOR_SQL / "paid.sql"),
        "period_columns": ", ".join(column.name for column in PERIOD_COLUMNS),
        "counts": ", ".join(COUNTS),
        "summed_counts": SUMMED,
        "rates": sql_file(INDICATOR_SQL / "rates.sql"),
    }
    return sql_file(INDICATOR_SQL / f"{name}.sql", **parts)
