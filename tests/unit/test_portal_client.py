"""What a portal may do wrong on the wire: what may pass is asked for again, the rest fails at once.

Every reply comes from a real server on this machine.
"""

import time
from collections.abc import Iterator
from email.utils import formatdate

import certifi
import pytest
import requests

from assets.engine.common.paths import Paths
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.server import (
    DRIP_SECONDS,
    MOST_SLOW_BYTES,
    SLOW,
    dripping,
    served,
)
from schemas.settings import api
from tests.assets.loopback import CERTIFICATE
from tests.portal.support import (
    TOKEN,
    VARIABLE,
    code,
    codes,
    collect,
    deliveries,
    listed,
    write_settings,
)

PATH = "/pa/dossier/search"
HERE = "https://localhost"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ALL = [code(number) for number in range(1, 26)]
NOT_IN_TIME = "a reply that did not end in time (attempts: 1,"
SOON = {"old": "max_total_seconds = 20", "new": "max_total_seconds = 0.3"}


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal(TOKEN, {PATH: listed(25)})) as portal:
        yield portal


def at(paths: Paths, old: str, new: str) -> None:
    """Have the settings name another address."""
    settings = paths.sources / "mau.toml"
    text = settings.read_text("utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), "utf-8")


# What is found, and what to do, if the fault does not pass.
PASSING = {
    "storm": ("HTTP status 429", "requests_per_second"),
    "error": ("HTTP status 500", "the portal's operator"),
    "stall": ("no reply in time", "read_timeout"),
    "cut": ("broke off", "page_size"),
    "truncated": ("not whole JSON", "page_size"),
    "not_gzip": ("cannot be decompressed", "page_size"),
    "empty": ("an empty reply", "the portal's operator"),
}


@pytest.mark.parametrize("fault", PASSING)
def test_what_may_pass_is_asked_for_again_as_often_as_set(
    fault: str, paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.retry_after = "0.1"
    write_settings(paths, portal, old="read_timeout = 1", new="read_timeout = 0.3")
    portal.faults.switch_on(fault, times=99)
    (failure,) = collect(paths).failures
    assert failure.startswith("Asking the portal of mau for hoso: found ")
    for part in (*PASSING[fault], "attempts: 3", "goes on after the last whole page"):
        assert part in failure
    assert len(portal.asked) == 3
    assert deliveries(paths) == []
    portal.faults.waiting.clear()
    portal.faults.switch_on(fault, times=1, after=1)
    messages: list[str] = []
    assert collect(paths, said=messages.append).failures == []
    assert codes(paths) == ALL
    assert len(portal.asked) == 3 + 3 + 1
    assert [line for line in messages if line.startswith("attempt 1: ")]


def test_a_portal_is_left_alone_as_long_as_it_wishes(
    installations: Iterator[Paths], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless that is longer than a page may take; a wish that says nothing is none."""
    long = formatdate(time.time() + 3600, usegmt=True)
    cases = (("1", True), (long, False), ("99", False), ("soon", True), ("-1", True),
             ("Tue, 15 Nov 1994 08:12:31 +99999999999999999", True))  # fmt: skip
    for paths, (wish, is_granted) in zip(installations, cases, strict=False):
        write_settings(paths, portal)
        portal.asked.clear()
        portal.retry_after = wish
        portal.faults.switch_on("storm")
        started = time.monotonic()
        failures = collect(paths).failures
        if is_granted:
            assert failures == [], wish
            assert time.monotonic() - started > (1 if wish == "1" else 0)
        else:
            assert "found HTTP status 429 (attempts: 1," in failures[0], wish
            assert len(portal.asked) == 1


FATAL = {
    "expired": ["HTTP status 401", f"environment variable {VARIABLE}"],
    "forbidden": ["HTTP status 403", VARIABLE],
    "missing": ["HTTP status 404", "base_url of [api] and path of [exports.<name>.api]"],
    "html": ["content type text/html", "base_url and path"],
    "redirect": ["a redirect", "base_url"],
    "astray": ["a redirect", "base_url"],
    "endless": ["more than 1,000,000 bytes", "page_size", "max_reply_bytes"],
    "bomb": ["more than 1,000,000 bytes", "page_size", "max_reply_bytes"],
    "envelope": [
        "no array of objects at content", "the keys items, totalElements, last",
        "records of the export",
    ],
    "fields": [
        "no record with a code", "the keys codeNew, stateNew, ownerNew", "columns.dossier_code",
    ],
}  # fmt: skip


def test_what_cannot_pass_fails_at_once_without_a_secret(
    installations: Iterator[Paths], portal: Portal
) -> None:
    for paths, (fault, parts) in zip(installations, FATAL.items(), strict=False):
        write_settings(paths, portal)
        portal.asked.clear()
        portal.faults.switch_on(fault, after=1)
        (failure,) = collect(paths).failures
        assert [part for part in parts if part not in failure] == [], fault
        for secret in (TOKEN, "Mẫu", "Lò Thị", "127.0.0.1", "portal.example"):
            assert secret not in failure, fault
        assert len(portal.asked) == 2, fault
        assert deliveries(paths) == [], fault


def test_no_redirect_is_followed_or_quoted(installations: Iterator[Paths], portal: Portal) -> None:
    with served(Portal(TOKEN, {PATH: listed(5)})) as other:
        places = (other.address + PATH, portal.address + PATH, PATH, "http://[",
                  "//127.0.0.1:abc/x", "https://x:99999/bi-mat")  # fmt: skip
        for paths, place in zip(installations, places, strict=False):
            write_settings(paths, portal)
            portal.asked.clear()
            portal.elsewhere = place
            portal.faults.switch_on("redirect")
            (failure,) = collect(paths).failures
            assert "found a redirect; expected" in failure
            assert place not in failure
            assert (len(portal.asked), other.asked) == (1, []), place


def test_a_fault_is_switched_on_from_without(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    faults = f"{portal.address}/faults"
    unknown = requests.post(faults, params={"name": "x"}, timeout=5)
    assert (unknown.status_code, "storm, error" in unknown.text) == (400, True)
    endless = requests.post(faults, params={"name": "storm", "times": "0"}, timeout=5)
    assert endless.text == "a fault that strikes 0 times; it strikes once at least"
    asked = {"name": "missing", "times": "1", "after": "2"}
    assert requests.post(faults, params=asked, timeout=5).status_code == 200
    (failure,) = collect(paths).failures
    assert "HTTP status 404" in failure
    assert len(portal.asked) == 3


@pytest.mark.parametrize("fault", ["drip", *sorted(SLOW)])
def test_a_reply_that_drips_is_given_up_in_time(fault: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, **SOON)
    portal.faults.switch_on(fault, times=9)
    started = time.monotonic()
    (failure,) = collect(paths).failures
    assert NOT_IN_TIME in failure
    assert "max_total_seconds" in failure
    assert time.monotonic() - started < MOST_SLOW_BYTES * DRIP_SECONDS / 2


def test_an_encrypted_reply_that_drips_is_given_up_in_time(paths: Paths) -> None:
    with served(Portal(TOKEN, {PATH: listed(5)}), certificate=CERTIFICATE) as portal:
        write_settings(
            paths, portal, more=f'ca_bundle = "{CERTIFICATE}"',
            old="max_total_seconds = 20", new="max_total_seconds = 0.9",
        )  # fmt: skip
        at(paths, "http://127.0.0.1", HERE)
        portal.faults.switch_on("slow_headers", times=9)
        assert NOT_IN_TIME in collect(paths).failures[0]


@pytest.mark.parametrize("through", ["no proxy", "a proxy"])
def test_a_connection_that_drips_is_given_up_in_time(
    through: str, paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handshake, or what a proxy says before it, takes no longer than all of a reply may."""
    monkeypatch.setattr(api, "LOOPBACK", ())
    handshake = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"  # of 16 kB that are to come
    write_settings(paths, portal, **SOON)
    with dripping(handshake if through == "no proxy" else b"HTTP/1.1 200 OK\r\nX: ") as port:
        is_direct = through == "no proxy"
        at(paths, portal.address, f"{HERE}:{port}" if is_direct else "https://portal.example")
        if not is_direct:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        started = time.monotonic()
        assert NOT_IN_TIME in collect(paths).failures[0]
    assert time.monotonic() - started < MOST_SLOW_BYTES * DRIP_SECONDS / 2


HEADS = [
    b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 99999 OK\r\n\r\n", bytes(99) + b"\r\n\r\n",
    b"\xd0\r\n\r\n", OK + b"Content-Length: -5\r\n\r\n",
    OK + b"Content-Length: 99999\r\n\r\n{}", OK + b"Content-Length: 1\r\n\r\n{}",
    OK + b"Content-Length: " + b"9" * 500 + b"\r\n\r\n{}",
    OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", OK + b"X: y\r\n" * 101 + b"\r\n{}",
    OK + b"Content-Encoding: " + b"gzip, " * 50 + b"gzip\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: //\xd0:1/\r\n\r\n", OK + b"Set-Cookie: \xd0=;\r\n\r\n{}",
]  # fmt: skip


def test_a_head_that_says_anything_fails_its_own_portal_only(
    installations: Iterator[Paths], portal: Portal
) -> None:
    for paths, head in zip(installations, HEADS, strict=False):
        write_settings(paths, portal, old="max_attempts = 3", new="max_attempts = 1")
        with dripping(head, pause=0) as port:
            at(paths, str(portal.port), str(port))
            assert len(collect(paths).failures) == 1, head


def test_a_reply_in_chunks_is_read(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("chunks", times=9)
    assert collect(paths).failures == []
    assert codes(paths) == ALL


def test_only_a_certificate_that_is_trusted_is_shown_the_secret(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the settings say which is, not a variable of the shell."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    monkeypatch.setenv("NO_PROXY", "*")
    # For this machine itself the environment is not looked into.
    monkeypatch.setattr(api, "LOOPBACK", ())
    with served(Portal(TOKEN, {PATH: listed(25)}), certificate=CERTIFICATE) as portal:
        here = {"old": "http://127.0.0.1", "new": HERE}
        write_settings(paths, portal, **here)
        (failure,) = collect(paths).failures
        assert "a certificate that is not trusted" in failure
        assert "ca_bundle" in failure
        assert portal.headers == []
        write_settings(paths, portal, more=f'ca_bundle = "{CERTIFICATE}"', **here)
        assert collect(paths).failures == []
        assert codes(paths) == ALL


def test_a_connection_that_cannot_be_made_names_the_setting(
    installations: Iterator[Paths], portal: Portal
) -> None:
    ca_bundle = 'ca_bundle = "/nowhere/ca.pem"'
    cases = (
        (str(portal.port), "9", "", ["no connection", "base_url"]),
        ("http://", "https://", "", ["no encrypted connection", "certificate"]),
        ("http://", "https://", ca_bundle, ["certificates that cannot be read", "ca_bundle"]),
    )
    for paths, (old, new, more, parts) in zip(installations, cases, strict=False):
        write_settings(paths, portal, old=old, new=new, more=more)
        (failure,) = collect(paths).failures
        assert [part for part in parts if part not in failure] == []
    assert portal.asked == []


def test_a_secret_that_is_not_set_is_named(
    installations: Iterator[Paths], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for paths, text in zip(installations, ("", "  ", "a\nb", "mật", None), strict=False):
        write_settings(paths, portal)
        monkeypatch.delenv(VARIABLE) if text is None else monkeypatch.setenv(VARIABLE, text)
        (failure,) = collect(paths).failures
        assert f"Set {VARIABLE} where Dagster is started" in failure, text
    assert portal.asked == []


def test_a_user_and_password_come_from_the_environment(
    paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAU_USER", "lò")
    monkeypatch.setenv("MAU_PASSWORD", "mật khẩu")
    write_settings(
        paths, portal, more='user_variable = "MAU_USER"\npassword_variable = "MAU_PASSWORD"',
        old='token_variable = "MOTCUA_TEST_TOKEN"\n', new="",
    )  # fmt: skip
    (failure,) = collect(paths).failures
    assert "HTTP status 401" in failure
    assert "MAU_PASSWORD" in failure
    assert portal.headers[0]["Authorization"] == "Basic bMOyOm3huq10IGto4bqpdQ=="


def test_exports_of_a_source_share_its_requests_a_second(paths: Paths, portal: Portal) -> None:
    # So few that a busy machine is not as slow by itself.
    write_settings(paths, portal, old="requests_per_second = 1000", new="requests_per_second = 2")
    file = paths.sources / "mau.toml"
    text = file.read_text("utf-8")
    one = text[text.index("[exports.hoso]") :]
    file.write_text(f"{text}\n{one.replace('exports.hoso', 'exports.hoso_2')}", "utf-8")
    del portal.lists[PATH][15:]
    started = time.monotonic()
    assert collect(paths).page_count == 4
    assert time.monotonic() - started >= 3 / 2
