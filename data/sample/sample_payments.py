"""The payment requests of dossiers whose procedure has a fee.

Belongs here: which dossiers get which requests, and the states these go through. Not here: how
a delivery shows a request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sample_figures as figures
from sample_chance import Dice
from sample_dossiers import Dossier


@dataclass
class Request:
    """A payment request with its states: time, status and method of each."""

    code: str
    dossier: Dossier
    requested_at: datetime
    amount: int
    collection: str
    states: list[tuple[datetime, str, str]] = field(default_factory=list)


class RequestMaker:
    """Invents the payment requests."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._requests: list[Request] = []
        self._counts: dict[str, int] = defaultdict(int)

    def make(self, dossiers: Iterable[Dossier]) -> list[Request]:
        """Return the requests that the two tables of patterns ask for."""
        candidates = [dossier for dossier in dossiers if _can_pay(dossier)]
        self._dice.shuffle(candidates)
        patterns = [
            steps for count, steps in figures.PAYABLE + figures.NOT_PAYABLE for _ in range(count)
        ]
        for dossier, steps in zip(candidates[: len(patterns)], patterns, strict=True):
            self._follow(dossier, steps)
        # One more fee is collected in the first and one in the last second of the period.
        payable = candidates[: sum(count for count, _ in figures.PAYABLE)]
        earlier = next(dossier for dossier in payable if dossier.opened_at < figures.START)
        self.paid(earlier, figures.CASH, figures.START)
        self.paid(payable[0], figures.CASH, figures.END)
        return self._requests

    def paid(self, dossier: Dossier, method: str, collected_at: datetime | None = None) -> Request:
        """Add a request that was paid, at reception or when the result was given."""
        is_prepaid = self._dice.chance(0.6) and dossier.opened_at >= figures.START
        is_prepaid = is_prepaid or dossier.outcome in figures.PENDING
        if collected_at is None:
            first = dossier.opened_at if is_prepaid else max(dossier.events[-1].at, figures.START)
            collected_at = min(first + timedelta(seconds=self._dice.below(1500)), figures.END)
        requested_at = collected_at
        if self._dice.chance(0.6):
            requested_at = min(dossier.opened_at, collected_at)
        collection = figures.PREPAID if is_prepaid else figures.POSTPAID
        request = self._request(dossier, requested_at, collection)
        if requested_at < collected_at:
            request.states.append((requested_at, figures.UNPAID, ""))
        request.states.append((collected_at, figures.PAID, method))
        return request

    def _follow(self, dossier: Dossier, steps: list[str]) -> None:
        """Make one request a step; what is paid second is paid some weeks later."""
        collected_at: datetime | None = None
        for step in steps:
            if step in (figures.ONLINE, figures.CASH, figures.TRANSFER):
                if collected_at:
                    collected_at = self._later(collected_at, 0, 45)
                collected_at = self.paid(dossier, step, collected_at).states[-1][0]
            else:
                self._unpaid(dossier, step)

    def _unpaid(self, dossier: Dossier, step: str) -> None:
        """Make a request that is unpaid, given up, paid back, or paid by nobody obliged to."""
        at = max(dossier.opened_at, figures.START)
        collection = figures.COLLECTIONS.get(step, figures.PREPAID)
        request = self._request(dossier, at, collection)
        if step == figures.UNPAID:
            request.states = [(at, figures.UNPAID, "")]
        elif step == figures.CANCELLED:
            cancelled = (self._later(at, 0, 20), figures.CANCELLED, "")
            request.states = [(at, figures.UNPAID, ""), cancelled]
        elif step == figures.REFUNDED:
            refunded = (self._later(at, 1, 40), figures.REFUNDED, figures.ONLINE)
            request.states = [(at, figures.PAID, figures.ONLINE), refunded]
        else:
            request.states = [(at, figures.PAID, self._dice.pick((figures.ONLINE, figures.CASH)))]
            if step != figures.FREE_WITH_AMOUNT:
                request.amount = 0

    def _request(self, dossier: Dossier, requested_at: datetime, collection: str) -> Request:
        self._counts[dossier.code] += 1
        request = Request(
            code=f"YC-{dossier.code}-{self._counts[dossier.code]}",
            dossier=dossier,
            requested_at=requested_at,
            amount=dossier.procedure.amount,
            collection=collection,
        )
        self._requests.append(request)
        return request

    def _later(self, at: datetime, least: int, most: int) -> datetime:
        days = least + self._dice.below(most - least)
        return min(self._dice.not_before(at, at.date() + timedelta(days=days)), figures.END)


def _can_pay(dossier: Dossier) -> bool:
    # What was withdrawn, refused or paused, or is a year old, would need its own story.
    is_told = dossier.outcome in figures.RESOLVED or (
        dossier.outcome in figures.PENDING and dossier.opened_at >= figures.START
    )
    return dossier.procedure.has_fee and is_told
