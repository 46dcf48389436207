"""A manifest from before it had typed fields is converted once, and loads to what it loaded to.

The lines, the bytes and what was loaded of them are those that version 63cb62e wrote: a portal with
an envelope ("mau") and one without ("tran"), beside a file of the inbox.
"""

import hashlib
import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from assets.engine.collect import Manifest, read_manifest
from assets.engine.common import disk
from assets.engine.common.paths import Paths
from assets.engine.warehouse import warehouse
from pipelines.commands.demo_portal.portal import Portal
from tests.nights.child import forking
from tests.portal.support import KEY, write_settings
from tests.support import SETTINGS, take_in

NEXT_KEY = "2023-01-15"
FIRST, SECOND, THIRD = (
    f'{{    "code": "000.06.33.H22-230105-000{number}",    "state": "Đang xử lý",    '
    f'"owner": "Lò Thị Mẫu 0000{number}"   }}'
    for number in (1, 2, 3)
)
# Source, period, name, content, time of the file and, where it is another, of arrival.
OF_BEFORE = [
    ("mau", KEY, f"{KEY}/hồ sơ Mẫu.csv", "a;b\n", "10T01:30", ""),
    ("mau", KEY, "api.json",
     f'{{"covers_to": "2023-01-09", "content": [\n{FIRST},\n{SECOND}\n]}}\n', "10T01:30", ""),
    ("tran", KEY, "api.json", f"[\n{FIRST}\n]{' ' * 26}\n", "10T01:30", ""),
    ("mau", KEY, "since-20230111T013000.json", '{"covers_to": "2023-01-10", "content": [\n]}\n',
     "11T01:30", ""),
    ("tran", KEY, "api.json", f"[\n{FIRST}\n]{' ' * 27}\n", "11T01:30", ""),
    ("mau", KEY, "since-20230115T013000.json",
     f'{{"covers_to": "2023-01-14", "content": [\n{THIRD}\n]}}\n', "15T01:30", ""),
    ("mau", KEY, "api.json",
     f'{{"covers_to": "2023-01-14", "content": [\n{FIRST},\n{SECOND},\n{THIRD}\n]}}\n', "16T01:30",
     ""),
    # It was asked for when this machine's clock, which ran ahead before, was right again.
    ("mau", NEXT_KEY, "since-20230115T023000.json",
     '{"covers_to": "2023-01-14", "content": [\n]}\n', "16T01:30", "15T02:30"),
    ("tran", NEXT_KEY, "api.json", "[\n]\n", "15T02:30", ""),
]  # fmt: skip
FIELDS = [
    (None, None, None),
    ("whole", "10T01:30", "2023-01-09"),
    ("whole", "10T01:30", "2023-01-09"),
    ("changes", "11T01:30", "2023-01-10"),
    ("whole", "11T01:30", "2023-01-10"),
    ("changes", "15T01:30", "2023-01-14"),
    ("whole", "16T01:30", "2023-01-14"),
    ("changes", "16T01:30", "2023-01-15"),
    ("whole", "15T02:30", "2023-01-14"),
]
# Later collections say that the clock ran ahead when it said 16/01.
BELIEVED = "2023-01-15 02:29:59.999999"
LOADED = [
    ("mau", "loaded", "2023-01-10", 0, None, "2023-01-11 01:30:00", "2023-01-11 01:30:00"),
    ("mau", "loaded", "2023-01-14", 0, None, "2023-01-16 01:30:00", "2023-01-15 02:30:00"),
    ("mau", "loaded", "2023-01-14", 1, None, "2023-01-15 01:30:00", "2023-01-15 01:30:00"),
    ("mau", "loaded", "2023-01-14", 3, BELIEVED, None, BELIEVED),
    ("mau", "superseded", "2023-01-09", 2, None, None, "2023-01-10 01:30:00"),
    ("tran", "loaded", "2023-01-10", 1, "2023-01-11 01:30:00", None, "2023-01-11 01:30:00"),
    ("tran", "loaded", "2023-01-14", 0, "2023-01-15 02:30:00", None, "2023-01-15 02:30:00"),
    ("tran", "superseded", "2023-01-09", 1, None, None, "2023-01-10 01:30:00"),
]


def _moment(day_and_time: str) -> str:
    return f"2023-01-{day_and_time}:00+07:00"


@pytest.fixture
def manifest(paths: Paths) -> Path:
    """A manifest of before, and the bytes that it lists."""
    lines = ""
    for source, period, name, content, modified, collected in OF_BEFORE:
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        blob = paths.raw / sha256[:2] / sha256
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_text(content, "utf-8")
        line = {
            "source": source, "export": "hoso", "period": period, "name": name, "sha256": sha256,
            "size": len(content.encode()), "modified_at": _moment(modified),
            "collected_at": _moment(collected or modified),
        }  # fmt: skip
        lines += json.dumps(line, ensure_ascii=False) + "\n"
    file = paths.raw / "manifest.jsonl"
    file.write_text(lines, "utf-8")
    file.chmod(0o600)
    return file


def _fields(paths: Paths) -> list[tuple[str | None, ...]]:
    return [(item.scope, item.asked_at, item.covers_to) for item in read_manifest(paths)]


def _expected() -> list[tuple[str | None, ...]]:
    return [(scope, asked and _moment(asked), day) for scope, asked, day in FIELDS]


def _believed() -> list[tuple[str | None, ...]]:
    """Return what is expected, but for the night in which the clock ran ahead."""
    ahead = ("whole", _moment("16T01:30"), "2023-01-14")
    as_of = f"{BELIEVED.replace(' ', 'T')}+07:00"
    return [(*ahead[:1], as_of, *ahead[2:]) if item == ahead else item for item in _expected()]


def test_scope_asking_time_and_covered_days_are_derived_from_names_and_times(
    paths: Paths, manifest: Path
) -> None:
    before = manifest.read_bytes()
    assert _fields(paths) == _believed()
    assert manifest.read_bytes() == before
    Manifest(paths)
    converted = manifest.read_text("utf-8")
    lines = [json.loads(line) for line in converted.splitlines()]
    assert [(x["scope"], x["asked_at"], x["covers_to"]) for x in lines] == _expected()
    assert [line["name"] for line in lines] == [name for _, _, name, *_ in OF_BEFORE]
    assert _fields(paths) == _believed()
    assert stat.S_IMODE(manifest.stat().st_mode) == 0o600
    assert [file for file in paths.raw.iterdir() if file.is_file()] == [manifest]
    Manifest(paths)
    assert manifest.read_text("utf-8") == converted


def test_a_line_that_a_power_cut_left_unfinished_is_not_converted(
    paths: Paths, manifest: Path
) -> None:
    whole = manifest.read_text("utf-8")
    manifest.write_text(whole + whole[:40], "utf-8")
    Manifest(paths)
    assert _fields(paths) == _believed()
    assert manifest.read_text("utf-8").endswith("}\n")


@pytest.mark.parametrize("step", ["fsync", "replace", "sync"])
def test_a_kill_while_it_is_converted_loses_nothing(
    step: str, paths: Paths, manifest: Path
) -> None:
    child = forking.Process(target=_convert_until, args=(paths, step))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    assert _fields(paths) == _believed()
    assert stat.S_IMODE(manifest.stat().st_mode) == 0o600
    Manifest(paths)
    assert _fields(paths) == _believed()
    assert not list(paths.raw.glob(".manifest*"))


def _convert_until(paths: Paths, step: str) -> None:
    """End the process at a step: content written aside, put in place, or its folder synced."""

    def end(*_: object) -> None:
        os._exit(9)

    with pytest.MonkeyPatch.context() as patch:
        owner = {"fsync": os, "replace": Path, "sync": disk}[step]
        patch.setattr(owner, step, end)
        Manifest(paths)


def test_what_was_delivered_before_loads_to_the_same(
    paths: Paths, portal: Portal, manifest: Path
) -> None:
    shutil.copytree(SETTINGS / "reference", paths.reference)
    paths.inbox.mkdir(parents=True)
    write_settings(paths, portal)
    write_settings(paths, portal, name="tran", old='records = "content"\n', new="")
    with warehouse(paths) as connection:
        take_in(paths, [KEY, NEXT_KEY], connection)
        assert _said(connection, LOADED_SQL) == LOADED
        assert _said(connection, "SELECT dossier_code FROM core.dossier ORDER BY ALL") == [
            (f"000.06.33.H22-230105-000{number}",) for number in (1, 2, 3)
        ]


LOADED_SQL = """
    SELECT delivery.source, state, covers_to::VARCHAR, accepted_count, whole_asked_at::VARCHAR,
        changes_known_at::VARCHAR, delivery.collected_at::VARCHAR
    FROM ops.delivery AS delivery
    LEFT JOIN ops.collection USING (delivery_id)
    WHERE state <> 'refused' ORDER BY ALL
"""


def _said(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    return list(connection.execute(sql).fetchall())
