"""The settings of a portal's API: where it is asked, how it pages, and how patiently.

A secret is never a setting: settings name the environment variable that holds it.
"""

import zoneinfo
from functools import cache
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# Small letters are refused, so that a secret pasted in place of its variable's name hardly fits.
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")]
# Keys of the reply, from its top, joined by dots; "" is not there.
ReplyPath = str
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@cache
def time_zones() -> set[str]:
    """Return the names of all time zones, which zoneinfo would look up on the disk each time."""
    return zoneinfo.available_timezones()


class ApiSource(BaseModel, extra="forbid", frozen=True):
    """How a portal's API is reached, for all exports of a source.

    Attributes
    ----------
    base_url
        Its address; https, or http on this machine only.
    token_variable
        Environment variable that holds the token.
    token_header
        Header that carries the token: after "Bearer" in `Authorization`, bare in any other.
    user_variable, password_variable
        Environment variables of a user name and password (HTTP Basic), instead of a token.
    ca_bundle
        File of certificates to trust instead of the usual ones. Nothing turns the check off.
    requests_per_second
        Most requests a second, repeated ones included.
    connect_timeout, read_timeout
        Seconds to wait for a connection, and for the next bytes of a reply.
    max_reply_bytes
        Most bytes of one reply, decompressed.
    max_attempts, max_total_seconds
        How often one page is asked for, and for how long at most, while trouble may pass.
    max_collection_minutes
        How long the pages of one export's period are asked for, before the next export has its
        turn; the next run goes on after the last page. All exports of a run together have half of
        max_run_minutes of operations.toml.
    """

    base_url: Text
    token_variable: Variable | None = None
    token_header: Header = "Authorization"  # noqa: S105 (a header's name)
    user_variable: Variable | None = None
    password_variable: Variable | None = None
    ca_bundle: Text | None = None
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 2
    connect_timeout: Annotated[float, Field(gt=0, le=300)] = 10
    read_timeout: Annotated[float, Field(gt=0, le=3600)] = 60
    max_reply_bytes: Annotated[int, Field(ge=1024, le=1 << 30)] = 64 << 20
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 6
    max_total_seconds: Annotated[float, Field(gt=0, le=86400)] = 600
    max_collection_minutes: Annotated[float, Field(gt=0, le=1440)] = 120

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the address is this machine's own."""
        return urlsplit(self.base_url).hostname in LOOPBACK

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, address: str) -> str:
        # What is wrong is told without the address: it may hold a password.
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ValueError("is no address such as https://portal.example") from None
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError("is no address such as https://portal.example")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "holds more than an address: name users and secrets by token_variable, or "
                "user_variable and password_variable"
            )
        if parts.scheme == "http" and host not in LOOPBACK:
            raise ValueError("must be https: only this machine itself is asked over http")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _logs_in_one_way(self) -> Self:
        if (self.user_variable is None) != (self.password_variable is None):
            raise ValueError("user_variable and password_variable go together")
        if self.token_variable and self.user_variable:
            raise ValueError("token_variable or user_variable, not both")
        return self


class ApiExport(BaseModel, extra="forbid", frozen=True):
    """How one export is asked for, page by page, and where its reply says what.

    The rows stand where `records` of the export says.

    Attributes
    ----------
    path
        Path below `base_url`.
    paging
        What the next page is asked by: its number, the number of rows before it, or a cursor that
        the reply gives.
    page_param, size_param, offset_param, cursor_param
        Names of these parameters.
    first_page
        Number of the first page.
    page_size
        Rows asked for a page; a portal may give fewer.
    next_cursor, total, last
        Where the reply says the next cursor, how many rows there are, whether it is the last page.
    error, no_error
        Where the reply says an error of its own, and what stands there if there is none; "" among
        these lets it be left out.
    from_param, to_param
        Parameters of the first and last moment asked for.
    date_format, date_zone
        How these moments are written, and in which zone.
    params
        Further parameters, the same in every request.
    """

    path: Text
    paging: Literal["page", "offset", "cursor"]
    page_param: Text = "page"
    size_param: Text = "size"
    offset_param: Text = "offset"
    cursor_param: Text = "cursor"
    first_page: Literal[0, 1] = 0
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 50
    next_cursor: ReplyPath = ""
    total: ReplyPath = ""
    last: ReplyPath = ""
    error: ReplyPath = ""
    no_error: list[str] = []
    from_param: Text
    to_param: Text
    date_format: Text = "%Y-%m-%dT%H:%M:%S%z"
    date_zone: Text = "Asia/Ho_Chi_Minh"
    params: dict[Text, str] = {}

    @model_validator(mode="after")
    def _can_page(self) -> Self:
        if (self.paging == "cursor") != bool(self.next_cursor):
            raise ValueError('next_cursor is where the reply of paging = "cursor" has it')
        if bool(self.error) != bool(self.no_error):
            raise ValueError("error and no_error go together")
        if self.date_zone not in time_zones():
            raise ValueError(f"date_zone {self.date_zone!r} is no zone such as Asia/Ho_Chi_Minh")
        return self
