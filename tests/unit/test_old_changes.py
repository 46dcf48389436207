"""Deliveries of changes, which older versions collected, count until a whole period outdates them.

No figure changes by the upgrade itself: a row of changes stays until the period of its own days is
asked for whole. In whatever order deliveries are loaded, the register must say what one load of all
of them says. The long tier tries ten times as many nights of chance.
"""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest

from assets.engine.collect import Asked, Manifest
from assets.engine.common.paths import Paths
from assets.engine.warehouse import warehouse
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.records import Listed
from pipelines.commands.demo_portal.server import served
from tests.portal.support import (
    KEY,
    PATHS,
    TOKEN,
    WITHIN,
    code,
    collect,
    copy_references,
    deliveries,
    write_settings,
)
from tests.support import CALENDAR, compute_all, take_in
from tests.tier import DELETIONS

NEXT_KEY = "2023-01-15"
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
QUERIES = {
    "register": "SELECT dossier_code, received_date, delivery_id FROM core.dossier ORDER BY ALL",
    "gone": "SELECT dossier_code, delivery_id FROM core.dossier_version WHERE is_gone ORDER BY ALL",
    "active": "SELECT delivery_id FROM ops.delivery WHERE state = 'loaded' ORDER BY ALL",
}
Record = dict[str, Any]


@pytest.fixture
def portal(paths: Paths) -> Iterator[Portal]:
    copy_references(paths)
    with served(Portal(TOKEN, {path: [] for path in PATHS.values()})) as portal:
        write_settings(paths, portal, old="[exports.hoso.columns]\n", new=COLUMNS)
        settings = paths.sources / "mau.toml"
        text = "refuse_above_share = 0.6\n" + settings.read_text("utf-8") + PAYMENTS
        settings.write_text(text, "utf-8")
        yield portal


def row(number: int, received: str = WITHIN_DAY, state: str = "Đang xử lý") -> Record:
    return {"code": code(number), "state": state, "received": received}


def day_of(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def deliver(
    paths: Paths, scope: Literal["whole", "changes"], rows: Sequence[Record], now: datetime, *,
    asked: datetime | None = None, key: str = KEY, export: str = "hoso",
) -> None:  # fmt: skip
    """Put a delivery of a portal into the raw store, as an older version did."""
    paths.raw.mkdir(parents=True, exist_ok=True)
    file = paths.data / "collected.json"
    file.write_text(json.dumps({"content": rows}), "utf-8")
    name = "api.json" if scope == "whole" else f"since-{now:%Y%m%dT%H%M%S}.json"
    Manifest(paths).collect(
        file, source="mau", export=export, period=key, name=name, now=now,
        asked=Asked(scope, asked or now, CALENDAR.month_from_key(key).end),
    )  # fmt: skip


def codes_in(connection: duckdb.DuckDBPyConnection, table: str = "core.dossier") -> list[str]:
    name = "dossier_code" if table == "core.dossier" else "request_code"
    rows = connection.execute(f"SELECT {name} FROM {table} ORDER BY 1").fetchall()
    return [found for (found,) in rows]


def states_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("SELECT state FROM core.dossier ORDER BY dossier_code").fetchall()
    return [state for (state,) in rows]


def gone_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("SELECT dossier_code FROM core.dossier_version WHERE is_gone")
    return sorted(found for (found,) in rows.fetchall())


def figures(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    compute_all(connection)
    return connection.execute("FROM indicators.by_level ORDER BY ALL").fetchall()


def test_changes_count_until_their_own_periods_are_asked_for_whole(
    paths: Paths, portal: Portal
) -> None:
    resolved = "Đã trả kết quả"
    old, night = WITHIN.replace(day=5), WITHIN.replace(day=21)
    deliver(paths, "whole", [row(5), row(6)], WITHIN.replace(day=16))
    deliver(paths, "whole", [row(1, NEXT_DAY), row(2, NEXT_DAY)], night, key=NEXT_KEY)
    # Of this period and of the one before; 7 is listed nowhere else.
    changes = [row(2, NEXT_DAY, resolved), row(3, NEXT_DAY), row(4, NEXT_DAY),
               row(5, WITHIN_DAY, resolved), row(7)]  # fmt: skip
    deliver(paths, "changes", changes, night + timedelta(hours=1), key=NEXT_KEY)
    with warehouse(paths) as connection:
        take_in(paths, [KEY, NEXT_KEY], connection)
        assert codes_in(connection) == [code(number) for number in range(1, 8)]
        before = figures(connection)
        # A night of this version in which nothing is collected.
        take_in(paths, [KEY, NEXT_KEY], connection)
        assert figures(connection) == before
        states = states_in(connection)
        # The running period is asked for whole: 4 was deleted, 3 is resolved.
        held = [row(1, NEXT_DAY), row(2, NEXT_DAY, resolved), row(3, NEXT_DAY, resolved)]
        portal.lists[PATHS["page"]] = [Listed(night, item) for item in held]
        assert collect(paths, night + timedelta(days=1), key=NEXT_KEY).failures == []
        take_in(paths, [NEXT_KEY], connection)
        assert codes_in(connection) == [code(number) for number in (1, 2, 3, 5, 6, 7)]
        assert gone_in(connection) == [code(4)]
        assert states_in(connection) == [*states[:2], "returned", *states[4:]]
        # So is the older one: what it says is newer than the changes of a later period.
        held = [row(5, WITHIN_DAY, resolved), row(7, WITHIN_DAY, resolved)]
        portal.lists[PATHS["page"]] += [Listed(old, item) for item in held]
        assert collect(paths, night + timedelta(days=2)).failures == []
        take_in(paths, [KEY], connection)
        assert codes_in(connection) == [code(number) for number in (1, 2, 3, 5, 7)]
        assert states_in(connection)[-2:] == ["returned"] * 2


def test_the_same_bytes_of_a_whole_period_outdate_changes_that_came_between(
    paths: Paths, portal: Portal
) -> None:
    portal.lists[PATHS["page"]] = [Listed(WITHIN.replace(day=5), row(1))]
    collect(paths, WITHIN.replace(day=20))
    deliver(paths, "changes", [row(2)], WITHIN.replace(day=21), key=NEXT_KEY)
    with warehouse(paths) as connection:
        take_in(paths, [KEY, NEXT_KEY], connection)
        assert codes_in(connection) == [code(1), code(2)]
        collect(paths, WITHIN.replace(day=22))
        assert len({item.sha256 for item in deliveries(paths) if item.scope == "whole"}) == 1
        take_in(paths, [KEY], connection)
        assert (codes_in(connection), gone_in(connection)) == ([code(1)], [code(2)])


def test_changes_that_came_while_the_whole_was_asked_for_may_be_newer(
    paths: Paths, portal: Portal
) -> None:
    began, came = WITHIN.replace(day=17), WITHIN.replace(day=18)
    deliver(paths, "changes", [row(2)], came, key=NEXT_KEY)
    deliver(paths, "whole", [row(1)], came + timedelta(minutes=5), asked=began)
    with warehouse(paths) as connection:
        take_in(paths, [KEY, NEXT_KEY], connection)
        assert codes_in(connection) == [code(1), code(2)]


def test_a_dossier_that_a_superseded_whole_held_too_is_gone_once(
    paths: Paths, portal: Portal
) -> None:
    deliver(paths, "changes", [row(2)], WITHIN)
    deliver(paths, "whole", [row(1), row(2)], WITHIN.replace(day=16))
    deliver(paths, "whole", [row(1)], WITHIN.replace(day=17))
    with warehouse(paths) as connection:
        take_in(paths, [KEY], connection)
        assert (codes_in(connection), gone_in(connection)) == ([code(1)], [code(2)])


def test_files_that_are_read_again_say_the_same(paths: Paths, portal: Portal) -> None:
    unread = {"state": "Chờ Mẫu"}
    deliver(paths, "changes", [row(2), row(3), row(4) | unread], WITHIN)
    deliver(paths, "whole", [row(1), row(3) | unread], WITHIN.replace(day=16))
    with warehouse(paths) as connection:
        take_in(paths, [KEY], connection)
        # A row of the whole that is rejected counts no more either, as without any changes.
        assert codes_in(connection) == [code(1)]
        settings = paths.sources / "mau.toml"
        text = settings.read_text("utf-8").replace('"Đang xử lý"', '"Đang xử lý", "Chờ Mẫu"')
        settings.write_text(text, "utf-8")
        take_in(paths, [KEY], connection)
        assert codes_in(connection) == [code(1), code(3)]
        assert gone_in(connection) == [code(2), code(4)]


def test_what_no_whole_period_would_list_stays(paths: Paths, portal: Portal) -> None:
    """A dossier without a day of reception, and a file of the inbox, whatever its name."""
    deliver(paths, "changes", [row(2, ""), row(3)], WITHIN)
    file = paths.data / "collected.json"
    file.write_text(json.dumps({"content": [row(4)]}), "utf-8")
    Manifest(paths).collect(
        file, source="mau", export="hoso", period=KEY, name="since-20230109T013000.json", now=WITHIN
    )
    deliver(paths, "whole", [row(1)], WITHIN.replace(day=16))
    with warehouse(paths) as connection:
        take_in(paths, [KEY], connection)
        assert codes_in(connection) == [code(1), code(2), code(4)]


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
def test_a_payment_is_outdated_where_all_its_days_lie_in_the_period(
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
        take_in(paths, [KEY], connection)
        expected = ["TT-1"] if is_gone else ["TT-1", "TT-2"]
        assert codes_in(connection, "core.payment_request") == expected


def of_period(held: dict[int, str], key: str) -> list[Record]:
    period = CALENDAR.month_from_key(key)
    return [
        row(number, day)
        for number, day in sorted(held.items())
        if CALENDAR.month_of(day_of(day)) == period
    ]


@pytest.mark.parametrize("seed", range(DELETIONS))
def test_nights_of_deletions_end_as_the_portal_stands(
    seed: int, paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    """Dossiers come, change, move to another day and go; what is loaded when is left to chance."""
    chance = random.Random(seed)
    held: dict[int, str] = {}
    with warehouse(paths) as connection:
        for number in range(10):
            now = WITHIN + timedelta(days=number)
            changed: set[int] = set()
            for _ in range(chance.randint(0, 3)):
                one = chance.randint(1, 6)
                if one in held and chance.random() < 0.5:
                    del held[one]
                    changed.discard(one)
                else:
                    held[one] = chance.choice((WITHIN_DAY, "06/01/2023", NEXT_DAY))
                    changed.add(one)
            key = chance.choice((KEY, NEXT_KEY))
            if chance.random() < 0.3:
                deliver(paths, "whole", of_period(held, key), now, key=key)
            # Whatever else is asked for, the night asks for the changes.
            rows = [row(one, held[one]) for one in sorted(changed)]
            deliver(paths, "changes", rows, now + timedelta(minutes=1), key=key)
            if chance.random() < 0.5:
                take_in(paths, [chance.choice((KEY, NEXT_KEY))], connection)
        for key in (KEY, NEXT_KEY):
            deliver(paths, "whole", of_period(held, key), now + timedelta(days=1), key=key)
        take_in(paths, chance.choice(([KEY, NEXT_KEY], [NEXT_KEY, KEY])), connection)
        assert codes_in(connection) == [code(number) for number in sorted(held)]
        as_they_came = {name: connection.execute(sql).fetchall() for name, sql in QUERIES.items()}
    anew = Paths(tmp_path / "anew", paths.settings)
    shutil.copytree(paths.raw, anew.raw)
    shutil.copytree(paths.warehouse, anew.warehouse, ignore=shutil.ignore_patterns("*.duckdb"))
    with warehouse(anew) as connection:
        take_in(anew, [KEY, NEXT_KEY], connection)
        said = {name: connection.execute(sql).fetchall() for name, sql in QUERIES.items()}
        assert said == as_they_came
