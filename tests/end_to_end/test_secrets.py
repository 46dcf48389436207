"""Secrets stay where they are: in the environment of the processes that need them.

A run collects from a portal with its token, another is refused; its failure is told by a webhook
and a mail server that both fail. Then every byte that was written, and all that the UI answers,
is searched for what the variables hold.
"""

import base64
import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.server import served as served_portal
from tests.assets.loopback import CERTIFICATE, MailServer, Webhook, serving
from tests.end_to_end.server import REPOSITORY, Server, served, wait_until
from tests.portal.support import KEY, VARIABLE, listed, write_settings
from tests.support import SETTINGS

SECRETS = {
    VARIABLE: "bi-mat-cua-cong-0001",
    "MOTCUA_TEST_HOOK": "bi-mat-cua-webhook-0002",
    "MOTCUA_TEST_USER": "bi-mat-nguoi-gui-0003",
    "MOTCUA_TEST_PASSWORD": "bi-mat-cua-thu-0004",
    "MOTCUA_HASH_KEY": "bi-mat-cua-khoa-bam-ma-ho-so-0005",
}
EVERYTHING = """
query($repository: RepositorySelector!) {
    instance { info }
    runsOrError { ... on Runs { results { runId status runConfigYaml tags { key value }
        eventConnection(limit: 5000) { events { __typename ... on MessageEvent { message level }
            ... on ErrorEvent { error { ...E } }
            ... on DisplayableEvent { description metadataEntries { label description
                ... on TextMetadataEntry { text } ... on MarkdownMetadataEntry { mdStr } } } } } } }
    }
    sensorsOrError(repositorySelector: $repository) { ... on Sensors { results { name
        sensorState { ticks(limit: 50) { status skipReason cursor error { ...E }
            logEvents { events { message } } } } } } }
}
fragment E on PythonError { message stack causes { message stack } }
"""


@dataclass(frozen=True)
class Searched:
    """What was left behind: the server, how its runs ended, and all that it answers."""

    server: Server
    ended: list[str]
    answers: str
    hook: Webhook
    mail: MailServer


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    folder = tmp_path_factory.mktemp("secrets")
    paths = Paths(folder / "data", folder / "settings")
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    portal, hook, mail = Portal(SECRETS[VARIABLE]), Webhook(500), MailServer(is_open=False)
    portal.lists["/pa/dossier/search"] = listed(25)
    with ExitStack() as stack:
        stack.enter_context(served_portal(portal))
        stack.enter_context(serving(hook))
        stack.enter_context(serving(mail))
        write_settings(paths, portal)
        (paths.settings / "operations.toml").write_text(
            f"""
            [alerts]
            webhook_url_variable = "MOTCUA_TEST_HOOK"
            [alerts.mail]
            host = "localhost"
            port = {mail.port}
            ca_bundle = "{CERTIFICATE}"
            from = "motcua@example.vn"
            to = ["truc@example.vn"]
            user_variable = "MOTCUA_TEST_USER"
            password_variable = "MOTCUA_TEST_PASSWORD"
            """
        )
        environment = SECRETS | {
            "MOTCUA_SETTINGS": str(paths.settings),
            "MOTCUA_TEST_HOOK": f"{hook.address}/{SECRETS['MOTCUA_TEST_HOOK']}",
        }
        server = stack.enter_context(
            served(paths.data, folder / "home", folder / "ui.log", **environment)
        )
        ended = [server.launch("nightly", KEY)[1]]
        portal.token = "another"
        ended.append(server.launch("nightly", "2023-01-15")[1])
        variables = {"repository": REPOSITORY}
        # What could not be told is the last thing that the sensor says.
        wait_until(
            lambda: json.dumps(server.ask(EVERYTHING, variables)).count("Check alerts.") >= 2, 180
        )
        yield Searched(server, ended, json.dumps(server.ask(EVERYTHING, variables)), hook, mail)


def _found_in(content: bytes) -> set[str]:
    """Return the variables whose secret stands in some bytes, as it is or encoded."""
    return {
        name
        for name, text in SECRETS.items()
        if text.encode() in content or base64.b64encode(text.encode())[:-3] in content
    }


def _unpacked(file: Path) -> Iterator[bytes]:
    """Yield the cells of a SQLite file; Dagster compresses some of them."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for cell in row:
                    if isinstance(cell, bytes):
                        try:
                            yield zlib.decompress(cell)
                        except zlib.error:
                            yield cell


def test_the_secrets_were_used(searched: Searched) -> None:
    """Otherwise there would be nothing to find."""
    assert searched.ended == ["SUCCESS", "FAILURE"]
    assert SECRETS["MOTCUA_TEST_HOOK"] in searched.hook.posts[0][0]
    user, password = searched.mail.logins[0]
    assert (user, password) == (SECRETS["MOTCUA_TEST_USER"], SECRETS["MOTCUA_TEST_PASSWORD"])


def test_the_alert_tells_the_sentence_of_the_portal(searched: Searched) -> None:
    _, body = searched.hook.posts[0]
    assert "401" in body["sentence"]
    assert VARIABLE in body["sentence"]
    assert "Tháng 02/2023" in body["subject"]
    assert _found_in(json.dumps(body).encode()) == set()


def test_the_search_finds_a_secret(tmp_path: Path) -> None:
    for name, text in SECRETS.items():
        assert _found_in(f"Bearer {text}, ".encode()) == {name}
        assert _found_in(base64.b64encode(text.encode())) == {name}
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE t (body BLOB)")
        connection.execute("INSERT INTO t VALUES (?)", [zlib.compress(SECRETS[VARIABLE].encode())])
        connection.commit()
    assert [_found_in(cell) for cell in _unpacked(tmp_path / "x.db")] == [{VARIABLE}]


def test_no_answer_of_the_ui_holds_a_secret(searched: Searched) -> None:
    assert "401" in searched.answers
    assert "Check alerts.webhook_url_variable in operations.toml" in searched.answers
    assert "Check alerts.mail in operations.toml" in searched.answers
    assert _found_in(searched.answers.encode()) == set()


@pytest.mark.parametrize("place", ["data", "home", "settings"])
def test_no_byte_that_was_written_holds_a_secret(searched: Searched, place: str) -> None:
    folder = searched.server.home.parent / place
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 2
    assert {
        file.name: _found_in(file.read_bytes()) for file in files if _found_in(file.read_bytes())
    } == {}
    for file in files:
        if file.suffix == ".db":
            assert all(_found_in(cell) == set() for cell in _unpacked(file)), file.name


def test_no_line_of_the_output_holds_a_secret(searched: Searched) -> None:
    output = searched.server.output.read_bytes()
    assert b"401" in output
    assert _found_in(output) == set()
