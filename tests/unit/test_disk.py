"""What is said where the machine refuses: each trouble has its own remedy, and no file is named."""

import errno
import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from assets.engine.collect import collect_period, raw_store, read_inbox, read_manifest
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import FileRefused, WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import in_four_parts, trouble_told
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from tests.support import CALENDAR
from tests.unit.deliveries import JANUARY, deliver_csv, dossier

ROOM = "expected a disk with room. What was published before stays. Free room on the disk, and run"
SAID = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EFBIG: ROOM,
    errno.EROFS: "expected a disk mounted for writing. What was published before stays. Mount it "
    "for writing, and run",
    errno.EIO: "expected a sound disk. What was published before stays. Look at the system's log, "
    "and mend or replace the disk, and run",
}


@pytest.mark.parametrize("number", SAID)
@pytest.mark.parametrize("teller", ["system", "DuckDB"])
def test_each_trouble_is_told_with_what_mends_it(number: int, teller: str) -> None:
    text = os.strerror(number)
    refusal: Exception = OSError(number, text, "Lò Thị Mẫu.csv")
    if teller == "DuckDB":
        refusal = duckdb.IOException(f'IO Error: Could not write file "Lò Thị Mẫu": {text}')
    with pytest.raises(WarehouseError) as told, trouble_told("Writing the warehouse"):
        raise refusal
    assert str(told.value) == (
        f"Writing the warehouse: found {text}; {SAID[number]} the period again."
    )


@pytest.mark.parametrize("other", [OSError(errno.ENOENT, "none"), ValueError("none")])
def test_what_is_no_trouble_of_the_machine_stays_as_it_is(other: Exception) -> None:
    with pytest.raises(type(other), match="none"), trouble_told("Writing the warehouse"):
        raise other


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EACCES, "folders and files that the user who runs Motcua may read and write"),
        (errno.EPERM, "folders and files that the user who runs Motcua may read and write"),
        (errno.ENOENT, "the folders that Motcua makes, with files where it puts files"),
        (errno.ENOTDIR, "the folders that Motcua makes, with files where it puts files"),
        (errno.EISDIR, "the folders that Motcua makes, with files where it puts files"),
        (errno.ESTALE, "a disk that answers"),
        (errno.EMFILE, "a limit of 1,024 open files or more"),
        (errno.ENOMEM, "2 GB of memory, and room on the disk of warehouse/"),
    ],
)
def test_an_error_of_a_file_is_told_by_its_folder(
    number: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_DATA", str(tmp_path))
    error = OSError(number, "x", str(tmp_path.resolve() / "raw" / "Lò Thị Mẫu.csv"))
    told = in_four_parts(error, "Collecting")
    assert told is not None
    assert (told.found, told.expected) == (f"{os.strerror(number)} in raw/", expected)
    assert told.to_do.endswith(".")
    other = OSError(number, "x", str(tmp_path / "Lò Thị Mẫu" / "a.csv"))
    assert getattr(in_four_parts(other, "Collecting"), "found", "") == os.strerror(number)


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (duckdb.OutOfMemoryException("x Lò Thị Mẫu"), "no memory left for DuckDB"),
        (MemoryError(), "no memory left"),
        (duckdb.ConversionException("'Lò Thị Mẫu'"), "an error of DuckDB (ConversionException)"),
        (duckdb.IOException("Could not read enough bytes"), "blocks of a DuckDB file that are "
         "damaged"),
        (duckdb.SerializationException("Failed to deserialize"), "blocks of a DuckDB file that are "
         "damaged"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found"),
         "no temporary folder"),
    ],
)  # fmt: skip
def test_other_troubles_are_told_by_their_kind_only(error: Exception, found: str) -> None:
    with pytest.raises(WarehouseError) as told, trouble_told("Loading", with_files=True):
        raise error
    assert told.value.found == found
    assert "Mẫu" not in str(told.value)
    assert told.value.__suppress_context__
    assert [entry.name for entry in told.traceback][-1] == (
        "test_other_troubles_are_told_by_their_kind_only"
    )


def test_what_others_wrap_is_what_it_is() -> None:
    refused = FileRefused("Reading", "x", "y", "Do z.")
    wrapped = RuntimeError("Lò Thị Mẫu")
    wrapped.__cause__ = refused
    assert in_four_parts(wrapped, "Running") is refused
    assert in_four_parts(RuntimeError("x"), "Running") is None


def _broken_history(folder: Path, how: str) -> Path:
    file = folder / "runs.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE runs (body TEXT)")
        connection.executemany("INSERT INTO runs VALUES (?)", [("x" * 900,)] * 200)
    connection.close()
    content = file.read_bytes()
    if how == "no database":
        file.write_bytes(b"x" * len(content))
    elif how == "damaged":
        file.write_bytes(content[:4096] + b"x" * (len(content) - 4096))
    elif how == "cut short":
        file.write_bytes(content[:5000])
    elif how == "a folder":
        file.unlink()
        file.mkdir()
    return file


def _use(url: str, *, is_full: bool) -> None:
    with create_engine(url).connect() as connection:
        if is_full:
            connection.execute(text("PRAGMA max_page_count = 1"))
        connection.execute(text("SELECT count(*) FROM runs WHERE body > 'a'")).all()
        for _ in range(50):
            connection.execute(text(f"INSERT INTO runs VALUES ('{'Lò Thị Mẫu' * 400}')"))


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("no database", "a damaged SQLite file"), ("damaged", "a damaged SQLite file"),
        ("cut short", "a damaged SQLite file"), ("a folder", "a file that cannot be opened"),
        ("read-only", "a file that may not be written to"), ("full", "a full disk"),
        ("held", "a file that another process holds"),
    ],
)  # fmt: skip
def test_a_broken_history_is_told_with_what_mends_it(how: str, found: str, tmp_path: Path) -> None:
    file = _broken_history(tmp_path, how)
    url = f"sqlite:///file:{file}?uri=true&timeout=0" + ("&mode=ro" if how == "read-only" else "")
    with closing(sqlite3.connect(file if how == "held" else ":memory:")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DBAPIError) as raised:
            _use(url, is_full=how == "full")
    told = in_four_parts(raised.value, "Running")
    assert told is not None
    assert told.doing == "Reading or writing Dagster's history in DAGSTER_HOME"
    assert told.found == found
    assert "Mẫu" not in str(told)


def _word_sum(content: bytearray) -> int:
    """Return the checksum that DuckDB writes before a block of its file."""
    found = 5381
    for (word,) in struct.iter_unpack("<Q", content):
        found ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return found


def _of_a_newer_duckdb(content: bytearray) -> None:
    header = content[8:4096]
    assert struct.unpack("<Q", content[:8])[0] == _word_sum(header)
    header[4:12] = struct.pack("<Q", 100_000)
    content[:4096] = struct.pack("<Q", _word_sum(header)) + header


def _flip(content: bytearray) -> None:
    for place in range(20_000, len(content), 997):
        content[place] ^= 0xFF


def _cut(content: bytearray) -> None:
    del content[len(content) // 2 :]


def _garbage(content: bytearray) -> None:
    content[:] = b"x" * len(content)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (_flip, "a file that DuckDB cannot read|blocks of a DuckDB file that are damaged"),
        (_cut, "a file that DuckDB cannot read|blocks of a DuckDB file that are damaged"),
        (_garbage, "a file that DuckDB cannot read"),
        (_of_a_newer_duckdb, "a file that a newer DuckDB made"),
    ],
)
def test_a_warehouse_that_cannot_be_read_is_told_with_what_mends_it(
    spoil: object, found: str, installation: Paths
) -> None:
    content = bytearray(installation.warehouse_file.read_bytes())
    assert callable(spoil)
    spoil(content)
    installation.warehouse_file.write_bytes(content)
    with pytest.raises(WarehouseError) as told, warehouse(installation) as connection:
        connection.execute("SELECT count(DISTINCT columns(*)) FROM reference.unit").fetchall()
    assert told.value.found in found.split("|")


def test_a_warehouse_that_is_a_folder_is_told(installation: Paths) -> None:
    installation.warehouse_file.unlink()
    installation.warehouse_file.mkdir()
    with pytest.raises(WarehouseError, match="that DuckDB cannot read"), warehouse(installation):
        pass


def test_an_error_of_the_store_stops_the_run_and_names_its_folder(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_DATA", str(installation.data))
    deliver_csv(installation, [dossier(1)])
    found = read_inbox(installation, load_sources(installation.sources), local_now())
    installation.raw.mkdir()
    for number in range(256):
        (installation.raw / f"{number:02x}").touch()
    with pytest.raises(WarehouseError, match="found File exists in raw/; expected the folders"):
        collect_period(found, CALENDAR.month_from_key(JANUARY))


def test_a_file_that_its_own_disk_does_not_give_costs_itself(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_csv(installation, [dossier(1)])
    deliver_csv(installation, [dossier(2)], name="b.csv")
    found = read_inbox(installation, load_sources(installation.sources), local_now())

    @contextmanager
    def opened(file: Path) -> Iterator[object]:
        with file.open("rb") as content:
            yield _Unreadable() if file.name == "a.csv" else content

    class _Unreadable:
        def fileno(self) -> int:
            return 0

        def read(self, _: int) -> bytes:
            raise OSError(errno.EIO, "x")

    monkeypatch.setattr(raw_store, "opened", opened)
    collected = collect_period(found, CALENDAR.month_from_key(JANUARY))
    assert [item.name for item in collected.new] == [f"{JANUARY}/b.csv"]
    assert [reason.partition(":")[0] for reason in collected.left] == [
        f"in xin_man/dossiers_commune/{JANUARY}/, a file that cannot be read (Input/output error)"
    ]


def test_a_damaged_line_of_the_manifest_is_told_by_its_number(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    found = read_inbox(installation, load_sources(installation.sources), local_now())
    collect_period(found, CALENDAR.month_from_key(JANUARY))
    manifest = installation.raw / "manifest.jsonl"
    for damage in ("{Lò Thị Mẫu\n", '"x"\n', "\n", "\0\0\n"):
        manifest.write_text(manifest.read_text("utf-8").split("\n")[0] + "\n" + damage, "utf-8")
        with pytest.raises(WarehouseError) as told:
            read_manifest(installation)
        assert told.value.found == "a damaged line, number 2"
