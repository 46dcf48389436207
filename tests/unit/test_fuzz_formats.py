"""Files gone bad in every way, through the child that reads formats: none ends whoever asked.

200 cases; the long tier reads 20,000. What became of them is counted in
`data/bench/fuzz_formats.json`, of the 20,000 in `fuzz_formats_soak.json`.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import PROJECT
from assets.engine.formats.reader import FormatReader
from tests.tier import FUZZ, IS_SOAK
from tests.unit.fuzz_cases import make_case
from tests.unit.test_fuzz_readers import CHILD_ENDED

FORMATS = ("xlsx", "xls", "html", "spreadsheet_xml", "zip", "gzip")
CASES_EACH = FUZZ // len(FORMATS) + 1
COUNTS = PROJECT / "data" / "bench" / f"fuzz_formats{'_soak' if IS_SOAK else ''}.json"

Counts = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def counts() -> Iterator[Counts]:
    """Write down what became of the cases of each format."""
    counted: Counts = defaultdict(Counter)
    yield counted
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    COUNTS.write_text(json.dumps(before | counted, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("name", FORMATS)
def test_every_case_is_read_or_refused(name: str, counts: Counts, tmp_path: Path) -> None:
    file, counted = tmp_path / "delivered", counts[name]
    for seed in range(CASES_EACH):
        file.write_bytes(make_case(name, seed).data)
        began = time.monotonic()
        outcome = _outcome(file, tmp_path)
        took = round((time.monotonic() - began) * 1000)
        counted[outcome] = counted.get(outcome, 0) + 1
        counted["longest, milliseconds"] = max(counted.get("longest, milliseconds", 0), took)
    assert counted["read"] > 0
    assert counted.get("a person is named", 0) == 0


def _outcome(file: Path, folder: Path) -> str:
    members = []
    try:
        reader = FormatReader(file, folder)
        members = reader.unpack().files
        for member in members:
            container = reader.container(member)
            if container not in ("delimited", "json"):
                reader.sheets(member, container, "%d/%m/%Y")
    except FileRefused as refusal:
        if "Mẫu" in str(refusal):
            return "a person is named"
        return "child ended" if CHILD_ENDED.search(refusal.found) else "refused"
    finally:
        for member in folder.glob("*-*"):
            member.unlink()
    return "read"
