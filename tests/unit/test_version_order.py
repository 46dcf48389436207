"""Random deliveries over two periods: the register says the same in whatever order they load.

Lists that are a period's whole and lists that add, two codes of a dossier, corrected namesakes,
late lists for an old period, lists that arrive together, and broken ones. What is loaded as it
arrives must say what one clean load of the same raw store says in a new warehouse.

The long tier runs ten times as many.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from defects_keys import dossier_list, national, payment_list, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.engine import load
from assets.engine.collect import Manifest
from assets.engine.common.paths import Paths
from assets.engine.reference import files as reference
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from tests import tier
from tests.support import CALENDAR
from tests.unit.defect_figures import FEBRUARY, JANUARY, code
from tests.unit.defects import new_outcome
from tests.unit.nights import Start

BROKEN = b"h\xe1\xbb\x8fng\r\n"
FIRST_ARRIVAL = datetime.fromisoformat("2023-03-01T08:00:00+07:00")

# What the register and the tables beside it say, each row with its file.
SAID = {
    "dossiers": "SELECT dossier_key, dossier_code, delivered_dossier_code, delivery_id, row_number,"
    " state, unit_code, due_date, first_due_date, flags FROM core.dossier ORDER BY ALL",
    "gone": "SELECT dossier_key, delivery_id, row_number, state FROM core.dossier_version "
    "WHERE is_gone ORDER BY ALL",
    "aliases": "FROM core.dossier_alias ORDER BY ALL",
    "payments": "SELECT request_code, dossier_code, dossier_key, delivery_id, state "
    "FROM core.payment_request ORDER BY ALL",
    "in force": "SELECT delivery_id FROM ops.delivery WHERE state = 'loaded' ORDER BY ALL",
}
Said = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Dossier:
    """A row of a list: codes, state, unit, day it is due."""

    code: str
    other: str = ""
    state: str = "Đang xử lý"
    unit: str = "UBND xã Chí Cà"
    due: str = "14/02/2023"

    @property
    def cells(self) -> dict[str, str]:
        return row(1, code=self.code, other=self.other, state=self.state, unit=self.unit,
                   due=self.due)  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """A file that arrives, and the periods that are loaded after it, in order.

    `waits` is the time since the file before: none where both lay in the inbox in one night.
    """

    export: str = "local"
    period: str = JANUARY
    name: str = "a.csv"
    rows: tuple[Dossier, ...] = (Dossier(code(1)),)
    extracted: str = ""
    is_broken: bool = False
    waits: bool = True
    then: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        if self.is_broken:
            return BROKEN
        if self.export == "payments":
            return payment_list(*[(f"TT-{n}", d.code) for n, d in enumerate(self.rows)])
        return dossier_list(*[dossier.cells for dossier in self.rows], extracted=self.extracted)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    paths = new_outcome(tmp_path_factory.mktemp("start")).paths
    for file in paths.sources.iterdir():
        if file.name != "keys_portal.toml":
            file.unlink()
    with warehouse(paths) as connection:
        for name in ("unit", "procedure"):
            reference.load_reference(connection, paths.reference, name)
    return Start(paths.warehouse, paths.settings)


def _load(start: Start, paths: Paths, keys: Sequence[str], into: duckdb.DuckDBPyConnection) -> None:
    for key in keys:
        for kind in KINDS.values():
            load.load_period(
                into, paths, start.sources, kind=kind, period=CALENDAR.month_from_key(key),
                run_id="test", progress=lambda _: None,
            )  # fmt: skip


def _said(connection: duckdb.DuckDBPyConnection) -> Said:
    return {name: connection.execute(sql).fetchall() for name, sql in SAID.items()}


def _arrive(paths: Paths, arrival: Arrival, file: Path, now: datetime) -> None:
    file.write_bytes(arrival.content)
    moment = now.timestamp()
    os.utime(file, (moment, moment))
    Manifest(paths).collect(
        file, source="keys_portal", export=arrival.export, period=arrival.period,
        name=f"{arrival.period}/{arrival.name}", now=now,
    )  # fmt: skip


def _as_they_arrive(
    start: Start, paths: Paths, arrivals: Sequence[Arrival], last: Sequence[str]
) -> Said:
    """Return what the register says after each file was loaded when `then` says so."""
    now = FIRST_ARRIVAL
    with warehouse(paths) as connection:
        for number, arrival in enumerate(arrivals):
            now += timedelta(minutes=arrival.waits)
            _arrive(paths, arrival, paths.data / f"{number}.csv", now)
            _load(start, paths, arrival.then, connection)
        _load(start, paths, last, connection)
        return _said(connection)


def _in_a_new_warehouse(start: Start, data: Path, raw: Path) -> Said:
    paths = start.installation(data)
    shutil.copytree(raw, paths.raw)
    with warehouse(paths) as connection:
        _load(start, paths, (JANUARY, FEBRUARY), connection)
        return _said(connection)


CODES = (code(1), code(2), code(3), national(1), national(2))
PERIODS = st.sampled_from((JANUARY, FEBRUARY))
DOSSIERS = st.builds(
    Dossier,
    st.sampled_from(CODES),
    st.sampled_from(("", "", *CODES)),
    st.sampled_from(("Đang xử lý", "Đã xử lý xong", "Công dân yêu cầu rút hồ sơ")),
    st.sampled_from(("UBND xã Chí Cà", "UBND xã Nàn Ma", "UBND xã Không Có")),
    st.sampled_from(("14/02/2023", "20/02/2023", "")),
)
ARRIVALS = st.builds(
    Arrival,
    export=st.sampled_from(("local", "national", "whole_list", "whole_list", "payments")),
    period=PERIODS,
    name=st.sampled_from(("a.csv", "b.csv")),
    rows=st.lists(DOSSIERS, min_size=1, max_size=3).map(tuple),
    extracted=st.sampled_from(("", "", "01/02/2023 08:00", "01/04/2023 08:00")),
    is_broken=st.integers(0, 9).map(lambda draw: draw == 9),
    waits=st.integers(0, 3).map(bool),
    then=st.sampled_from(((), (JANUARY,), (FEBRUARY,), (FEBRUARY, JANUARY))),
)
ORDERS = st.sampled_from(((JANUARY, FEBRUARY), (FEBRUARY, JANUARY)))
ONE, TWO = Dossier(code(1)), Dossier(code(2))
FINISHED = Dossier(code(1), state="Đã xử lý xong")


def _check(start: Start, arrivals: Sequence[Arrival], last: Sequence[str]) -> None:
    with TemporaryDirectory(dir=start.folder.parent) as folder:
        paths = start.installation(Path(folder) / "as_they_arrive")
        said = _as_they_arrive(start, paths, arrivals, last)
        assert said == _in_a_new_warehouse(start, Path(folder) / "anew", paths.raw)


def _each_loaded(*arrivals: Arrival) -> list[Arrival]:
    return [replace(arrival, then=(JANUARY,)) for arrival in arrivals]


def _whole(*rows: Dossier, name: str = "a.csv") -> Arrival:
    return Arrival("whole_list", rows=rows, name=name)


# What chance seldom finds: cases in which the loading of files must know more than their names.
RARE = {
    "a broken namesake leaves the list before it in force": [Arrival(), Arrival(is_broken=True)],
    "a broken whole list leaves the one before it in force": [
        _whole(ONE, TWO), _whole(TWO), Arrival("whole_list", is_broken=True),
    ],
    "a namesake with the bytes of another file supersedes the list before it": [
        Arrival(rows=(ONE,)), Arrival(rows=(TWO,), name="b.csv"),
        Arrival(rows=(ONE,), name="b.csv"),
    ],
    "a name that another one's bytes came under arrives when it did itself": [
        Arrival(rows=(ONE,)), Arrival("national", rows=(FINISHED,)),
        Arrival(rows=(ONE,), name="b.csv"), Arrival(rows=(TWO,)),
    ],
    "whole lists that come back count from when they came back": [
        _whole(ONE, TWO), _whole(TWO), Arrival(rows=(FINISHED,)), _whole(ONE, TWO), _whole(TWO),
    ],
    "a list that comes back is in force again": [
        Arrival(rows=(ONE,)), Arrival(rows=(TWO,)), Arrival(rows=(ONE,)),
    ],
    "a group of codes falls apart again": [
        Arrival(rows=(replace(ONE, other=national(1)),)),
        Arrival("national", FEBRUARY, rows=(Dossier(national(1), other=code(3)),)),
        Arrival("payments", rows=(Dossier(national(1)), Dossier(code(3)), TWO)),
        Arrival(rows=(ONE, TWO)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("arrivals", RARE.values(), ids=RARE.keys())
def test_what_chance_seldom_finds(arrivals: list[Arrival], start: Start) -> None:
    _check(start, _each_loaded(*arrivals), (JANUARY, FEBRUARY))


@settings(
    max_examples=tier.ORDERS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(arrivals=st.lists(ARRIVALS, min_size=2, max_size=6), last=ORDERS)
def test_loaded_as_they_arrive_or_all_at_once_the_register_is_the_same(
    arrivals: list[Arrival], last: tuple[str, ...], start: Start
) -> None:
    _check(start, arrivals, last)
