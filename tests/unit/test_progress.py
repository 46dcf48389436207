"""What the terminal gets of a run: each sentence once, and that it is still at work."""

import logging
import time

import dagster as dg
import pytest

from pipelines.commands import progress as module
from pipelines.commands.progress import Progress, failures


def _said(level: int, text: str, step: str = "start of the run") -> dg.EventLogEntry:
    return dg.EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None, level=level, user_message=text, run_id="run", timestamp=0.0, step_key=step
    )


def test_an_equal_sentence_is_printed_once_and_errors_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress()
    for level in (logging.INFO, logging.WARNING, logging.WARNING, logging.DEBUG):
        progress.listen(_said(level, "the clock is behind"))
    for _ in range(2):
        progress.listen(_said(logging.ERROR, "a file is refused"))
    # Dagster says so of a step that never began.
    progress.listen(_said(logging.ERROR, "Dependencies for step publish failed", "publish"))
    assert capsys.readouterr().out.count("the clock is behind") == 1
    assert list(progress.errors) == ["a file is refused"]


def test_a_silent_run_says_that_it_is_still_at_work_ever_more_seldom(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.1)
    with Progress():
        time.sleep(1.2)
    lines = capsys.readouterr().out.splitlines()
    assert 1 <= len(lines) <= 4
    assert all(line.endswith("s  still at work: start of the run") for line in lines)


def test_steps_that_fail_alike_are_told_in_one_sentence() -> None:
    @dg.op
    def one() -> None:
        raise ValueError

    @dg.op
    def two() -> None:
        raise ValueError

    @dg.op
    def stopped() -> None:
        raise dg.DagsterExecutionInterruptedError

    def failed(*ops: dg.OpDefinition) -> dict[str, list[str]]:
        @dg.job(config=QUIET)
        def both() -> None:
            for op in ops:
                op()

        return failures(both.execute_in_process(raise_on_error=False).all_events)

    assert list(map(sorted, failed(one, two).values())) == [["one", "two"]]
    with pytest.raises(KeyboardInterrupt):
        failed(stopped)


QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
