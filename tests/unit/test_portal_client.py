"""What a portal may do wrong on the wire: what passes is asked for again, the rest is told at once.

Every reply comes from a real server on this machine.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
import requests

from assets.engine.common.paths import Paths
from schemas.settings import api
from tests.assets.loopback import CERTIFICATE
from tests.portal.server import DRIP_SECONDS, MOST_SLOW_BYTES, SLOW, Portal, dripping, served
from tests.portal.support import (
    TOKEN,
    VARIABLE,
    changed,
    code,
    collect,
    delivered,
    deliveries,
    left_over,
    write_settings,
)

PATH = "/pa/dossier/search"
HERE = "https://localhost"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal(TOKEN, {PATH: changed(25)})) as portal:
        yield portal


def codes(paths: Paths) -> list[str]:
    return [item["code"] for item in json.loads(delivered(paths))["content"]]


@pytest.mark.parametrize("fault", ["storm", "error", "stall", "cut", "truncated", "not_gzip"])
@pytest.mark.parametrize("after", [0, 1])
def test_what_may_pass_is_asked_for_again(
    fault: str, after: int, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on(fault, times=1, after=after)
    said: list[str] = []
    result = collect(paths, said=said.append)
    assert result.failures == []
    assert codes(paths) == [code(number) for number in range(1, 26)]
    assert len(portal.asked) == 3 + 1
    assert [line for line in said if line.startswith("attempt 1: ")]


def test_a_storm_is_waited_out_as_long_as_the_portal_wishes(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("storm", times=2)
    said: list[str] = []
    assert collect(paths, said=said.append).failures == []
    waits = [line for line in said if "HTTP status 429" in line]
    assert len(waits) == 2
    assert all(float(line.rsplit(" ", 2)[1]) >= 1 for line in waits)


@pytest.mark.parametrize("wish", ["soon", "-1", "Tue, 15 Nov 1994 08:12:31 +99999999999999999"])
def test_a_wish_that_says_nothing_is_none(wish: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.retry_after = wish
    portal.faults.switch_on("storm")
    assert collect(paths).failures == []


def test_a_wish_beyond_the_bound_is_not_granted(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, old="max_total_seconds = 20", new="max_total_seconds = 0.9")
    portal.faults.switch_on("storm", times=9)
    (failure,) = collect(paths).failures
    assert "found HTTP status 429 (attempts: 1," in failure
    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    ("fault", "found", "to_do"),
    [
        ("storm", "HTTP status 429", "requests_per_second"),
        ("error", "HTTP status 500", "the portal's operator"),
        ("stall", "no reply in time", "read_timeout"),
        ("cut", "broke off", "page_size"),
        ("truncated", "no whole JSON", "page_size"),
        ("not_gzip", "cannot be decompressed", "page_size"),
    ],
)
def test_what_does_not_pass_is_given_up_after_the_bound(
    fault: str, found: str, to_do: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on(fault, times=99)
    (failure,) = collect(paths).failures
    assert failure.startswith("Asking the portal of mau for hoso: found ")
    for part in (found, "attempts: 3", to_do, "goes on behind the last whole page"):
        assert part in failure
    assert len(portal.asked) == 3
    assert deliveries(paths) == []


@pytest.mark.parametrize(
    ("fault", "parts"),
    [
        ("expired", ["HTTP status 401", f"environment variable {VARIABLE}"]),
        ("forbidden", ["HTTP status 403", VARIABLE]),
        ("missing", ["HTTP status 404", "base_url of [api] and path of [exports.<name>.api]"]),
        ("html", ["content type text/html", "base_url and path"]),
        ("redirect", ["redirect to another host", "base_url"]),
        ("astray", ["redirect to another host", "base_url"]),
        ("endless", ["more than 1,000,000 bytes", "page_size", "max_reply_bytes"]),
        ("bomb", ["more than 1,000,000 bytes", "page_size", "max_reply_bytes"]),
        ("envelope", ["no array of objects at content", "the keys items, totalElements, last",
                      "records of the export"]),
        ("fields", ["no record with a code", "the keys codeNew, stateNew, ownerNew",
                    "columns.dossier_code"]),
    ],
)  # fmt: skip
def test_what_cannot_pass_is_told_at_once(
    fault: str, parts: list[str], paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on(fault, after=1)
    (failure,) = collect(paths).failures
    for part in parts:
        assert part in failure
    for secret in (TOKEN, "Mẫu", "Lò Thị", "127.0.0.1", "portal.example"):
        assert secret not in failure
    assert len(portal.asked) == 2
    assert deliveries(paths) == []


def test_no_secret_goes_where_a_redirect_points(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    with served(Portal(TOKEN, {PATH: changed(5)})) as other:
        portal.elsewhere = other.address + PATH
        portal.faults.switch_on("redirect")
        (failure,) = collect(paths).failures
        assert "another host, scheme or port" in failure
        assert other.asked == []


@pytest.mark.parametrize("location", ["http://[", "//127.0.0.1:abc/x", "https://x:99999/bi-mat"])
def test_a_redirect_to_no_address_fails_its_own_portal_only(
    location: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.elsewhere = location
    portal.faults.switch_on("redirect")
    (failure,) = collect(paths).failures
    assert "another host, scheme or port" in failure
    assert location not in failure
    assert len(portal.asked) == 1


def test_a_redirect_within_the_portal_is_followed(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.elsewhere = (
        f"{PATH}?page=0&size=10&accepted-from=20221201000000&accepted-to=20230201000000"
    )
    portal.faults.switch_on("redirect")
    assert collect(paths).failures == []
    assert len(codes(paths)) == 25
    assert portal.headers[1]["Authorization"] == f"Bearer {TOKEN}"


def test_redirects_in_a_circle_end(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.elsewhere = PATH
    portal.faults.switch_on("redirect", times=99)
    (failure,) = collect(paths).failures
    assert "more than 3 redirects" in failure


def test_nobody_there_is_told(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, old=str(portal.port), new="9")
    (failure,) = collect(paths).failures
    assert "no connection" in failure
    assert "base_url" in failure


def test_a_fault_is_switched_on_from_without(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    faults = f"{portal.address}/faults"
    unknown = requests.post(faults, params={"name": "x"}, timeout=5)
    assert (unknown.status_code, "storm, error" in unknown.text) == (400, True)
    asked = {"name": "missing", "times": "1", "after": "2"}
    assert requests.post(faults, params=asked, timeout=5).status_code == 200
    (failure,) = collect(paths).failures
    assert "HTTP status 404" in failure
    assert len(portal.asked) == 3


@pytest.mark.parametrize("fault", ["drip", *sorted(SLOW)])
def test_a_reply_that_drips_is_given_up_in_time(fault: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, old="max_total_seconds = 20", new="max_total_seconds = 0.3")
    portal.faults.switch_on(fault, times=9)
    started = time.monotonic()
    (failure,) = collect(paths).failures
    assert "a reply that did not end in time (attempts: 1," in failure
    assert "max_total_seconds" in failure
    assert time.monotonic() - started < MOST_SLOW_BYTES * DRIP_SECONDS / 2


def test_an_encrypted_reply_that_drips_is_given_up_in_time(
    paths: Paths,
) -> None:
    with served(Portal(TOKEN, {PATH: changed(5)}), certificate=CERTIFICATE) as portal:
        write_settings(
            paths, portal, more=f'ca_bundle = "{CERTIFICATE}"',
            old="max_total_seconds = 20", new="max_total_seconds = 0.9",
        )  # fmt: skip
        settings = paths.sources / "mau.toml"
        settings.write_text(settings.read_text("utf-8").replace("http://127.0.0.1", HERE), "utf-8")
        portal.faults.switch_on("slow_headers", times=9)
        (failure,) = collect(paths).failures
        assert "a reply that did not end in time (attempts: 1," in failure


@pytest.mark.parametrize("through", ["no proxy", "a proxy"])
def test_a_connection_that_drips_is_given_up_in_time(
    through: str, paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handshake, or what a proxy says before it, takes no longer than all of a reply may."""
    monkeypatch.setattr(api, "LOOPBACK", ())
    handshake = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"  # of 16 kB that are to come
    write_settings(paths, portal, old="max_total_seconds = 20", new="max_total_seconds = 0.3")
    with dripping(handshake if through == "no proxy" else b"HTTP/1.1 200 OK\r\nX: ") as port:
        settings = paths.sources / "mau.toml"
        address = f"{HERE}:{port}" if through == "no proxy" else "https://portal.example"
        text = settings.read_text("utf-8").replace(portal.address, address)
        settings.write_text(text, "utf-8")
        if through == "a proxy":
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        started = time.monotonic()
        (failure,) = collect(paths).failures
    assert "a reply that did not end in time (attempts: 1," in failure
    assert time.monotonic() - started < MOST_SLOW_BYTES * DRIP_SECONDS / 2


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 99999 OK\r\n\r\n", bytes(99) + b"\r\n\r\n",
        b"\xd0\r\n\r\n", OK + b"Content-Length: -5\r\n\r\n",
        OK + b"Content-Length: 99999\r\n\r\n{}", OK + b"Content-Length: 1\r\n\r\n{}",
        OK + b"Content-Length: " + b"9" * 500 + b"\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", OK + b"X: y\r\n" * 101 + b"\r\n{}",
        OK + b"Content-Encoding: " + b"gzip, " * 50 + b"gzip\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: //\xd0:1/\r\n\r\n", OK + b"Set-Cookie: \xd0=;\r\n\r\n{}",
    ],
)  # fmt: skip
def test_a_head_that_says_anything_fails_its_own_portal_only(
    head: bytes, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, old="max_attempts = 3", new="max_attempts = 1")
    with dripping(head, pause=0) as port:
        settings = paths.sources / "mau.toml"
        text = settings.read_text("utf-8").replace(str(portal.port), str(port))
        settings.write_text(text, "utf-8")
        assert len(collect(paths).failures) == 1


def test_a_reply_in_chunks_is_read(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("chunks", times=9)
    assert collect(paths).failures == []
    assert codes(paths) == [code(number) for number in range(1, 26)]


def test_only_a_certificate_that_is_trusted_is_shown_the_secret(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the settings say which is, not a variable of the shell."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    monkeypatch.setenv("NO_PROXY", "*")
    # For this machine itself the environment is not looked into.
    monkeypatch.setattr(api, "LOOPBACK", ())
    with served(Portal(TOKEN, {PATH: changed(25)}), certificate=CERTIFICATE) as portal:
        here = {"old": "http://127.0.0.1", "new": "https://localhost"}
        write_settings(paths, portal, **here)
        (failure,) = collect(paths).failures
        assert "a certificate that is not trusted" in failure
        assert "ca_bundle" in failure
        assert portal.headers == []
        write_settings(paths, portal, more=f'ca_bundle = "{CERTIFICATE}"', **here)
        assert collect(paths).failures == []
        assert codes(paths) == [code(number) for number in range(1, 26)]


def test_plain_http_where_a_certificate_is_expected(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, old="http://", new="https://")
    (failure,) = collect(paths).failures
    assert "certificate" in failure
    assert portal.asked == []


def test_certificates_that_are_not_there_are_told(paths: Paths, portal: Portal) -> None:
    more = 'ca_bundle = "/nowhere/ca.pem"'
    write_settings(paths, portal, more=more, old="http://", new="https://")
    (failure,) = collect(paths).failures
    assert "ca_bundle" in failure


@pytest.mark.parametrize("text", [None, "", "  ", "a\nb", "mật"])
def test_a_secret_that_is_not_set_is_named(
    text: str | None, paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(paths, portal)
    monkeypatch.delenv(VARIABLE) if text is None else monkeypatch.setenv(VARIABLE, text)
    (failure,) = collect(paths).failures
    assert f"Set {VARIABLE} where Dagster is started" in failure
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


def test_no_more_requests_a_second_than_set(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, old="requests_per_second = 1000", new="requests_per_second = 2")
    started = time.monotonic()
    assert collect(paths).failures == []
    assert time.monotonic() - started >= 2 / 2


def test_exports_of_a_source_share_its_rate(paths: Paths, portal: Portal) -> None:
    # So few that a busy machine is not as slow by itself.
    write_settings(paths, portal, old="requests_per_second = 1000", new="requests_per_second = 2")
    file = paths.sources / "mau.toml"
    text = file.read_text("utf-8")
    one = text[text.index("[exports.hoso]") :]
    more = [one.replace("exports.hoso", f"exports.hoso_{number}") for number in range(2)]
    file.write_text("\n".join([text, *more]), "utf-8")
    for rows in portal.lists.values():
        del rows[5:]
    started = time.monotonic()
    assert collect(paths).page_count == 3
    assert time.monotonic() - started >= 2 / 2


def test_a_failure_leaves_no_page_in_a_delivery_and_goes_on_behind_the_cut(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("expired", after=2)
    assert len(collect(paths).failures) == 1
    assert len(left_over(paths.data)) == 2
    before = len(portal.asked)
    result = collect(paths)
    assert (result.failures, result.page_count) == ([], 1)
    assert len(portal.asked) == before + 1
    assert codes(paths) == [code(number) for number in range(1, 26)]
    assert left_over(paths.data) == []


@pytest.mark.parametrize("times", [0, -1])
def test_a_fault_that_would_never_end_is_refused(times: int, portal: Portal) -> None:
    asked = {"name": "storm", "times": str(times)}
    answer = requests.post(f"{portal.address}/faults", params=asked, timeout=5)
    assert answer.status_code == 400
    assert answer.text == f"a fault that strikes {times} times; it strikes once at least"
    assert portal.faults.next() is None
