"""The sample's defects, each taken in by an installation of its own.

Two things hold whatever the defect, so they are asserted here: every row read is accounted for
once, and no marked person (`tests.end_to_end.marks`) is among the warehouse's bytes.
"""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from sample_lists import dossier_code

from assets.engine.common.paths import PROJECT, Paths
from assets.engine.load import Loaded
from assets.engine.warehouse import warehouse
from schemas.tables import VERSION_TABLES
from tests.end_to_end.marks import TEXT_MARK, marks_in_bytes, marks_in_cells
from tests.support import SETTINGS, copy_warehouse, take_in

DEFECTS = PROJECT / "data" / "sample" / "defects"
DEFECT_SOURCES = PROJECT / "data" / "sample" / "defect_sources"

# Invented people whose name has no number behind it, as real names have none.
NAMELESS = re.compile("(?:Thị|Văn|thị|văn) (?:Mẫu|mẫu)")
_PERIOD = re.compile(r"\d{4}-\d{2}-\d{2}")

Rows = list[tuple[Any, ...]]


@dataclass
class Outcome:
    """What an installation made of a defect's files."""

    paths: Paths
    loaded: list[Loaded] = field(default_factory=list)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Rows:
        """Return the rows that the warehouse answers."""
        with duckdb.connect(str(self.paths.warehouse_file), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def file(self, name: str = "") -> Loaded:
        """Return what became of the newest file whose path ends in `name`.

        The path is that below `<source>/<export>/`. KeyError if there is none, or if files of
        different paths end so.
        """
        found = {
            (loaded.delivery.source, loaded.delivery.export, loaded.delivery.name): loaded
            for loaded in self.loaded
            if loaded.delivery.name.endswith(name)
        }
        if len(found) != 1:
            raise KeyError(f"{len(found)} files end in {name!r}")
        return found.popitem()[1]

    def of(self, name: str, table: str, columns: str, condition: str = "true") -> Rows:
        """Return `columns` of the rows of `table` that belong to a file, in order of `columns`."""
        return self.query(
            f"SELECT {columns} FROM {table} WHERE delivery_id = ? AND {condition} ORDER BY ALL",
            [self.file(name).delivery.delivery_id],
        )

    def rejected(self, name: str = "") -> Rows:
        """Return (row number, rule id) of each rule that rejected a row of a file."""
        return self.of(name, "quarantine.rejected_row", "row_number, rule_id")

    def accepted(self, name: str = "", columns: str = "row_number, dossier_code") -> Rows:
        """Return `columns` of the accepted rows of a file, whatever their kind."""
        kind = self.of(name, "ops.delivery", "kind")[0][0]
        return self.of(name, f"core.{kind}_version", columns)

    def flags(self, name: str = "", table: str = "core.dossier_version") -> dict[int, list[str]]:
        """Return the flags of the accepted rows of a file that have any, by row number."""
        return dict(self.of(name, table, "row_number, flags", "flags IS NOT NULL"))

    def layout(self, name: str = "") -> dict[str, int]:
        """Return how many layout rows of each kind a file has."""
        rows = self.of(name, "ops.layout", "layout_kind, layout_row_count")
        return {kind: sum(n for k, n in rows if k == kind) for kind, _ in rows}

    def parts(self, name: str = "", columns: str = "container, encoding, header_row") -> Rows:
        """Return `columns` of the parts of a file, in order."""
        rows = self.of(name, "ops.delivery_part", f"part_number, {columns}")
        return [row[1:] for row in rows]

    def check_values(self, name: str = "") -> Rows:
        """Return (row number, column, stated, counted) of the totals rows of a file."""
        return self.of(name, "ops.check_value", "row_number, column_name, stated, counted")

    def warnings(self, name: str = "") -> list[str]:
        """Return what is odd about a file as a whole."""
        found: list[str] = self.of(name, "ops.delivery", "warnings")[0][0]
        return found

    def deliver(self, folder: Path, keys: Sequence[str] = ()) -> None:
        """Copy a tree of `<source>/<export>/<period>/<file>` into the inbox and take it in.

        `keys` are the periods to take in besides those that folders name.
        """
        shutil.copytree(folder, self.paths.inbox, dirs_exist_ok=True, copy_function=shutil.copyfile)
        periods = {path.name for path in folder.glob("*/*/*") if _PERIOD.fullmatch(path.name)}
        with warehouse(self.paths) as connection:
            results = take_in(self.paths, sorted(periods | set(keys)), connection)
        self.loaded += [result for result in results if result.is_new]
        self.assert_sound()

    def assert_sound(self) -> None:
        """Assert that every row read is accounted for, and that no person got through."""
        counts = " UNION ALL ".join(
            f"SELECT delivery_id FROM {table.qualified_name}" for table in VERSION_TABLES
        )
        rows = self.query(
            f"""
            SELECT file_sha256, read_count, accepted_count, quarantined_count, duplicate_count,
                (SELECT count(*) FROM ({counts}) AS v WHERE v.delivery_id = d.delivery_id),
                (SELECT count(DISTINCT (part_number, row_number)) FROM quarantine.rejected_row AS r
                 WHERE r.delivery_id = d.delivery_id)
            FROM ops.delivery AS d
            """
        )
        for sha, read, accepted, quarantined, duplicates, stored, listed in rows:
            assert read == accepted + quarantined + duplicates, sha
            assert (stored, listed) == (accepted, quarantined), sha
        assert marks_in_bytes(self.paths.warehouse) == {}
        assert marks_in_cells(self.paths.warehouse_file) == {}
        for loaded in self.loaded:
            said = repr((loaded.reason, loaded.warnings))
            assert not TEXT_MARK.search(said)
            assert not NAMELESS.search(said)
        for file in self.paths.warehouse.glob("*.duckdb*"):
            assert not NAMELESS.search(file.read_bytes().decode("utf-8", errors="ignore"))


def new_outcome(tmp_path: Path) -> Outcome:
    """Return a new installation with the settings of the project and of the defects."""
    paths = Paths(tmp_path / "data", tmp_path / "settings")
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    for folder in (SETTINGS / "sources", DEFECT_SOURCES):
        shutil.copytree(folder, paths.sources, dirs_exist_ok=True)
    copy_warehouse(paths)
    return Outcome(paths)


def load_defect(
    tmp_path: Path, number: int, keys: Sequence[str] = (), *, slug: str = ""
) -> Outcome:
    """Take in the committed files of a defect and return what became of them.

    Where several folders have the number (and begin with `slug`), they are deliveries one after
    another in the order of their names: `09_same_name_1`, then `09_same_name_2` with a newer file
    of the same path. `keys` are periods to take in besides those that folders name.
    """
    folders = sorted(path for path in DEFECTS.glob(f"{number:02}_{slug}*") if path.is_dir())
    assert folders, f"no files of defect {number}: run data/sample/generate_defects.py"
    outcome = new_outcome(tmp_path)
    for folder in folders:
        outcome.deliver(folder, keys)
    return outcome


def listed(first_row: int, first_number: int, count: int = 5) -> Rows:
    """Return (row, code) of consecutive rows about consecutive dossiers."""
    return [(first_row + n, dossier_code(first_number + n)) for n in range(count)]


def assert_whole(outcome: Outcome, name: str, first_row: int, first_number: int) -> None:
    """Assert that all five rows of a file were accepted without a flag or a layout row."""
    assert outcome.accepted(name) == listed(first_row, first_number)
    assert outcome.rejected(name) == []
    assert outcome.flags(name) == {}
    assert outcome.warnings(name) == []


def assert_refused(outcome: Outcome, name: str, found: str) -> None:
    loaded = outcome.file(name)
    assert (loaded.state, loaded.read) == ("refused", 0)
    assert f"found {found}" in (loaded.reason or "")
    assert outcome.parts(name) == outcome.accepted(name) == outcome.rejected(name) == []
