"""What the machine refuses reaches the operator as one sentence, whichever part of it is broken."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets import raw
from assets.engine.common.paths import Paths
from pipelines.commands.doctor import main
from pipelines.commands.serve import INSTANCE_SETTINGS
from tests.end_to_end.commands import motcua_here
from tests.support import SETTINGS
from tests.unit.deliveries import JANUARY, PERSON, deliver_csv, dossier

HISTORY = "Reading or writing Dagster's history in DAGSTER_HOME: found "
NO_WRITING = "expected a disk mounted for writing. What was published before stays. Mount it for "
DISK = "8m"


@dataclass(frozen=True)
class Doctor:
    """The command, run in this process; it must find something wrong."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, paths: Paths) -> str:
        self.monkeypatch.setenv("MOTCUA_DATA", str(paths.data))
        assert main() == 1
        return self.capsys.readouterr().out


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(capsys, monkeypatch)


@pytest.fixture
def home(installation: Paths) -> Path:
    """The Dagster instance of an installation with a file to collect."""
    deliver_csv(installation, [dossier(1)], name=f"{PERSON}.csv")
    folder = installation.data / "dagster"
    (folder / "history").mkdir(parents=True)
    (folder / "schedules").mkdir()
    shutil.copyfile(INSTANCE_SETTINGS, folder / "dagster.yaml")
    return folder


@pytest.fixture
def mounted() -> Iterator[Callable[[Path, str], None]]:
    """Put a disk in memory under a folder, with what it holds; read-only, or full."""
    places: list[Path] = []

    def mount(folder: Path, how: str) -> None:
        aside = folder.with_name(f"{folder.name}.aside")
        shutil.copytree(folder, aside)
        arguments = ["-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
        try:
            done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("no mount here")
        if done.returncode:
            pytest.skip("may not mount here")
        places.append(folder)
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        if how == "full":
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
            with (folder / "filler").open("wb") as filler:
                os.posix_fallocate(filler.fileno(), 0, free)
        else:
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

    yield mount
    for place in places:
        subprocess.run(["umount", str(place)], check=True)


def _said(paths: Paths) -> str:
    """Run a period; return the sentence that it fails with, all that it prints of the failure."""
    done = motcua_here(paths.data, "period", JANUARY)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Failed: ")]
    assert len(lines) == 1, done.stderr
    assert PERSON not in done.stderr + done.stdout
    return lines[0].strip()


@pytest.mark.parametrize("name", ["history/runs.db", "schedules/schedules.db"])
@pytest.mark.parametrize(
    ("how", "found"),
    [("damaged", "a damaged SQLite file"), ("a folder", "a file that cannot be opened")],
)
def test_a_broken_history_is_told(
    name: str, how: str, found: str, home: Path, doctor: Doctor
) -> None:
    installation = Paths(home.parent, SETTINGS)
    if how == "damaged":
        (home / name).write_bytes(b"x" * 9000)
    else:
        (home / name).mkdir()
    assert _said(installation).startswith(HISTORY + found)
    assert f"wrong  {HISTORY}{found}" in doctor(installation)


@pytest.mark.parametrize(
    ("folder", "how", "said"),
    [
        ("dagster", "read-only", f"found Read-only file system in dagster/; {NO_WRITING}"),
        ("dagster", "full", f"{HISTORY}a full disk; expected a disk with room. "),
        ("raw", "read-only", f"found Read-only file system in raw/; {NO_WRITING}"),
        ("warehouse", "read-only", f"found Read-only file system in warehouse/; {NO_WRITING}"),
    ],
)
def test_a_disk_that_cannot_be_written_to_is_told(
    folder: str, how: str, said: str, home: Path, mounted: Callable[[Path, str], None]
) -> None:
    installation = Paths(home.parent, SETTINGS)
    installation.raw.mkdir()
    mounted(installation.data / folder, how)
    assert said in _said(installation)


def test_a_file_where_the_data_belong_is_told(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "data", tmp_path)
    paths.data.write_text("x", encoding="ascii")
    assert _said(paths).startswith(
        "Running the command period: found Not a directory in dagster/; expected the folders that "
    )


def test_a_damaged_manifest_is_told(home: Path, doctor: Doctor) -> None:
    installation = Paths(home.parent, SETTINGS)
    installation.raw.mkdir()
    (installation.raw / "manifest.jsonl").write_text(f"{PERSON}\n", encoding="utf-8")
    said = "Reading raw/manifest.jsonl: found a damaged line, number 1"
    assert said in _said(installation)
    assert f"wrong  {said}" in doctor(installation)


def test_of_an_error_that_nobody_foresaw_only_the_kind_is_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Paths(home.parent, SETTINGS)

    def fail(*_: object) -> None:
        raise ValueError(PERSON)

    monkeypatch.setattr(raw, "read_inbox", fail)
    assert _said(installation) == "raw__delivery: ValueError. The log of the run says more."
