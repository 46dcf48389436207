"""Layer core: accepted rows by delivery, the registers of their latest state, and what follows."""

import hashlib
import time
from collections.abc import Iterator
from datetime import date

import dagster as dg
import duckdb

from assets.checks import FILES_LOADED, files_loaded
from assets.engine.common.calendar import Period
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.indicators import data_cutoff, refresh_periods
from assets.engine.load import Loaded, load_lacking, load_period, rejected_by_rule
from assets.engine.reference import file_version, load_procedures
from assets.engine.settings import load_statistic
from assets.engine.warehouse import scalar
from assets.metadata import load_metadata, load_summary, selected, table_key, table_spec
from assets.partitions import SINGLE_RUN, Partitions, periods_of
from assets.resources import Installation
from schemas.rows import KINDS, Kind
from schemas.settings import Source
from schemas.tables import (
    DOSSIER,
    DOSSIER_VERSION,
    MANIFEST,
    PAYMENT_REQUEST,
    PAYMENT_TRANSACTION,
    PAYMENT_VERSION,
    PERIOD,
    PROCEDURE,
    PROCEDURE_VERSION,
    RECEIPT,
    RECEIPT_VERSION,
    TRANSACTION_VERSION,
    UNIT,
    Table,
)

# In the order in which they are made: the tables of versions, then what is made of them.
VERSIONS = {
    DOSSIER_VERSION: KINDS["dossier"],
    PAYMENT_VERSION: KINDS["payment"],
    TRANSACTION_VERSION: KINDS["transaction"],
    RECEIPT_VERSION: KINDS["receipt"],
    PROCEDURE_VERSION: KINDS["procedure"],
}
# The units are needed to read who a dossier is of; other exports name a dossier instead.
READ_WITH_UNITS = (DOSSIER_VERSION, PAYMENT_VERSION)
REGISTERS = {
    DOSSIER: DOSSIER_VERSION,
    PAYMENT_REQUEST: PAYMENT_VERSION,
    PAYMENT_TRANSACTION: TRANSACTION_VERSION,
    RECEIPT: RECEIPT_VERSION,
}


def _specs(partitions: Partitions) -> Iterator[dg.AssetSpec]:
    for table in VERSIONS:
        deps = [MANIFEST, UNIT] if table in READ_WITH_UNITS else [MANIFEST]
        yield table_spec(table, "duckdb", "pandas", partitions_def=partitions, deps=deps)
    for table, versions in REGISTERS.items():
        yield table_spec(table, "duckdb", deps=[versions])
    yield table_spec(PROCEDURE, "csv", "duckdb", deps=[PROCEDURE_VERSION])
    yield table_spec(PERIOD, "duckdb", deps=[DOSSIER_VERSION, PAYMENT_VERSION])


def core_assets(partitions: Partitions) -> list[dg.AssetsDefinition]:
    """Return the step of this layer."""
    step = dg.multi_asset(
        name="core",
        specs=list(_specs(partitions)),
        check_specs=list(FILES_LOADED.values()),
        can_subset=True,
        backfill_policy=SINGLE_RUN,
    )
    return [step(core)]


def core(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Read, validate and load the files of the run's periods; bring the registers up to date."""
    with installation.warehouse() as connection:
        yield from _loads(context, connection, installation)
        for kind, check in FILES_LOADED.items():
            if check.key in context.selected_asset_check_keys:
                yield files_loaded(connection, kind)
        for table in selected(context, REGISTERS):
            kind = VERSIONS[REGISTERS[table]]
            yield _register(connection, table, kind)
        if selected(context, [PROCEDURE]):
            yield _procedures(connection, installation)
        if selected(context, [PERIOD]):
            yield _periods(context, connection, installation)


def _loads(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    installation: Installation,
) -> Iterator[dg.MaterializeResult[None]]:
    """Load each period with all kinds of its files; a refused file is reported, and stops none."""
    tables = selected(context, VERSIONS)
    if not tables:
        return
    if not scalar(connection, "SELECT count(*) FROM reference.unit"):
        raise MotcuaError(
            f"Loading the exports of {', '.join(VERSIONS[table].name for table in tables)}",
            "no units in the warehouse",
            "the table reference.unit",
            "Materialise reference/unit and reference/procedure first, or the job nightly.",
        )
    periods, sources = periods_of(installation.calendar(), context.run), installation.sources()
    load_lacking(
        connection,
        installation.paths,
        sources,
        kinds=[VERSIONS[table] for table in tables],
        but=[period.key for period in periods],
        run_id=context.run.run_id,
        progress=context.log.info,
    )
    loaded: dict[str, list[str]] = {table.name: [] for table in tables}
    for period in periods:
        results: list[Loaded] = []
        for table in tables:
            of_kind = _load(
                context, connection, installation.paths, sources,
                kind=VERSIONS[table], period=period,
            )  # fmt: skip
            loaded[table.name] += [f"{r.delivery.delivery_id}:{r.state}" for r in of_kind]
            results += of_kind
        context.log.info("%s: %s", period.label, load_summary(results))
    for table in tables:
        # Changes only when the loaded files do. Dagster gives one version to all periods of a run:
        # that of a range differs from those of its periods run one by one.
        content = hashlib.sha256(" ".join(sorted(loaded[table.name])).encode()).hexdigest()[:16]
        yield dg.MaterializeResult(asset_key=table_key(table), data_version=dg.DataVersion(content))


def _load(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    sources: dict[str, Source],
    *,
    kind: Kind,
    period: Period,
) -> list[Loaded]:
    started = time.monotonic()
    results = load_period(
        connection,
        paths,
        sources,
        kind=kind,
        period=period,
        run_id=context.run.run_id,
        progress=context.log.info,
    )
    for result in results:
        if result.reason:
            context.log.error(result.reason)
        for warning in result.warnings:
            context.log.warning("%s: %s", result.delivery.reference, warning)
    metadata = load_metadata(results, rejected_by_rule(connection, kind, period))
    seconds = round(time.monotonic() - started, 3)
    context.add_asset_metadata(
        {"period_label": period.label, **metadata, "seconds": seconds},
        asset_key=dg.AssetKey(kind.table.split(".")),
        partition_key=period.key,
    )
    return results


def _register(
    connection: duckdb.DuckDBPyConnection, table: Table, kind: Kind
) -> dg.MaterializeResult[None]:
    """Report a register, which each load keeps up to date."""
    rows = scalar(connection, f"SELECT count(*) FROM {kind.table} WHERE is_latest")
    return dg.MaterializeResult(
        asset_key=table_key(table),
        metadata={"dagster/row_count": int(str(rows))},
        data_version=dg.DataVersion(register_version(connection, kind)),
    )


def register_version(connection: duckdb.DuckDBPyConnection, kind: Kind) -> str:
    """Return a version of a register that changes with all it is made of.

    These are the files of `kind`, which of them were asked for as a whole period and when, and
    which codes are one dossier.
    """
    content = scalar(
        connection,
        "SELECT md5(concat_ws(' ', string_agg(concat_ws(' ', delivery_id, state, "
        "whole_asked_at, changes_known_at), ' ' ORDER BY delivery_id), "
        "(SELECT bit_xor(hash(alias)) FROM core.dossier_alias AS alias))) "
        "FROM ops.delivery LEFT JOIN ops.collection USING (delivery_id) WHERE kind = ?",
        [kind.name],
    )
    return str(content)


def _procedures(
    connection: duckdb.DuckDBPyConnection, installation: Installation
) -> dg.MaterializeResult[None]:
    """Check the CSV against its schema; replace the table by it and the delivered catalogues."""
    folder = installation.paths.reference
    rows, delivered = load_procedures(connection, folder)
    return dg.MaterializeResult(
        asset_key=table_key(PROCEDURE),
        metadata={"dagster/row_count": rows + delivered, "delivered_count": delivered},
        data_version=dg.DataVersion(f"{file_version(folder, 'procedure')}-{delivered}"),
    )


def _periods(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    installation: Installation,
) -> dg.MaterializeResult[None]:
    """Derive the periods that have figures from the deliveries; the clock has no say in them."""
    sources = installation.sources()
    installation.make_whole(connection, context.log.warning)
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    before = scalar(connection, "SELECT max(cutoff_date) FROM reference.period")
    cutoff = data_cutoff(connection, exports)
    periods = refresh_periods(connection, cutoff, load_statistic(installation.paths.settings))
    if cutoff.held_back_by:
        context.log.warning(
            "Figures reach to %s only: %s is delivered no further. Deliver it, or take an export "
            "that no longer comes out of the source settings.",
            cutoff.day,
            ", ".join(cutoff.held_back_by),
        )
    if isinstance(before, date) and cutoff.day and cutoff.day < before:
        context.log.warning(
            "Figures reach to %s only; before they reached to %s. What was delivered last covers "
            "less than what it supersedes.",
            cutoff.day,
            before,
        )
    return dg.MaterializeResult(
        asset_key=table_key(PERIOD),
        metadata={
            "dagster/row_count": len(periods),
            "cutoff_date": str(cutoff.day),
            "held_back_by": ", ".join(cutoff.held_back_by) or "none",
        },
        data_version=dg.DataVersion(str(cutoff.day)),
    )
