"""What the code location offers, as text.

`python -m tests.definitions.snapshot` writes it to `snapshot.txt`; read the difference before
committing it: operators, schedules and history depend on these names.
"""

from collections.abc import Iterator
from pathlib import Path

from dagster import AssetKey

from tests.code_location import defs

FILE = Path(__file__).with_suffix(".txt")


def snapshot() -> str:
    """Return a line for each asset, dependency, check, job, schedule and sensor."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    graph = defs.resolve_asset_graph()
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        partitions = "by month" if node.is_partitioned else "not partitioned"
        kinds = ", ".join(sorted(node.kinds))
        yield f"asset {_name(key)}: group {node.group_name}, {partitions}, {kinds}"
        yield from (f"    from {_name(parent)}" for parent in sorted(node.parent_keys))
    for check_key in sorted(graph.asset_check_keys):
        blocking = "blocking" if graph.get(check_key).blocking else "not blocking"
        yield f"check {check_key.name} of {_name(check_key.asset_key)}: {blocking}"
    for job in sorted(defs.resolve_all_job_defs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            partitions = "by month" if job.partitions_def else "not partitioned"
            yield f"job {job.name}: {partitions}"
            selected = sorted(job.asset_layer.executable_asset_keys)
            yield from (f"    makes {_name(key)}" for key in selected)
    for schedule in defs.get_repository_def().schedule_defs:
        when = f"{schedule.cron_schedule} {schedule.execution_timezone}"
        yield f"schedule {schedule.name}: {schedule.job_name} at {when}"
    for sensor in defs.get_repository_def().sensor_defs:
        jobs = ", ".join(sorted(target.job_name for target in sensor.targets)) or "no job"
        yield f"sensor {sensor.name}: {jobs}, {sensor.default_status.value.lower()}"


def _name(key: AssetKey) -> str:
    return "/".join(key.path)


if __name__ == "__main__":
    FILE.write_text(snapshot(), encoding="utf-8")
