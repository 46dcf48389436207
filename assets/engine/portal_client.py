"""Asking a portal: one request at a time, patient with what may pass and with nothing else.

Belongs here: time-outs, bounds, repeated attempts, and the sentence for each refusal. Does not
belong here: secrets (`portal_login`), what breaks on the wire (`portal_trouble`), what a reply
holds (`portal_reply`), which page comes next (`portal_paging`). No secret, address or text of a
reply is ever in a message.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.errors import PortalError
from assets.engine.portal_login import log_in
from assets.engine.portal_trouble import MayPass, RequestRefused, not_in_time, wire_trouble
from assets.engine.web import Session
from schemas.settings import ApiSource

Read = TypeVar("Read")
CHUNK = 64 << 10
LONGEST_WAIT = 60  # seconds between attempts, where the portal asks for no more
MOST_REDIRECTS = 3
_TOO_OFTEN, _TOO_SLOW = 429, 408
_UNKNOWN = (400, 404, 410)
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_waits = wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)


class Rate:
    """Keeps the requests to one portal apart, whichever of its exports they are for."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next_request = 0.0

    def wait(self) -> None:
        """Return when the next request may be sent."""
        time.sleep(max(0.0, self._next_request - time.monotonic()))
        self._next_request = time.monotonic() + self._gap


class PortalClient:
    """One portal, asked over one session.

    Parameters
    ----------
    settings
        The source's `[api]`.
    source, export
        Their names, for messages.
    rate
        Shared by all exports of the source.
    progress
        Told why and how long an attempt waits.

    Raises
    ------
    PortalError
        An environment variable that the settings name is not set.
    """

    def __init__(
        self,
        settings: ApiSource,
        source: str,
        export: str,
        *,
        rate: Rate,
        progress: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.doing = f"Asking the portal of {source} for {export}"
        self.rate = rate
        self.progress = progress
        self.portal_time: datetime | None = None  # of the last reply, by the portal's own clock
        self.session = Session()
        # A proxy stands between this machine and others, not before the machine itself.
        self.session.trust_env = not settings.is_on_this_machine
        self.session.headers["Accept"] = "application/json"
        self.session.auth = log_in(settings, self.doing)

    def ask(self, path: str, params: Mapping[str, str], read: Callable[[bytes], Read]) -> Read:
        """Return what `read` makes of the reply to a GET: of no bytes, if HTTP says no content.

        `read` raises MayPass where the reply is broken: the page is then asked for again.

        Raises
        ------
        PortalError
            The portal refuses, or trouble that may pass did not within `max_attempts` and
            `max_total_seconds`.
        """
        started = time.monotonic()
        most = self.settings.max_total_seconds
        self.session.ends_at = started + most
        attempts = Retrying(
            retry=retry_if_exception_type(MayPass),
            stop=stop_after_attempt(self.settings.max_attempts) | stop_before_delay(most),
            wait=_wait,
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            return attempts(lambda: read(self._get(path, params)))
        except MayPass as trouble:
            seconds = time.monotonic() - started
            count = attempts.statistics.get("attempt_number", 1)
            raise PortalError(
                self.doing,
                f"{trouble.found} (attempts: {count}, {seconds:.0f} s)",
                "a whole reply",
                f"{trouble.to_do} The next run goes on behind the last whole page.",
            ) from None

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, MayPass) and state.next_action:
            self.progress(
                f"attempt {state.attempt_number}: {error.found}; "
                f"the next in {state.next_action.sleep:.1f} s"
            )

    def _get(self, path: str, params: Mapping[str, str]) -> bytes:
        """Return the body of the reply, redirects within the same address followed."""
        address = f"{self.settings.base_url}/{path.lstrip('/')}"
        query: Mapping[str, str] | None = params
        for _ in range(MOST_REDIRECTS + 1):
            self.rate.wait()
            left = self.session.ends_at - time.monotonic()
            if left <= 0:
                raise not_in_time()
            with (
                wire_trouble(self.settings, self.doing, self.session.ends_at),
                self.session.get(
                    address, params=query, stream=True, allow_redirects=False,
                    timeout=(min(self.settings.connect_timeout, left), self.settings.read_timeout),
                    # Of the session's own, requests would rather take REQUESTS_CA_BUNDLE.
                    verify=self.settings.ca_bundle or True,
                ) as reply,
            ):  # fmt: skip
                if not reply.is_redirect:
                    return self._body(reply)
                address, query = self._same_place(address, reply.headers["location"]), None
        raise self._refused(
            f"more than {MOST_REDIRECTS} redirects", "a reply", "Look at base_url and path."
        )

    def _same_place(self, address: str, location: str) -> str:
        """Return where a redirect leads; PortalError if another host would get the secret."""
        try:
            target = urljoin(address, location)
            is_same_place = _place(target) == _place(address)
        except ValueError:  # no address at all; the error would quote it
            is_same_place = False
        if not is_same_place:
            raise self._refused(
                "a redirect to another host, scheme or port",
                "replies from base_url itself",
                "Where the portal has moved, correct base_url of [api]; nothing was sent there.",
            )
        return target

    def _body(self, reply: requests.Response) -> bytes:
        self._check_status(reply)
        self.portal_time = _time_of(reply.headers.get("Date"))
        if reply.status_code == requests.codes.no_content:
            return b""
        media_type = reply.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            told = media_type if _MEDIA_TYPE.fullmatch(media_type) else "none"
            raise self._refused(
                f"a reply of content type {told}",
                "application/json",
                "Look at base_url and path: a page to log in or a notice of maintenance is no API.",
            )
        body = bytearray()
        # As it comes: to fill a chunk, a reply that drips would be waited for beyond all bounds.
        while chunk := reply.raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self.settings.max_reply_bytes:
                raise self._refused(
                    f"a reply of more than {self.settings.max_reply_bytes:,} bytes",
                    "a page",
                    "Ask for smaller pages by page_size, or raise max_reply_bytes of [api].",
                )
            if time.monotonic() > self.session.ends_at:
                raise not_in_time()
        if not body:
            raise MayPass("an empty reply", "Ask the portal's operator.")
        return bytes(body)

    def _check_status(self, reply: requests.Response) -> None:
        status = reply.status_code
        if status in (requests.codes.ok, requests.codes.no_content):
            return
        if status in (_TOO_SLOW, _TOO_OFTEN) or status >= requests.codes.server_error:
            raise MayPass(
                f"HTTP status {status}",
                "Lower requests_per_second of [api]."
                if status == _TOO_OFTEN
                else "Ask the portal's operator.",
                _retry_after(reply.headers.get("Retry-After")),
            )
        settings = self.settings
        secret = settings.token_variable or settings.password_variable
        to_do = {
            401: f"Renew the secret in the environment variable {secret}."
            if secret
            else "Name the environment variable of a secret by token_variable of [api].",
            403: "Ask the portal's operator to let this account read"
            + (f" ({settings.token_variable or settings.user_variable})." if secret else "."),
            404: "Look at base_url of [api] and path of [exports.<name>.api].",
        }.get(status, "Look at path, params, the names of parameters and date_format of "
              "[exports.<name>.api].")  # fmt: skip
        kind = RequestRefused if status in _UNKNOWN else PortalError
        raise kind(self.doing, f"HTTP status {status}", "200", to_do)

    def _refused(self, found: str, expected: str, to_do: str) -> PortalError:
        return PortalError(self.doing, found, expected, to_do)


def _wait(state: RetryCallState) -> float:
    """Return seconds to the next attempt: the portal's own wish, else longer each time."""
    error = state.outcome.exception() if state.outcome else None
    wish = error.wait_seconds if isinstance(error, MayPass) else 0
    return max(wish, _waits(state))


def _retry_after(text: str | None) -> float:
    """Return the seconds of a Retry-After header, which may name a time instead."""
    try:
        return Retry().parse_retry_after(text) if text else 0
    except (InvalidHeader, ValueError, OverflowError):
        return 0


def _time_of(text: str | None) -> datetime | None:
    """Return the moment of a Date header, if there is one."""
    try:
        moment = parsedate_to_datetime(text or "")
        # The last hours of the year 9999 have no name here.
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(ZoneInfo(TIMEZONE))
    except (ValueError, OverflowError):
        return None


def _place(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
