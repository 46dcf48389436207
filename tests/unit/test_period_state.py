"""What is said of a period in one sentence."""

from datetime import date

from assets.engine.common.paths import Paths
from assets.engine.status import period_state
from assets.engine.warehouse import warehouse
from tests.support import CALENDAR

NOVEMBER, DECEMBER = CALENDAR.month_from_key("2023-10-15"), CALENDAR.month_from_key("2023-11-15")


def test_a_period_with_files_and_figures_to_its_end_is_whole(own_sample: Paths) -> None:
    with warehouse(own_sample) as connection:
        state = period_state(connection, NOVEMBER, date(2024, 1, 1))
    assert state.is_whole
    assert state.sentence.startswith("Tháng 11/2023 (15/10/2023–14/11/2023): files taken in ")
    assert state.sentence.endswith("; figures to 14/11/2023.")


def test_a_period_without_files_is_not_whole_whether_it_is_over_or_not(own_sample: Paths) -> None:
    with warehouse(own_sample) as connection:
        running = period_state(connection, DECEMBER, DECEMBER.end)
        over = period_state(connection, DECEMBER, date(2023, 12, 15))
    assert not running.is_whole
    assert running.sentence.endswith("files taken in 0, refused 0; rows taken in 0 of 0, rejected "
                                     "0; no figures.")  # fmt: skip
    assert not over.is_whole
    assert "It ended on 14/12/2023: deliver the exports" in over.sentence


def test_figures_may_end_early_only_while_the_period_runs(own_sample: Paths) -> None:
    with warehouse(own_sample) as connection:
        connection.execute(
            "UPDATE reference.period SET cutoff_date = DATE '2023-11-01' "
            "WHERE period_kind = 'month' AND period_start = DATE '2023-10-15'"
        )
        running = period_state(connection, NOVEMBER, date(2023, 11, 14))
        over = period_state(connection, NOVEMBER, date(2023, 11, 15))
    assert running.is_whole
    assert running.sentence.endswith("; figures to 01/11/2023.")
    assert not over.is_whole
    assert "figures to 01/11/2023. It ended on 14/11/2023" in over.sentence
