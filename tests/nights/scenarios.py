"""What a process does that may die at any named step, and that is done again afterwards."""

import secrets
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

from assets.engine.collect import inbox
from assets.engine.common.calendar import TIMEZONE, local_now
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from assets.engine.upkeep import back_up, begin_anew, restore
from assets.engine.upkeep.backup import SEAL
from tests.nights import night
from tests.nights.child import forking, from_portals
from tests.nights.conftest import FIRST_NIGHT, SECOND_NIGHT, deliver
from tests.nights.said import all_said, files_of
from tests.nights.steps import Step, Steps
from tests.support import SETTINGS, process
from tests.upgrade.test_upgrade import FIXTURE
from tests.upgrade.test_upgrade import PERIODS as UPGRADED

forking.set_forkserver_preload(["tests.nights.child", "tests.nights.scenarios"])

PORTAL_NIGHT = datetime(2023, 1, 20, 1, 30, tzinfo=ZoneInfo(TIMEZONE))
PATIENCE = 300.0
# What a rebuild sets aside is named by its time.
_STAMPED = "motcua-2"


@dataclass(frozen=True)
class Scenario:
    """A deed in a folder that holds `data`; what it must come to stands in `result`."""

    deed: Callable[[Path], None]
    result: str = "data"


def spend_the_first_night(folder: Path) -> None:
    """The very first: there is no warehouse, no key, no published file."""
    night.spend(_own(folder), FIRST_NIGHT[:1], local_now())


def spend_the_second_night(folder: Path) -> None:
    """One with a new list and a correction of the period before."""
    night.spend(_own(folder), SECOND_NIGHT, local_now())


def spend_a_portal_night(folder: Path) -> None:
    """One that asks a portal for a period once more."""
    paths = Paths(folder / "data", folder / "settings")
    assert from_portals(paths, FIRST_NIGHT[:1], PORTAL_NIGHT, is_anew=True) == []
    night.spend(paths, FIRST_NIGHT[:1], PORTAL_NIGHT)


def back_up_and_restore(folder: Path) -> None:
    """Into a new folder, and from it into an empty one, as both commands' sentences say."""
    copy, home = folder / "copy", folder / "data" / "home"
    if not (copy / SEAL).exists():
        back_up(_own(folder), home, copy, local_now(), lambda: None)
    for place in ("restored", "settings"):
        shutil.rmtree(folder / place, ignore_errors=True)
    restored = Paths(folder / "restored", folder / "settings")
    restore(copy, restored, restored.data / "home")


def rebuild(folder: Path) -> None:
    """Of an installation whose raw files were purged: all goes on from the old warehouse."""
    paths = Paths(folder / "data", folder / "settings")
    begin_anew(paths, load_sources(paths.sources), local_now(), is_loss_accepted=False)
    process(paths, UPGRADED)


def upgrade(folder: Path) -> None:
    """From the version before the first migration."""
    process(Paths(folder / "data", folder / "settings"), UPGRADED)


# The landing tier takes the first of them.
SCENARIOS = {
    "rebuild": Scenario(rebuild),
    "portal night": Scenario(spend_a_portal_night),
    "backup and restore": Scenario(back_up_and_restore, "restored"),
    "first night": Scenario(spend_the_first_night),
    "second night": Scenario(spend_the_second_night),
    "upgrade": Scenario(upgrade),
}


def begin_first_night(folder: Path) -> None:
    """Deliver one period into an inbox that nobody has collected from."""
    deliver(_own(folder), FIRST_NIGHT[0])


def begin_upgrade(folder: Path) -> None:
    """Unpack the installation of the first version."""
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, filter="data")
    (folder / "data" / "inbox").mkdir()


def begin_rebuild(folder: Path) -> None:
    """The same, after the first night of this version."""
    begin_upgrade(folder)
    upgrade(folder)


def done(name: str, folder: Path, last: Step | None = None) -> dict[str, int] | None:
    """Do a scenario's deed in a process of its own; return how often it came to each step.

    None if it died, which it must if `last` says where.
    """
    hears, says = forking.Pipe(duplex=False)
    child = forking.Process(target=_do, args=(name, folder, last, says))
    child.start()
    says.close()
    try:
        return dict(hears.recv())
    except EOFError:
        return None
    finally:
        child.join(PATIENCE)


def _do(name: str, folder: Path, last: Step | None, says: Connection) -> None:
    inbox.LOOK_SECONDS = inbox.QUIET_SECONDS = 0
    secrets.token_hex = _same_key
    steps = Steps(last).watch()
    SCENARIOS[name].deed(folder)
    says.send(dict(steps.counts))


def _same_key(nbytes: int | None = None) -> str:
    """Return a key that is the same in every installation, so that they can be compared."""
    return "0123456789abcdef" * 4


def said_of(name: str, folder: Path) -> tuple[dict[str, list[tuple[object, ...]]], set[str]]:
    """Return what the result of a scenario says, and which files there are."""
    paths = Paths(folder / SCENARIOS[name].result, SETTINGS)
    files = {file for file in files_of(paths) if not Path(file).name.startswith(_STAMPED)}
    return all_said(paths), files


def _own(folder: Path) -> Paths:
    return Paths(folder / "data", SETTINGS)
