"""The last day that counts: what holds it back, and what does not."""

from datetime import date

from assets.engine.common.paths import Paths
from assets.engine.indicators import data_cutoff, refresh_periods
from assets.engine.warehouse import warehouse
from schemas.settings import Statistic
from tests.unit.deliveries import FEBRUARY, JANUARY, deliver_csv, deliver_payments, dossier, load
from tests.unit.deliveries import payment as paid

COMMUNE, PAYMENTS = ("xin_man", "dossiers_commune"), ("xin_man", "payments")


def test_the_export_delivered_least_far_holds_the_figures_back_and_is_named(
    installation: Paths,
) -> None:
    deliver_csv(installation, [dossier(1)])
    deliver_payments(installation, [paid(1)])
    deliver_csv(installation, [dossier(2)], period=FEBRUARY)
    load(installation, JANUARY, FEBRUARY)
    with warehouse(installation) as connection:
        cutoff = data_cutoff(connection, {COMMUNE, PAYMENTS})
        periods = refresh_periods(connection, cutoff, Statistic())
    assert (cutoff.day, cutoff.held_back_by) == (date(2023, 1, 14), ["xin_man/payments"])
    assert periods["cutoff_date"].max() == date(2023, 1, 14)
    # A month whose last day is the cut-off is closed.
    assert not periods.set_index("period_kind")["is_provisional"]["month"]


def test_an_export_of_no_settings_holds_nothing_back_unless_there_is_no_other(
    installation: Paths,
) -> None:
    deliver_csv(installation, [dossier(1)])
    deliver_payments(installation, [paid(1)])
    deliver_csv(installation, [dossier(2)], period=FEBRUARY)
    load(installation, JANUARY, FEBRUARY)
    with warehouse(installation) as connection:
        retired = data_cutoff(connection, {COMMUNE})
        none_left = data_cutoff(connection, {("other", "export")})
    assert (retired.day, retired.held_back_by) == (date(2023, 2, 14), [])
    assert none_left.day == date(2023, 1, 14)


def test_nothing_delivered_is_no_cutoff(installation: Paths) -> None:
    load(installation)
    with warehouse(installation) as connection:
        cutoff = data_cutoff(connection, {COMMUNE})
        assert refresh_periods(connection, cutoff, Statistic()).empty
    assert cutoff.day is None
