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

from assets.engine.collect import Delivery, Manifest, read_arrivals, read_manifest
from assets.engine.collect.deliveries import manifest_file
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
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
        Delivery("s", "e", "2022-12-15", f"{number}.csv", "0" * 64, 1, MOMENT, MOMENT)
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


def _line(number: int, **others: object) -> dict[str, object]:
    listed = Delivery("s", "e", "2022-12-15", f"{number}.csv", "0" * 64, 1, MOMENT, MOMENT)
    return asdict(listed) | others


def _write(paths: Paths, lines: list[dict[str, object]]) -> None:
    paths.raw.mkdir(exist_ok=True)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    manifest_file(paths).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"more": 1}, id="an unknown field"),
        pytest.param({"size": "1"}, id="a size that is text"),
        pytest.param({"name": None}, id="no name"),
        pytest.param({"scope": "half"}, id="an unknown scope"),
        pytest.param({"period": "2022-12"}, id="a broken period"),
        pytest.param({"collected_at": "2023-01-0Mẫu"}, id="a broken time"),
        pytest.param({"collected_at": "2023-01-05T08:00:00"}, id="a time without a zone"),
        pytest.param({"modified_at": None}, id="no time"),
        pytest.param({"asked_at": "2023-01-05T08:00:00"}, id="asked without a zone"),
        pytest.param({"covers_to": "Mẫu"}, id="a broken day"),
        pytest.param({"withdrawn_at": "Mẫu"}, id="a broken withdrawal"),
    ],
)
def test_a_damaged_line_is_told_by_its_number(
    damage: dict[str, object], installation: Paths
) -> None:
    _write(installation, [_line(1), _line(2, **damage)])
    with pytest.raises(WarehouseError, match="a damaged line, number 2") as caught:
        read_manifest(installation)
    assert "Mẫu" not in str(caught.value)


@pytest.mark.parametrize("name", ["size", "collected_at"])
def test_a_line_that_lacks_a_field_is_damaged(name: str, installation: Paths) -> None:
    lacking = _line(2)
    del lacking[name]
    _write(installation, [_line(1), lacking])
    with pytest.raises(WarehouseError, match="a damaged line, number 2"):
        read_manifest(installation)


def test_a_line_is_compared_once_however_many_were_withdrawn(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [_line(number) for number in range(200)]
    taken = [line | {"withdrawn_at": MOMENT} for line in lines[100:]]
    _write(installation, [*lines, *taken, _line(150)])
    compared = 0

    def counting(delivery: Delivery) -> str:
        nonlocal compared
        compared += 1
        return delivery.name

    monkeypatch.setattr(Delivery, "delivery_id", property(counting))
    found = read_arrivals(installation)
    assert [item.name for item in found.deliveries] == [
        *(f"{n}.csv" for n in range(100)),
        "150.csv",
    ]
    assert [item.name for item in found.withdrawn] == [f"{n}.csv" for n in range(100, 200)]
    assert compared <= len(lines) + len(taken)
