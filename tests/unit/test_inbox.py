"""The inbox: which period a file belongs to, and that a file nobody will collect is told."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from os import PathLike, fsdecode
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.collect import (
    Clock,
    Collected,
    Delivery,
    Hashes,
    Placing,
    Unplaced,
    collect_period,
    delivery_of,
    newest,
    pending_files,
    read_inbox,
    read_manifest,
    walk_inbox,
)
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from tests.support import CALENDAR
from tests.unit.deliveries import deliver_workbook, dossier

NOW = datetime(2023, 6, 20, 10, 0, tzinfo=ZoneInfo(TIMEZONE))
RUNNING = CALENDAR.month_from_key("2023-06-15")


def _put(paths: Paths, *parts: str, text: str = "x;y\n1;2\n") -> Path:
    file = paths.inbox.joinpath("xin_man", "dossiers_commune", *parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def _periods(paths: Paths) -> list[str | None]:
    sources = load_sources(paths.sources)
    taken, hashes = newest(read_manifest(paths)), Hashes(paths)
    placing = Placing(paths, sources, CALENDAR, Clock.right(NOW), taken)
    periods: list[str | None] = []
    for file in walk_inbox(paths, sources).files:
        try:
            periods.append(placing.period_of(file, delivery_of(file, taken, hashes)).key)
        except Unplaced:
            periods.append(None)
    return periods


def _collect(paths: Paths) -> Collected:
    return collect_period(read_inbox(paths, load_sources(paths.sources), NOW), RUNNING)


def test_the_folder_names_the_period(installation: Paths) -> None:
    _put(installation, "2023-01-15", "a.csv")
    assert _periods(installation) == ["2023-01-15"]


def test_without_a_folder_the_files_own_line_names_it(installation: Paths) -> None:
    deliver_workbook(installation, [dossier(1)], period="",
                     line="Từ ngày 15/01/2023 đến ngày 14/02/2023")  # fmt: skip
    assert _periods(installation) == ["2023-01-15"]


def test_else_it_belongs_to_the_running_period(installation: Paths) -> None:
    _put(installation, "a.csv")
    _put(installation, "đợt 2", "b.csv")
    assert _periods(installation) == [RUNNING.key, RUNNING.key]


def test_a_file_that_no_run_collects_is_told(installation: Paths) -> None:
    sources = load_sources(installation.sources)
    assert read_inbox(installation, sources, NOW).strays == {}
    _put(installation, "2023-01-01", "a.csv")
    _put(installation, "2022-11-15", "b.csv")
    deliver_workbook(installation, [dossier(1)], period="",
                     line="Từ ngày 15/10/2062 đến ngày 14/11/2062")  # fmt: skip
    (installation.inbox / "khac").mkdir()
    (installation.inbox / "khac" / "c.csv").write_text("x", encoding="utf-8")
    (installation.inbox / "khac" / ".hidden").write_text("x", encoding="utf-8")
    inbox = read_inbox(installation, sources, NOW)
    assert sorted(inbox.strays.values()) == [1, 1, 2]
    assert collect_period(inbox, RUNNING).new == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a.csv", "outside any folder: move it to <source>/<export>/"),
        (
            "xin_mann/dossiers_commune/a.csv",
            "in xin_mann/, which no settings file is named after; did you mean xin_man?",
        ),
        (
            "xin_man/dosiers_commune/a.csv",
            "in xin_man/dosiers_commune/, which is no export of that source; "
            "did you mean dossiers_commune?",
        ),
        (
            "Lò Thị Mẫu/a.csv",
            "in (another folder)/, which no settings file is named after",
        ),
        (
            "nguyen_van_an/a.csv",
            "in (another folder)/, which no settings file is named after",
        ),
        (
            "xin_man/nguyen_van_an/a.csv",
            "in xin_man/(another folder)/, which is no export of that source",
        ),
        (
            "xin_man/dossiers_commune/2023-01-15/~$a.csv",
            "a lock file of an office program: close the list there and save it",
        ),
    ],
)
def test_a_stray_file_is_told_by_where_it_lies(installation: Paths, path: str, reason: str) -> None:
    file = installation.inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x", encoding="utf-8")
    assert read_inbox(installation, load_sources(installation.sources), NOW).strays == {reason: 1}


def test_a_period_line_padded_with_the_delimiter_of_the_list_is_found(installation: Paths) -> None:
    line = "Từ ngày 15/01/2023 đến ngày 14/02/2023"
    for number, delimiter in enumerate(";,\t|"):
        _put(installation, f"{number}.csv", text=f"{line}{delimiter * 4}\n" + "a;b,c|d\te\n")
    assert _periods(installation) == ["2023-01-15"] * 4


def test_a_name_fits_a_pattern_whichever_way_its_letters_are_composed(installation: Paths) -> None:
    sources = load_sources(installation.sources)
    export = sources["xin_man"].exports["dossiers_commune"]
    export = export.model_copy(update={"files": ["Hồ sơ*"]})
    source = sources["xin_man"].model_copy(update={"exports": {"dossiers_commune": export}})
    _put(installation, unicodedata.normalize("NFD", "hồ sơ xã.csv"))
    _put(installation, "phí.csv")
    assert len(walk_inbox(installation, {"xin_man": source}).files) == 1


def test_an_unchanged_file_is_nothing_new_and_a_changed_one_is(installation: Paths) -> None:
    file = _put(installation, "a.csv")
    assert len(_collect(installation).new) == 1
    assert _collect(installation).new == []
    file.touch()
    assert _collect(installation).new == []
    file.write_text("x;y\n1;3\n", encoding="utf-8")
    assert len(_collect(installation).new) == 1


def test_an_inbox_that_did_not_change_is_not_opened_again(installation: Paths) -> None:
    sources = load_sources(installation.sources)
    undated = _put(installation, "a.csv")
    _put(installation, "2023-05-15", "b.csv")
    row = dossier(1, received_date="10/06/2023")
    deliver_workbook(installation, [row], period="", name="c.xlsx", line="")
    deliver_workbook(installation, [dossier(2)], period="", name="d.xlsx",
                     line="Từ ngày 15/01/2023 đến ngày 14/02/2023")  # fmt: skip
    with _opened_below(installation.inbox) as opened:
        assert len(_collect_all(installation)) == 4
    assert {file.name for file in opened} == {"a.csv", "b.csv", "c.xlsx", "d.xlsx"}
    with _opened_below(installation.inbox) as opened:
        assert _collect_all(installation) == []
        assert pending_files(installation, sources) == []
    assert opened == []
    undated.touch()
    with _opened_below(installation.inbox) as opened:
        assert _collect_all(installation) == []
    # Its bytes are compared, once; it is not read for its period.
    assert set(opened) == {undated}
    with _opened_below(installation.inbox) as opened:
        assert _collect_all(installation) == []
    assert opened == []


def _collect_all(paths: Paths) -> list[Delivery]:
    inbox = read_inbox(paths, load_sources(paths.sources), NOW)
    periods = CALENDAR.periods_until(CALENDAR.first_period, NOW.date())
    return [
        item
        for period in periods
        if period.kind == "month"
        for item in collect_period(inbox, period).new
    ]


_WATCHED: list[tuple[Path, list[Path]]] = []


def _note_opening(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes | PathLike):
        file = Path(fsdecode(arguments[0]))
        for folder, opened in _WATCHED:
            if file.is_relative_to(folder) and file.suffix:
                opened.append(file)


@contextmanager
def _opened_below(folder: Path) -> Iterator[list[Path]]:
    """List the files below a folder that this process opens, each time it does."""
    if not _WATCHED:
        sys.addaudithook(_note_opening)
    opened: list[Path] = []
    _WATCHED.append((folder, opened))
    yield opened
    _WATCHED[-1] = (folder, [])
