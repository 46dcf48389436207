"""`make mutants`: judge the mutants of the counting SQL, print who survives, write the score.

python -m tests.mutation.run [--all]. The score goes to `data/bench/mutants.json`; the exit status
is 1 if a mutant survives that `equivalent.toml` does not explain.
"""

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from assets.engine.common.paths import PROJECT
from tests.mutation.cases import Case, cases
from tests.mutation.judge import new_warehouse
from tests.mutation.mutants import Mutant, chosen, mutants

SCORE = PROJECT / "data" / "bench" / "mutants.json"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"
AT_MOST = 8
PROCESSES = 2
# A mutant of a recursion or a join may run for ever.
TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Judged:
    """A mutant and what became of it: killed, raises, timeout, equivalent or SURVIVED."""

    mutant: Mutant
    verdict: str
    check: str
    seconds: float

    @property
    def row(self) -> dict[str, object]:
        """What the score says of it."""
        mutant = self.mutant
        return {
            "file": mutant.file, "line": mutant.line, "line_text": mutant.line_text,
            "occurrence": mutant.occurrence, "change": mutant.change, "verdict": self.verdict,
            "check": self.check, "seconds": round(self.seconds, 1),
        }  # fmt: skip


def main(given: Sequence[str]) -> int:
    """Run what is chosen, or all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every mutant: about an hour")
    is_all = parser.parse_args(given).all
    found = mutants()
    stale = stale_equivalents(found)
    for entry in stale:
        print(f"{EQUIVALENT.name}: no mutant is {entry}: take the entry out, or mend it")
    selected = found if is_all else chosen(found, AT_MOST)
    print(f"{len(selected)} of {len(found)} mutants; drawing the registers")
    started = time.monotonic()
    judged = []
    for number, one in enumerate(judge_all(selected, cases()), start=1):
        judged.append(one)
        place = f"{Path(one.mutant.file).name}:{one.mutant.line}"
        print(f"{number:4} {one.verdict:10} {place:22} {one.mutant.change[:100]}", flush=True)
    score = _score(judged, len(found), time.monotonic() - started)
    SCORE.parent.mkdir(parents=True, exist_ok=True)
    SCORE.write_text(json.dumps(score, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _print_score(score, judged)
    return 1 if score["survived"] or score["wrongly_equivalent"] or stale else 0


def judge_all(selected: Sequence[Mutant], against: Sequence[Case]) -> Iterator[Judged]:
    """Yield each mutant with its verdict as soon as it is known."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PROCESSES) as pool:
        prepare(Path(folder), against)
        waiting = []
        for number, mutant in enumerate(selected):
            text = Path(folder) / f"{number}.sql"
            text.write_text(mutant.mutated, encoding="utf-8")
            waiting.append(pool.submit(_judge_one, mutant, Path(folder), text))
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def prepare(folder: Path, against: Sequence[Case]) -> None:
    """Put into a folder what every judge needs: the registers and an empty warehouse."""
    (folder / "cases.pickle").write_bytes(pickle.dumps(list(against)))
    new_warehouse(folder / "empty")


def _judge_one(mutant: Mutant, folder: Path, text: Path) -> Judged:
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.mutation.child", str(folder), mutant.file, str(text)]
    try:
        ran = subprocess.run(
            command, cwd=PROJECT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        said = {"verdict": "timeout", "check": f"{TIMEOUT_SECONDS} s"}
    else:
        if ran.returncode:
            raise RuntimeError(f"The judge itself failed on {mutant.change}:\n{ran.stderr}")
        said = json.loads(ran.stdout)
    verdict = said["verdict"]
    if verdict == "survived":
        verdict = "equivalent" if key_of(mutant) in equivalents() else "SURVIVED"
    return Judged(mutant, verdict, said["check"], time.monotonic() - started)


Key = tuple[str, str, int, str]


def key_of(mutant: Mutant) -> Key:
    """Return what tells a mutant from every other one."""
    return mutant.file, mutant.line_text, mutant.occurrence, mutant.change


def equivalents() -> set[Key]:
    """Return the mutants that are listed as equivalent."""
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    return {
        (entry["file"], entry["line"], entry.get("occurrence", 1), entry["change"])
        for entry in entries
    }


def stale_equivalents(found: Sequence[Mutant]) -> list[Key]:
    """Return the entries of the list that no mutant fits any more."""
    return sorted(equivalents() - {key_of(mutant) for mutant in found})


def _score(judged: Sequence[Judged], possible: int, seconds: float) -> dict[str, object]:
    verdicts = Counter(one.verdict for one in judged)
    listed = equivalents()
    return {
        "mutants": len(judged),
        "possible": possible,
        **{name: verdicts[name] for name in ("killed", "raises", "timeout", "equivalent")},
        "survived": verdicts["SURVIVED"],
        "wrongly_equivalent": sum(
            one.verdict != "equivalent" and key_of(one.mutant) in listed for one in judged
        ),
        "seconds": round(seconds),
        "list": [one.row for one in sorted(judged, key=lambda one: key_of(one.mutant))],
    }


def _print_score(score: dict[str, object], judged: Sequence[Judged]) -> None:
    by_file = Counter((one.mutant.file, one.verdict) for one in judged)
    print()
    for (file, verdict), count in sorted(by_file.items()):
        print(f"{Path(file).name:28} {verdict:12} {count:4}")
    print()
    print(", ".join(f"{name} {value}" for name, value in score.items() if name != "list"))
    for one in judged:
        if one.verdict == "SURVIVED":
            mutant = one.mutant
            print(f"SURVIVED {mutant.file}:{mutant.line} ({mutant.occurrence})")
            print(f"    {mutant.line_text}\n    {mutant.change}")
        elif key_of(one.mutant) in equivalents() and one.verdict != "equivalent":
            print(f"{one.verdict}, though listed as equivalent: {key_of(one.mutant)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
