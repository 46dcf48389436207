"""Layer publish: the files that readers open, what units get back, and purging."""

from collections.abc import Callable, Iterator

import dagster as dg
import duckdb

from assets.engine.collect import purge_raw, unclaimed
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import trouble_told
from assets.engine.indicators import check_balance, check_is_counted
from assets.engine.publish import (
    check_not_fewer,
    publish_by_unit_csv,
    publish_dossiers,
    publish_motcua,
    write_return_files,
)
from assets.metadata import selected, table_key, table_spec
from assets.resources import Installation
from schemas.tables import (
    BY_UNIT,
    BY_UNIT_FILE,
    BY_UNIT_PROCEDURE,
    CONFLICT,
    DOSSIER,
    DOSSIERS_FILE,
    GONE,
    INDICATOR,
    INDICATOR_TABLES,
    MOTCUA_FILE,
    ORPHAN,
    OUTSIDE,
    PAYMENT_REQUEST,
    PAYMENT_SUM,
    PAYMENT_TRANSACTION,
    PROCEDURE,
    PURGE,
    RECEIPT,
    RETURN_FILES,
    SUMMARY,
    WORKING_DAY,
    Table,
)

Publisher = Callable[[duckdb.DuckDBPyConnection, Paths], dict[str, int]]
PUBLISHERS: dict[Table, tuple[str, Publisher]] = {
    MOTCUA_FILE: ("motcua.duckdb", publish_motcua),
    DOSSIERS_FILE: ("dossiers.duckdb", publish_dossiers),
    BY_UNIT_FILE: ("by_unit.csv", publish_by_unit_csv),
}
MOTCUA_DEPS = (
    *INDICATOR_TABLES, PAYMENT_SUM, SUMMARY, OUTSIDE, PROCEDURE, WORKING_DAY, INDICATOR,
)  # fmt: skip
DOSSIERS_DEPS = (
    DOSSIER, PAYMENT_REQUEST, PAYMENT_TRANSACTION, RECEIPT, CONFLICT, GONE, ORPHAN, BY_UNIT,
    BY_UNIT_PROCEDURE, PROCEDURE,
)  # fmt: skip


class Publishing(dg.Config):
    """What one run may choose: to publish less than readers have, which somebody asked for."""

    accept_fewer: bool = False


def publish_assets() -> list[dg.AssetsDefinition]:
    """Return the steps of this layer."""
    files = dg.multi_asset(
        name="publish",
        specs=[
            table_spec(MOTCUA_FILE, "duckdb", deps=MOTCUA_DEPS),
            table_spec(DOSSIERS_FILE, "duckdb", deps=DOSSIERS_DEPS),
            table_spec(BY_UNIT_FILE, "csv", deps=[BY_UNIT]),
        ],
        can_subset=True,
    )
    returns = dg.multi_asset(
        name="publish__return_files", specs=[table_spec(RETURN_FILES, "csv", deps=[SUMMARY])]
    )
    purging = dg.multi_asset(
        name="raw__purge", specs=[table_spec(PURGE, "file", deps=[MOTCUA_FILE])]
    )
    return [files(publish), returns(return_files), purging(purge)]


def publish(
    context: dg.AssetExecutionContext, installation: Installation, config: Publishing
) -> Iterator[dg.MaterializeResult[None]]:
    """Check what would be published, then replace each file; an error keeps all as they are."""
    paths = installation.paths
    with installation.warehouse() as connection:
        installation.make_whole(connection, context.log.warning)
        check_is_counted(connection, paths, installation.sources())
        check_balance(connection)
        if not config.accept_fewer:
            check_not_fewer(connection, paths)
        for table in selected(context, PUBLISHERS):
            file_name, publisher = PUBLISHERS[table]
            rows = publisher(connection, paths)
            file = paths.published / file_name
            context.log.info("published %s, %s rows", file_name, f"{sum(rows.values()):,}")
            yield dg.MaterializeResult(
                asset_key=table_key(table),
                metadata={
                    "path": dg.MetadataValue.path(str(file)),
                    "bytes": file.stat().st_size,
                    "dagster/row_count": sum(rows.values()),
                    **{f"rows {name}": count for name, count in rows.items()},
                },
            )


def return_files(installation: Installation) -> dg.MaterializeResult[None]:
    """Write a CSV a unit with its rejected rows and the sentences; remove what is repaired.

    A step of its own: units get back what they have to repair though the figures do not balance.
    """
    paths = installation.paths
    with installation.warehouse() as connection:
        rows = write_return_files(connection, paths)
    return dg.MaterializeResult(
        asset_key=table_key(RETURN_FILES),
        metadata={
            "path": dg.MetadataValue.path(str(paths.returns)),
            "file_count": len(rows),
            "dagster/row_count": sum(rows.values()),
        },
    )


def purge(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Purge what is older than `keep_raw_days` of its source; the loaded rows stay."""
    paths, sources = installation.paths, installation.sources()
    with trouble_told("Purging the raw store", with_files=True):
        purged = purge_raw(paths, sources, local_now())
    for source, count in sorted(unclaimed(paths, sources).items()):
        context.log.warning(
            "the raw bytes of %s, which no settings file is named after any more, are never "
            "purged (deliveries: %s). Bring sources/%s.toml back with its keep_raw_days.",
            source,
            f"{count:,}",
            source,
        )
    for item in purged:
        context.log.info("purged %s, %s bytes", item.reference, f"{item.size:,}")
    return dg.MaterializeResult(
        asset_key=table_key(PURGE),
        metadata={
            "purged_file_count": len(purged),
            "purged_bytes": sum(item.size for item in purged),
        },
    )
