"""`make faults`: plant the faults of `faults/` one at a time, and see whether a test catches each.

python -m tests.mutation.planted [--at COMMIT] [--table FILE] [NUMBER ...]. A fault is a patch with
a header (`Fault:`, `Area:`, `Tests:`, and where nothing can catch it `Survives:` with the reason).
Each is applied to a copy of the committed files; the tests that its header names must fail with it
and, which is tried once for all, pass without it. The result goes to `data/bench/faults.json`, and
with `--table` to a CSV file as well; the exit status is 1 if a fault survives without a reason, or
cannot be planted.
"""

import argparse
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from assets.engine.common.paths import PROJECT

FAULTS = Path(__file__).parent / "faults"
RESULT = PROJECT / "data" / "bench" / "faults.json"
PROCESSES = 2
TIMEOUT_SECONDS = 600
PASSED, FAILED = 0, 1  # exit statuses of pytest; any other one says that no test ran
CAUGHT, EXPLAINED, PASSES = "caught", "explained", "passes"
_HEADER = re.compile(r"^(Fault|Area|Tests|Survives): (.+)$", re.M)
_FIRST_FAILURE = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.M)


@dataclass(frozen=True)
class Fault:
    """One planted fault; `survives` is the reason why no test can catch it, "" where one must."""

    patch: Path
    sentence: str
    area: str
    tests: tuple[str, ...]
    survives: str

    @property
    def number(self) -> str:
        """The number its file name begins with."""
        return self.patch.stem.partition("_")[0]


@dataclass(frozen=True)
class Outcome:
    """What became of a fault: a row of the table."""

    number: str
    name: str
    area: str
    verdict: str
    caught_by: str
    seconds: int


def main(arguments: Sequence[str]) -> int:
    """Run the faults asked for, or all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", default="HEAD", help="the commit to plant the faults in")
    parser.add_argument("--table", type=Path, help="a CSV file for the result")
    parser.add_argument("numbers", nargs="*", help="numbers of faults; without any: all")
    options = parser.parse_args(arguments)
    faults = [read_fault(patch) for patch in sorted(FAULTS.glob("*.patch"))]
    numbers = {number.zfill(3) for number in options.numbers}
    selected = [fault for fault in faults if fault.number in numbers or not numbers]
    with tempfile.TemporaryDirectory(prefix="motcua-faults-") as folder:
        tree = committed_files(options.at, Path(folder) / "tree")
        # The copies are made of it: their modules need not be compiled each time.
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(tree)], check=False)
        print(f"{len(selected)} faults in {options.at}", flush=True)
        outcomes = []
        for outcome in _outcomes(selected, tree, Path(folder)):
            outcomes.append(outcome)
            line = (
                f"{outcome.verdict:<15} {outcome.seconds:4} s  {outcome.name}  {outcome.caught_by}"
            )
            print(line, flush=True)
    outcomes.sort(key=lambda outcome: outcome.name)
    write_result(options.at, outcomes)
    if options.table:
        write_table(options.table, outcomes)
    print(", ".join(f"{verdict} {count}" for verdict, count in _verdicts(outcomes).items()))
    return int(any(outcome.verdict not in (CAUGHT, EXPLAINED, PASSES) for outcome in outcomes))


def read_fault(patch: Path) -> Fault:
    """Return the fault of a patch file; ValueError if a line of its header is missing."""
    header = dict(_HEADER.findall(patch.read_text(encoding="utf-8").partition("\ndiff ")[0]))
    missing = {"Fault", "Area", "Tests"} - header.keys()
    if missing:
        raise ValueError(f"{patch.name}: no {', '.join(sorted(missing))} in its header")
    return Fault(
        patch, header["Fault"], header["Area"], tuple(header["Tests"].split()),
        header.get("Survives", ""),
    )  # fmt: skip


def committed_files(commit: str, target: Path) -> Path:
    """Write the files of a commit below `target`, and return it."""
    packed = subprocess.run(
        ["git", "archive", commit], cwd=PROJECT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(target, filter="data")
    return target


def _outcomes(faults: Sequence[Fault], tree: Path, folder: Path) -> Iterator[Outcome]:
    """Yield what became of each fault as soon as it is known; first of all of no fault."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        running = [pool.submit(without_fault, faults, tree, folder / "none")]
        running += [pool.submit(plant, fault, tree, folder / fault.number) for fault in faults]
        try:
            for future in as_completed(running):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def without_fault(faults: Sequence[Fault], tree: Path, copy: Path) -> Outcome:
    """Run the tests of all faults without any: one that fails by itself catches nothing."""
    started = time.monotonic()
    shutil.copytree(tree, copy)
    tests = sorted({test for fault in faults for test in fault.tests})
    status, output = run_tests(copy, tests, TIMEOUT_SECONDS * 6, until_first=False)
    verdict = PASSES if status == PASSED else "FAILS BY ITSELF"
    seconds = round(time.monotonic() - started)
    failures = " ".join(_FIRST_FAILURE.findall(output))
    return Outcome("000", "000_without_any_fault", "", verdict, failures, seconds)


def plant(fault: Fault, tree: Path, copy: Path) -> Outcome:
    """Plant a fault in a copy of `tree`, and run its tests until the first one fails."""
    started = time.monotonic()
    shutil.copytree(tree, copy)
    caught_by = ""
    # The lines around it may change; those that it takes out must be there.
    applied = subprocess.run(
        ["git", "apply", "-C0", str(fault.patch)], cwd=copy, capture_output=True, check=False
    )
    if applied.returncode:
        verdict = "DOES NOT APPLY"
    else:
        status, output = run_tests(copy, fault.tests, TIMEOUT_SECONDS, until_first=True)
        failure = _FIRST_FAILURE.search(output)
        if status == PASSED:
            verdict = EXPLAINED if fault.survives else "SURVIVED"
        elif status == FAILED and failure:
            verdict, caught_by = CAUGHT, failure.group(1)
        else:
            verdict = "NO TEST RAN"
    shutil.rmtree(copy)
    seconds = round(time.monotonic() - started)
    return Outcome(fault.number, fault.patch.stem, fault.area, verdict, caught_by, seconds)


def run_tests(
    tree: Path, tests: Sequence[str], seconds: float, *, until_first: bool
) -> tuple[int, str]:
    """Return pytest's exit status and output for tests of `tree`; -1 if they take too long."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-x"] if until_first else []
    # The project is installed from its own folder: the copy must come before it.
    environment = os.environ | {"PYTHONPATH": str(tree)}
    with subprocess.Popen(
        [*command, *tests], cwd=tree, env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            # Tests start processes of their own, which would hold the output open.
            os.killpg(process.pid, signal.SIGKILL)
            return -1, "the tests took too long"
    return process.returncode, output


def write_result(commit: str, outcomes: Sequence[Outcome]) -> None:
    """Write `data/bench/faults.json`: how many faults were caught, and each outcome."""
    result = {
        "commit": commit,
        **_verdicts(outcomes),
        "list": [asdict(outcome) for outcome in outcomes],
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_table(file: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes as CSV."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, Outcome.__dataclass_fields__, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(outcome) for outcome in outcomes)


def _verdicts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return dict(Counter(outcome.verdict for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
