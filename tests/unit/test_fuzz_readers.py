"""Files gone bad in every way, read through the engine: nothing crashes, hangs or is half read.

1,000 cases; `MOTCUA_SOAK=1` reads 20,000. Each is made from a seed, which a failure names. What
became of them is counted in `data/bench/fuzz.json`.
"""

import json
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.paths import PROJECT
from tests.unit.fuzz_cases import Case, make_case
from tests.unit.fuzz_lists import CONTAINERS, LIST, Record, Row
from tests.unit.fuzz_reading import Reading, read_cases

CASES = 20_000 if os.environ.get("MOTCUA_SOAK") else 1_000
CASES_EACH = CASES // len(CONTAINERS) + 1
COUNTS = PROJECT / "data" / "bench" / "fuzz.json"
MOST_PEAK_BYTES = 2 << 30
_PERSON = re.compile(r"m[aâẫ]\s*u|mẫu|0990000\d{3}|000990\d{6}", re.IGNORECASE)

Counts = dict[str, Counter[str]]


@pytest.fixture(scope="module")
def counts() -> Iterator[Counts]:
    """Count what became of the cases of each container, and write it down."""
    counted: Counts = defaultdict(Counter)
    yield counted
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = sum(counted.values(), Counter())
    COUNTS.write_text(json.dumps({"all": total, **counted}, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("name", CONTAINERS)
def test_no_file_gone_bad_is_half_read(name: str, tmp_path: Path, counts: Counts) -> None:
    cases = [make_case(name, seed) for seed in range(CASES_EACH)]
    failures = []
    for case, reading in zip(cases, read_cases(cases, tmp_path), strict=True):
        counts[name].update(_outcome(case, reading))
        failures += [f"{case.name}: {fault}" for fault in _faults(case, reading)]
    assert not failures, "\n".join([f"{len(failures)} of {len(cases)} cases", *failures[:40]])


def _outcome(case: Case, reading: Reading) -> Counter[str]:
    state = "failed" if reading.failure else reading.state
    return Counter({
        "cases": 1, state: 1, f"{case.kind} {state}": 1, "rows read": reading.read,
        "rows accepted": reading.accepted, "rows quarantined": reading.quarantined,
    })  # fmt: skip


def _faults(case: Case, reading: Reading) -> Iterator[str]:
    """Yield what is wrong with the reading of a case."""
    if reading.failure:
        yield reading.failure
        return
    yield from _unaccounted(reading)
    if reading.peak_bytes > MOST_PEAK_BYTES:
        yield f"{reading.peak_bytes >> 20} MiB"
    said = "\n".join([reading.reason, *reading.warnings, reading.texts])
    if _PERSON.search(unicodedata.normalize("NFC", said)):
        yield "a person's name got through"
    if reading.state == "loaded":
        yield from _half_read(case, reading)


def _unaccounted(reading: Reading) -> Iterator[str]:
    if reading.state == "refused":
        if reading.left_behind:
            yield f"{reading.left_behind} rows of a refused file stay"
        return
    if reading.read != reading.accepted + reading.quarantined + reading.duplicates:
        yield "rows read are not accepted, quarantined or duplicates"
    if len(reading.rows) != reading.accepted:
        yield f"{len(reading.rows)} rows stored of {reading.accepted} accepted"
    rejected = {(part, number) for part, number, *_ in reading.rejects}
    if len(rejected) != reading.quarantined:
        yield f"{len(rejected)} rows listed of {reading.quarantined} quarantined"
    if rejected & {(part, number) for part, number, _ in reading.rows}:
        yield "rows that are both accepted and quarantined"


def _half_read(case: Case, reading: Reading) -> Iterator[str]:
    """Yield where a loaded file says something else than its bytes, by what befell them."""
    if case.kind == "cut" and case.container.nature == "lines":
        yield from _no_prefix(case, reading)
    elif case.kind in ("noise", "magic"):
        if reading.accepted:
            yield f"{reading.accepted} rows of noise"
    elif case.kind == "flip" and case.container.nature == "biff":
        # No checksum: a bit changes a text that many rows share, or moves a cell.
        yield from _fewer(case, reading)
    elif case.kind == "flip" and case.container.has_text:
        yield from _shifted(case, reading)
        yield from _lost(case, reading)
    elif case.kind in ("cut", "flip", "hidden_cut") or (
        case.kind == "edit" and case.container.nature == "checked"
    ):
        yield from _not_whole(case, reading)
    elif case.kind in ("join", "greedy"):
        yield from _lost(case, reading)


def _not_whole(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if not every row of the list is there, and nothing else."""
    if {record for _, _, record in reading.rows} != {row.record for row in case.rows}:
        yield f"{len(reading.rows)} of {len(case.rows)} rows, or others"
    elif reading.read != len(case.rows):
        yield f"{reading.read} rows read of {len(case.rows)}"


def _no_prefix(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if the rows are not the list's first ones.

    Text cut where a row ends is a shorter list, and nobody can know. A last row that is cut may
    be accepted only if it says what it said.
    """
    numbers = sorted({number for _, number, *_ in [*reading.rows, *reading.rejects]})
    if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        yield "rows that are not the first ones"
    expected = (
        {number: row.record for number, row in enumerate(case.rows, numbers[0])} if numbers else {}
    )
    for _, number, record in reading.rows:
        if expected.get(number) != record:
            yield f"row {number} says something else"
    if len({number for _, number, *_ in reading.rejects} - {numbers[-1]} if numbers else ()):
        yield "a row before the cut is quarantined"


def _lost(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if rows are not accepted and nobody is told."""
    accepted = {record for _, _, record in reading.rows}
    missing = [row for row in case.rows if row.record not in accepted]
    if len(missing) > reading.quarantined + case.changed and not reading.warnings:
        yield f"{len(missing)} rows lost, {reading.quarantined} quarantined"
    yield from _fewer(case, reading)


def _fewer(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if fewer rows are read than there are and nobody is told."""
    if reading.read + case.changed < len(case.rows) and not reading.warnings:
        yield f"{reading.read} rows read of {len(case.rows)}"


def _shifted(case: Case, reading: Reading) -> Iterator[str]:
    """Yield accepted rows whose code is no row's, or whose cells are another row's."""
    for _, number, record in reading.rows:
        nearest = min(case.rows, key=lambda row: _distance(row.record[0], record[0]))
        if _distance(nearest.record[0], record[0]) > case.changed:
            yield f"row {number} has a code that no row had"
        elif any(_foreign(record, nearest, other) > 1 for other in case.rows):
            yield f"row {number} has cells of another row"


def _foreign(record: Record, own: Row, other: Row) -> int:
    """Return how many values of `record` are those of `other` and not of `own`."""
    # States and units are too few to tell a row.
    return sum(
        cell == theirs != mine
        for cell, mine, theirs in zip(record[:5], own.record, other.record, strict=False)
        if other is not own
    )


def _distance(one: str, other: str) -> int:
    """Return how many letters must be changed, added or left out to make `other` of `one`."""
    if one == other:
        return 0
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, their in enumerate(other, 1):
            now.append(min(now[-1] + 1, before[column] + 1, before[column - 1] + (letter != their)))
        before = now
    return before[-1]


def test_the_lists_are_read_whole(tmp_path: Path) -> None:
    cases = [Case(container, "cut", 0, container.write(LIST)) for container in CONTAINERS.values()]
    for case, reading in zip(cases, read_cases(cases, tmp_path), strict=True):
        assert (reading.state, reading.failure) == ("loaded", "")
        assert list(_not_whole(case, reading)) == [], case.container.name
