"""The manifest: names of any letters, and what a power cut leaves of it."""

import errno
import json
import os
import resource
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.manifest import Manifest
from assets.engine.paths import Paths
from assets.engine.periods import TIMEZONE
from assets.engine.raw_store import Delivery, read_manifest
from tests.nights.child import forking

NOW = datetime(2023, 1, 20, 10, 0, tzinfo=ZoneInfo(TIMEZONE))


def _collect(paths: Paths, name: str, text: str = "mẫu") -> Delivery | None:
    file = paths.inbox / "file"
    file.write_text(text, encoding="utf-8")
    return Manifest(paths).collect(
        file, source="s", export="e", period="2022-12-15", name=name, now=NOW
    )


@pytest.mark.parametrize(
    "name", ["hồ sơ Mẫu.csv", "a\u2028b\u0085c.csv", "\udcff.csv", 'a"b\n.csv']
)
def test_a_name_of_any_letters_is_listed_as_it_is(name: str, installation: Paths) -> None:
    _collect(installation, name)
    assert [delivery.name for delivery in read_manifest(installation)] == [name]


def test_a_line_that_a_power_cut_left_unfinished_is_no_delivery(installation: Paths) -> None:
    _collect(installation, "a.csv", "1")
    manifest = installation.raw / "manifest.jsonl"
    whole = manifest.read_text(encoding="utf-8")
    manifest.write_text(whole + whole[:40], encoding="utf-8")
    assert [delivery.name for delivery in read_manifest(installation)] == ["a.csv"]
    _collect(installation, "b.csv", "2")
    assert [delivery.name for delivery in read_manifest(installation)] == ["a.csv", "b.csv"]


MOMENT = "2023-01-05T08:00:00+07:00"


def test_a_full_disk_takes_no_delivery_that_stands(installation: Paths) -> None:
    manifest = installation.raw / "manifest.jsonl"
    _collect(installation, "a.csv", "1")
    stands = [
        Delivery("s", "e", "2022-12-15", f"{number}.csv", "0" * 64, 1, "", MOMENT)
        for number in range(1000)
    ]
    lines = "".join(json.dumps(asdict(delivery)) + "\n" for delivery in stands)
    manifest.write_text(lines + lines[:40], encoding="utf-8")
    child = forking.Process(target=_collect_on_a_full_disk, args=(installation,))
    child.start()
    child.join(60)
    assert child.exitcode == errno.EFBIG
    assert read_manifest(installation) == stands
    _collect(installation, "b.csv", "2")
    assert [delivery.name for delivery in read_manifest(installation)[1000:]] == ["b.csv"]


def _collect_on_a_full_disk(paths: Paths) -> None:
    """End with the number of the error by which the system refuses what is written."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 10, 64 << 10))
    try:
        _collect(paths, "b.csv", "2")
    except OSError as error:
        os._exit(error.errno or 1)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.CSV", "csv"), ("a.xlsx", "xlsx"), ("Danh sách Nguyễn.Văn.Mẫu", "other"), ("a", "other")],
)
def test_what_follows_a_dot_is_told_only_if_it_is_a_container(name: str, suffix: str) -> None:
    delivery = Delivery("s", "e", "2022-12-15", str(Path(name)), "0" * 64, 1, "", MOMENT)
    assert delivery.suffix == suffix
