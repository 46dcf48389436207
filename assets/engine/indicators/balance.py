"""The balance: identities that every row must hold, or nothing is published."""

import duckdb

from assets.engine.common.errors import BalanceError
from assets.engine.common.messages import counted
from assets.engine.indicators.indicator_sql import COUNTS, INDICATOR_SQL
from assets.engine.warehouse import sql_file
from schemas.tables import BY_LEVEL, BY_UNIT, BY_UNIT_FIELD, BY_UNIT_PROCEDURE, PERIOD_NAMES, Table

# What tells the rows of one period apart, in messages.
ROW_NAMES = {
    BY_UNIT: "unit_code || ' ' || scope",
    BY_LEVEL: "unit_level",
    BY_UNIT_FIELD: "unit_code || ' ' || field_code",
    BY_UNIT_PROCEDURE: "unit_code || ' ' || procedure_code",
}
_PERIOD = ", ".join(PERIOD_NAMES)


def check_balance(connection: duckdb.DuckDBPyConnection) -> None:
    """Check every row of every indicator table, the chain of months and that all sums are one.

    Raises
    ------
    BalanceError
        An identity of form II.06a does not hold; the first breaks are named.
    """
    breaks = [item for table in ROW_NAMES for item in unbalanced(connection, table)]
    for title, name in (
        ("months do not chain", "chain"),
        ("form II.06a does not add up", "form_06a_break"),
    ):
        rows = connection.execute(sql_file(INDICATOR_SQL / f"{name}.sql")).fetchall()
        breaks += [(title, *row) for row in rows]
    breaks += [("sums differ", *row) for row in _sums_that_differ(connection)]
    raise_if(breaks)


def unbalanced(connection: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[object, ...]]:
    """Return the rows of `table` that break an identity, with its words."""
    sql = sql_file(INDICATOR_SQL / "balance.sql")
    sql = sql.replace("{{table}}", table.qualified_name).replace("{{key}}", ROW_NAMES[table])
    return [(table.qualified_name, *row) for row in connection.execute(sql).fetchall()]


def raise_if(breaks: list[tuple[object, ...]]) -> None:
    """Raise BalanceError if there are any."""
    if breaks:
        shown = "; ".join(" ".join(map(str, item)) for item in breaks[:5])
        raise BalanceError(
            "Checking the balance of the indicators",
            f"{counted(len(breaks), 'break')}, the first: {shown}",
            "every row in balance",
            "Nothing was published. This is a defect of Motcua: report it with this sentence.",
        )


def _sums_that_differ(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return periods whose rows of each grain, and today's units, have not one sum."""
    own_rows = "(FROM indicators.own_count UNION ALL BY NAME FROM indicators.own_payment)"
    # A unit's own counts stand in its subtree and in that of each unit above it.
    subtree = (
        f"{own_rows} INNER JOIN reached USING (unit_code, unit_valid_from)",
        "indicators.by_unit WHERE scope = 'subtree'",
    )
    own = (
        own_rows,
        "indicators.by_unit WHERE scope = 'own'",
        "indicators.by_level WHERE unit_level = 'all'",
        "indicators.by_level WHERE unit_level <> 'all'",
        "indicators.by_unit_field",
        "indicators.by_unit_procedure",
        "indicators.by_unit_current WHERE scope = 'own'",
        "indicators.by_level_current WHERE unit_level = 'all'",
        "indicators.by_level_current WHERE unit_level <> 'all'",
    )
    rows = connection.execute(
        f"WITH RECURSIVE {sql_file(INDICATOR_SQL / 'ancestry.sql')} "
        f"{_not_alike(subtree)} UNION {_not_alike(own)} ORDER BY ALL"
    )
    return rows.fetchall()


def _not_alike(grains: tuple[str, ...]) -> str:
    """Return the query of periods whose sums over each of `grains` are not the same."""
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COUNTS)
    each = " UNION ALL ".join(
        f"SELECT {_PERIOD}, {sums} FROM {grain} GROUP BY ALL" for grain in grains
    )
    # A period without any dossier has rows of zeros in some tables, and none in others.
    counted_something = " + ".join(COUNTS)
    differs = " OR ".join(f"min({name}) <> max({name})" for name in COUNTS)
    return (
        f"(SELECT {_PERIOD} FROM ({each}) WHERE {counted_something} > 0 GROUP BY {_PERIOD} "
        f"HAVING count(*) <> {len(grains)} OR {differs})"
    )
