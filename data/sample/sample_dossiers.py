"""The dossiers, each with its whole story.

Belongs here: dates that lead to a wanted outcome, the events on the way, codes, and flags of
digitisation. Not here: how a delivery shows a dossier, and what it costs.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate

import sample_figures as figures
from sample_catalogue import Level, Procedure, Unit
from sample_chance import Dice, day_weight, days_between, due_day
from sample_figures import Month, Outcome
from sample_people import People, Person

ONE_DAY = timedelta(days=1)
# Carried-over dossiers were received in the weeks before the first period; the nearer to it,
# the more of them are still open when it starts.
EARLIER_DAYS = days_between(date(2022, 10, 17), figures.FIRST_DAY - ONE_DAY)
EARLIER_WEIGHTS = list(
    accumulate(day_weight(day) * (1 + number / 10) for number, day in enumerate(EARLIER_DAYS))
)
DAYS = days_between(figures.FIRST_DAY, figures.LAST_DAY)
DAY_WEIGHTS = list(accumulate(map(day_weight, DAYS)))
# Overdue dossiers are a backlog of the last months, but for those that were carried over.
BACKLOG_FROM = date(2023, 7, 15)

# Reception, due day and end: what decides where a dossier counts.
_Dates = tuple[datetime, date, datetime | None]


@dataclass(frozen=True)
class Event:
    """A change of state: the status it leads to and the date columns it fills."""

    at: datetime
    status: str
    dates: tuple[str, ...] = ()
    result_kind: str = ""


@dataclass
class Dossier:
    """A dossier with its whole story; deliveries show the story up to their last second."""

    unit: Unit
    procedure: Procedure
    person: Person
    channel: str
    outcome: Outcome
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    events: list[Event]
    is_reused: bool
    code: str = ""
    is_input_digital: bool = False
    is_result_digital: bool = False

    @property
    def opened_at(self) -> datetime:
        """Return the reception, or the submission of what was never received."""
        return self.received_at or self.submitted_at

    @property
    def code_stem(self) -> str:
        """Return the code without its sequence: the unit part and the day."""
        return f"{self.unit.code_prefix}-{self.opened_at:%y%m%d}"

    @property
    def noise(self) -> int:
        """Return a number that varies by dossier and is the same in every delivery."""
        return zlib.crc32(self.code.encode())


@dataclass(frozen=True)
class _Forced:
    """A boundary that a dossier has to touch; most touch none."""

    received_at: datetime | None = None
    closed_at: datetime | None = None
    due: date | None = None


# The first and last second of every month, as receptions and as ends.
FORCED_RECEIVED = {
    Outcome.EARLY: [
        *(_Forced(received_at=month.start) for month in figures.MONTHS),
        *(_Forced(received_at=month.end) for month in figures.MONTHS[:-1]),
        *(_Forced(closed_at=month.start) for month in figures.MONTHS[1:]),
        *(_Forced(closed_at=month.end) for month in figures.MONTHS),
    ],
    Outcome.IN_TIME: [_Forced(due=figures.LAST_DAY), _Forced(received_at=figures.END)],
}
FORCED_CARRIED = {
    Outcome.EARLY: [
        _Forced(received_at=figures.START - timedelta(seconds=1)),
        _Forced(closed_at=figures.START),
    ]
}


def _wanted(
    counts: tuple[int, ...], forced: dict[Outcome, list[_Forced]]
) -> Iterator[tuple[Outcome, _Forced]]:
    for outcome, count in zip(Outcome, counts, strict=True):
        boundaries = forced.get(outcome, [])
        yield from ((outcome, boundary) for boundary in boundaries)
        yield from [(outcome, _Forced())] * (count - len(boundaries))


class DossierMaker:
    """Invents the dossiers of one level."""

    def __init__(self, dice: Dice, level: Level, people: People) -> None:
        self._dice = dice
        self._level = level
        self._people = people

    def make(self, level: str) -> list[Dossier]:
        """Return the dossiers that give the figures of a level."""
        earlier_channels = (figures.ONLINE, figures.ONLINE, figures.DIRECT)
        carried = [
            self._one(outcome, self._dice.pick(earlier_channels), True, forced)
            for outcome, forced in _wanted(figures.CARRIED_OVER[level], FORCED_CARRIED)
        ]
        channels = [name for name, count in figures.CHANNELS[level].items() for _ in range(count)]
        self._dice.shuffle(channels)
        wanted = _wanted(figures.RECEIVED[level], FORCED_RECEIVED)
        return carried + [
            self._one(outcome, channel, False, forced)
            for (outcome, forced), channel in zip(wanted, channels, strict=True)
        ]

    def plain(self, month: Month) -> Dossier:
        """Return an ordinary dossier, received and open in the month, outside the figures."""
        received_on = month.start.date() + timedelta(days=3 + self._dice.below(20))
        procedure = self._procedure()
        received_at = self._dice.office_time(received_on)
        dates = (received_at, due_day(received_on, procedure.legal_days), None)
        return self._build(Outcome.IN_TIME, figures.ONLINE, procedure, dates)

    def _one(self, outcome: Outcome, channel: str, is_carried: bool, forced: _Forced) -> Dossier:
        """Draw until the dates lead to the outcome."""
        while True:
            procedure = self._procedure()
            dates = self._dates(outcome, procedure, is_carried, forced)
            if dates:
                return self._build(outcome, channel, procedure, dates)

    def _procedure(self) -> Procedure:
        return self._dice.pick_weighted(self._level.procedures, self._level.procedure_weights)

    def _dates(
        self, outcome: Outcome, procedure: Procedure, is_carried: bool, forced: _Forced
    ) -> _Dates | None:
        """Try one set of dates; None when they do not lead to the outcome."""
        received_at = forced.received_at or self._received_at(is_carried, forced)
        received = received_at.date()
        # Some promises are long: these dossiers cross several deliveries.
        is_long = self._dice.chance(0.015)
        due = due_day(received, 40 + self._dice.below(60) if is_long else procedure.legal_days)
        if outcome in figures.PENDING:
            is_fit = due == (forced.due or due) and (
                due >= figures.LAST_DAY
                if outcome is Outcome.IN_TIME
                else due < figures.LAST_DAY and (is_carried or received >= BACKLOG_FROM)
            )
            return (received_at, due, None) if is_fit else None
        closed = self._closing_day(outcome, received, due)
        if forced.closed_at:
            is_fit = received < forced.closed_at.date() < due
            return (received_at, due, forced.closed_at) if is_fit else None
        if closed is None or not figures.FIRST_DAY <= closed <= figures.LAST_DAY:
            return None
        return received_at, due, self._dice.not_before(received_at, closed)

    def _received_at(self, is_carried: bool, forced: _Forced) -> datetime:
        if forced.closed_at:
            before = timedelta(days=1 + self._dice.below(9))
            return self._dice.office_time(forced.closed_at.date() - before)
        days, weights = (EARLIER_DAYS, EARLIER_WEIGHTS) if is_carried else (DAYS, DAY_WEIGHTS)
        return self._dice.office_time(self._dice.pick_weighted(days, weights))

    def _closing_day(self, outcome: Outcome, received: date, due: date) -> date | None:
        """Return the day of the end, or for paused dossiers the day of the pause."""
        first = max(received, figures.FIRST_DAY)
        if outcome is Outcome.EARLY:
            return self._dice.working_day(first, min(due - ONE_DAY, figures.LAST_DAY))
        if outcome is Outcome.ON_DUE_DATE:
            return due
        if outcome is Outcome.LATE:
            reach = 90 if self._dice.chance(0.2) else 12
            return self._dice.working_day(due + ONE_DAY, due + timedelta(days=reach))
        return self._dice.working_day(first, min(received + timedelta(days=25), figures.LAST_DAY))

    def _build(
        self, outcome: Outcome, channel: str, procedure: Procedure, dates: _Dates
    ) -> Dossier:
        received_at, due, closed_at = dates
        unit = self._dice.pick_weighted(self._level.units, self._level.unit_weights)
        due_time = received_at.time() if self._dice.chance(0.2) else time(17, 0)
        return Dossier(
            unit=unit,
            procedure=procedure,
            person=self._people.someone(unit),
            channel=channel,
            outcome=outcome,
            submitted_at=self._submitted_at(channel, received_at),
            received_at=received_at,
            due_at=datetime.combine(due, due_time),
            events=list(self._events(outcome, received_at, closed_at)),
            is_reused=self._dice.chance(0.25),
        )

    def _submitted_at(self, channel: str, received_at: datetime) -> datetime:
        if channel == figures.DIRECT:
            return received_at
        before = timedelta(days=self._dice.below(3))
        return min(self._dice.any_time(received_at.date() - before), received_at)

    def _events(
        self, outcome: Outcome, received_at: datetime, closed_at: datetime | None
    ) -> Iterator[Event]:
        taken_up_at = received_at + timedelta(seconds=self._dice.below(90000))
        if self._dice.chance(0.5) or taken_up_at >= (closed_at or figures.END):
            yield Event(received_at, self._dice.pick((figures.ACCEPTED, figures.IN_PROCESS)))
        else:
            yield Event(received_at, figures.ACCEPTED)
            yield Event(taken_up_at, figures.IN_PROCESS)
        if closed_at is None:
            return
        if outcome in figures.PAUSED_STATUS:
            yield Event(closed_at, figures.PAUSED_STATUS[outcome], ("supplement",))
        elif outcome is Outcome.WITHDRAWN:
            column = self._dice.pick(("finished", "refused"))
            yield Event(closed_at, figures.WITHDRAWN, (column,), figures.GIVEN_BACK)
        elif outcome is Outcome.REFUSED:
            yield from self._refusal(closed_at)
        else:
            yield from self._interruption(received_at, closed_at)
            yield from self._resolution(closed_at)

    def _interruption(self, received_at: datetime, closed_at: datetime) -> Iterator[Event]:
        """Pause and resume some of the dossiers that took more than a week."""
        if (closed_at - received_at).days < 8 or not self._dice.chance(0.2):
            return
        last = closed_at.date() - ONE_DAY
        paused = self._dice.working_day(received_at.date() + 2 * ONE_DAY, last - 2 * ONE_DAY)
        resumed = self._dice.working_day(paused + ONE_DAY, last) if paused else None
        if paused and resumed:
            reason = Outcome.SUPPLEMENT if self._dice.chance(0.8) else Outcome.FINANCE
            paused_at = self._dice.office_time(paused)
            yield Event(paused_at, figures.PAUSED_STATUS[reason], ("supplement",))
            yield Event(self._dice.office_time(resumed), figures.IN_PROCESS)

    def _resolution(self, closed_at: datetime) -> Iterator[Event]:
        draw = self._dice.random()
        if draw < 0.05:
            yield Event(closed_at, figures.RETURNED, ("returned",), "Kết quả")
            return
        kind = self._dice.pick(("Kết quả", "Kết quả", ""))
        yield Event(closed_at, figures.FINISHED, ("finished",), kind)
        returned_at = self._returned_at(closed_at, draw)
        if draw >= 0.15 and returned_at <= figures.END:
            yield Event(returned_at, figures.RETURNED, ("returned",), "Kết quả")

    def _returned_at(self, closed_at: datetime, draw: float) -> datetime:
        """Return when the result is fetched: mostly at once, now and then weeks later."""
        wait = 0
        if draw > 0.97:
            wait = 6 + self._dice.below(40)
        elif draw > 0.7:
            wait = 1 + self._dice.below(5)
        return self._dice.not_before(closed_at, closed_at.date() + timedelta(days=wait))

    def _refusal(self, closed_at: datetime) -> Iterator[Event]:
        draw = self._dice.random()
        if draw < 0.5:
            yield Event(closed_at, figures.FINISHED, ("refused",), figures.GIVEN_BACK)
        elif draw < 0.8:
            yield Event(closed_at, figures.RETURNED, ("finished", "refused"), figures.GIVEN_BACK)
        else:
            yield Event(closed_at, figures.FINISHED, ("finished",), figures.GIVEN_BACK)
            returned_at = self._returned_at(closed_at, self._dice.random())
            if returned_at <= figures.END:
                yield Event(returned_at, figures.RETURNED, ("returned",), figures.GIVEN_BACK)


def number_dossiers(dossiers: Iterable[Dossier]) -> None:
    """Give each dossier its code: unit part, reception day, sequence of that unit and day."""
    used: dict[str, int] = defaultdict(int)
    for dossier in sorted(dossiers, key=lambda item: item.opened_at):
        stem = dossier.code_stem
        used[stem] += 1
        dossier.code = f"{stem}-{used[stem]:04d}"


def digitise(dice: Dice, dossiers: Iterable[Dossier]) -> None:
    """Set the flags so that exactly ``DIGITISED`` resolved dossiers count as digitised."""
    candidates = [dossier for dossier in dossiers if dossier.outcome in figures.RESOLVED]
    others = [dossier for dossier in dossiers if dossier.outcome not in figures.RESOLVED]
    dice.shuffle(candidates)
    for dossier in candidates[: figures.DIGITISED]:
        dossier.is_input_digital = True
        # Where no paper result is due, input alone is enough: some have only that.
        dossier.is_result_digital = dossier.procedure.has_paper_result or dice.chance(0.5)
    for dossier in candidates[figures.DIGITISED :]:
        has_half = dice.chance(0.4)
        dossier.is_input_digital = has_half and dossier.procedure.has_paper_result
        dossier.is_result_digital = has_half and not dossier.is_input_digital
    for dossier in others:
        dossier.is_input_digital = dice.chance(0.6)
