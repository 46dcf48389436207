"""Dagster's webserver and daemon on this machine, and the folder that holds its history."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import dagster as dg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import PROJECT, Paths, private_folder

INSTANCE_SETTINGS = PROJECT / "data" / "dagster" / "dagster.yaml"


def dagster_home(paths: Paths) -> Path:
    """Return the folder of this installation's Dagster instance."""
    return Path(os.environ.get("DAGSTER_HOME") or paths.data / "dagster")


def prepare_instance(paths: Paths) -> None:
    """Point Dagster at this installation's instance, with the committed settings in it."""
    home = private_folder(dagster_home(paths))
    os.environ["DAGSTER_HOME"] = str(home)
    # The events of all periods of a table are written at once.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "200")
    settings = home / "dagster.yaml"
    if not settings.exists():
        shutil.copyfile(INSTANCE_SETTINGS, settings)


@contextmanager
def history_kept_open() -> Iterator[None]:
    """Keep each SQLite file of Dagster's history open until the block ends.

    Dagster opens and closes one for every event, and SQLite then waits for the disk twice. With one
    more connection it writes its log back now and then, which a power cut may cost the last events
    of the history, and never a figure. https://sqlite.org/pragma.html#pragma_synchronous
    """
    with ExitStack() as kept:
        own: dict[str, sqlite3.Connection] = {}

        def keep(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA synchronous = NORMAL")
            file = str(connection.execute("PRAGMA database_list").fetchone()[2])
            if file not in own:
                own[file] = kept.enter_context(closing(sqlite3.connect(file)))
            # A connection takes part in the log of a file from the first time that it reads both.
            own[file].execute("SELECT count(*) FROM sqlite_master").fetchall()

        event.listen(Engine, "connect", keep)
        kept.callback(event.remove, Engine, "connect", keep)
        yield


def serve_ui() -> int:
    """Run webserver and daemon until one ends or the user stops them.

    Raises
    ------
    MotcuaError
        PORT is none, or is taken.
    """
    port = _free_port()
    # Both would create the databases of a new instance at once, and leave them with two versions.
    with dg.DagsterInstance.get():
        pass
    common = ["-w", str(PROJECT / "workspace.yaml")]
    commands = (
        ["dagster-webserver", *common, "-h", "127.0.0.1", "-p", port],
        ["dagster-daemon", "run", *common],
    )
    print(f"Dagster starts on http://127.0.0.1:{port}; Ctrl-C stops it.")
    binaries = Path(sys.executable).parent
    # A service manager stops a program by SIGTERM, which would leave both running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes: list[subprocess.Popen[bytes]] = []
    is_stopped = False
    try:
        for name, *rest in commands:
            processes.append(subprocess.Popen([binaries / name, *rest]))  # noqa: S603
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        is_stopped = True
    finally:
        for process in processes:
            process.terminate()
        codes = [process.wait() for process in processes]
    return int(any(codes) and not is_stopped)


def _free_port() -> str:
    """Return the port to serve on, asked before a second daemon is started beside the first."""
    port = os.environ.get("PORT") or "3000"
    is_port = port.isdecimal() and 0 < int(port) < 1 << 16
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if is_port:
                asked.bind(("127.0.0.1", int(port)))
                return port
            found = f"PORT={port}"
        except OSError:
            found = f"port {port} of this machine taken, or not to be had"
    raise MotcuaError(
        "Starting Dagster's UI", found, "a free port from 1024 to 65535",
        "Another make ui may be running: stop it, or choose a port: make ui PORT=3001.",
    )  # fmt: skip
