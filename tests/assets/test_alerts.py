"""Who is told, by mail or webhook, and what of it stays unsaid."""

import time

import pytest

from pipelines import alerts
from pipelines.alerts import Alert, send
from pipelines.commands.demo_portal.server import DRIP_SECONDS, MOST_SLOW_BYTES, dripping
from schemas.settings import Alerts, Mail
from tests.assets.loopback import CERTIFICATE, MailServer, Webhook, serving

ALERT = Alert("Motcua: lỗi | failed", "Reading: found x; expected y. Do z.", "http://ui/runs/1")


def _mail(server: MailServer, **more: object) -> Mail:
    settings = {"host": "localhost", "port": server.port, "from": "motcua@example.vn",
                "to": ["truc@example.vn"], "starttls": False, **more}  # fmt: skip
    return Mail.model_validate(settings)


def _with_login(server: MailServer, **more: object) -> Mail:
    login = {"starttls": True, "user_variable": "MAIL_USER", "password_variable": "MAIL_PASSWORD"}
    return _mail(server, **{**login, "ca_bundle": str(CERTIFICATE), **more})


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_USER", "motcua")
    monkeypatch.setenv("MAIL_PASSWORD", "mat-khau")


def test_a_mail_tells_sentence_and_link() -> None:
    server = MailServer()
    with serving(server):
        assert send(ALERT, Alerts(mail=_mail(server))) == []
    (message,) = server.messages
    assert message["Subject"] == ALERT.subject
    assert message["To"] == "truc@example.vn"
    assert message.get_content().replace("\r\n", "\n") == ALERT.text
    assert ALERT.sentence in ALERT.text
    assert ALERT.link in ALERT.text


def test_a_password_goes_over_a_verified_connection(secrets: None) -> None:
    server = MailServer()
    with serving(server):
        assert send(ALERT, Alerts(mail=_with_login(server))) == []
    assert server.was_encrypted == [True]
    assert server.logins == [("motcua", "mat-khau")]


def test_a_password_may_have_marks(secrets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "mật khẩu")
    server = MailServer()
    with serving(server):
        assert send(ALERT, Alerts(mail=_with_login(server))) == []
    assert server.logins == [("motcua", "mật khẩu")]
    shut = MailServer(is_open=False)
    with serving(shut):
        (untold,) = send(ALERT, Alerts(mail=_with_login(shut)))
    assert "SMTPAuthenticationError" in untold
    assert "mật khẩu" not in untold
    assert not shut.messages


def test_a_server_that_nobody_vouches_for_gets_nothing(secrets: None) -> None:
    server = MailServer()
    with serving(server):
        (untold,) = send(ALERT, Alerts(mail=_with_login(server, ca_bundle=None)))
    assert "SSLCertVerificationError" in untold
    assert "Check alerts.mail in operations.toml" in untold
    assert not server.messages
    assert not server.logins


def test_what_a_server_answers_is_not_told(secrets: None) -> None:
    """Some say again what they were told."""
    server = MailServer(is_open=False)
    with serving(server):
        (untold,) = send(ALERT, Alerts(mail=_with_login(server)))
    assert server.logins
    assert "SMTPAuthenticationError" in untold
    assert "mat-khau" not in untold


def test_a_server_that_restarts_is_asked_again() -> None:
    server = MailServer(refused=2)
    with serving(server):
        assert send(ALERT, Alerts(mail=_mail(server))) == []
    assert len(server.messages) == 1


def test_a_webhook_gets_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Webhook()
    monkeypatch.setenv("HOOK", f"{server.address}/phòng-trực")
    with serving(server):
        assert send(ALERT, Alerts(webhook_url_variable="HOOK")) == []
    ((_, body),) = server.posts
    assert body["text"] == ALERT.text
    assert (body["sentence"], body["link"]) == (ALERT.sentence, ALERT.link)


def test_what_a_webhook_answers_at_length_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Webhook(length=1 << 40)
    monkeypatch.setenv("HOOK", server.address)
    with serving(server):
        assert send(ALERT, Alerts(webhook_url_variable="HOOK")) == []
    assert len(server.posts) == 1


def test_a_webhook_that_drips_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "SECONDS", 0.2)
    started = time.monotonic()
    with dripping(b"HTTP/1.1 200 OK\r\nX: ") as port:
        monkeypatch.setenv("HOOK", f"http://127.0.0.1:{port}")
        assert len(send(ALERT, Alerts(webhook_url_variable="HOOK"))) == 1
    assert time.monotonic() - started < MOST_SLOW_BYTES * DRIP_SECONDS  # all that it has to say


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told_without_its_address(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    server = Webhook(status)
    monkeypatch.setenv("HOOK", f"{server.address}/bi-mat")
    with serving(server):
        (untold,) = send(ALERT, Alerts(webhook_url_variable="HOOK"))
    assert "Check alerts.webhook_url_variable" in untold
    assert "bi-mat" not in untold
    assert {path for path, _ in server.posts} == {"/bi-mat"}


@pytest.mark.parametrize(
    "address", ["http://chat.example.vn/bi-mat", "bi-mat", "https://[bi-mat", "http://127.0.0.1:9"]
)
def test_an_address_that_is_none_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HOOK", address)
    (untold,) = send(ALERT, Alerts(webhook_url_variable="HOOK"))
    assert address not in untold
    assert "bi-mat" not in untold


def test_one_way_that_fails_does_not_stop_the_other(secrets: None) -> None:
    server = MailServer()
    with serving(server):
        settings = Alerts(mail=_mail(server), webhook_url_variable="NOT_SET_ANYWHERE")
        (untold,) = send(ALERT, settings)
    assert "no environment variable NOT_SET_ANYWHERE" in untold
    assert len(server.messages) == 1
