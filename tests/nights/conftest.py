"""Two nights of an authority that the tests of this folder disturb in every way.

The first has happened: two periods of the sample are published. In the second a third period has
come, and a correction of the one before it.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from tests.assets.deliveries import COMMUNE, correct_commune, delivered_file, read_commune
from tests.nights import night
from tests.support import SAMPLE_INBOX, SAMPLE_KEYS, SETTINGS, made_once, new_installation

FIRST_NIGHT = SAMPLE_KEYS[:2]
SECOND_NIGHT = SAMPLE_KEYS[1:3]
# A night of few rows takes the same steps as one of many.
ROWS = 150


@dataclass(frozen=True)
class QuietNight:
    """The installation after a night that nothing disturbed, and how long each stage took."""

    paths: Paths
    seconds: dict[str, float]


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The installation on the evening before the second night. Read only."""
    return Paths(made_once(tmp_path_factory, "evening", _spend_the_first_night) / "data", SETTINGS)


def _spend_the_first_night(folder: Path) -> None:
    paths = new_installation(folder / "data")
    for key in FIRST_NIGHT:
        deliver(paths, key)
    night.spend(paths, FIRST_NIGHT, local_now())
    deliver(paths, SECOND_NIGHT[-1])
    file = delivered_file(paths, COMMUNE, SECOND_NIGHT[0])
    withdrawn = [row["Mã hồ sơ"] for row in read_commune(file)[10:20]]
    correct_commune(
        file, {code: {"Trạng thái": "Công dân yêu cầu rút hồ sơ"} for code in withdrawn}
    )


@pytest.fixture(scope="session")
def quiet_night(evening: Paths, tmp_path_factory: pytest.TempPathFactory) -> QuietNight:
    """The second night, undisturbed."""

    def spend(folder: Path) -> None:
        paths, begun = copy_of(evening, folder / "data"), dict[str, float]()
        night.spend(
            paths, SECOND_NIGHT, local_now(), lambda stage: begun.update({stage: monotonic()})
        )
        ended = [*begun.values(), monotonic()][1:]
        seconds = {
            stage: end - start for (stage, start), end in zip(begun.items(), ended, strict=True)
        }
        (folder / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")

    folder = made_once(tmp_path_factory, "morning", spend)
    return QuietNight(
        Paths(folder / "data", SETTINGS), json.loads((folder / "seconds.json").read_text())
    )


@pytest.fixture(scope="session")
def morning(quiet_night: QuietNight) -> Paths:
    """The installation on the morning after it. Read only."""
    return quiet_night.paths


@pytest.fixture
def own_evening(evening: Paths, tmp_path: Path) -> Paths:
    """A copy of the evening that a test may change."""
    return copy_of(evening, tmp_path / "data")


def copy_of(paths: Paths, folder: Path) -> Paths:
    """Copy an installation as a machine's image would be copied: modes and times too."""
    shutil.copytree(paths.data, folder)
    return Paths(folder, SETTINGS)


def deliver(paths: Paths, key: str, rows: int = ROWS) -> None:
    """Deliver the first rows of the communes' list of a period, and its payments."""
    for export in (COMMUNE, "payments"):
        (origin,) = (SAMPLE_INBOX / "xin_man" / export / key).iterdir()
        target = paths.inbox / origin.relative_to(SAMPLE_INBOX)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, target)
    file = delivered_file(paths, COMMUNE, key)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[: 1 + rows]))
