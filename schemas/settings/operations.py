"""The settings of operation: how long nights go on, who is told of a failure, what is kept.

A secret never stands in settings: they name the environment variable that holds it.
"""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from schemas.settings.api import Variable
from schemas.settings.base import Strict, Text, Texts


def _is_web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("should be an http or https address without a user or password")
    return address.rstrip("/")


class Mail(Strict, strict=True):
    """The mail server that takes alerts, and whom they go to.

    Attributes
    ----------
    starttls
        Whether the connection is encrypted before anything is said; the server's certificate is
        always verified.
    ca_bundle
        File of the certificates to trust instead of the system's, for a server with one of the
        authority's own.
    user_variable, password_variable
        Names of the environment variables that hold user and password, where the server asks.
    """

    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    starttls: bool = True
    ca_bundle: Text | None = None
    sender: Text = Field(alias="from")
    to: Texts
    user_variable: Variable | None = None
    password_variable: Variable | None = None

    @model_validator(mode="after")
    def _login_is_whole_and_hidden(self) -> Self:
        if (self.user_variable is None) != (self.password_variable is None):
            raise ValueError("user_variable and password_variable are given both or not at all")
        if self.user_variable and not self.starttls:
            raise ValueError("a password needs starttls = true")
        return self


class Alerts(Strict):
    """Where failures are told; each failure is in the log in any case.

    Attributes
    ----------
    webhook_url_variable
        Name of the environment variable that holds the address to post to: who knows the address
        of a chat's webhook can write there, so it is a secret.
    """

    webhook_url_variable: Variable | None = None
    mail: Mail | None = None


class Operations(Strict, strict=True):
    """How this installation runs.

    Attributes
    ----------
    days_after_close
        Days after the close of a period on which the nights still redo it.
    max_run_minutes
        Minutes after which a run is ended as failed. Portals are asked for half of them at most:
        what they gave by then is loaded, computed and published.
    min_free_gb
        Gigabytes free on the disk below which `make doctor` calls it wrong.
    keep_runs_days
        Days after which a run leaves Dagster's history; the last good one of a period stays.
    ui_url
        Address of the UI as those know it who get an alert.
    """

    days_after_close: Annotated[int, Field(ge=0, le=27)] = 5
    max_run_minutes: Annotated[int, Field(ge=1)] = 360
    min_free_gb: Annotated[float, Field(gt=0)] = 5
    keep_runs_days: Annotated[int, Field(ge=31)] = 400
    ui_url: Annotated[str, AfterValidator(_is_web_address)] = "http://127.0.0.1:3000"
    alerts: Alerts = Alerts()

    @property
    def portal_minutes(self) -> float:
        """Minutes that all portals together may take of a run."""
        return self.max_run_minutes / 2
