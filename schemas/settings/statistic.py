"""The settings of the statistic: what authorities may decide about how dossiers are counted."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.settings.base import Strict


class Statistic(Strict):
    """How this authority counts.

    Attributes
    ----------
    closing_day
        Last day of a reporting month: 14 by Decree 09/2019/ND-CP, Art. 12; at most 27, for every
        month has to have the day after it; "last" is the last day of the calendar month.
    end_basis
        Which day ends a dossier: "finished" or "returned"; where it is unknown the other one is
        asked, then the day of refusal.
    closed_other
        Whether dossiers withdrawn, or refused after acceptance, are counted "separate" or within
        the "resolved" ones, judged by their dates.
    """

    closing_day: Annotated[int, Field(ge=1, le=27)] | Literal["last"] = 14
    end_basis: Literal["finished", "returned"] = "finished"
    closed_other: Literal["separate", "resolved"] = "separate"

    @property
    def days_before(self) -> int:
        """Days of a calendar month before a reporting month begins: 14, or 0 for "last"."""
        return 0 if self.closing_day == "last" else self.closing_day
