"""`make bench`: the whole job against the floor, the night on top of it, and the small case."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import PROJECT
from tests.benchmarks.bulk_files import FOLDER, csv_file, write_dossiers

BIG, NIGHT = "2023-10-15", "2023-11-15"
CHANGED = 10_000
# The first list of the next period begins new months, quarters and years; one a day later does not.
NIGHTS = {"first night of a month": 20, "night": 21}


def main() -> None:
    """Measure everything and print it; the figures also go to `data/bench/result.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    file = csv_file(options.rows)
    installation = FOLDER / "installation"
    runs: dict[str, list[dict[str, Any]]] = {"collect": [], "us": [], "sharp": [], "naive": []}
    tenth = csv_file(options.rows // 10)
    _deliver(tenth, installation)
    run_module("ours", installation, BIG, "collect")
    smaller = run_module("ours", installation, BIG)
    for turn in range(options.repeat):
        print(f"turn {turn + 1} of {options.repeat}", file=sys.stderr)
        _deliver(file, installation)
        runs["collect"].append(run_module("ours", installation, BIG, "collect"))
        runs["us"].append(run_module("ours", installation, BIG))
        for variant in ("sharp", "naive"):
            runs[variant].append(run_module("floor", file, FOLDER, variant))
    nights = {}
    for number, (title, day) in enumerate(NIGHTS.items()):
        _deliver_night(options.rows, installation, day, number * CHANGED)
        nights[title] = run_module("ours", installation, NIGHT)
    result = _result(options.rows, file.stat().st_size, runs, nights, _small_case())
    result["a_tenth_of_the_dossiers"] = smaller
    (FOLDER / "result.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    _print(result)
    shutil.rmtree(installation)


def _deliver(file: Path, installation: Path) -> None:
    """Put a file into the inbox of an empty installation."""
    shutil.rmtree(installation, ignore_errors=True)
    inbox = installation / "inbox" / "xin_man" / "dossiers_commune" / BIG
    inbox.mkdir(parents=True)
    os.link(file, inbox / file.name)


def _deliver_night(rows: int, installation: Path, day: int, skipped: int) -> None:
    """Deliver some open dossiers of the big file again, now returned, in the next period.

    The list is of that day of November 2023; other nights had the first `skipped` of them.
    """
    inbox = installation / "inbox" / "xin_man" / "dossiers_commune" / NIGHT
    inbox.mkdir(parents=True, exist_ok=True)
    file = inbox / f"night-{day}.csv"
    write_dossiers(file, rows, f"WHERE fate >= 96 ORDER BY h LIMIT {CHANGED} OFFSET {skipped}")
    text = file.read_text(encoding="utf-8")
    text = text.replace("Đang xử lý", "Đã trả kết quả").replace(
        "Yêu cầu bổ sung giấy tờ", "Đã trả kết quả"
    )
    file.write_text(text, encoding="utf-8")
    written = datetime(2023, 11, day, 1, tzinfo=ZoneInfo(TIMEZONE)).timestamp()
    os.utime(file, (written, written))


def _small_case() -> dict[str, Any]:
    """Time `period` of the command line on one sample delivery, from the command on."""
    installation = FOLDER / "small"
    shutil.rmtree(installation, ignore_errors=True)
    sample = PROJECT / "data" / "sample" / "inbox"
    shutil.copytree(sample, installation / "inbox")
    environment = {**os.environ, "MOTCUA_DATA": str(installation)}
    environment.pop("DAGSTER_HOME", None)
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pipelines.commands.cli", "period", BIG],
        env=environment, check=True, capture_output=True, cwd=PROJECT,
    )  # fmt: skip
    seconds = round(time.perf_counter() - started, 2)
    shutil.rmtree(installation)
    return {"seconds": seconds}


def run_module(module: str, *arguments: object) -> dict[str, Any]:
    """Run a module of this folder in a process of its own; return the JSON it prints last."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _result(
    rows: int, size: int, runs: dict[str, list[dict[str, Any]]], nights: dict[str, dict[str, Any]],
    small: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    seconds = {name: median(run["seconds"] for run in runs[name]) for name in runs}
    return {
        "rows": rows,
        "file_bytes": size,
        "seconds": seconds,
        "ratio_to_sharp_floor": round(seconds["us"] / seconds["sharp"], 2),
        "ratio_to_naive_floor": round(seconds["us"] / seconds["naive"], 2),
        "rows_per_second": round(rows / seconds["us"]),
        "peak_bytes": {name: max(run["peak_bytes"] for run in runs[name]) for name in runs},
        "night_of_changed_dossiers": CHANGED,
        "nights": nights,
        "small_case": small,
        "runs": runs,
    }


def by_stage(run: dict[str, Any]) -> dict[str, float]:
    """Return the seconds of a run's steps: load, compute, publish, and what lists and checks."""
    stages = {"load": 0.0, "compute": 0.0, "publish": 0.0, "lists and checks": 0.0}
    for step, seconds in run["steps"].items():
        layer, _, name = step.partition("__")
        if layer == "publish":
            stage = "publish"
        elif name.endswith(("_balance", "_loaded")) or layer == "quarantine":
            stage = "lists and checks"
        elif layer == "indicators" or name in ("period", "working_day"):
            stage = "compute"
        else:
            stage = "load"
        stages[stage] += seconds
    return {stage: round(seconds, 1) for stage, seconds in stages.items()}


def _print(result: dict[str, Any]) -> None:
    print(f"\n{result['rows']:,} dossiers, {result['file_bytes'] / 1e9:.1f} GB of CSV")
    print(f"{'':<34}{'seconds':>10}{'peak MB':>10}")
    titles = {
        "collect": "copy into the raw store",
        "us": "collected file to published rates",
        "sharp": "floor, latest row only of repeats",
        "naive": "floor, latest row over everything",
    }
    for name, title in titles.items():
        peak = result["peak_bytes"][name] / 1e6
        print(f"{title:<34}{result['seconds'][name]:>10.1f}{peak:>10.0f}")
    print(f"of {CHANGED:,} changed dossiers")
    for title, night in result["nights"].items():
        print(f"{title:<34}{night['seconds']:>10.1f}{night['peak_bytes'] / 1e6:>10.0f}")
    seconds = result["small_case"]["seconds"]
    print(f"{'sample period, from the command on':<34}{seconds:>10.1f}")
    for title, run in (
        ("of it", result["runs"]["us"][-1]),
        ("of a tenth of the dossiers", result["a_tenth_of_the_dossiers"]),
        *((f"of the {title}", night) for title, night in result["nights"].items()),
    ):
        stages = ", ".join(f"{stage} {seconds}" for stage, seconds in by_stage(run).items())
        print(f"{title}: {stages} s")
    print(f"ratio to the floor: {result['ratio_to_sharp_floor']} (sharp), "
          f"{result['ratio_to_naive_floor']} (naive); "
          f"{result['rows_per_second']:,} dossiers a second")  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    main()
