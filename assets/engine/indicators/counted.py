"""Check that the figures of the warehouse are of all that was loaded, by the settings of today."""

from collections.abc import Iterator

import duckdb

from assets.engine.common.errors import WarehouseError
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.indicators.own_counts import counting_basis
from assets.engine.indicators.periods import data_cutoff, expected_periods
from assets.engine.settings import load_statistic
from assets.engine.warehouse import scalar
from schemas.settings import Source
from schemas.tables import PERIOD, PERIOD_NAMES

_PERIOD = ", ".join(PERIOD_NAMES)
_DIFFERENCES = {
    "{} loaded, and not counted": "ops.delivery WHERE state <> 'refused' AND counted_at IS NULL",
    "{} changed, and not counted again": "ops.touched_dossier",
    "{} counted, and not computed": f"(SELECT DISTINCT {_PERIOD} FROM ops.wanted_period)",
    "{} without a row of indicators.by_level": (
        f"(SELECT {_PERIOD}, period_end FROM reference.period "
        "WHERE period_end >= (SELECT min(valid_from) FROM reference.unit) "
        "AND period_start <= (SELECT max(valid_to) FROM reference.unit)) "
        f"ANTI JOIN indicators.by_level USING ({_PERIOD})"
    ),
}
_NOUNS = ("delivery", "dossier", "period", "period")


def check_is_counted(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> None:
    """Check that the figures are those of all that was loaded, with the settings of today.

    Raises
    ------
    WarehouseError
        Something was loaded, restored or set otherwise since they were computed.
    """
    found = list(_differences(connection, paths, sources))
    if found:
        raise WarehouseError(
            "Comparing the figures with what they are counted from",
            "; ".join(found),
            "figures of all that was loaded, with the settings of today",
            f"Compute them: make period PERIOD={_last_period(connection)}, or the job nightly.",
        )


def _differences(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> Iterator[str]:
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    statistic = load_statistic(paths.settings)
    expected = set(expected_periods(data_cutoff(connection, exports), statistic))
    columns = ", ".join(PERIOD.column_names)
    held = set(connection.execute(f"SELECT {columns} FROM reference.period").fetchall())
    if missing := len(expected - held):
        yield f"{counted(missing, 'period')} missing, or with other settings or another last day"
    elif held - expected:
        yield f"{counted(len(held - expected), 'period')} more than deliveries and settings ask for"
    for (text, rows), noun in zip(_DIFFERENCES.items(), _NOUNS, strict=True):
        count = int(str(scalar(connection, f"SELECT count(*) FROM {rows}")))
        if count:
            yield text.format(counted(count, noun))
    if not _is_basis_of_today(connection):
        yield "periods counted with other units, procedures, holidays, formulas or settings"


def _is_basis_of_today(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether just the periods that there are were counted, with what decides today."""
    kept = f"SELECT {_PERIOD}, cutoff_date FROM"
    differing = connection.execute(
        f"({kept} reference.period EXCEPT {kept} ops.counted_period) UNION ALL "
        f"({kept} ops.counted_period EXCEPT {kept} reference.period)"
    ).fetchall()
    bases = connection.execute("SELECT DISTINCT basis FROM ops.counted_period").fetchall()
    return not differing and all(basis == counting_basis(connection) for (basis,) in bases)


def _last_period(connection: duckdb.DuckDBPyConnection) -> object:
    return scalar(connection, "SELECT max(delivery_period) FROM ops.delivery")
