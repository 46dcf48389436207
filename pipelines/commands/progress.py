"""Print what a run reports while it works: each sentence once, and that it is still at work."""

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType

import dagster as dg

from pipelines.failures import is_interruption, kind_of, sentence_of

# A file of some 100,000 rows takes longer, and so may another run.
SILENT_SECONDS = 10.0


class Progress:
    """Prints a line a message with the seconds since the start; within `with`, silence too.

    What is refused or failed is printed at the end of the run; `errors` keeps its sentences.
    """

    def __init__(self) -> None:
        self._started = self._spoke = time.monotonic()
        self._step = "start of the run"
        self._said: set[str] = set()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._break_silence, daemon=True)
        self.errors: dict[str, None] = {}

    def __enter__(self) -> "Progress":
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._watch.join()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def listen(self, entry: dg.EventLogEntry) -> None:
        """Print a message of the run, unless it was printed before."""
        if entry.is_dagster_event:
            if entry.get_dagster_event().is_step_start:
                self._step = entry.step_key or self._step
        elif entry.level == logging.ERROR:
            # Dagster says of each step that waits for a failed one that it does not begin.
            if entry.step_key == self._step:
                self.errors[entry.user_message] = None
        elif (
            entry.level in (logging.INFO, logging.WARNING) and entry.user_message not in self._said
        ):
            self._said.add(entry.user_message)
            self._print(entry.user_message)

    def _break_silence(self) -> None:
        """Say what is at work after 10, 20, 40 ... seconds without a line."""
        silence, spoke = SILENT_SECONDS, self._spoke
        while not self._ended.wait(min(silence, 1.0)):
            if self._spoke != spoke:
                silence, spoke = SILENT_SECONDS, self._spoke
            elif time.monotonic() - spoke >= silence:
                with suppress(BrokenPipeError):
                    print(f"{self.seconds:7.1f} s  still at work: {self._step}", flush=True)
                silence *= 2

    def _print(self, said: str) -> None:
        self._spoke = time.monotonic()
        # Who reads along may leave; the run goes on, and its end says so.
        with suppress(BrokenPipeError):
            print(f"{self.seconds:7.1f} s  {said}")


def failures(events: Iterable[dg.DagsterEvent]) -> dict[str, list[str]]:
    """Return the sentences of what failed, each with the steps that say it.

    Raises KeyboardInterrupt if it was Ctrl-C, which Dagster makes a failed step of.
    """
    events, said = list(events), dict[str, list[str]]()
    steps = [event for event in events if event.is_step_failure]
    failed = [(event.step_key or "", event.step_failure_data.error) for event in steps] or [
        # What keeps a run waiting for another fails it before any step.
        ("the run", event.job_failure_data.error)
        for event in events
        if event.event_type is dg.DagsterEventType.RUN_FAILURE
    ]
    for step, error in failed:
        if is_interruption(error):
            raise KeyboardInterrupt
        said.setdefault(sentence_of(error) or kind_of(error) or "failed", []).append(step)
    return said


def totals(result: dg.ExecuteInProcessResult) -> str:
    """Return what the loads and the indicators of a run say, in one line."""
    loads = {"read": 0, "accepted": 0, "quarantined": 0, "duplicates": 0, "refused files": 0}
    names = ("read_count", "accepted_count", "quarantined_count", "duplicate_count",
             "refused_file_count")  # fmt: skip
    moved: list[int] = []
    for event in result.get_asset_materialization_events():
        metadata = event.materialization.metadata
        for name, title in zip(names, loads, strict=True):
            if name in metadata:
                loads[title] += int(str(metadata[name].value))
        if "moved_month_count" in metadata:
            moved.append(int(str(metadata["moved_month_count"].value)))
    parts = [f"{title} {count:,}" for title, count in loads.items() if count or title == "read"]
    if not moved:
        return ", ".join(parts)
    changed = f"months changed: {max(moved)}" if any(moved) else "nothing changed"
    return f"{', '.join(parts)}; {changed}"
