"""The named steps of a process: whatever makes something durable, so that it may die at one.

The product has no hook for this: its process is forked, and the operations are replaced in it.
"""

import os
import re
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb

from assets.engine.common.paths import PROJECT

BEFORE, AFTER = "before", "after"
_ENGINE = PROJECT / "assets" / "engine"
# What every durable operation goes through says nothing of which one it is.
_HELPERS = {("disk", "sync"), ("disk", "write_whole"), ("warehouse", "transaction")}
_CALLS = ("replace", "rename", "link", "unlink", "rmdir", "fsync", "sync", "truncate")
_WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|MERGE|CREATE(?! (OR REPLACE )?TEMP)|DROP|ALTER|TRUNCATE|COMMENT"
    r"|CHECKPOINT|COPY|ATTACH|DETACH)\b",
    re.I,
)


@dataclass(frozen=True)
class Step:
    """One occurrence of a named step, and on which side of it."""

    name: str
    occurrence: int = 1
    side: str = BEFORE


@dataclass
class Steps:
    """Counts the steps of this process by their names, and kills it at `last`, if there is one."""

    last: Step | None = None
    counts: Counter[str] = field(default_factory=Counter)
    in_memory: set[int] = field(default_factory=set)
    in_transaction: set[int] = field(default_factory=set)

    def watch(self) -> "Steps":
        """Replace the durable operations by such as are watched."""
        for name in _CALLS:
            setattr(os, name, self._watched(name, getattr(os, name)))
        shutil.copy2 = self._watched("copy", shutil.copy2)
        self._watch_duckdb()
        return self

    def _watched(self, kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            step = self._step(kind)
            try:
                result = call(*arguments, **named)
            except OSError:  # nothing was done
                self.counts[step.name] -= 1
                raise
            self._die(replace(step, side=AFTER))
            return result

        return watched

    def _watch_duckdb(self) -> None:
        connect = duckdb.connect
        kind: Any = duckdb.DuckDBPyConnection
        begin, execute = kind.begin, kind.execute

        def connected(database: Any = ":memory:", *arguments: Any, **named: Any) -> Any:
            connection = connect(database, *arguments, **named)
            # DuckDB looks for tables of Python in the frame that calls it, which is one of these.
            execute(connection, "SET python_scan_all_frames = true")
            is_durable = database != ":memory:" and not named.get("read_only")
            (set.discard if is_durable else set.add)(self.in_memory, id(connection))
            self.in_transaction.discard(id(connection))
            return connection

        def begun(own: Any) -> Any:
            self.in_transaction.add(id(own))
            return begin(own)

        def ended(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def end(own: Any, *arguments: Any) -> Any:
                self.in_transaction.discard(id(own))
                is_step = id(own) not in self.in_memory
                return (self._watched(name, call) if is_step else call)(own, *arguments)

            return end

        def executed(own: Any, query: Any, *arguments: Any, **named: Any) -> Any:
            writes = _WRITES.match(query) if isinstance(query, str) else None
            is_step = writes and id(own) not in self.in_memory | self.in_transaction
            call = self._watched(writes[1].lower(), execute) if writes and is_step else execute
            return call(own, query, *arguments, **named)

        duckdb.connect = connected
        kind.begin, kind.execute = begun, executed
        kind.commit, kind.rollback = ended("commit", kind.commit), ended("rollback", kind.rollback)
        kind.close, kind.__exit__ = ended("close", kind.close), ended("close", kind.__exit__)

    def _step(self, kind: str) -> Step:
        name = f"{kind} in {_asking()}"
        self.counts[name] += 1
        step = Step(name, self.counts[name])
        self._die(step)
        return step

    def _die(self, step: Step) -> None:
        if step == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def _asking() -> str:
    """Return the function of the engine that asks for the step."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file, function = Path(frame.f_code.co_filename), frame.f_code.co_name
        if file.is_relative_to(_ENGINE) and (file.stem, function) not in _HELPERS:
            return f"{file.stem}.{function}"
        frame = frame.f_back
    return "nothing of the engine"
