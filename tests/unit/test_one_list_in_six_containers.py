"""One list of dossiers, whatever it is packed in, gives the same register.

All six can carry the columns `IN_ALL` of `tests.unit.one_list`; what iGate 2 has no field for is
compared among the others. Columns that no list holds are NULL in all of them.
"""

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sample_lists import gzip_bytes, zip_bytes

from assets.engine.common.paths import Paths
from assets.engine.load import Loaded
from assets.engine.warehouse import warehouse
from schemas.tables.core import DOSSIER_COLUMNS
from tests.support import SETTINGS, copy_warehouse, take_in
from tests.unit.deliveries import JANUARY, ask
from tests.unit.one_list import (
    IN_ALL,
    WITHOUT_IGATE,
    Dossier,
    csv_bytes,
    igate2_bytes,
    invented_dossiers,
    lines_bytes,
    national_bytes,
    page_bytes,
    settings_of_the_table,
    spreadsheet_bytes,
)

Write = Callable[[list[Dossier], bool], bytes]
Flags = dict[str, dict[object, set[str]]]


def _several(dossiers: list[Dossier], is_titled: bool) -> bytes:
    return zip_bytes(
        [
            ("phần 1/ho-so.csv", csv_bytes(dossiers[:17], is_titled=is_titled)),
            ("phần 1/~$ho-so.xlsx", b"lock"),
            ("phần 2/ho-so.xls", spreadsheet_bytes("xlsx", dossiers[17:], is_titled=is_titled)),
        ]
    )


# Each with its source and the container that the part's record should name.
CONTAINERS: dict[str, tuple[str, str, Write]] = {
    "csv": ("table", "delimited", lambda rows, titled: csv_bytes(rows, is_titled=titled)),
    "xlsx": (
        "table", "workbook", lambda rows, titled: spreadsheet_bytes("xlsx", rows, is_titled=titled),
    ),
    "html": ("table", "web_page", lambda rows, titled: page_bytes(rows, is_titled=titled)),
    "spreadsheet_xml": (
        "table", "spreadsheet_xml",
        lambda rows, titled: spreadsheet_bytes("spreadsheet_xml", rows, is_titled=titled),
    ),
    "national": ("national", "json", lambda rows, _: national_bytes(rows)),
    "igate2": ("igate2", "json", lambda rows, _: igate2_bytes(rows)),
    "xls": (
        "table", "workbook", lambda rows, titled: spreadsheet_bytes("xls", rows, is_titled=titled),
    ),
    "ndjson": ("national_lines", "json", lambda rows, _: lines_bytes(rows)),
    "csv.gz": (
        "table", "delimited", lambda rows, titled: gzip_bytes(csv_bytes(rows, is_titled=titled)),
    ),
    "national.gz": ("national", "json", lambda rows, _: gzip_bytes(national_bytes(rows))),
    "zip": ("table", "delimited", _several),
}  # fmt: skip
# Containers around one of the others.
PACKED = ("csv.gz", "national.gz", "zip")
# What no row can lack: iGate 2 has no day of return.
UNASKED = {"igate2": {"returned_date_missing"}}
# Two lists; the second stands below a title and a period line wherever it is a table.
LISTS = {"first": (1, False), "second": (20_231_115, True)}


def _list(name: str, columns: tuple[str, ...]) -> list[Dossier]:
    """Return the list with one row twice and one of a state that nobody knows."""
    seed, _ = LISTS[name]
    dossiers = [
        {column: dossier[column] for column in columns} for dossier in invented_dossiers(seed)
    ]
    unheard = dossiers[4] | {"dossier_code": "000.06.33.H22-230105-9999", "state": "unheard"}
    return [*dossiers[:30], dossiers[9], *dossiers[30:], unheard | {"other_dossier_code": None}]


def _settings_of(source: str) -> str:
    if source == "table":
        return settings_of_the_table()
    text = (SETTINGS / "sources" / f"{source.removesuffix('_lines')}.toml").read_text("utf-8")
    if source != "national_lines":
        return text
    assert 'records = "data"' in text
    return text.replace('records = "data"', 'records = ""')


def _delivered(
    folder: Path, container: str, name: str, columns: tuple[str, ...]
) -> tuple[Paths, Loaded]:
    """Deliver the list in a container to an installation of its own; return what became of it."""
    paths = Paths(folder / "data", folder / "settings")
    shutil.copytree(SETTINGS / "reference", paths.reference)
    paths.sources.mkdir()
    copy_warehouse(paths)
    source, _, write = CONTAINERS[container]
    (paths.sources / f"{source}.toml").write_text(_settings_of(source), encoding="utf-8")
    file = paths.inbox / source / "dossiers" / JANUARY / "danh-sach"
    file.parent.mkdir(parents=True)
    file.write_bytes(write(_list(name, columns), LISTS[name][1]))
    with warehouse(paths) as connection:
        (result,) = take_in(paths, [JANUARY], connection)
    return paths, result


def _expected(name: str, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Return what the register should say: the values of the list, its days without hours."""
    rows = []
    for dossier in _list(name, columns):
        if dossier["state"] == "unheard":
            continue
        values = dossier | {"first_due_date": dossier["due_date"]}
        if dossier["unit_code"] in ("?", ""):
            values["unit_code"] = None
        codes = [code for code in (dossier["dossier_code"], dossier["other_dossier_code"]) if code]
        agreed = min(codes)
        delivered = None if dossier["dossier_code"] == agreed else dossier["dossier_code"]
        typed = [_day(values.get(column.name)) for column in DOSSIER_COLUMNS]
        rows.append((agreed, delivered, dossier["other_dossier_code"], *typed))
    return sorted(set(rows))


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


def _register(paths: Paths) -> list[tuple[object, ...]]:
    columns = ", ".join(column.name for column in DOSSIER_COLUMNS)
    return ask(
        paths,
        f"SELECT dossier_code, delivered_dossier_code, other_dossier_code, {columns} "
        "FROM core.dossier ORDER BY dossier_code",
    )


def _flags(paths: Paths) -> dict[object, set[str]]:
    """Return the flags of each dossier, but for those only a national extract can have."""
    rows = ask(paths, "SELECT dossier_code, flags FROM core.dossier WHERE flags IS NOT NULL")
    flags = {code: set(ids) - {"sync_artefact"} for code, ids in rows}  # type: ignore[call-overload]
    return {code: ids for code, ids in flags.items() if ids}


@pytest.fixture(scope="module")
def flags_of_csv(tmp_path_factory: pytest.TempPathFactory) -> Flags:
    """The flags that each list has as CSV."""
    return {
        name: _flags(_delivered(tmp_path_factory.mktemp(name), "csv", name, IN_ALL)[0])
        for name in LISTS
    }


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_one_list_gives_one_register(
    container: str, name: str, tmp_path: Path, flags_of_csv: Flags
) -> None:
    paths, result = _delivered(tmp_path, container, name, IN_ALL)
    assert (result.state, result.reason) == ("loaded", None)
    assert (result.read, result.accepted) == (42, 40)
    assert (result.quarantined, result.duplicates) == (1, 1)
    assert _register(paths) == _expected(name, IN_ALL)
    unasked = UNASKED.get(container, set())
    asked = {code: flags - unasked for code, flags in flags_of_csv[name].items()}
    assert _flags(paths) == {code: flags for code, flags in asked.items() if flags}
    told = ask(paths, "SELECT container FROM ops.delivery_part ORDER BY part_number")
    assert told[0] == (CONTAINERS[container][1],)


def test_the_lists_raise_flags(flags_of_csv: Flags) -> None:
    for flags in flags_of_csv.values():
        raised = set().union(*flags.values())
        assert {"unit_unknown", "unit_missing", "channel_missing", "received_at_night"} <= raised


@pytest.mark.parametrize(
    "container", [name for name in CONTAINERS if name not in ("igate2", *PACKED)]
)
def test_what_igate_2_cannot_say_is_the_same_in_all_others(container: str, tmp_path: Path) -> None:
    paths, result = _delivered(tmp_path, container, "second", WITHOUT_IGATE)
    assert (result.state, result.accepted) == ("loaded", 40)
    assert _register(paths) == _expected("second", WITHOUT_IGATE)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_what_the_comparison_needs(name: str) -> None:
    dossiers = invented_dossiers(LISTS[name][0])
    assert len({dossier["state"] for dossier in dossiers}) == 9
    received = [dossier["received_date"] for dossier in dossiers if dossier["received_date"]]
    assert {type(day) for day in received} == {date, datetime}
    for column in WITHOUT_IGATE:
        values = {dossier[column] for dossier in dossiers}
        assert len(values) > 1, column
        assert column in ("dossier_code", "unit_code", "state", "submitted_date") or None in values
