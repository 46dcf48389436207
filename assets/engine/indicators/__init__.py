"""Indicators: counts and rates by period, their balance, and the log of what changed.

Belongs here: the SQL of every figure, and the code that runs it. What a measure means does not
belong here (`schemas.tables`), nor writing files for readers (`assets.engine.publish`).
"""

from assets.engine.indicators.balance import check_balance
from assets.engine.indicators.counted import check_is_counted
from assets.engine.indicators.definitions import load_indicators, rate_formulas
from assets.engine.indicators.indicator_sql import (
    as_reported_sql,
    change_sql,
    explain_sql,
    figure_change_sql,
)
from assets.engine.indicators.moved import moved_dossiers
from assets.engine.indicators.own_counts import count_dossiers, count_payments
from assets.engine.indicators.periods import data_cutoff, refresh_periods
from assets.engine.indicators.revision_log import take_over, take_over_published
from assets.engine.indicators.tables import Change, compute_table, figures_by_level, sum_payments

__all__ = [
    "Change", "as_reported_sql", "change_sql", "check_balance", "check_is_counted", "compute_table",
    "count_dossiers", "count_payments", "data_cutoff", "explain_sql", "figure_change_sql",
    "figures_by_level", "load_indicators", "moved_dossiers", "rate_formulas", "refresh_periods",
    "sum_payments", "take_over", "take_over_published",
]  # fmt: skip
