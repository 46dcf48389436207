"""The second half of `make bench`: loading a big workbook, and JSON in its three layouts."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

from assets.engine.common.paths import PROJECT
from tests.benchmarks.bench import BIG, run_module
from tests.benchmarks.bulk_files import (
    FOLDER,
    array_file,
    csv_file,
    envelope_file,
    lines_file,
    workbook_file,
)

INSTALLATION = FOLDER / "containers"
# A source of the national contract without envelope, beside the project's own sources.
LINES = "national_lines"


def main() -> None:
    """Measure everything and print it; the figures also go to `data/bench/containers.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workbook-rows", type=int, default=200_000)
    parser.add_argument("--json-rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    cases = _cases(options.workbook_rows, options.json_rows)
    runs: dict[str, list[dict[str, Any]]] = {title: [] for title in cases}
    for turn in range(options.repeat):
        for title, (file, place) in cases.items():
            print(f"turn {turn + 1} of {options.repeat}: {title}", file=sys.stderr)
            runs[title].append(_load(file, place))
    result = {
        title: _summary(file, runs[title]) | {"runs": runs[title]}
        for title, (file, _) in cases.items()
    }
    (FOLDER / "containers.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    _print(result)
    shutil.rmtree(INSTALLATION)


def _cases(workbook_rows: int, json_rows: int) -> dict[str, tuple[Path, str]]:
    """Return, by title, the file and the source and export it is delivered to."""
    return {
        f".xlsx, {workbook_rows:,} rows": (
            workbook_file(workbook_rows), "xin_man/dossiers_district",
        ),
        f"the same as CSV, {workbook_rows:,} rows": (
            csv_file(workbook_rows), "xin_man/dossiers_commune",
        ),
        f"JSON array, {json_rows:,} dossiers": (array_file(json_rows), f"{LINES}/dossiers"),
        f"JSON envelope, {json_rows:,} dossiers": (envelope_file(json_rows), "national/dossiers"),
        f"NDJSON, {json_rows:,} dossiers": (lines_file(json_rows), f"{LINES}/dossiers"),
    }  # fmt: skip


def _load(file: Path, place: str) -> dict[str, Any]:
    """Deliver the file to a new installation and load it."""
    shutil.rmtree(INSTALLATION, ignore_errors=True)
    folder = INSTALLATION / "data" / "inbox" / place / BIG
    folder.mkdir(parents=True)
    os.link(file, folder / file.name)
    settings = INSTALLATION / "settings"
    for name in ("sources", "reference"):
        shutil.copytree(PROJECT / "data" / name, settings / name)
    national = (settings / "sources" / "national.toml").read_text(encoding="utf-8")
    bare = national.replace('records = "data"', 'records = ""')
    (settings / "sources" / f"{LINES}.toml").write_text(bare, encoding="utf-8")
    return run_module("loading", INSTALLATION / "data", settings, BIG)


def _summary(file: Path, runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "file_bytes": file.stat().st_size,
        "seconds": median(run["seconds"] for run in runs),
        "cpu_seconds": median(run["cpu_seconds"] for run in runs),
        "peak_bytes": max(run["peak_bytes"] for run in runs),
        "accepted": runs[0]["accepted"],
    }


def _print(result: dict[str, dict[str, Any]]) -> None:
    print(
        f"\n{'collected file to loaded rows':<38}{'MB':>8}{'seconds':>10}{'CPU':>8}{'peak MB':>10}"
    )
    for title, figures in result.items():
        print(
            f"{title:<38}{figures['file_bytes'] / 1e6:>8.0f}{figures['seconds']:>10.1f}"
            f"{figures['cpu_seconds']:>8.1f}{figures['peak_bytes'] / 1e6:>10.0f}"
        )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
