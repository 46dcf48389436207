"""Two runs that are started together take turns, whole run by whole run."""

from itertools import groupby

import pytest

from assets.engine.common.paths import Paths
from tests.assets.runs import real_instance
from tests.end_to_end.tables import differences
from tests.nights.child import forking, through_dagster
from tests.nights.conftest import SECOND_NIGHT
from tests.nights.said import all_said, files_of
from tests.unit.deliveries import ask

PATIENCE = 400.0
# What was said in between depends on which run came first.
LOGS = ("ops.revision", "ops.moved_dossier")
CORRECTED, NEW = SECOND_NIGHT


@pytest.mark.parametrize("keys", [(CORRECTED, NEW), (NEW, NEW)], ids=["different", "same"])
def test_two_runs_started_together_end_as_one_after_the_other(
    keys: tuple[str, str], own_evening: Paths, morning: Paths
) -> None:
    with real_instance(own_evening.data / "home"):
        pass  # Dagster's databases are there, as on any evening but the very first
    hears, says = forking.Pipe(duplex=False)
    children = [
        forking.Process(target=through_dagster, args=(own_evening.data, [key], says))
        for key in keys
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(PATIENCE)
    assert [child.exitcode for child in children] == [0, 0]
    assert hears.poll()
    assert _turns(own_evening) == 2
    assert _rows(own_evening) == _rows(morning)
    if set(keys) == set(SECOND_NIGHT):
        assert files_of(own_evening) == files_of(morning)
        moved = differences(all_said(morning), all_said(own_evening))
        assert {name for name in moved if not name.endswith(LOGS)} == set()


def _rows(paths: Paths) -> list[tuple[object, ...]]:
    """Return how many rows of the new period there are, and of how many dossiers."""
    return ask(
        paths,
        "SELECT count(*), count(DISTINCT dossier_key) FROM core.dossier_version "
        f"WHERE delivery_period = DATE '{NEW}'",
    )


def _turns(paths: Paths) -> int:
    """Return how often the steps of one run were followed by those of the other, plus one."""
    begun: dict[float, str] = {}
    with real_instance(paths.data / "home") as instance:
        for run in instance.get_runs():
            for entry in instance.all_logs(run.run_id):
                event = entry.dagster_event
                if event is not None and event.is_step_start:
                    begun[entry.timestamp] = run.run_id
    return len([run for run, _ in groupby(begun[at] for at in sorted(begun))])
