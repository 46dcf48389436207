"""Nights of an authority: lists arrive, the register changes, figures follow what moved."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from defect_lists import csv_list

from assets.engine import load
from assets.engine.collect import Manifest
from assets.engine.common.paths import Paths
from assets.engine.reference import files as reference
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS, REFERENCE_SCHEMAS
from schemas.settings import Source, Statistic
from schemas.tables import INDICATOR_TABLES, OUTSIDE, OWN_COUNT, OWN_PAYMENT, PAYMENT_SUM, Table
from tests.sql.registers import COMPUTED, DEFAULTS
from tests.support import CALENDAR, compute_all
from tests.unit.defect_figures import FEBRUARY, JANUARY, MARCH

PERIODS = (JANUARY, FEBRUARY, MARCH)
SAID: tuple[Table, ...] = (*INDICATOR_TABLES, OWN_COUNT, OWN_PAYMENT, PAYMENT_SUM, OUTSIDE)
Said = dict[str, list[tuple[Any, ...]]]

DOSSIER_COLUMNS = (
    "dossier_code", "other_dossier_code", "procedure_code", "unit_code", "channel",
    "received_date", "due_date", "supplement_requested_date", "finished_date", "returned_date",
    "refused_date", "state",
)  # fmt: skip
PAYMENT_COLUMNS = ("request_code", "dossier_code", "collected_date", "amount", "method", "state")
# An invented portal whose headers and texts are the names the engine has for them.
SOURCE = "\n".join([
    'title = "Cổng mẫu (dữ liệu hư cấu)"',
    "refuse_above_share = 1.0",
    *(f'[values.dossier.channel]\n{name} = ["{name}"]' for name in ("online",)),
    "[values.dossier.state]",
    *(f'{state} = ["{state}"]' for state in KINDS["dossier"].states),
    "[values.payment.state]",
    *(f'{state} = ["{state}"]' for state in KINDS["payment"].states),
    "[values.payment.method]",
    *(f'{method} = ["{method}"]' for method in ("online", "cash")),
    *(
        f'[exports.{export}]\nkind = "dossier"\nis_snapshot = {str(export == "whole").lower()}\n'
        f"[exports.{export}.columns]\n" + "\n".join(f'{c} = "{c}"' for c in DOSSIER_COLUMNS)
        for export in ("adds", "whole")
    ),
    '[exports.payments]\nkind = "payment"\n[exports.payments.columns]',
    *(f'{column} = "{column}"' for column in PAYMENT_COLUMNS),
])  # fmt: skip


@dataclass(frozen=True)
class Delivered:
    """A list that arrives: rows by header, as the portal wrote them."""

    export: str
    period: str
    rows: tuple[tuple[tuple[str, str], ...], ...]
    name: str = "a.csv"

    @property
    def content(self) -> bytes:
        header = PAYMENT_COLUMNS if self.export == "payments" else DOSSIER_COLUMNS
        return csv_list(header, [dict(row) for row in self.rows])


@dataclass(frozen=True)
class Night:
    """What arrives, when, and what else has changed since the night before.

    `reference` are texts of reference files by name; `statistic` the settings from now on.
    """

    at: datetime
    arrivals: Sequence[Delivered] = ()
    reference: tuple[tuple[str, str], ...] = ()
    statistic: Statistic = DEFAULTS


@dataclass(frozen=True)
class Start:
    """A warehouse that has its tables and reference, to be copied for every case."""

    folder: Path
    settings: Path

    @cached_property
    def sources(self) -> dict[str, Source]:
        return load_sources(self.settings / "sources")

    def installation(self, data: Path) -> Paths:
        """Return a new installation in `data`, with reference files of its own."""
        shutil.copytree(self.folder, data / "warehouse")
        shutil.copytree(self.settings, data / "settings")
        return Paths(data, data / "settings")


def new_start(folder: Path, reference_files: Path) -> Start:
    """Return a start with the invented source and the project's reference."""
    settings = folder / "settings"
    (settings / "sources").mkdir(parents=True)
    (settings / "sources" / "mau.toml").write_text(SOURCE, encoding="utf-8")
    shutil.copytree(reference_files, settings / "reference")
    paths = Paths(folder / "data", settings)
    with warehouse(paths) as connection:
        _load_reference(connection, paths)
    return Start(paths.warehouse, settings)


def spend(start: Start, paths: Paths, night: Night) -> Said:
    """Load what arrived, compute, and return what every table of figures says."""
    for name, text in night.reference:
        (paths.reference / f"{name}.csv").write_text(text, encoding="utf-8")
    _deliver(paths, night)
    with warehouse(paths) as connection:
        if night.reference:
            _load_reference(connection, paths)
        for period in PERIODS:
            for kind in KINDS.values():
                load.load_period(
                    connection, paths, start.sources, kind=kind,
                    period=CALENDAR.month_from_key(period), run_id="test", progress=lambda _: None,
                )  # fmt: skip
    with warehouse(paths) as connection:
        compute_all(connection, night.statistic)
        return _said(connection)


def counted_anew(paths: Paths, statistic: Statistic) -> Said:
    """Return what the register says that is counted from nothing, in a copy of the warehouse."""
    copy = Paths(paths.data / "copy", paths.settings)
    shutil.copytree(paths.warehouse, copy.warehouse)
    with warehouse(copy) as connection:
        for table in COMPUTED:
            connection.execute(f"DELETE FROM {table.qualified_name}")
        compute_all(connection, statistic)
        said = _said(connection)
    shutil.rmtree(copy.data)
    return said


def _load_reference(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    for name in REFERENCE_SCHEMAS:
        reference.load_reference(connection, paths.reference, name)


def _deliver(paths: Paths, night: Night) -> None:
    for number, arrival in enumerate(night.arrivals):
        file = paths.data / f"{number}.csv"
        file.write_bytes(arrival.content)
        os.utime(file, (night.at.timestamp(),) * 2)
        Manifest(paths).collect(
            file, source="mau", export=arrival.export, period=arrival.period,
            name=f"{arrival.period}/{arrival.name}", now=night.at,
        )  # fmt: skip


def _said(connection: duckdb.DuckDBPyConnection) -> Said:
    return {
        table.name: connection.execute(f"FROM {table.qualified_name} ORDER BY ALL").fetchall()
        for table in SAID
    }
