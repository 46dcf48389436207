"""The inbox: which period a file belongs to, and that a file nobody will collect is told."""

import unicodedata
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.inbox import collect_period, period_of, stray_files, waiting_files
from assets.engine.paths import Paths
from assets.engine.periods import TIMEZONE
from assets.engine.raw_store import newest, read_manifest
from assets.engine.sources import load_sources
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
    waiting = waiting_files(paths, load_sources(paths.sources))
    taken = newest(read_manifest(paths))
    periods = [period_of(paths, CALENDAR, item, NOW, taken) for item in waiting]
    return [period.key if period else None for period in periods]


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
    assert stray_files(installation, sources, NOW) == {}
    _put(installation, "2023-01-01", "a.csv")
    _put(installation, "2022-11-15", "b.csv")
    deliver_workbook(installation, [dossier(1)], period="",
                     line="Từ ngày 15/10/2062 đến ngày 14/11/2062")  # fmt: skip
    (installation.inbox / "khac").mkdir()
    (installation.inbox / "khac" / "c.csv").write_text("x", encoding="utf-8")
    (installation.inbox / "khac" / ".hidden").write_text("x", encoding="utf-8")
    assert sorted(stray_files(installation, sources, NOW).values()) == [1, 1, 2]
    assert collect_period(installation, sources, RUNNING, NOW).new == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a.csv", "outside any folder: move each to <source>/<export>/"),
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
            "in (a folder of another form)/, which no settings file is named after",
        ),
        (
            "xin_man/dossiers_commune/2023-01-15/~$a.csv",
            "lock files of an office program: close the list there and save it",
        ),
    ],
)
def test_a_stray_file_is_told_by_where_it_lies(installation: Paths, path: str, reason: str) -> None:
    file = installation.inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x", encoding="utf-8")
    assert stray_files(installation, load_sources(installation.sources), NOW) == {reason: 1}


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
    assert len(list(waiting_files(installation, {"xin_man": source}))) == 1


def test_an_unchanged_file_is_nothing_new_and_a_changed_one_is(installation: Paths) -> None:
    sources = load_sources(installation.sources)
    file = _put(installation, "a.csv")
    assert len(collect_period(installation, sources, RUNNING, NOW).new) == 1
    assert collect_period(installation, sources, RUNNING, NOW).new == []
    file.touch()
    assert collect_period(installation, sources, RUNNING, NOW).new == []
    file.write_text("x;y\n1;3\n", encoding="utf-8")
    assert len(collect_period(installation, sources, RUNNING, NOW).new) == 1
