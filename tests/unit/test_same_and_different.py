"""Same and different: which names are one name, and that changed bytes are noticed."""

import os
import unicodedata
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.collect import (
    Manifest,
    collect_period,
    content_keys,
    listing_key,
    pending_files,
    read_inbox,
    read_manifest,
    unlike_twins,
)
from assets.engine.collect import hashes as hashed
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.load import lacking
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from tests.support import CALENDAR
from tests.unit.deliveries import (
    FEBRUARY,
    JANUARY,
    code,
    deliver_csv,
    dossier,
    load,
    place,
    register_of,
)

NOW = datetime(2023, 6, 20, 10, 0, tzinfo=ZoneInfo(TIMEZONE))
NAME = "hồ sơ Chí Cà.csv"
SAME = {
    "decomposed letters": unicodedata.normalize("NFD", NAME),
    "capitals, as on a share": "Hồ sơ CHÍ CÀ.CSV",
    "a letter of no width": NAME.replace("hồ", "hồ\u200b"),
}
OTHER = {
    "two blanks": NAME.replace(" ", "  "),
    "no blank": NAME.replace(" ", ""),
    "a blank that does not break": NAME.replace(" ", "\u00a0"),
    "a blank at the end": f" {NAME}",
}


def _collect(paths: Paths, key: str = JANUARY) -> list[str]:
    inbox = read_inbox(paths, load_sources(paths.sources), NOW)
    return [item.name for item in collect_period(inbox, CALENDAR.month_from_key(key)).new]


@pytest.mark.parametrize("kind", SAME)
def test_a_correction_whose_name_looks_the_same_supersedes(kind: str, installation: Paths) -> None:
    first = deliver_csv(installation, [dossier(1), dossier(2)], name=NAME)
    load(installation)
    first.unlink()
    deliver_csv(installation, [dossier(2)], name=SAME[kind])
    load(installation)
    assert register_of(installation) == {code(2): "in_process"}


@pytest.mark.parametrize("kind", SAME)
def test_of_two_files_of_one_name_the_one_written_last_is_taken_and_a_warning_names_the_place(
    kind: str, installation: Paths
) -> None:
    for day, name, rows in ((10, SAME[kind], [dossier(1)]), (12, NAME, [dossier(2)])):
        file = deliver_csv(installation, rows, name=name)
        os.utime(file, (moment := NOW.timestamp() + day, moment))
    load(installation)
    assert register_of(installation) == {code(2): "in_process"}
    strays = read_inbox(installation, load_sources(installation.sources), NOW).strays
    ((reason, count),) = strays.items()
    assert reason.startswith("in xin_man/dossiers_commune/, whose name differs from another's in ")
    assert count == 1
    assert NAME not in reason
    assert _collect(installation) == []


@pytest.mark.parametrize("kind", OTHER)
def test_names_of_other_blanks_are_two_files_and_both_count(kind: str, installation: Paths) -> None:
    for number, name in enumerate((NAME, OTHER[kind]), start=1):
        deliver_csv(installation, [dossier(number)], name=name)
    load(installation)
    assert register_of(installation) == {code(1): "in_process", code(2): "in_process"}
    assert not read_inbox(installation, load_sources(installation.sources), NOW).strays


@pytest.mark.parametrize(("number", "count"), [(1, 0), (2, 1)])
def test_a_file_that_is_left_and_holds_other_rows_than_its_twin_is_told(
    number: int, count: int, installation: Paths
) -> None:
    deliver_csv(installation, [dossier(1)], name=NAME)
    deliver_csv(installation, [dossier(number)], name=SAME["decomposed letters"])
    assert unlike_twins(installation, load_sources(installation.sources)).total() == count


def test_names_in_a_manifest_of_before_are_compared_as_those_of_today(installation: Paths) -> None:
    for number, name in enumerate((unicodedata.normalize("NFD", NAME), NAME), start=1):
        (file := installation.inbox / "file").write_text(str(number), encoding="utf-8")
        Manifest(installation).collect(
            file, source="s", export="e", period=JANUARY, name=f"{JANUARY}/{name}", now=NOW
        )
    first, second = read_manifest(installation)
    assert first.name != second.name
    assert first.place == second.place
    assert Manifest(installation).newest == {first.place: second}


def test_names_that_an_older_version_added_are_versions_of_one_file_at_the_next_run(
    installation: Paths,
) -> None:
    first = deliver_csv(installation, [dossier(1)], name=NAME)
    second = deliver_csv(installation, [dossier(2)], name="z.csv")
    load(installation)
    assert register_of(installation) == {code(1): "in_process", code(2): "in_process"}
    first.unlink()
    second.unlink()
    manifest = installation.raw / "manifest.jsonl"
    text = manifest.read_text("utf-8").replace("z.csv", SAME["decomposed letters"])
    manifest.write_text(text, "utf-8")
    sources = load_sources(installation.sources)
    with warehouse(installation) as connection:
        assert [d.period for d in lacking(connection, installation, sources).loadable] == [JANUARY]
    load(installation)
    assert register_of(installation) == {code(2): "in_process"}


def test_folders_of_a_source_may_be_written_in_capitals(installation: Paths) -> None:
    folder = installation.inbox / "XIN_MAN" / "Dossiers_Commune" / JANUARY
    folder.mkdir(parents=True)
    deliver_csv(installation, [dossier(1)]).rename(folder / NAME)
    assert _collect(installation) == [f"{JANUARY}/{NAME}"]
    assert not read_inbox(installation, load_sources(installation.sources), NOW).strays


def test_one_name_in_two_periods_is_two_files(installation: Paths) -> None:
    for period in (JANUARY, FEBRUARY):
        deliver_csv(installation, [dossier(1)], period=period, name=NAME)
    assert [len(_collect(installation, key)) for key in (JANUARY, FEBRUARY)] == [1, 1]


def _change_under_the_same_time(file: Path, how: str) -> None:
    """Give a file other bytes of the same number; its time says that nothing happened."""
    status, content = file.stat(), file.read_bytes()
    changed = content.replace(b"230105-0001", b"230105-0009")
    assert len(changed) == len(content) > changed.count(b"230105-0009") > 0
    if how == "renamed into place":
        aside = file.with_name(".new")
        aside.write_bytes(changed)
        os.utime(aside, ns=(status.st_atime_ns, status.st_mtime_ns))
        aside.replace(file)
    else:
        file.write_bytes(changed)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("how", ["written in place", "renamed into place"])
def test_changed_bytes_are_collected_whatever_size_and_time_say(
    how: str, installation: Paths
) -> None:
    file = deliver_csv(installation, [dossier(1)], name=NAME)
    load(installation)
    assert _collect(installation) == []
    sources = load_sources(installation.sources)
    assert pending_files(installation, sources) == []
    before = listing_key(installation, pending_files(installation, sources))
    _change_under_the_same_time(file, how)
    pending = pending_files(installation, sources)
    assert [item.path for item in pending] == [file]
    assert listing_key(installation, pending) != before
    assert list(content_keys(installation, load_sources(installation.sources), pending, NOW)) == [
        JANUARY
    ]
    load(installation)
    assert register_of(installation) == {code(9): "in_process"}


def test_a_change_right_after_the_reading_is_noticed(installation: Paths) -> None:
    """The clock of a file system goes in steps: two changes may have one time."""
    file = deliver_csv(installation, [dossier(1)], name=NAME)
    for step in range(20):
        assert len(_collect(installation)) == 1
        status = file.stat()
        file.write_bytes(file.read_bytes()[:-3] + f"{step:03}".encode())
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_run_reads_each_file_of_a_share_whose_times_nobody_vouches_for(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = deliver_csv(installation, [dossier(1)], name=NAME)
    assert _collect(installation) == [f"{JANUARY}/{NAME}"]
    _change_under_the_same_time(file, "written in place")
    known = hashed.Hashes(installation, believes_shares=True)
    known._known = {hashed.settled_stamp(file): read_manifest(installation)[0].sha256}
    known.of(file)
    known.keep()
    assert _collect(installation) == []  # as if the share had lied
    monkeypatch.setattr(hashed, "_is_own", lambda _: False)
    assert pending_files(installation, load_sources(installation.sources)) == []
    assert _collect(installation) == [f"{JANUARY}/{NAME}"]


@pytest.mark.parametrize(
    ("mounts", "is_own"),
    [
        ("1 0 8:1 / / rw - ext4 /dev/a rw\n", True),
        ("1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:9 / {folder} rw shared:1 - cifs //s rw\n", False),
        ("1 0 8:1 / / rw - nfs4 s:/ rw\n2 1 0:9 / {folder} rw - xfs /dev/b rw\n", True),
        ("1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:9 / {folder}x rw - cifs //s rw\n", True),
        ("", False),
    ],
)  # fmt: skip
def test_what_is_mounted_says_which_times_are_believed(
    mounts: str, *, is_own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "hộp thư\tđến"
    folder.mkdir()
    listed = tmp_path / "mountinfo"
    written = str(folder).replace(" ", "\\040").replace("\t", "\\011")
    listed.write_text(mounts.format(folder=written), encoding="utf-8")
    monkeypatch.setattr(hashed, "MOUNTS", listed)
    hashed._is_own.cache_clear()
    try:
        assert hashed._is_own(str(folder)) is is_own
    finally:
        hashed._is_own.cache_clear()


def test_without_what_was_hashed_every_file_is_read_once(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)], name=NAME)
    place(installation, "dossiers_commune", JANUARY, "b.csv").write_text("x;y\n1;2\n", "utf-8")
    assert len(_collect(installation)) == 2
    kept = installation.raw / "hashed.json"
    content = kept.read_bytes()
    assert content.count(b":") == 2
    assert b"Ch" not in content
    for spoilt in (b"{", b"[]", b"\xff"):
        kept.write_bytes(spoilt)
        assert _collect(installation) == []
        assert kept.read_bytes() == content
