"""Nights with a portal that fails in every way end with the figures of one clean collection.

Each night some dossiers change at the portal and some records are deleted there, one of its faults
strikes, and some nights are killed while pages come. Both periods are asked for whole. Nothing
disturbs the last two nights; the first of them may still go on with what is a day old, and covers a
day less; the last asks anew. What it publishes must be what a new installation publishes that asks
the portal once. The seed is named.
There are 8 nights; the long tier has five months of 20.
"""

import random
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.portal import checkpoints
from pipelines.commands.demo_portal import server
from pipelines.commands.demo_portal.faults import NAMES
from pipelines.commands.demo_portal.portal import (
    IGATE_DOSSIERS,
    IGATE_PAYMENTS,
    Portal,
    sample_portal,
)
from pipelines.commands.demo_portal.records import Listed
from pipelines.commands.demo_portal.server import served
from tests.nights import night
from tests.nights.child import PORTAL_TOKEN, forking, from_portals
from tests.nights.said import published_by
from tests.support import CALENDAR, SAMPLE_KEYS, SETTINGS
from tests.tier import MONTHS, NIGHTS

KEYS = SAMPLE_KEYS[:2]
ROWS = 60
FIRST_NIGHT = datetime(2023, 1, 20, 1, 30, tzinfo=ZoneInfo(TIMEZONE))
# These take long to send; other tests wait for them.
FAULTS = sorted(set(NAMES) - {"drip", "endless", "astray", "bomb", *server.SLOW})
PATIENCE = 60.0


def collect_and_be_killed(paths: Paths, now: datetime, portal: Portal, pages: int) -> None:
    """Collect in a process of its own, which dies when it has asked for some pages."""
    asked = len(portal.asked)
    child = forking.Process(target=from_portals, args=(paths, KEYS, now))
    child.start()
    patient_until = time.monotonic() + PATIENCE
    while child.is_alive() and len(portal.asked) < asked + pages:
        assert time.monotonic() < patient_until
        time.sleep(0.002)
    child.kill()
    child.join(PATIENCE)


def small_portal() -> Portal:
    """Return the sample's portal with the first rows of two periods, each listed when it began.

    The sample lists a dossier in every month that it is open in; a portal has it once, as it is.
    """
    portal = sample_portal(PORTAL_TOKEN)
    portal.retry_after = "0"
    for path in (IGATE_DOSSIERS, IGATE_PAYMENTS):
        rows: dict[str, Listed] = {}
        for period in map(CALENDAR.month_from_key, KEYS):
            own = [item for item in portal.lists[path] if item.received.date() == period.end]
            start = datetime.combine(period.start, datetime.min.time(), FIRST_NIGHT.tzinfo)
            for item in own[:ROWS]:
                code = item.record["code"]
                rows[code] = Listed(rows[code].received if code in rows else start, item.record)
        portal.lists[path] = list(rows.values())
    return portal


def change_some(portal: Portal, chance: random.Random) -> None:
    """Give some dossiers the state of others; the portal lists them by the day of the change."""
    rows = portal.lists[IGATE_DOSSIERS]
    for item in chance.sample(rows, 3):
        state = chance.choice(rows).record["dossierStatus"]
        rows.remove(item)
        rows.append(Listed(item.received, item.record | {"dossierStatus": state}))


def delete_some(portal: Portal, chance: random.Random) -> None:
    """Have records deleted, of those that changed last perhaps."""
    for path, most in ((IGATE_DOSSIERS, 6), (IGATE_PAYMENTS, 1)):
        rows = portal.lists[path]
        if chance.random() < 0.6:
            rows.remove(chance.choice((rows[-chance.randint(1, most)], chance.choice(rows))))


def installation(folder: Path, portal: Portal) -> Paths:
    paths = Paths(folder / "data", folder / "settings")
    paths.inbox.mkdir(parents=True)
    paths.sources.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    text = (SETTINGS / "sample" / "portals" / "igate2" / "igate2.toml").read_text("utf-8")
    text = text.replace("http://127.0.0.1:8769", portal.address)
    text = text.replace("page_size = 50", "page_size = 20").replace(
        "max_attempts = 3", "max_attempts = 2"
    )
    (paths.sources / "igate2.toml").write_text(text, "utf-8")
    return paths


@pytest.mark.parametrize("seed", range(MONTHS))
def test_nights_with_a_portal_end_as_one_clean_collection(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_PORTAL_TOKEN", PORTAL_TOKEN)
    monkeypatch.setattr(server, "STALL_SECONDS", 0.1)
    chance, deletions = random.Random(seed), random.Random(seed + 1000)
    killed = set(chance.sample(range(NIGHTS - 2), NIGHTS // 4))
    failed = 0
    with served(small_portal()) as portal:
        paths = installation(tmp_path / "own", portal)
        for number in range(NIGHTS):
            now = FIRST_NIGHT + timedelta(days=number)
            change_some(portal, chance)
            delete_some(portal, deletions)
            is_last = number == NIGHTS - 1
            portal.faults.waiting.clear()
            is_quiet = number >= NIGHTS - 2
            if not is_quiet:
                name, after = chance.choice(FAULTS), chance.randrange(8)
                portal.faults.switch_on(name, chance.randint(1, 4), after)
            if number in killed:
                collect_and_be_killed(paths, now, portal, chance.randint(1, 10))
            else:
                failures = from_portals(paths, KEYS, now, is_anew=is_last)
                assert not (is_quiet and failures), failures
                failed += bool(failures)
            if is_last or number % (NIGHTS // 2) == 0:
                night.spend(paths, KEYS, now)
        clean = installation(tmp_path / "clean", portal)
        assert from_portals(clean, KEYS, now) == []
    night.spend(clean, KEYS, now)
    assert failed > NIGHTS // 8
    assert not [item for *_, item in checkpoints(paths) if item.begun or item.failed]
    own, expected = (published_by(item.published / "motcua.duckdb") for item in (paths, clean))
    figures = [name for name in expected if name.startswith("indicators.")]
    assert len(figures) > 8
    assert len(expected["indicators.by_unit"]) > 50
    assert [name for name in figures if own[name] != expected[name]] == []
