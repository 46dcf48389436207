"""Records that a portal deleted leave the figures once it was asked for their whole period.

What changed since the night before comes in deliveries that nothing supersedes: only the whole
period, asked for later, tells that a record in them is no more. In whatever order deliveries are
loaded, the register must say what one load of all of them says. The long tier tries ten times as
many nights of chance.
"""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.engine import load
from assets.engine.collect import Asked, Manifest
from assets.engine.collect.deliveries import Scope
from assets.engine.common.paths import Paths
from assets.engine.indicators import load_indicators
from assets.engine.reference import files as reference
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS, REFERENCE_SCHEMAS
from tests.portal.records import Changed
from tests.portal.server import Portal, served
from tests.portal.support import (
    KEY,
    PATHS,
    TOKEN,
    WITHIN,
    code,
    collect,
    deliveries,
    write_settings,
)
from tests.support import CALENDAR, SETTINGS, compute_all
from tests.tier import DELETIONS

NEXT_KEY = "2023-01-15"
SEEDS = range(DELETIONS)
BEFORE, WITHIN_DAY, NEXT_DAY = "20/11/2022", "05/01/2023", "20/01/2023"
COLUMNS = '[exports.hoso.columns]\nreceived_date = "received"\n'
PAYMENTS = """
[values.payment.state]
paid = ["Đã thanh toán"]
unpaid = ["Chưa thanh toán"]
[exports.phi]
kind = "payment"
records = "content"
[exports.phi.columns]
request_code = "request"
dossier_code = "code"
requested_date = "requested"
collected_date = "collected"
amount = "amount"
state = "state"
"""
SAID = {
    "register": "SELECT dossier_code, received_date, delivery_id FROM core.dossier ORDER BY ALL",
    "gone": "SELECT dossier_code, delivery_id FROM core.dossier_version WHERE is_gone ORDER BY ALL",
    "in force": "SELECT delivery_id FROM ops.delivery WHERE state = 'loaded' ORDER BY ALL",
}
Record = dict[str, Any]


@pytest.fixture
def portal(paths: Paths) -> Iterator[Portal]:
    with served(Portal(TOKEN, {path: [] for path in PATHS.values()})) as portal:
        write_settings(paths, portal, old="[exports.hoso.columns]\n", new=COLUMNS)
        settings = paths.sources / "mau.toml"
        text = "refuse_above_share = 0.6\n" + settings.read_text("utf-8") + PAYMENTS
        settings.write_text(text, "utf-8")
        yield portal


def row(number: int, received: str = WITHIN_DAY) -> Record:
    return {"code": code(number), "state": "Đang xử lý", "received": received}


def day_of(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def put(portal: Portal, at: datetime, *rows: Record) -> None:
    """Have the portal hold the rows, changed at a moment, in place of those of their codes."""
    new = {item["code"] for item in rows}
    kept = [item for item in portal.lists[PATHS["page"]] if item.record["code"] not in new]
    portal.lists[PATHS["page"]] = kept + [
        Changed(at, item, datetime.combine(day_of(item["received"]), at.timetz())) for item in rows
    ]


def delete(portal: Portal, *numbers: int) -> None:
    codes = {code(number) for number in numbers}
    portal.lists[PATHS["page"]] = [
        item for item in portal.lists[PATHS["page"]] if item.record["code"] not in codes
    ]


def take_in(connection: duckdb.DuckDBPyConnection, paths: Paths, *keys: str) -> None:
    for key in keys:
        for kind in KINDS.values():
            load.load_period(
                connection, paths, load_sources(paths.sources), kind=kind,
                period=CALENDAR.month_from_key(key), run_id="test", progress=lambda _: None,
            )  # fmt: skip


def with_reference(connection: duckdb.DuckDBPyConnection) -> None:
    for name in REFERENCE_SCHEMAS:
        reference.load_reference(connection, SETTINGS / "reference", name)
    load_indicators(connection)


def register_of(connection: duckdb.DuckDBPyConnection, table: str = "core.dossier") -> list[str]:
    name = KINDS["dossier" if table == "core.dossier" else "payment"].key
    return [found for (found,) in connection.execute(f"SELECT {name} FROM {table} ORDER BY 1")
            .fetchall()]  # fmt: skip


def gone(connection: duckdb.DuckDBPyConnection) -> int:
    said = connection.execute("SELECT count(*) FROM core.dossier_version WHERE is_gone").fetchall()
    return int(said[0][0])


def received_count(paths: Paths) -> int:
    """Take the period in, as a night does, and return how many dossiers were received in it."""
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY)
    with warehouse(paths) as connection:
        compute_all(connection)
        ((count,),) = connection.execute(
            "SELECT received_count FROM indicators.by_level WHERE period_kind = 'month' "
            "AND unit_level = 'all' AND period_start = CAST(? AS DATE)", [KEY],
        ).fetchall()  # fmt: skip
        return int(count)


def accounts(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Return what was read of each file that is in force, and what became of its rows."""
    return connection.execute(
        "SELECT read_count, accepted_count, quarantined_count, duplicate_count, "
        "(SELECT count(*) FROM core.dossier_version AS v WHERE v.delivery_id = d.delivery_id) "
        "FROM ops.delivery AS d WHERE state = 'loaded' ORDER BY collected_at"
    ).fetchall()


def test_a_dossier_that_the_portal_deleted_leaves_the_figures_with_the_whole_period(
    paths: Paths, portal: Portal
) -> None:
    put(portal, WITHIN.replace(day=9), row(1), row(2), row(3))
    collect(paths, WITHIN)
    put(portal, WITHIN.replace(hour=9), row(3), row(4), row(5, BEFORE))
    collect(paths, WITHIN.replace(day=11))
    delete(portal, 4, 5)
    assert received_count(paths) == 4
    # The first night after the period asks for changes, the next one for all of it.
    collect(paths, WITHIN.replace(day=15))
    assert received_count(paths) == 4
    collect(paths, WITHIN.replace(day=16))
    assert received_count(paths) == 3
    with warehouse(paths) as connection:
        # The dossier of an older period stands nowhere else.
        assert register_of(connection) == [code(1), code(2), code(3), code(5)]
        listed = connection.execute(
            "SELECT dossier_code FROM quarantine.gone "
            "JOIN core.dossier_version USING (delivery_id, part_number, row_number)"
        ).fetchall()
        assert listed == [(code(4),)]
        assert accounts(connection) == [(3, 3, 0, 0, 3), (0, 0, 0, 0, 0), (3, 3, 0, 0, 3)]


def test_what_comes_after_the_whole_period_counts_until_the_next(
    paths: Paths, portal: Portal
) -> None:
    put(portal, WITHIN, row(1))
    collect(paths, WITHIN)
    put(portal, WITHIN, row(2))
    collect(paths, WITHIN.replace(day=14))
    delete(portal, 2)
    with warehouse(paths) as connection:
        with_reference(connection)
        collect(paths, WITHIN.replace(day=16), is_whole_wanted=True)
        take_in(connection, paths, KEY)
        assert (register_of(connection), gone(connection)) == ([code(1)], 1)
        # Entered late, and told by the changes of the next period.
        put(portal, WITHIN.replace(day=16, hour=9), row(2), row(3))
        collect(paths, WITHIN.replace(day=17), key=NEXT_KEY)
        collect(paths, WITHIN.replace(day=18), key=NEXT_KEY)
        take_in(connection, paths, NEXT_KEY)
        assert (register_of(connection), gone(connection)) == ([code(1), code(2), code(3)], 0)
        # Deleted after that: the period of reception tells, though its bytes are the same again.
        delete(portal, 2, 3)
        collect(paths, WITHIN.replace(day=19), is_whole_wanted=True)
        take_in(connection, paths, KEY)
        assert (register_of(connection), gone(connection)) == ([code(1)], 2)
        assert deliveries(paths)[-1].sha256 == deliveries(paths)[2].sha256
        put(portal, WITHIN.replace(day=19), row(3))
        collect(paths, WITHIN.replace(day=20), is_whole_wanted=True)
        take_in(connection, paths, KEY)
        assert (register_of(connection), gone(connection)) == ([code(1), code(3)], 1)


def deliver(
    paths: Paths, scope: Scope, rows: Sequence[Record], now: datetime, *,
    asked: datetime | None = None, key: str = KEY, export: str = "hoso",
) -> None:  # fmt: skip
    """Put a delivery of a portal into the raw store, as its collection does."""
    paths.raw.mkdir(parents=True, exist_ok=True)
    file = paths.data / "collected.json"
    file.write_text(json.dumps({"content": rows}), "utf-8")
    name = "api.json" if scope == "whole" else f"since-{now:%Y%m%dT%H%M%S}.json"
    Manifest(paths).collect(
        file, source="mau", export=export, period=key, name=name, now=now,
        asked=Asked(scope, asked or now, CALENDAR.month_from_key(key).end),
    )  # fmt: skip


def test_changes_that_came_while_the_whole_was_asked_for_may_be_newer(
    paths: Paths, portal: Portal
) -> None:
    began, came = WITHIN.replace(day=17), WITHIN.replace(day=18)
    deliver(paths, "changes", [row(2)], came, key=NEXT_KEY)
    deliver(paths, "whole", [row(1)], came + timedelta(minutes=5), asked=began)
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY, NEXT_KEY)
        assert register_of(connection) == [code(1), code(2)]


def test_a_dossier_that_a_superseded_whole_held_too_is_gone_once(
    paths: Paths, portal: Portal
) -> None:
    deliver(paths, "changes", [row(2)], WITHIN)
    deliver(paths, "whole", [row(1), row(2)], WITHIN.replace(day=16))
    deliver(paths, "whole", [row(1)], WITHIN.replace(day=17))
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY)
        assert (register_of(connection), gone(connection)) == ([code(1)], 1)


def test_files_that_are_read_anew_tell_the_same(paths: Paths, portal: Portal) -> None:
    unread = {"state": "Chờ Mẫu"}
    deliver(paths, "changes", [row(2), row(3), row(4) | unread], WITHIN)
    deliver(paths, "whole", [row(1), row(3) | unread], WITHIN.replace(day=16))
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY)
        # A row of the whole that is rejected counts no more either, as without any changes.
        assert register_of(connection) == [code(1)]
        settings = paths.sources / "mau.toml"
        text = settings.read_text("utf-8").replace('"Đang xử lý"', '"Đang xử lý", "Chờ Mẫu"')
        settings.write_text(text, "utf-8")
        take_in(connection, paths, KEY)
        assert (register_of(connection), gone(connection)) == ([code(1), code(3)], 2)


def test_a_dossier_of_no_known_day_of_reception_stays(paths: Paths, portal: Portal) -> None:
    deliver(paths, "changes", [row(2, ""), row(3)], WITHIN)
    deliver(paths, "whole", [row(1)], WITHIN.replace(day=16))
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY)
        assert register_of(connection) == [code(1), code(2)]


def test_files_of_the_inbox_and_of_other_exports_are_nothing_the_portal_could_delete(
    paths: Paths, portal: Portal
) -> None:
    paths.raw.mkdir(parents=True)
    file = paths.data / "collected.json"
    file.write_text(json.dumps({"content": [row(2)]}), "utf-8")
    Manifest(paths).collect(
        file, source="mau", export="hoso", period=KEY, name="since-20230110T013000.json", now=WITHIN
    )
    deliver(paths, "whole", [row(1)], WITHIN.replace(day=16))
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY)
        assert register_of(connection) == [code(1), code(2)]


@pytest.mark.parametrize(
    ("requested", "collected", "is_gone"),
    [
        (WITHIN_DAY, "", True),
        (WITHIN_DAY, WITHIN_DAY, True),
        ("", WITHIN_DAY, True),
        # By which of its days the portal is asked is not known: the whole need not hold it.
        (WITHIN_DAY, NEXT_DAY, False),
        (BEFORE, WITHIN_DAY, False),
    ],
)
def test_a_payment_is_deleted_where_all_its_days_lie_in_the_period(
    requested: str, collected: str, is_gone: bool, paths: Paths, portal: Portal
) -> None:
    one, two = (
        {"request": f"TT-{number}", "code": code(number), "requested": requested,
         "collected": collected, "amount": "30000",
         "state": "Đã thanh toán" if collected else "Chưa thanh toán"}
        for number in (1, 2)
    )  # fmt: skip
    deliver(paths, "changes", [one, two], WITHIN, export="phi")
    deliver(paths, "whole", [one], WITHIN.replace(day=16), export="phi")
    with warehouse(paths) as connection:
        with_reference(connection)
        take_in(connection, paths, KEY)
        expected = ["TT-1"] if is_gone else ["TT-1", "TT-2"]
        assert register_of(connection, "core.payment_request") == expected


def said(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {name: connection.execute(sql).fetchall() for name, sql in SAID.items()}


def of_period(held: dict[int, str], key: str) -> list[Record]:
    period = CALENDAR.month_from_key(key)
    return [
        row(number, day)
        for number, day in sorted(held.items())
        if CALENDAR.month_of(day_of(day)) == period
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_nights_of_deletions_end_as_the_portal_stands(
    seed: int, paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    # Dossiers come, change, move to another day and go; what is loaded when is left to chance.
    chance = random.Random(seed)
    held: dict[int, str] = {}
    with warehouse(paths) as connection:
        with_reference(connection)
        for number in range(10):
            now = WITHIN + timedelta(days=number)
            touched: set[int] = set()
            for _ in range(chance.randint(0, 3)):
                one = chance.randint(1, 6)
                if one in held and chance.random() < 0.5:
                    del held[one]
                    touched.discard(one)
                else:
                    held[one] = chance.choice((WITHIN_DAY, "06/01/2023", NEXT_DAY))
                    touched.add(one)
            key = chance.choice((KEY, NEXT_KEY))
            if chance.random() < 0.3:
                deliver(paths, "whole", of_period(held, key), now, key=key)
            # Whatever else is asked for, the night asks for the changes.
            rows = [row(one, held[one]) for one in sorted(touched)]
            later = now + timedelta(minutes=1)
            deliver(paths, "changes", rows, later, key=key)
            if chance.random() < 0.5:
                take_in(connection, paths, chance.choice((KEY, NEXT_KEY)))
        for key in (KEY, NEXT_KEY):
            deliver(paths, "whole", of_period(held, key), now + timedelta(days=1), key=key)
        take_in(connection, paths, *chance.choice(((KEY, NEXT_KEY), (NEXT_KEY, KEY))))
        assert register_of(connection) == [code(number) for number in sorted(held)]
        as_they_came = said(connection)
    anew = Paths(tmp_path / "anew", paths.settings)
    shutil.copytree(paths.raw, anew.raw)
    shutil.copytree(paths.warehouse, anew.warehouse, ignore=shutil.ignore_patterns("*.duckdb"))
    with warehouse(anew) as connection:
        with_reference(connection)
        take_in(connection, anew, KEY, NEXT_KEY)
        assert said(connection) == as_they_came
