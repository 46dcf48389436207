"""Installations as they grow old: what may happen to one, told as a list of events.

Draws the events of a random installation, does them to a real one, and loads the same deliveries
once, in order, under a right clock, into a new one. Nights are the job `nightly`, or the same as
plain calls (`tests.nights.plain_night`).
"""

import os
import random
import shutil
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import dagster as dg
import pytest
from defect_lists import csv_list

from assets.engine.collect import inbox, read_arrivals
from assets.engine.common import calendar as periods
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from schemas.rows import KINDS
from tests.assets.runs import failures, run_range
from tests.nights import plain_night
from tests.support import CALENDAR, SETTINGS, copy_warehouse

START = datetime.fromisoformat("2023-05-03T09:00:00+07:00")
# More than a story takes, and what it speaks of.
MONTHS = 6
# A clock that is minutes, hours, days or months ahead or behind.
CLOCK_ERRORS = (
    timedelta(minutes=4), timedelta(hours=3), timedelta(days=2), timedelta(days=40),
    timedelta(days=100),
)  # fmt: skip
NAMES = ("a.csv", "Hồ sơ tháng.csv", "b.csv")
CODES = tuple(f"000.06.33.H22-230405-{number:04}" for number in range(1, 7))
# Communes, the district above them, a unit nobody knows.
UNITS = ("01105", "01108", "033", "UBND xã Chí Cà", "09999")
DOSSIER_COLUMNS = (
    "dossier_code", "procedure_code", "unit_code", "other_unit", "channel", "received_date",
    "due_date", "finished_date", "returned_date", "state",
)  # fmt: skip
PAYMENT_COLUMNS = ("request_code", "dossier_code", "collected_date", "amount", "method", "state")
UNIT_CHANGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("01105,UBND xã Chí Cà", "01105,UBND xã Mẫu Cà"),),
    (
        (
            "01108,UBND xã Xín Mần,commune,033,2004-07-08",
            "01108,UBND xã Xín Mần,commune,033,2023-04-10",
        ),
    ),
    (
        (
            "01105,UBND xã Chí Cà,commune,033,2004-07-08",
            "01105,UBND xã Chí Cà,commune,033,2023-04-20",
        ),
    ),
)
HOLIDAY_MOVED = (("2023-05-01,false", "2023-05-10,false"),)
Export = Literal["adds", "whole", "payments"]


def source_settings(
    *, is_alias_known: bool, is_other_unit_read: bool, keep_raw_days: int = 0
) -> str:
    """Return the settings of an invented portal whose headers are the names of the columns."""
    done = ["finished", "Xong rồi"] if is_alias_known else ["finished"]
    unit = "other_unit" if is_other_unit_read else "unit_code"
    lines = [
        'title = "Cổng mẫu (dữ liệu hư cấu)"',
        "refuse_above_share = 1.0",
        *([f"keep_raw_days = {keep_raw_days}"] if keep_raw_days else []),
        '[values.dossier.channel]\nonline = ["online"]',
        "[values.dossier.state]",
        f"finished = {done}",
        *(f'{name} = ["{name}"]' for name in KINDS["dossier"].states if name != "finished"),
        "[values.payment.state]",
        *(f'{name} = ["{name}"]' for name in KINDS["payment"].states),
        '[values.payment.method]\nonline = ["online"]\ncash = ["cash"]',
    ]
    for export in ("adds", "whole"):
        lines.append(
            f'[exports.{export}]\nkind = "dossier"\nis_snapshot = {str(export == "whole").lower()}'
        )
        lines.append(f"[exports.{export}.columns]")
        lines += [f'{name} = "{name}"' for name in DOSSIER_COLUMNS if "unit" not in name]
        lines.append(f'unit_code = "{unit}"')
    lines.append('[exports.payments]\nkind = "payment"\n[exports.payments.columns]')
    lines += [f'{name} = "{name}"' for name in PAYMENT_COLUMNS]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Deliver:
    """A list is laid into the inbox; `is_quiet` keeps size and time of the file it replaces."""

    export: Export
    folder: str
    name: str
    content: bytes
    is_quiet: bool = False


@dataclass(frozen=True)
class Remove:
    """A file is taken out of the inbox."""

    place: str


@dataclass(frozen=True)
class Run:
    """The job runs for some months, at a clock that is wrong by `clock`."""

    months: int = 3
    clock: timedelta = timedelta()


@dataclass(frozen=True)
class Configure:
    """Settings, units or holidays are changed."""

    is_alias_known: bool = False
    is_other_unit_read: bool = False
    keep_raw_days: int = 0
    units: int = 0
    is_holiday_moved: bool = False
    end_basis: str = "finished"
    closing_day: int = 14
    key: str = ""


@dataclass(frozen=True)
class Damage:
    """Something of the installation is lost, or put back as it was at the last back-up."""

    what: Literal[
        "back up", "warehouse put back", "all put back", "raw put back", "warehouse lost",
        "warehouse empty", "published lost",
    ]  # fmt: skip


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    time: timedelta


Event = Deliver | Remove | Run | Configure | Damage | Wait


def draw_story(seed: int) -> list[Event]:
    """Return the events of a random installation; it ends with runs under a right clock."""
    return _Author(random.Random(seed)).story()


@dataclass
class _Author:
    draw: random.Random
    now: datetime = START
    settings: Configure = Configure()
    inbox: dict[str, Deliver] = field(default_factory=dict)

    def story(self) -> list[Event]:
        events = [*self._deliveries(4), Run()]
        for _ in range(self.draw.choice((1, 1, 1, 2))):
            events += self._wait()
            events += self._deliveries(self.draw.choice((0, 1, 1, 2)))
            trouble = self.draw.random()
            if trouble < 0.45:
                events.append(self._configure())
            elif trouble < 0.68:
                events += [Damage("back up"), *self._wait(), *self._deliveries(1)]
                put_back: tuple[Literal["warehouse put back", "all put back", "raw put back"], ...]
                put_back = ("warehouse put back", "warehouse put back", "all put back",
                            "raw put back")  # fmt: skip
                events += [Run(), Damage(self.draw.choice(put_back))]
            elif trouble < 0.8:
                lost: tuple[Literal["warehouse lost", "warehouse empty", "published lost"], ...]
                lost = ("warehouse lost", "warehouse empty", "published lost")
                events.append(Damage(self.draw.choice(lost)))
            events.append(self._run())
        if self.settings.closing_day != 14 or self.settings.key:
            self.settings = replace(self.settings, closing_day=14, key="")
            events.append(self.settings)
        return [*events, *self._wait(), *self._deliveries(1), Run(1)]

    def _wait(self) -> list[Event]:
        wait = Wait(timedelta(hours=self.draw.choice((1, 23, 24, 25, 80, 24 * 13))))
        self.now += wait.time
        return [wait]

    def _run(self) -> Run:
        clock = timedelta()
        if self.draw.random() < 0.3:
            clock = self.draw.choice(CLOCK_ERRORS) * self.draw.choice((-1, 1))
        return Run(self.draw.choice((1, 1, 3)), clock)

    def _configure(self) -> Configure:
        draw, now = self.draw, self.settings
        refused: list[dict[str, object]] = [
            {"closing_day": 20},
            {"key": "another key, of more than 32 characters"},
        ]
        choices: list[dict[str, object]] = [
            {"is_alias_known": not now.is_alias_known},
            {"is_other_unit_read": not now.is_other_unit_read},
            {"keep_raw_days": draw.choice((1, 10))},
            {"units": (now.units + draw.choice((1, 2, 3))) % len(UNIT_CHANGES)},
            {"is_holiday_moved": not now.is_holiday_moved},
            {"end_basis": "returned" if now.end_basis == "finished" else "finished"},
            draw.choice(refused),
        ]
        changes = draw.choice(choices)
        self.settings = replace(now, **changes)  # type: ignore[arg-type]
        return self.settings

    def _deliveries(self, count: int) -> list[Event]:
        return [self._delivery() for _ in range(count)]

    def _delivery(self) -> Event:
        draw, known = self.draw, sorted(self.inbox)
        way = draw.random()
        if known and way < 0.1:
            place = draw.choice(known)
            del self.inbox[place]
            return Remove(place)
        if known and way < 0.45:
            before = self.inbox[draw.choice(known)]
            again: Deliver = draw.choice(
                (
                    before,  # the same bytes under the same name
                    replace(before, name=draw.choice(NAMES)),
                    replace(before, name=normalize("NFD", before.name)),
                    replace(before, content=_changed(before.content, draw), is_quiet=True),
                    replace(before, content=self._content(before.export)),
                )
            )
        else:
            exports: tuple[Export, ...] = ("adds", "adds", "whole", "payments")
            export = draw.choice(exports)
            month = CALENDAR.month_of(self.now.date())
            folder = draw.choice(("", month.key, CALENDAR.previous_month(month).key))
            again = Deliver(export, folder, draw.choice(NAMES), self._content(export))
        self.inbox[place_of(again)] = again
        return again

    def _content(self, export: Export) -> bytes:
        draw = self.draw
        if export == "payments":
            rows = [self._payment(number) for number in draw.sample((1, 2, 3), 2)]
            return csv_list(PAYMENT_COLUMNS, rows)
        rows = [self._dossier(code) for code in draw.sample(CODES, draw.choice((1, 3, 5)))]
        above = []
        if draw.random() < 0.15:
            month = CALENDAR.month_of(self.now.date())
            above.append(f"Từ ngày {month.start:%d/%m/%Y} đến ngày {month.end:%d/%m/%Y}")
        if draw.random() < 0.25:
            ahead = timedelta(days=draw.choice((0, 0, 0, -3, 400)), minutes=-30)
            above.append(f"Thời điểm xuất: {self.now + ahead:%d/%m/%Y %H:%M}")
        return csv_list(DOSSIER_COLUMNS, rows, *above)

    def _dossier(self, code: str) -> dict[str, str]:
        draw = self.draw
        ended = draw.random() < 0.5
        state = draw.choice(("finished", "Xong rồi")) if ended else "in_process"
        return {
            "dossier_code": code, "procedure_code": "1.001193", "unit_code": draw.choice(UNITS),
            "other_unit": draw.choice(UNITS), "channel": draw.choice(("online", "")),
            "received_date": self._day(-50, 0),
            "due_date": self._day(-10, 20), "finished_date": self._day(-9, 0) if ended else "",
            "returned_date": self._day(-4, 0) if ended and draw.random() < 0.5 else "",
            "state": state,
        }  # fmt: skip

    def _payment(self, number: int) -> dict[str, str]:
        draw = self.draw
        return {
            "request_code": f"TT-{number:04}", "dossier_code": draw.choice(CODES),
            "collected_date": self._day(-9, 0), "amount": draw.choice(("0", "30000")),
            "method": draw.choice(("online", "cash")), "state": draw.choice(("paid", "refunded")),
        }  # fmt: skip

    def _day(self, first: int, last: int) -> str:
        day: date = self.now.date() + timedelta(days=self.draw.randint(first, last))
        return f"{day:%d/%m/%Y}"


def _changed(content: bytes, draw: random.Random) -> bytes:
    """Return other bytes of the same length: a dossier has become another one."""
    old, new = draw.sample(CODES, 2)
    return content.replace(old.encode(), new.encode())


def place_of(delivered: Deliver) -> str:
    """Return where a list lies in the inbox."""
    return "/".join(filter(None, ("mau", delivered.export, delivered.folder, delivered.name)))


@dataclass(frozen=True)
class Pass:
    """What one run collected: where each file lay, its bytes, its time."""

    at: datetime
    files: list[tuple[str, bytes, float]]


@dataclass
class Living:
    """An installation to which events happen; `passes` are what its runs collected."""

    paths: Paths
    instance: dg.DagsterInstance | None
    patch: pytest.MonkeyPatch
    now: datetime = START
    settings: Configure = Configure()
    passes: list[Pass] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    _files: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    _backed_up: list[Pass] = field(default_factory=list)

    def happen(self, event: Event) -> None:
        """Do what an event says."""
        match event:
            case Wait():
                self.now += event.time
            case Deliver():
                self._deliver(event)
            case Remove():
                self._remove(event.place)
            case Configure():
                configure(self.paths, event, self.patch)
                self.settings = event
            case Damage():
                self._damage(event)
            case Run():
                self._run(event)
        self.now += timedelta(minutes=3)

    def load_once(self, paths: Paths) -> list[str]:
        """Collect the same under a right clock into a new installation, load all of it once.

        Nothing is purged there. Returns why publication was refused, if it was.
        """
        configure(paths, replace(self.settings, keep_raw_days=0), self.patch)
        sources = load_sources(paths.sources)
        for taken in self.passes:
            shutil.rmtree(paths.inbox)
            paths.inbox.mkdir()
            for place, content, moment in taken.files:
                lay(paths.inbox / normalize("NFC", place), content, moment)
            found = inbox.read_inbox(paths, sources, taken.at)
            for key in found.new:
                inbox.collect_period(found, CALENDAR.month_from_key(key))
        set_clock(self.patch, self.now)
        return self._night(paths, keys_until(self.now, MONTHS))

    def _night(self, paths: Paths, keys: list[str]) -> list[str]:
        """Run `nightly` for some periods; return why it was refused, if it was."""
        if self.instance is None:
            return plain_night.nightly(paths, keys)
        result = run_range(paths, self.instance, "nightly", keys)
        return sorted(set(failures(result).values()))

    def _deliver(self, event: Deliver) -> None:
        place = place_of(event)
        before = self._files.get(place)
        moment = before[1] if event.is_quiet and before else self.now.timestamp() - 60
        # A Mac that writes a name anew leaves none of the other form.
        self._remove(place)
        lay(self.paths.inbox / place, event.content, moment)
        self._files[place] = (event.content, moment)

    def _remove(self, place: str) -> None:
        """Remove the file of a name, in whichever form it lies there."""
        for same in {normalize("NFC", place), normalize("NFD", place)} & self._files.keys():
            del self._files[same]
            (self.paths.inbox / same).unlink()

    def _run(self, event: Run) -> None:
        clock = self.now + event.clock
        set_clock(self.patch, clock)
        before = read_arrivals(self.paths).stated
        self.refusals = self._night(self.paths, keys_until(clock, event.months))
        new = [item for item in read_arrivals(self.paths).stated if item not in before]
        places = ["/".join((item.source, item.export, item.name)) for item in new]
        lying = {normalize("NFC", place): place for place in self._files}
        files = [lying[normalize("NFC", place)] for place in places]
        self.passes.append(Pass(self.now, [(file, *self._files[file]) for file in files]))

    def _damage(self, event: Damage) -> None:
        paths, copy = self.paths, self.paths.data / "copy"
        folders = {
            "back up": [paths.raw, paths.warehouse, paths.published],
            "all put back": [paths.raw, paths.warehouse, paths.published],
            "warehouse put back": [paths.warehouse],
            "raw put back": [paths.raw],
        }
        if event.what == "warehouse lost":
            paths.warehouse_file.unlink(missing_ok=True)
        elif event.what == "warehouse empty":
            paths.warehouse_file.write_bytes(b"")
        elif event.what == "published lost":
            shutil.rmtree(paths.published, ignore_errors=True)
        for folder in folders.get(event.what, []):
            kept = copy / folder.name
            origin, target = (folder, kept) if event.what == "back up" else (kept, folder)
            shutil.rmtree(target, ignore_errors=True)
            if origin.exists():
                shutil.copytree(origin, target)
        if event.what == "back up":
            self._backed_up = list(self.passes)
        elif event.what == "all put back":
            self.passes = list(self._backed_up)


def new_living(
    folder: Path, instance: dg.DagsterInstance | None, patch: pytest.MonkeyPatch
) -> Living:
    """Return a new installation with the invented portal; without an instance, nights are plain."""
    living = Living(installation(folder), instance, patch)
    configure(living.paths, living.settings, patch)
    return living


def installation(folder: Path) -> Paths:
    """Return a new installation with settings of its own and an empty inbox."""
    paths = Paths(folder / "data", folder / "settings")
    paths.sources.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    paths.inbox.mkdir(parents=True)
    copy_warehouse(paths)
    return paths


def configure(paths: Paths, settings: Configure, patch: pytest.MonkeyPatch) -> None:
    """Write every settings file anew."""
    text = source_settings(
        is_alias_known=settings.is_alias_known,
        is_other_unit_read=settings.is_other_unit_read,
        keep_raw_days=settings.keep_raw_days,
    )
    (paths.sources / "mau.toml").write_text(text, encoding="utf-8")
    (paths.settings / "statistic.toml").write_text(
        f'end_basis = "{settings.end_basis}"\nclosing_day = {settings.closing_day}\n',
        encoding="utf-8",
    )
    for name, changes in (
        ("unit", UNIT_CHANGES[settings.units]),
        ("holiday", HOLIDAY_MOVED if settings.is_holiday_moved else ()),
    ):
        lines = (SETTINGS / "reference" / f"{name}.csv").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in lines, old
            lines = lines.replace(old, new)
        (paths.reference / f"{name}.csv").write_text(lines, encoding="utf-8")
    if settings.key:
        patch.setenv("MOTCUA_HASH_KEY", settings.key)
    else:
        patch.delenv("MOTCUA_HASH_KEY", raising=False)


def keys_until(clock: datetime, months: int) -> list[str]:
    """Return the keys of the month that runs at a moment and of those before it."""
    found = [CALENDAR.month_of(clock.date())]
    while len(found) < months and found[0].start > CALENDAR.first_period:
        found.insert(0, CALENDAR.previous_month(found[0]))
    return [month.key for month in found]


def lay(file: Path, content: bytes, moment: float) -> None:
    """Write a file whose time is `moment`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (moment, moment))


def set_clock(patch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Have `local_now` return a moment, whoever asks."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    patch.setattr(periods, "datetime", Clock)
