"""Reference tables: units, procedures and holidays from CSV, and the working days."""

import hashlib
import re
from pathlib import Path

import duckdb
import pandas as pd
import pandera.errors

from assets.engine.common.errors import SettingsError
from assets.engine.reference.unit_tree import check_parents, check_succession
from assets.engine.warehouse import rebuild_table, replace_rows, sql_file, transaction
from schemas.rows import REFERENCE_SCHEMAS
from schemas.tables import TABLES, WORKING_DAY

DELIVERED_SQL = Path(__file__).with_name("delivered_procedure.sql")
_WORKING_DAY_SQL = Path(__file__).with_name("working_day.sql")
# What an empty valid_to means.
STILL_VALID = "9999-12-31"
_NAME = re.compile(r"[a-z_]{1,40}")
# What pandera calls checks that are settings of a column.
_PANDERAS_OWN = {"not_nullable": "is empty", "field_uniqueness": "stands in another row, too"}


def load_reference(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> int:
    """Replace `reference.<name>` by `<name>.csv` of `folder`; return the number of rows.

    Raises
    ------
    SettingsError
        The file is missing or does not fit its schema; every misfit names its row.
    """
    frame = read_reference(folder / f"{name}.csv", name)
    with transaction(connection):
        replace_rows(connection, TABLES[f"reference.{name}"], frame)
        connection.execute("DELETE FROM ops.reference_file WHERE table_name = ?", [name])
        connection.execute(
            "INSERT INTO ops.reference_file VALUES (?, ?)", [name, file_version(folder, name)]
        )
    return len(frame)


def check_reference(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Check that the reference tables are those of the files.

    Raises
    ------
    SettingsError
        A file was changed since it was loaded: figures would be of the old one.
    """
    loaded = dict(connection.execute("FROM ops.reference_file").fetchall())
    changed = [
        f"{name}.csv"
        for name in REFERENCE_SCHEMAS
        if loaded.get(name) != file_version(folder, name)
    ]
    if changed:
        raise SettingsError(
            "Comparing the reference tables of the warehouse with their files",
            f"another {', '.join(changed)} than was loaded",
            "the files that the warehouse has loaded",
            "Load them: make period with the key of any period, or the job nightly.",
        )


def load_procedures(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[int, int]:
    """Replace `reference.procedure` by the CSV and the delivered catalogues.

    The CSV has the last word on a procedure that stands in both. Returns the rows of each.
    """
    listed = load_reference(connection, folder, "procedure")
    inserted = connection.execute(sql_file(DELIVERED_SQL))
    return listed, int(inserted.fetchall()[0][0])


def load_working_days(connection: duckdb.DuckDBPyConnection) -> int:
    """Write `reference.working_day` anew from the holidays; return the number of days."""
    return rebuild_table(connection, WORKING_DAY, sql_file(_WORKING_DAY_SQL))


def file_version(folder: Path, name: str) -> str:
    """Return a version of a reference CSV that changes only when its bytes do.

    Raises
    ------
    SettingsError
        The file is missing.
    """
    return hashlib.sha256(_existing(folder / f"{name}.csv").read_bytes()).hexdigest()[:16]


def read_reference(file: Path, name: str) -> pd.DataFrame:
    """Return a reference CSV as text columns that fit their schema; units form a tree.

    The successions of units are checked against the file of units beside theirs.

    Raises
    ------
    SettingsError
        The file is missing or does not fit its schema; every misfit names its row.
    """
    doing = f"Reading reference file {_existing(file).name}"
    try:
        frame = pd.read_csv(file, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError):
        raise SettingsError(
            doing, "text that is no CSV in UTF-8", "comma-separated UTF-8", "Save it again."
        ) from None
    _check_columns(frame, file, name)
    frame = frame.mask(frame == "")
    if name == "unit":
        frame["valid_to"] = frame["valid_to"].fillna(STILL_VALID)
    try:
        REFERENCE_SCHEMAS[name].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as verdict:
        misfits = "; ".join(_misfits(verdict))
        raise SettingsError(
            doing, misfits, "rows such as those of data/reference", "Correct these rows."
        ) from None
    if name == "unit":
        check_parents(frame, file)
    if name == "unit_succession":
        check_succession(frame, read_reference(file.with_name("unit.csv"), "unit"), file)
    return frame


def _existing(file: Path) -> Path:
    if not file.exists():
        raise SettingsError(
            f"Reading reference file {file.name}",
            f"no file {file}",
            "the file",
            "Copy the project's data/reference there as a start, or correct MOTCUA_SETTINGS.",
        )
    return file


def _check_columns(frame: pd.DataFrame, file: Path, name: str) -> None:
    """Check that the columns are those of the schema, before any of them is asked for."""
    wanted = list(REFERENCE_SCHEMAS[name].columns)
    missing = [column for column in wanted if column not in frame.columns]
    unknown = [column for column in frame.columns if column not in wanted]
    if missing or unknown:
        found = [f"no column {', '.join(missing)}"] if missing else []
        # A file without a header, or with other separators, has cells there.
        named = [column for column in unknown if _NAME.fullmatch(column)]
        found += [f"unknown columns {', '.join(named) or '(no names)'}"] if unknown else []
        raise SettingsError(
            f"Reading reference file {file.name}",
            " and ".join(found),
            f"the comma-separated columns {','.join(wanted)}",
            "Correct the first line, or save the file with commas between its cells.",
        )


def _misfits(verdict: pandera.errors.SchemaErrors) -> list[str]:
    """Return what does not fit, each with its row as a spreadsheet shows it; at most ten.

    What rows say to each other is told once every cell fits: an empty day lies before none.
    """
    cells, rows = [], []
    for case in verdict.failure_cases.to_dict("records"):
        row = int(case["index"]) + 2
        if case["schema_context"] == "DataFrameSchema":
            rows.append(f"row {row}: {case['check']}")
        else:
            problem = _PANDERAS_OWN.get(case["check"], case["check"])
            cells.append(f"{case['column']} of row {row} {problem}")
    return list(dict.fromkeys(cells or rows))[:10]
