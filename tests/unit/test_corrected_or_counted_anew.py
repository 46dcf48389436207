"""Nights in any order: what is corrected says what the whole register counted anew would say.

Dossiers change state, come late, are corrected, vanish, get a second code; requests are paid and
paid back; the cut-off moves on, or back where another export begins; units, procedures and
settings change. The long tier takes many times as many.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.settings import Statistic
from schemas.tables import DOSSIER_STATES, PAYMENT_STATES
from tests.support import SETTINGS
from tests.tier import CORRECTED
from tests.unit.defect_figures import FEBRUARY, JANUARY, code
from tests.unit.nights import (
    PERIODS,
    Delivered,
    Night,
    Start,
    counted_anew,
    new_start,
    spend,
)

# While the first month runs, between its end and the next one's, and when all of them are over.
FIRST_NIGHTS = tuple(
    datetime.fromisoformat(f"{day}T22:00:00+07:00")
    for day in ("2023-02-01", "2023-02-25", "2023-04-20", "2023-04-20")
)
CODES = (*(code(number) for number in range(1, 5)), "G22.99.108-230120-000001")
# A commune, the district above it, a unit nobody knows.
UNITS = ("01105", "033", "09999")
PROCEDURES = ("1.001193", "1.000314", "1.999999", "")
# Around the ends of the three months, and of the data.
DAYS = ("10/01/2023", "14/01/2023", "15/01/2023", "31/01/2023", "14/02/2023", "15/02/2023",
        "01/03/2023", "14/03/2023", "15/03/2023", "20/03/2023")  # fmt: skip
MAYBE_DAY = st.sampled_from(("", "", *DAYS))
Cells = tuple[tuple[str, str], ...]


def _cells(**texts: str) -> Cells:
    return tuple(texts.items())


DOSSIERS = st.builds(
    _cells,
    dossier_code=st.sampled_from(CODES),
    other_dossier_code=st.sampled_from(("", "", "", *CODES)),
    procedure_code=st.sampled_from(PROCEDURES),
    unit_code=st.sampled_from(UNITS),
    channel=st.sampled_from(("online", "")),
    received_date=st.sampled_from(DAYS),
    due_date=MAYBE_DAY,
    supplement_requested_date=MAYBE_DAY,
    finished_date=MAYBE_DAY,
    returned_date=MAYBE_DAY,
    state=st.sampled_from((*DOSSIER_STATES, "in_process", "finished")),
)
REQUESTS = st.builds(
    _cells,
    request_code=st.sampled_from(("TT-0001", "TT-0002", "TT-0003")),
    dossier_code=st.sampled_from((*CODES, code(9))),
    collected_date=MAYBE_DAY,
    amount=st.sampled_from(("0", "30000")),
    method=st.sampled_from(("online", "cash")),
    state=st.sampled_from((*PAYMENT_STATES, "paid")),
)


def _rows(row: st.SearchStrategy[Cells]) -> st.SearchStrategy[tuple[Cells, ...]]:
    return st.lists(row, min_size=1, max_size=4).map(tuple)


NAMES = st.sampled_from(("a.csv", "a.csv", "b.csv"))
LISTS = st.builds(
    Delivered, st.sampled_from(("adds", "whole", "whole")), st.sampled_from(PERIODS),
    _rows(DOSSIERS), NAMES,
)  # fmt: skip
ARRIVALS = LISTS | LISTS | st.builds(
    Delivered, st.just("payments"), st.sampled_from(PERIODS), _rows(REQUESTS), NAMES
)  # fmt: skip
# Settings stay as they are but now and then.
STATISTICS = st.sampled_from(
    (Statistic(),) * 6 + (Statistic(end_basis="returned"), Statistic(closed_other="resolved"))
)


def _reference(name: str, old: str, new: str) -> tuple[tuple[str, str], ...]:
    text = (SETTINGS / "reference" / f"{name}.csv").read_text(encoding="utf-8")
    assert old in text, old
    return ((name, text.replace(old, new)),)


REFERENCES = {
    "a unit has another level": _reference("unit", "Chí Cà,commune", "Chí Cà,department"),
    "a procedure has another field": _reference(
        "procedure", "đăng ký khai sinh,HO_TICH", "đăng ký khai sinh,KHAC"
    ),
    "a day is off": _reference("holiday", "2023-01-02,false", "2023-01-30,false"),
}


@st.composite
def _nights(draw: st.DrawFn) -> list[Night]:
    at, nights = draw(st.sampled_from(FIRST_NIGHTS)), []
    for arrivals in draw(
        st.lists(st.lists(ARRIVALS, min_size=1, max_size=3), min_size=2, max_size=4)
    ):
        changed = draw(st.sampled_from(((),) * 8 + tuple(REFERENCES.values())))
        nights.append(Night(at, arrivals, changed, draw(STATISTICS)))
        at += timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 13))), minutes=1)
    return nights


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    return new_start(tmp_path_factory.mktemp("start"), SETTINGS / "reference")


def _spend_all(start: Start, nights: Sequence[Night], compared: Sequence[Night]) -> None:
    """Assert after each night that is to be compared that counting anew says the same."""
    with TemporaryDirectory(dir=start.folder.parent) as folder:
        paths = start.installation(Path(folder))
        for number, night in enumerate(nights):
            said = spend(start, paths, night)
            anew = counted_anew(paths, night.statistic) if night in compared else said
            for table, rows in said.items():
                missing = [row for row in anew[table] if row not in rows]
                foreign = [row for row in rows if row not in anew[table]]
                assert (foreign, missing) == ([], []), (number, table)
                assert len(rows) == len(anew[table]), (number, table)


def _dossier(number: int, **texts: str) -> Cells:
    plain = {
        "dossier_code": code(number), "procedure_code": "1.001193", "unit_code": "01105",
        "channel": "online", "received_date": "20/01/2023", "due_date": "14/02/2023",
        "state": "in_process",
    }  # fmt: skip
    return tuple((plain | texts).items())


def _paid(number: int, **texts: str) -> Cells:
    plain = {
        "request_code": f"TT-000{number}", "dossier_code": code(number), "amount": "30000",
        "collected_date": "31/01/2023", "method": "online", "state": "paid",
    }  # fmt: skip
    return tuple((plain | texts).items())


def _list(*rows: Cells, export: str = "whole", period: str = JANUARY) -> list[Delivered]:
    return [Delivered(export, period, rows)]


EARLY = datetime.fromisoformat("2023-02-18T22:00:00+07:00")


def _days_go_by() -> list[Night]:
    """Dates that lie ahead at first are reached one by one; an unrelated list comes each night."""
    since = {"received_date": "15/02/2023", "due_date": ""}
    ahead = [
        _dossier(1, **since | {"due_date": "18/02/2023"}),
        _dossier(2, **since | {"due_date": "20/02/2023"}),
        _dossier(3, **since | {"received_date": "20/02/2023"}),
        _dossier(4, **since | {"state": "finished", "finished_date": "20/02/2023"}),
        _dossier(5, **since | {"state": "returned", "returned_date": "21/02/2023"}),
        _dossier(6, **since | {"state": "withdrawn", "refused_date": "21/02/2023"}),
        _dossier(7, **since | {"state": "paused_supplement",
                               "supplement_requested_date": "19/02/2023"}),
    ]  # fmt: skip
    # Its due date was moved: it was due on 19/02 at first.
    first = _list(_dossier(2, **since | {"due_date": "19/02/2023"}), export="adds")
    others = [_list(_dossier(9, received_date=f"{day}/02/2023"), export="adds", period=FEBRUARY)
              for day in range(19, 24)]  # fmt: skip
    nights = [[*first, *_list(*ahead, export="adds", period=FEBRUARY)]]
    nights += [[replace(arrival, name="b.csv") for arrival in other] for other in others]
    return [Night(EARLY + timedelta(days=n), arrivals) for n, arrivals in enumerate(nights)]


ENDED = {"state": "finished", "finished_date": "31/01/2023"}
MIDDLE = datetime.fromisoformat("2023-02-25T22:00:00+07:00")


def _at(*nights: list[Delivered]) -> list[Night]:
    return [Night(MIDDLE + timedelta(days=n), arrivals) for n, arrivals in enumerate(nights)]


# What chance seldom finds.
RARE = {
    "days go by": _days_go_by(),
    "a dossier of a closed month is finished after all": _at(
        _list(_dossier(1), _dossier(2)), _list(_dossier(1, **ENDED), _dossier(2)),
    ),
    "an end moves within its month, which changes times and no count": _at(
        _list(_dossier(1, **ENDED)), _list(_dossier(1, **ENDED | {"finished_date": "09/02/2023"})),
    ),
    "a reception moves within its month": _at(
        _list(_dossier(1, **ENDED)), _list(_dossier(1, **ENDED | {"received_date": "16/01/2023"})),
    ),
    "a dossier vanishes and comes back": _at(
        _list(_dossier(1), _dossier(2)), _list(_dossier(2)), _list(_dossier(1), _dossier(2)),
    ),
    "a dossier changes twice before it is counted once": [
        Night(MIDDLE, _list(_dossier(1))),
        Night(MIDDLE + timedelta(minutes=1), [
            *_list(_dossier(1, **ENDED), export="adds"),
            *_list(_dossier(1, state="withdrawn", finished_date="01/03/2023"), period=FEBRUARY),
        ]),
    ],
    "two codes become one dossier, which was counted as two": _at(
        _list(_dossier(1), _dossier(2)),
        _list(_dossier(2, other_dossier_code=code(1)), export="adds", period=FEBRUARY),
        _list(_dossier(2), export="adds", period=FEBRUARY),
    ),
    "a paid request is paid back, and its dossier moves to another unit": _at(
        [*_list(_dossier(1)), *_list(_paid(1), export="payments")],
        [*_list(_dossier(1, unit_code="033")), *_list(_paid(1), export="payments")],
        _list(_paid(1, state="refunded"), export="payments"),
    ),
    "payments come before their dossier": _at(
        _list(_paid(1), export="payments"), _list(_dossier(1)),
    ),
    "another export begins earlier and moves the cut-off back": [
        *_at(_list(_dossier(1, received_date="20/02/2023"), period=FEBRUARY)),
        Night(MIDDLE + timedelta(days=1), _list(_dossier(2), export="adds")),
    ],
    "the settings change and change back": [
        Night(MIDDLE, _list(_dossier(1, state="withdrawn", finished_date="31/01/2023"))),
        Night(MIDDLE, [], statistic=Statistic(closed_other="resolved")),
        Night(MIDDLE, [], statistic=Statistic()),
    ],
    **{
        reason: [
            Night(MIDDLE, _list(_dossier(1, **ENDED), _dossier(2, received_date="21/02/2023"))),
            Night(MIDDLE + timedelta(days=1), [], changed),
        ]
        for reason, changed in REFERENCES.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("nights", RARE.values(), ids=RARE.keys())
def test_what_chance_seldom_finds(nights: list[Night], start: Start) -> None:
    # In the first night everything is counted from nothing, anyway.
    _spend_all(start, nights, nights[1:])


@settings(
    max_examples=CORRECTED,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(nights=_nights())
def test_corrected_night_by_night_or_counted_anew_the_figures_are_the_same(
    nights: list[Night], start: Start
) -> None:
    _spend_all(start, nights, nights[-1:])
