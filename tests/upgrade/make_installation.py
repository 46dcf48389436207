"""Make `installation.tar.xz`: what the main of 63cb62e leaves of a small authority's year.

Run it with that commit's code, which is the only one that makes the warehouse of before the first
migration:

    git worktree add /tmp/63cb62e 63cb62e && cd /tmp/63cb62e && make setup
    .venv/bin/python <this file> <folder of this file>
"""

import os
import shutil
import sys
import tarfile
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from assets.engine.collect import inbox, purge_raw
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.settings import load_sources
from tests.support import process
from tests.unit.deliveries import deliver_csv, deliver_payments, deliver_workbook, dossier, payment

PERIODS = ("2022-12-15", "2023-01-15", "2023-02-15")
UNITS = ("UBND xã Chí Cà", "UBND thị trấn Cốc Pài", "UBND xã Nàn Ma")
PROCEDURES = ("1.001193", "2.000806", "1.004873")
CHANNELS = ("Trực tuyến", "Trực tiếp", "Bưu chính công ích")


def main(target: Path) -> None:
    """Make the installation in a temporary folder and pack it."""
    inbox.LOOK_SECONDS = inbox.QUIET_SECONDS = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder) / "data", Path(folder) / "settings")
        _copy_settings(paths.settings)
        for number, period in enumerate(PERIODS):
            _deliver(paths, number, period)
            process(paths, [period])
        _correct(paths)
        process(paths, [PERIODS[0]])
        for period in PERIODS:
            deliver_csv(paths, [], period=period, name="withdrawn.csv")
        _date(paths)
        process(paths, list(PERIODS))
        purge_raw(paths, load_sources(paths.sources), local_now() + timedelta(days=2))
        shutil.rmtree(paths.inbox)
        with tarfile.open(target / "installation.tar.xz", "w:xz", preset=9) as archive:
            archive.add(folder, ".")


def _copy_settings(settings: Path) -> None:
    (settings / "sources").mkdir(parents=True)
    shutil.copytree(PROJECT / "data" / "reference", settings / "reference")
    shutil.copy(PROJECT / "data" / "statistic.toml", settings)
    text = (PROJECT / "data" / "sources" / "xin_man.toml").read_text(encoding="utf-8")
    (settings / "sources" / "xin_man.toml").write_text(
        text.replace("refuse_above_share = 0.2", "refuse_above_share = 0.5\nkeep_raw_days = 1"),
        encoding="utf-8",
    )


def _deliver(paths: Paths, number: int, period: str) -> None:
    first = datetime.fromisoformat(period)
    rows = [_row(number * 100 + index, first, index) for index in range(24)]
    deliver_csv(paths, [row | {"state": "?"} if i == 5 else row for i, row in enumerate(rows)],
                period=period)  # fmt: skip
    # The only dossier of its unit: once the list is withdrawn, so are the unit's rows.
    alone = _row(number * 100 + 60, first, 3) | {"unit_code": "UBND xã Bản Díu"}
    deliver_csv(paths, [alone], period=period, name="withdrawn.csv")
    last = (first + timedelta(days=31)).replace(day=14)
    district = [
        {**_row(number * 100 + 40 + index, first, index), "unit_code": "Phòng Tư pháp"}
        for index in range(8)
    ]
    deliver_workbook(
        paths, district, period=period,
        line=f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}",
    )  # fmt: skip
    deliver_payments(paths, [
        payment(number * 100 + index, requested_date=f"{first + timedelta(days=2):%d/%m/%Y}",
                collected_date=f"{first + timedelta(days=3):%d/%m/%Y}")
        for index in range(6)
    ], period=period)  # fmt: skip
    _date(paths)


def _row(sequence: int, first: datetime, index: int) -> dict[str, str]:
    received = first + timedelta(days=index)
    texts = {
        "unit_code": UNITS[index % 3], "procedure_code": PROCEDURES[index % 3],
        "channel": CHANNELS[index % 3], "received_date": f"{received:%d/%m/%Y %H:%M:%S}",
        "due_date": f"{received + timedelta(days=6):%d/%m/%Y}",
    }  # fmt: skip
    if index % 4:
        finished = received + timedelta(days=3 + index % 6)
        texts |= {"finished_date": f"{finished:%d/%m/%Y}", "state": "Đã xử lý xong",
                  "has_digitised_input": str(index % 2), "has_e_result": "1"}  # fmt: skip
    return dossier(sequence, **texts)


def _correct(paths: Paths) -> None:
    first = datetime.fromisoformat(PERIODS[0])
    rows = [_row(index, first, index) for index in range(24)]
    for row in rows[:4]:
        row |= {"due_date": f"{first:%d/%m/%Y}"}
    deliver_csv(paths, rows[:-2], period=PERIODS[0])
    _date(paths)


def _date(paths: Paths) -> None:
    """Let every file be written long after its period, as the exports of a closed one are."""
    for file in paths.inbox.rglob("*"):
        if file.is_file():
            moment = datetime.fromisoformat("2023-04-01T00:00+07:00").timestamp()
            os.utime(file, (moment, moment))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
