"""Whatever an inbox holds costs itself only; it is named by its known folders, not by its name."""

import ctypes
import os
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from assets.engine.collect import (
    Manifest,
    blob_of,
    collect_period,
    content_keys,
    inbox,
    listing_key,
    pending_files,
    read_inbox,
    read_manifest,
)
from assets.engine.common import disk
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from tests.nights.child import forking
from tests.support import CALENDAR, SETTINGS
from tests.unit.deliveries import JANUARY, PERSON, ask, deliver_csv, dossier, load

EXPORT = "in xin_man/dossiers_commune/"
PLACE = f"{EXPORT}{JANUARY}/"
LINKS = f"{PLACE}, a link, which is not followed here: deliver the file itself"
DEVICES = f"{PLACE}, neither a file nor a folder, but a pipe, socket or device: remove it"
MEND = "let the user who runs Motcua enter and read it"
NAME = f"{PERSON}.csv"
PATIENCE = 60.0

Seen = tuple[list[str], dict[str, int], dict[str, int], int]


@pytest.fixture
def folder(installation: Paths) -> Path:
    """The folder of a period with one file as it should be."""
    return deliver_csv(installation, [dossier(1)]).parent


def _look(paths: Paths) -> Seen:
    """Return what a run collects, what it leaves and why, and how many files the sensor sees."""
    sources = load_sources(paths.sources)
    pending = pending_files(paths, sources)
    listing_key(paths, pending)
    content_keys(paths, sources, pending, local_now())
    found = read_inbox(paths, sources, local_now())
    collected = collect_period(found, CALENDAR.month_from_key(JANUARY))
    return [item.name for item in collected.new], found.strays, collected.left, len(pending)


def _loop(folder: Path, _: Path) -> None:
    (folder / NAME).symlink_to(NAME)


def _dangling(folder: Path, _: Path) -> None:
    (folder / NAME).symlink_to("nowhere")


def _link_out(folder: Path, data: Path) -> None:
    (data / "secret.key").write_text("x", encoding="ascii")
    (folder / NAME).symlink_to(data / "secret.key")


def _folder_link(folder: Path, data: Path) -> None:
    (data / "elsewhere").mkdir()
    (data / "elsewhere" / NAME).write_text("x", encoding="ascii")
    (folder / PERSON).symlink_to(data / "elsewhere")


def _folder_loop(folder: Path, _: Path) -> None:
    (folder / PERSON).symlink_to(folder)


def _pipe(folder: Path, _: Path) -> None:
    os.mkfifo(folder / NAME)


def _socket(folder: Path, _: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket may have 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(NAME)
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_loop, LINKS), (_dangling, LINKS), (_link_out, LINKS), (_folder_link, LINKS),
        (_folder_loop, LINKS), (_pipe, DEVICES), (_socket, DEVICES),
    ],
)  # fmt: skip
def test_what_is_no_file_is_counted_and_left(
    make: Callable[[Path, Path], None], reason: str, installation: Paths, folder: Path
) -> None:
    make(folder, installation.data)
    assert _look(installation) == ([f"{JANUARY}/a.csv"], {reason: 1}, {}, 1)


def test_a_device_is_never_opened(installation: Paths, folder: Path) -> None:
    try:
        os.mknod(folder / NAME, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("may not make a device here")
    assert _look(installation)[:2] == ([f"{JANUARY}/a.csv"], {DEVICES: 1})


def test_source_and_export_may_be_links_and_a_loop_of_them_costs_its_source(
    installation: Paths, folder: Path, tmp_path: Path
) -> None:
    source = folder.parents[1]
    source.rename(tmp_path / "share")
    source.symlink_to(tmp_path / "share")
    (installation.inbox / "loop").symlink_to("loop")
    (installation.inbox / "motcua").symlink_to("nowhere")
    reasons = {"in the inbox, " + LINKS.partition(", ")[2]: 1}
    collected, strays, *_ = _look(installation)
    assert collected == [f"{JANUARY}/a.csv"]
    assert sum(strays.values()) == 2
    assert reasons.keys() <= strays.keys()


NAMES = {
    "no UTF-8": b"L\xf2 Th\xfe M\xe7u.csv",
    "255 bytes": b"\xe1\xba\xab" * 83 + b"ab.csv",
    "a new line": "Lò\nThị Mẫu.csv".encode(),
    "a bell and a quotation mark": b"\x07\"L'\x1b[1m.csv",
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_file_of_any_name_is_collected_loaded_and_known_again(
    kind: str, installation: Paths, folder: Path
) -> None:
    (folder / "a.csv").rename(folder / os.fsdecode(NAMES[kind]))
    (loaded,) = load(installation)
    assert (loaded.state, loaded.accepted) == ("loaded", 1)
    assert _look(installation) == ([], {}, {}, 0)
    assert PERSON not in str(ask(installation, "FROM ops.delivery"))


def test_folders_nested_beyond_the_longest_path_cost_themselves(
    installation: Paths, folder: Path
) -> None:
    here, long = Path.cwd(), "ẫ" * 80
    try:
        os.chdir(folder)
        for _ in range(20):
            Path(long).mkdir()
            os.chdir(long)
    finally:
        os.chdir(here)
    collected, strays, *_ = _look(installation)
    assert collected == [f"{JANUARY}/a.csv"]
    assert strays == {f"{PLACE}, a folder that cannot be read (File name too long): {MEND}": 1}


def test_an_empty_file_and_one_with_two_names_are_files(installation: Paths, folder: Path) -> None:
    (folder / "empty.csv").touch()
    os.link(folder / "a.csv", folder / NAME)
    names = [f"{JANUARY}/{name}" for name in (NAME, "a.csv", "empty.csv")]
    assert sorted(_look(installation)[0]) == sorted(names)
    assert _look(installation) == ([], {}, {}, 0)


@pytest.mark.parametrize("seconds", [-1e11, -1.0, 0.0, 1e10, 1e12])
def test_a_file_of_any_time_is_collected(seconds: float, installation: Paths, folder: Path) -> None:
    """A file system in memory keeps times of the year 33,658, and of the year before Christ."""
    os.utime(folder / "a.csv", (seconds, seconds))
    (loaded,) = load(installation)
    assert loaded.state == "loaded"
    assert _look(installation) == ([], {}, {}, 0)


def test_times_that_no_calendar_has_are_the_nearest_that_it_has(installation: Paths) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir():
        pytest.skip("no disk in memory here")
    file = shared / f"motcua-{os.getpid()}.csv"
    for seconds in (-1e12, 1e12):
        file.write_text(str(seconds), encoding="ascii")
        try:
            os.utime(file, (seconds, seconds))
            manifest = Manifest(installation)
            delivery = manifest.collect(
                file, source="s", export="e", period=JANUARY, name="a.csv", now=local_now()
            )
        finally:
            file.unlink()
        assert delivery is not None
        assert delivery.modified_at[:4] == ("0001" if seconds < 0 else "9999")


def test_a_file_larger_than_the_room_costs_itself(installation: Paths, folder: Path) -> None:
    with (folder / NAME).open("wb") as file:
        file.truncate(1 << 42)
    reason = f"{PLACE}, larger than the room on the disk of raw/: make room, or deliver it in parts"
    assert _look(installation) == ([f"{JANUARY}/a.csv"], {}, {reason: 1}, 2)
    assert not list(installation.raw.glob(".incoming*"))


def test_a_full_disk_is_named_where_any_file_would_fill_it(
    installation: Paths, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    monkeypatch.setattr(disk, "RESERVE", 2 * free)
    assert not disk.lacks_room(installation.data, 1 << 42)


def test_what_changes_between_the_look_and_the_copy_costs_itself(
    installation: Paths, folder: Path
) -> None:
    for name in ("b.csv", "c.csv", "d.csv", "e.csv"):
        (folder / name).write_text(name, encoding="ascii")
    found = read_inbox(installation, load_sources(installation.sources), local_now())
    (folder / "b.csv").unlink()
    for name in ("c.csv", "d.csv", "e.csv"):
        (folder / name).unlink()
    (folder / "c.csv").mkdir()
    os.mkfifo(folder / "d.csv")
    (folder / "e.csv").symlink_to("a.csv")
    collected = collect_period(found, CALENDAR.month_from_key(JANUARY))
    assert [item.name for item in collected.new] == [f"{JANUARY}/a.csv"]
    assert collected.left.total() == 4
    assert all(reason.startswith(f"{PLACE}, a file that cannot be") for reason in collected.left)


def _without_rights(paths: Paths, says: Connection) -> None:
    """Look as the owner of the files does: root may enter and read anything."""
    inbox.LOOK_SECONDS = inbox.QUIET_SECONDS = 0
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if os.geteuid() == 0 and ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()):
        says.send(None)
        return
    try:
        collected, strays, left, pending = _look(paths)
        says.send((collected, dict(strays), dict(left), pending))
    except BaseException as error:  # noqa: BLE001 (told to the test, which fails by it)
        says.send(repr(error))


@pytest.mark.parametrize(
    ("closed", "mode", "reason"),
    [
        ("{period}", 0o000, f"{PLACE}, a folder that cannot be read (Permission denied)"),
        ("{period}", 0o300, f"{PLACE}, a folder that cannot be read (Permission denied)"),
        ("{period}", 0o600, f"{PLACE}, a file that cannot be read (Permission denied)"),
        ("", 0o000, f"{EXPORT}, a folder that cannot be read (Permission denied)"),
        ("{period}/b.csv", 0o000, f"{PLACE}, a file that cannot be read (Permission denied)"),
        (PERSON, 0o000, f"{EXPORT}, a folder that cannot be read (Permission denied)"),
    ],
)  # fmt: skip
def test_what_may_not_be_entered_or_read_costs_itself_and_is_named(
    closed: str, mode: int, reason: str, installation: Paths, folder: Path
) -> None:
    export = folder.parent
    other = installation.inbox / "xin_man" / "dossiers_district" / JANUARY
    other.mkdir(parents=True)
    (other / "a.xlsx").write_bytes(b"x")
    (folder / "b.csv").write_text("x;y\n", encoding="ascii")
    (export / PERSON).mkdir()
    (export / PERSON / NAME).write_text("x;y\n", encoding="ascii")
    place = export / closed.format(period=JANUARY)
    before = place.stat().st_mode
    place.chmod(mode)
    hears, says = forking.Pipe(duplex=False)
    child = forking.Process(target=_without_rights, args=(Paths(installation.data, SETTINGS), says))
    child.start()
    try:
        assert hears.poll(PATIENCE)
        seen = hears.recv()
        child.join(PATIENCE)
    finally:
        place.chmod(before)
    if seen is None:
        pytest.skip("may not give up the rights of root here")
    collected, strays, left, _ = seen
    assert f"{JANUARY}/a.xlsx" in collected
    assert sum(strays.values()) + sum(left.values()) in (1, 2)
    assert {text.partition(":")[0] for text in strays | left} == {reason}
    assert PERSON not in str(strays | left)
    assert [item.name for item in read_manifest(installation)] == collected
    assert all(blob_of(installation, item).exists() for item in read_manifest(installation))
