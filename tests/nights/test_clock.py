"""Nights go by Viet Nam's clock, in whatever zone the machine is: clock changes, year ends.

Viet Nam changes no clocks, but the zone of a server may: New York's nights of 12/03 and 05/11/2023
have 23 and 25 hours.
"""

import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from assets.engine.common.paths import PROJECT, Paths
from tests.end_to_end.tables import differences
from tests.nights.child import forking, through_the_engine
from tests.nights.conftest import SECOND_NIGHT
from tests.nights.said import all_said

ZONES = ("Asia/Ho_Chi_Minh", "UTC", "America/New_York", "Pacific/Kiritimati")
# Ticks of the nights from a day on, in Viet Nam's time, each with the period that runs then.
TICKS = """
import sys
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo
from dagster._utils.schedules import schedule_execution_time_iterator
from assets.engine.common.calendar import Calendar
from assets.partitions import periods_partitions
from pipelines.schedules import nightly_schedule as nightly
for day in sys.argv[1:]:
    start = datetime.fromisoformat(day + "T00:00:00+07:00").timestamp()
    when = (start, nightly.cron_schedule, nightly.execution_timezone)
    for tick in islice(schedule_execution_time_iterator(*when), 3):
        key = periods_partitions(Calendar()).get_partition_keys(current_time=tick)[-1]
        print(tick.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).isoformat(), key)
"""
EXPECTED = [
    ("2023-03-11", "2023-02-15"), ("2023-03-12", "2023-02-15"), ("2023-03-13", "2023-02-15"),
    ("2023-11-05", "2023-10-15"), ("2023-11-06", "2023-10-15"), ("2023-11-07", "2023-10-15"),
    ("2023-12-14", "2023-11-15"), ("2023-12-15", "2023-12-15"), ("2023-12-16", "2023-12-15"),
    ("2023-12-30", "2023-12-15"), ("2023-12-31", "2023-12-15"), ("2024-01-01", "2023-12-15"),
    ("2024-02-28", "2024-02-15"), ("2024-02-29", "2024-02-15"), ("2024-03-01", "2024-02-15"),
]  # fmt: skip
PATIENCE = 180.0


@pytest.mark.parametrize("zone", ZONES)
def test_each_night_has_one_tick_and_its_own_period(zone: str) -> None:
    starts = [day for day, _ in EXPECTED[::3]]
    found = subprocess.run(
        [sys.executable, "-c", TICKS, *starts],
        cwd=PROJECT, env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=True,
        timeout=PATIENCE,
    )  # fmt: skip
    assert found.stdout.splitlines() == [f"{day}T01:30:00+07:00 {key}" for day, key in EXPECTED]


def _spend_in_new_york(data: Path, says: Connection) -> None:
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    through_the_engine(data, SECOND_NIGHT, says)


def test_a_night_says_the_same_on_a_machine_of_another_zone(
    own_evening: Paths, morning: Paths
) -> None:
    hears, says = forking.Pipe(duplex=False)
    child = forking.Process(target=_spend_in_new_york, args=(own_evening.data, says))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == 0
    assert hears.poll()
    assert differences(all_said(morning), all_said(own_evening)) == {}
