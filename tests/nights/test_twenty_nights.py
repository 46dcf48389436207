"""Nights in a row, each with a mishap, end with the figures of one clean load of everything.

Lists come late, corrected, cut off, as something else, in parts; runs are killed. Meanwhile one
reader asks both files without pause, another holds a connection through each night, and one that
opened a file for writing dies. In the end the same bytes are loaded in one go, and every table must
say the same but the logs of what was said in between. The seed is named. There are 8 nights;
the long tier has five months of 20 and writes to `data/bench/nights.json` what happened in them.
"""

import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from assets.engine.collect import read_manifest, walk_inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import PROJECT, Paths, private_folder
from assets.engine.settings import load_sources
from tests.assets.deliveries import COMMUNE, correct_commune, read_commune
from tests.end_to_end.tables import differences
from tests.nights import night
from tests.nights.child import forking, through_the_engine
from tests.nights.conftest import deliver
from tests.nights.readers import reading_without_pause, write_and_die
from tests.nights.said import all_said, published_by
from tests.support import SAMPLE_KEYS, SETTINGS, new_installation
from tests.tier import IS_SOAK, MONTHS, NIGHTS

COUNTS = PROJECT / "data" / "bench" / "nights.json"
KEYS = SAMPLE_KEYS[:3]
ROWS = 60
LOGS = ("ops.revision", "ops.moved_dossier")
PATIENCE = 180.0
WITHDRAWN = {"Trạng thái": "Công dân yêu cầu rút hồ sơ"}


class Month:
    """An authority and what befalls it; every choice is the seed's."""

    def __init__(self, paths: Paths, seed: int) -> None:
        self.paths = paths
        self.random = random.Random(seed)
        self.undelivered = KEYS[1:]
        # One of each kind in any order, then any: a few nights, too, see every mishap.
        self.coming = self.random.sample(sorted(self.mishaps()), len(self.mishaps()))

    def mishaps(self) -> dict[str, Callable[[], None]]:
        return {
            "late list": self.late_list,
            "corrected list": self.corrected_list,
            "cut list": self.cut_list,
            "something else": self.something_else,
            "part of a list": self.part_of_a_list,
            "nothing": lambda: None,
        }

    def happens(self) -> str:
        """Let something befall the inbox; return what."""
        mishaps = self.mishaps()
        name = self.coming.pop() if self.coming else self.random.choice(sorted(mishaps))
        mishaps[name]()
        return name

    def late_list(self) -> None:
        if self.undelivered:
            deliver(self.paths, self.undelivered.pop(), ROWS)

    def corrected_list(self) -> None:
        file = self._some_list()
        rows = read_commune(file)
        chosen = self.random.sample(rows, min(3, len(rows)))
        correct_commune(file, {row["Mã hồ sơ"]: WITHDRAWN for row in chosen})

    def cut_list(self) -> None:
        """A list whose copy broke off in a row; the next night's may be whole again."""
        file = self._some_list()
        content = file.read_bytes()
        lines = content.splitlines(keepends=True)
        cut = b"".join(lines[: max(3, len(lines) // 2)])
        file.with_name("cut.csv").write_bytes(cut[: -self.random.randint(5, 40)])

    def something_else(self) -> None:
        """Under the name of a good list, which stays in force; the good one comes back later."""
        file = self._some_list()
        shutil.copyfile(file, file.with_suffix(".good"))
        file.write_bytes(b"%PDF-1.7 " + self.random.randbytes(200))
        file.with_suffix(".good").replace(file.with_name("good again.csv"))

    def part_of_a_list(self) -> None:
        file = self._some_list()
        header, *rows = file.read_bytes().splitlines(keepends=True)
        start = self.random.randrange(len(rows))
        name = f"part-{self.random.randrange(4)}.csv"
        file.with_name(name).write_bytes(header + b"".join(rows[start : start + 10]))

    def _some_list(self) -> Path:
        lists = [
            file
            for file in sorted((self.paths.inbox / "xin_man" / COMMUNE).glob("*/*.csv"))
            if not file.read_bytes().startswith(b"%PDF") and len(read_commune(file)) > 2
        ]
        return self.random.choice(lists)

    def night(self, *, is_killed: bool) -> None:
        """Spend a night; one that is killed ends at any moment."""
        if not is_killed:
            night.spend(self.paths, KEYS, local_now())
            return
        hears, says = forking.Pipe(duplex=False)
        child = forking.Process(target=through_the_engine, args=(self.paths.data, KEYS, says))
        child.start()
        stage = self.random.choice(night.STAGES)
        while hears.poll(PATIENCE) and hears.recv() != stage:
            pass
        child.join(self.random.random())
        child.kill()
        child.join(PATIENCE)


@pytest.fixture(scope="module")
def happened() -> Iterator[Counter[str]]:
    """What befell the nights; a soak writes it down."""
    counts: Counter[str] = Counter()
    yield counts
    if IS_SOAK:
        COUNTS.parent.mkdir(parents=True, exist_ok=True)
        COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=1), encoding="utf-8")


@pytest.mark.parametrize("seed", range(MONTHS))
def test_nights_in_a_row_end_as_one_clean_load(
    seed: int, tmp_path: Path, happened: Counter[str]
) -> None:
    paths = new_installation(tmp_path / "data")
    month = Month(paths, seed)
    deliver(paths, KEYS[0], ROWS)
    month.night(is_killed=False)
    figures = paths.published / "motcua.duckdb"
    with reading_without_pause(paths.published) as reading:
        for number in range(NIGHTS):
            happened[month.happens()] += 1
            is_killed = number < NIGHTS - 1 and month.random.random() < 0.3
            happened["killed"] += is_killed
            with duckdb.connect(str(figures), read_only=True) as analyst:
                before = analyst.execute("FROM indicators.by_unit ORDER BY ALL").fetchall()
                month.night(is_killed=is_killed)
                assert analyst.execute("FROM indicators.by_unit ORDER BY ALL").fetchall() == before
    happened["reads"] += int(str(reading["reads"]))
    assert reading["troubles"] == []
    assert all(happened[name] for name in ("killed", *month.mishaps())), happened
    assert int(str(reading["versions"])) > NIGHTS // 6
    _assert_all_collected(paths)
    clean = _clean_load(paths, tmp_path / "clean")
    moved = differences(all_said(clean), all_said(paths))
    assert {name: how for name, how in moved.items() if not name.endswith(LOGS)} == {}


def _assert_all_collected(paths: Paths) -> None:
    """What lies in the inbox is what the store has last under its name: no delivery was lost."""
    latest = {item.place: item.sha256 for item in read_manifest(paths)}
    for file in walk_inbox(paths, load_sources(paths.sources)).files:
        sha256 = hashlib.sha256(file.path.read_bytes()).hexdigest()
        assert latest[file.place] == sha256


def _clean_load(paths: Paths, folder: Path) -> Paths:
    """Load all bytes that ever arrived, in one go, in a new installation."""
    clean = Paths(folder, SETTINGS)
    clean.inbox.mkdir(parents=True)
    shutil.copytree(paths.raw, clean.raw)
    key = clean.hash_key_file
    private_folder(key.parent)
    shutil.copy2(paths.hash_key_file, key)
    night.spend(clean, KEYS, local_now())
    return clean


def test_a_reader_that_wrote_and_died_is_gone_by_the_morning(
    own_evening: Paths, morning: Paths
) -> None:
    figures = own_evening.published / "motcua.duckdb"
    write_and_die(figures)
    assert figures.with_name("motcua.duckdb.wal").exists()
    night.spend(own_evening, SAMPLE_KEYS[1:3], local_now())
    assert not figures.with_name("motcua.duckdb.wal").exists()
    assert published_by(figures) == published_by(morning.published / "motcua.duckdb")
