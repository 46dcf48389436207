"""What breaks on the way to a portal and back: what may pass, and the sentence for what does not.

Belongs here: errors of requests, urllib3 and the system, worded anew: they quote addresses and
secrets. Does not belong here: asking (`portal_client`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from assets.engine.common.errors import PortalError
from schemas.settings import ApiSource

_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


class MayPass(Exception):
    """Trouble that another attempt may not meet; the text says what was found."""

    def __init__(self, found: str, to_do: str, wait_seconds: float = 0) -> None:
        self.found = found
        self.to_do = to_do
        self.wait_seconds = wait_seconds
        super().__init__(found)


class RequestRefused(PortalError):
    """The portal does not know what it was asked for; who asks is not the trouble."""


def not_in_time() -> MayPass:
    """Return the trouble of a reply that is not whole by `max_total_seconds`."""
    return MayPass("a reply that did not end in time", "Look at max_total_seconds of [api].")


@contextmanager
def wire_trouble(settings: ApiSource, doing: str, ends_at: float) -> Iterator[None]:
    """Word anew what breaks while a request is sent and its reply read.

    Parameters
    ----------
    settings
        The source's `[api]`.
    doing
        What is being done, for messages.
    ends_at
        Moment of the monotonic clock by which the reply must be whole.

    Raises
    ------
    MayPass
        Another attempt may not meet it.
    PortalError
        It would, as long as the settings are what they are.
    """
    try:
        yield
    except requests.exceptions.SSLError as error:
        if _UNTRUSTED not in str(error):
            raise MayPass(
                "no encrypted connection, or one that broke off",
                "Does the portal speak https, and show a certificate? Look at base_url.",
            ) from None
        raise PortalError(
            doing,
            "a certificate that is not trusted",
            "one of a known authority",
            "Where the authority is the province's own, name its certificates by ca_bundle of "
            "[api].",
        ) from None
    except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
        raise _passing(error, ends_at) from None
    except OSError as error:
        if settings.ca_bundle is None or isinstance(error, requests.RequestException):
            raise PortalError(
                doing, "a request that cannot be made", "an address", "Look at base_url and path."
            ) from None
        raise PortalError(
            doing, "certificates that cannot be read", "a file", "Look at ca_bundle of [api]."
        ) from None


def _passing(error: Exception, ends_at: float) -> MayPass:
    if time.monotonic() >= ends_at:
        return not_in_time()
    if isinstance(error, ReadTimeoutError):
        return MayPass("no more of a reply in time", "Look at read_timeout of [api].")
    if isinstance(error, HTTPError):
        return MayPass(
            "a reply that broke off or cannot be decompressed",
            "Ask for smaller pages by page_size.",
        )
    return MayPass(
        "no reply in time" if isinstance(error, requests.Timeout)
        else "no connection, or one that broke off",
        "Is the portal up? Look at base_url, connect_timeout and read_timeout.",
    )  # fmt: skip
