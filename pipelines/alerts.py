"""Alerts: telling people who do not look at the UI what failed.

What leaves the machine here holds no address, password or answer of a server: a message about a
failed alert says the kind of failure only.
"""

import base64
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from assets.engine.common.errors import MotcuaError, SettingsError
from assets.engine.common.secret import secret
from assets.engine.portal import Session
from schemas.settings import LOOPBACK, Alerts, Mail

DOING = "Sending an alert"
SECONDS = 10
# Failures of mail and web are OSErrors; a server that restarts is asked again.
_again = retry(
    retry=retry_if_exception_type(OSError),
    stop=stop_after_attempt(3),
    wait=wait_fixed(1),
    reraise=True,
)


@dataclass(frozen=True)
class Alert:
    """What failed: a line, a sentence that says what to do, and where to look."""

    subject: str
    sentence: str
    link: str

    @property
    def text(self) -> str:
        """The whole message."""
        return f"{self.subject}\n\n{self.sentence}\n\n{self.link}\n"


def send(alert: Alert, settings: Alerts) -> list[str]:
    """Send an alert wherever the settings say; return a sentence for each place it did not reach.

    Nothing is raised: an alert that fails must not hide the failure it tells of.
    """
    ways: list[tuple[str, Callable[[], None]]] = []
    if settings.mail:
        mail = settings.mail
        ways.append(("alerts.mail", lambda: _send_mail(alert, mail)))
    if settings.webhook_url_variable:
        variable = settings.webhook_url_variable
        ways.append(("alerts.webhook_url_variable", lambda: _post(alert, variable)))
    untold = []
    for name, way in ways:
        try:
            way()
        except MotcuaError as error:
            untold.append(str(error))
        except (OSError, ValueError) as error:
            # The text of the error may hold the address, which is a secret.
            untold.append(
                f"{DOING}: found {type(error).__name__}; expected that the server takes "
                f"it. Check {name} in operations.toml, and the variables that it names."
            )
    return untold


@_again
def _send_mail(alert: Alert, mail: Mail) -> None:
    message = EmailMessage()
    message["Subject"] = alert.subject
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message.set_content(alert.text)
    with smtplib.SMTP(mail.host, mail.port, timeout=SECONDS) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context(cafile=mail.ca_bundle))
        if mail.user_variable and mail.password_variable:
            _log_in(server, _secret(mail.user_variable), _secret(mail.password_variable))
        server.send_message(message)


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if user.isascii() and password.isascii():
        server.login(user, password)
        return
    # smtplib encodes ASCII only; of what servers offer, only PLAIN says how marks are written.
    server.ehlo_or_helo_if_needed()
    both = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, _ = server.docmd("AUTH", f"PLAIN {both}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, "")


@_again
def _post(alert: Alert, variable: str) -> None:
    address = _secret(variable)
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError(
            DOING,
            f"an address in {variable} that is not https",
            "an https address",
            f"Correct what {variable} holds.",
        )
    body = {
        "text": alert.text,
        "subject": alert.subject,
        "sentence": alert.sentence,
        "link": alert.link,
    }
    # A redirect would carry the message to a host that nobody chose; what else the server says, and
    # at what length, is of no interest.
    with Session() as session:
        session.ends_at = time.monotonic() + SECONDS
        with session.post(
            address, json=body, timeout=SECONDS, allow_redirects=False, stream=True
        ) as reply:
            if reply.status_code >= 300:
                raise ConnectionError(reply.status_code)


def _secret(variable: str) -> str:
    return secret(variable, DOING, SettingsError)
