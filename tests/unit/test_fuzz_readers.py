"""Files gone bad in every way, read through the engine: nothing crashes, hangs or is half read.

200 cases; the long tier reads 20,000. Each is made from a seed, which a failure names. What
became of them is counted in `data/bench/fuzz.json`, of the 20,000 in `fuzz_soak.json`.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pytest

from assets.engine.common.paths import PROJECT
from tests.tier import FUZZ, IS_SOAK
from tests.unit.fuzz_cases import Case, Kind, make_case, marks_flipped
from tests.unit.fuzz_lists import CONTAINERS, LIST, OTHER_LIST, Record, Row
from tests.unit.fuzz_reading import Reader, Reading, case_readers, read_cases

CASES_EACH = FUZZ // len(CONTAINERS) + 1
COUNTS = PROJECT / "data" / "bench" / ("fuzz_soak.json" if IS_SOAK else "fuzz.json")
MOST_PEAK_BYTES = 2 << 30
LONGEST = "milliseconds of the longest case"
_PERSON = re.compile(r"m[aâẫ]\s*u|mẫu|0990000\d{3}|000990\d{6}", re.IGNORECASE)
# What the engine says of a list with fewer rows than there were.
_ROWS_STATED = re.compile(r"the totals row states ([\d,]+) for rows, its rows give ([\d,]+)")
# What is said of a file that broke a bound of the child that reads it, or ended it.
CHILD_ENDED = re.compile(
    r"asks for more than|takes more than|does not survive|texts of more than|the system ended"
)
_LEFT_OUT = re.compile(r"left aside|another file may be joined")
# Before the code of a row stand its number and tags, at most as many bytes.
_BEFORE_CODE = 100

Counts = dict[str, Counter[str]]


@pytest.fixture(scope="module")
def counts() -> Iterator[Counts]:
    """Count what became of the cases of each container, and write it down.

    Containers that were left out this time keep the counts of their last run.
    """
    counted: Counts = defaultdict(Counter)
    yield counted
    before = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    known = {name: Counter(before[name]) for name in CONTAINERS if name in before} | counted
    total: Counter[str] = sum(known.values(), Counter())
    total[LONGEST] = max(counter[LONGEST] for counter in known.values())
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    COUNTS.write_text(json.dumps({"all": total, **known}, indent=1, sort_keys=True) + "\n")


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Reader]]:
    """Processes that read the cases of all tests."""
    with case_readers(tmp_path_factory.mktemp("readers")) as started:
        yield started


@pytest.mark.parametrize("name", CONTAINERS)
def test_no_file_gone_bad_is_half_read(
    name: str, readers: Sequence[Reader], counts: Counts
) -> None:
    cases = [make_case(name, seed) for seed in range(CASES_EACH)]
    failures = []
    for case, reading in zip(cases, read_cases(readers, cases), strict=True):
        counts[name].update(_outcome(case, reading))
        longest = max(counts[name][LONGEST], round(reading.seconds * 1000))
        counts[name][LONGEST] = longest
        failures += [f"{case.name}: {fault}" for fault in _faults(case, reading)]
    assert not failures, "\n".join([f"{len(failures)} of {len(cases)} cases", *failures[:40]])


# Of 20,000 cases those that were half read once.
FOUND = (
    ("utf_16", 174), ("utf_16", 509), ("utf_16", 1031), ("tsv", 459), ("windows_1258", 205),
    ("windows_1258", 307), ("windows_1258", 377), ("tcvn3", 195), ("ndjson", 87), ("html", 230),
    ("html", 390), ("spreadsheet_xml", 790), ("xlsx", 477), ("zip", 1212),
)  # fmt: skip


def test_what_the_long_run_found_stays_mended(readers: Sequence[Reader]) -> None:
    cases = [make_case(name, seed) for name, seed in FOUND]
    for case, reading in zip(cases, read_cases(readers, cases), strict=True):
        assert list(_faults(case, reading)) == [], case.name


def _outcome(case: Case, reading: Reading) -> Counter[str]:
    state = "failed" if reading.failure else reading.state
    return Counter({
        "cases": 1, state: 1, f"{case.kind} {state}": 1, "rows read": reading.read,
        "rows accepted": reading.accepted, "rows quarantined": reading.quarantined,
        "children ended": bool(CHILD_ENDED.search(reading.reason)),
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
    if (case.kind == "cut" and case.container.nature == "lines") or (
        # Text that was cut and then packed is text that was cut.
        case.kind == "hidden_cut" and case.container.name == "gzip"
    ):
        yield from _no_prefix(case, reading)
    elif case.kind == "hidden_cut" and case.detail == "a.csv":
        yield from _other_member(case, reading)
    elif case.kind in ("noise", "magic"):
        known = {row.record for row in case.rows}
        if strange := [number for _, number, record in reading.rows if record not in known]:
            yield f"{len(strange)} rows of noise"
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
    elif case.kind == "edit" and case.container.has_text:
        yield from _beyond_the_edit(case, reading)
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


def _other_member(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if a list whose first member is cut text says something else than its rows."""
    accepted = {record for _, _, record in reading.rows}
    records = [row.record for row in case.rows]
    # Text cut where a row ends is a shorter list, and nobody can know.
    if not set(records[len(records) // 2 :]) <= accepted <= set(records):
        yield f"{len(accepted)} rows of {len(records)}, or others"


def _lost(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if rows are not accepted and nobody is told."""
    accepted = {record for _, _, record in reading.rows}
    missing = [row for row in case.rows if row.record not in accepted]
    told = max(reading.quarantined, _told(reading))
    if len(missing) > told + case.changed:
        yield f"{len(missing)} rows lost, {reading.quarantined} quarantined"
    yield from _fewer(case, reading)


def _fewer(case: Case, reading: Reading) -> Iterator[str]:
    """Yield if fewer rows are read than there are and nobody is told."""
    if reading.read + case.joined + _told(reading) < len(case.rows):
        yield f"{reading.read} rows read of {len(case.rows)}"


def _told(reading: Reading) -> int:
    """Return how many rows the warnings say are not there; all where a list was left out."""
    if any(_LEFT_OUT.search(warning) for warning in reading.warnings):
        return len(LIST) + len(OTHER_LIST)
    stated = [match.groups() for w in reading.warnings if (match := _ROWS_STATED.search(w))]
    return sum(max(0, _whole(rows) - _whole(counted)) for rows, counted in stated)


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _beyond_the_edit(case: Case, reading: Reading) -> Iterator[str]:
    """Yield what an edit did to rows whose bytes it left as they were."""
    touched = _touched(case)
    others = [row for row in case.rows if row not in touched]
    known = {row.record for row in case.rows}
    strange = [(number, record) for _, number, record in reading.rows if record not in known]
    if len(strange) > len(touched):
        yield f"{len(strange)} rows say something else, {len(touched)} were edited"
    for number, record in strange:
        if any(record[0] == other.record[0] for other in others):
            yield f"row {number} has the code of a row that was not edited"
        elif any(_foreign_to(touched, record, other) > 1 for other in others):
            yield f"row {number} has cells of a row that was not edited"
    accepted = {record for _, _, record in reading.rows}
    missing = [row for row in others if row.record not in accepted]
    if len(missing) > max(reading.quarantined, _told(reading)):
        yield f"{len(missing)} rows lost that were not edited, {reading.quarantined} quarantined"


def _touched(case: Case) -> list[Row]:
    """Return the rows that have bytes where the edit was."""
    data = case.container.write(case.rows)
    encoding = "utf-16-le" if case.container.name == "utf_16" else "ascii"
    starts = [data.index(row.record[0].encode(encoding)) - _BEFORE_CODE for row in case.rows]
    ends = [start + _BEFORE_CODE for start in starts[1:]] + [len(data)]
    first, behind = case.span
    return [
        row
        for row, start, end in zip(case.rows, starts, ends, strict=True)
        if start <= behind and first <= end
    ]


def _foreign_to(touched: list[Row], record: Record, other: Row) -> int:
    """Return how many values of `record` are those of `other` and of no edited row."""
    # States and units are too few to tell a row.
    return sum(
        cell == theirs and all(cell != row.record[place] for row in touched)
        for place, (cell, theirs) in enumerate(zip(record[:5], other.record, strict=False))
    )


def _shifted(case: Case, reading: Reading) -> Iterator[str]:
    """Yield accepted rows whose code is no row's, or whose cells are another row's."""
    if len(marks_flipped(case.container.write(LIST), case.data)) > 1:
        return  # Where one mark closes a cell no more and another one does, all between is a cell.
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


def test_what_an_edit_did_to_other_rows_is_seen() -> None:
    case = next(c for c in map(partial(make_case, "csv"), range(1000)) if c.kind == "edit")
    touched = _touched(case)
    assert 0 < len(touched) < 6
    whole = [(1, number, row.record) for number, row in enumerate(LIST)]
    one, other = [place for place, row in enumerate(LIST) if row not in touched][:2]
    assert not list(_half_read(case, Reading(rows=whole, warnings=["sheet has 65,536 rows"])))
    lost = Reading(rows=whole[:one] + whole[one + 1 :], warnings=["sheet has 65,536 rows"])
    assert list(_half_read(case, lost))
    assert not list(_half_read(case, replace(lost, quarantined=1)))
    mixed = (*LIST[one].record[:3], *LIST[other].record[3:])
    whole[one] = (1, one, mixed)
    assert len(list(_half_read(case, Reading(rows=whole, quarantined=1)))) == 1


@pytest.mark.parametrize("name", ["csv", "html", "xlsx", "xls"])
def test_a_row_that_was_not_read_is_seen_whatever_was_changed(name: str) -> None:
    container = CONTAINERS[name]
    kind: Kind = "greedy" if name == "xlsx" else "flip"
    case = Case(container, kind, 0, container.write(LIST), changed=10)
    whole = [(1, number, row.record) for number, row in enumerate(LIST)]
    assert not list(_half_read(case, Reading(rows=whole, read=len(LIST))))
    faults = list(_half_read(case, Reading(rows=whole[1:], read=len(LIST) - 1)))
    assert faults == [f"{len(LIST) - 1} rows read of {len(LIST)}"]


def test_as_many_rows_may_say_something_else_as_the_case_changed() -> None:
    container = CONTAINERS["xlsx"]
    case = Case(container, "greedy", 0, container.write(LIST), changed=2)
    whole = [(1, number, row.record) for number, row in enumerate(LIST)]
    others = [(1, number, row.record) for number, row in enumerate(OTHER_LIST)]
    for changed, is_fault in ((2, False), (3, True)):
        reading = Reading(rows=others[:changed] + whole[changed:], read=len(LIST))
        assert bool(list(_half_read(case, reading))) is is_fault


def test_the_lists_are_read_whole(readers: Sequence[Reader]) -> None:
    cases = [Case(container, "cut", 0, container.write(LIST)) for container in CONTAINERS.values()]
    for case, reading in zip(cases, read_cases(readers, cases), strict=True):
        assert (reading.state, reading.failure) == ("loaded", "")
        assert list(_not_whole(case, reading)) == [], case.container.name
