"""One dossier each: its dates, and the words for what every period says of it.

Months end on the 14th; the data end on 20/02/2023.
"""

from datetime import date

from tests.sql.registers import Dossier

# Each word stands for all counts that go up by one with it.
WORDS = {
    "received": {"received", "received_online", "total_to_handle"},
    "carried": {"carried_over", "total_to_handle"},
    "early": {"resolved", "resolved_early"},
    "on_due_date": {"resolved", "resolved_on_due_date"},
    "late": {"resolved", "resolved_late"},
    "resolved": {"resolved", "resolved_no_due_date"},
    "other": {"closed_other"},
    "undated": {"closed_undated"},
    "reversed": {"closed_before_received"},
    "pending": {"pending", "pending_no_due_date"},
    "in_time": {"pending", "pending_in_time"},
    "overdue": {"pending", "pending_overdue"},
    "paused": {"paused"},
}
NEVER = " | | | "


def day(text: str) -> date:
    """Return `20/12` as a day between September 2022 and August 2023."""
    number, month = (int(part) for part in text.split("/"))
    return date(2022 if month >= 9 else 2023, month, number)


def dossier(state: str, received: str, **dates: str) -> Dossier:
    days = {f"{name}_date": day(text) for name, text in dates.items()}
    return Dossier(state, day(received) if received else None, **days)  # type: ignore[arg-type]


# (dossier, months 12/2022 | 1/2023 | 2/2023 | 3/2023, years to the end of the same months)
CASES = {
    "in_process_is_carried_over_month_by_month": (
        dossier("in_process", "20/12"),
        " | received pending | carried pending | carried pending",
        " | received pending | received pending | received pending",
    ),
    "received_on_the_first_day": (
        dossier("in_process", "15/12"),
        " | received pending | carried pending | carried pending",
        " | received pending | received pending | received pending",
    ),
    "received_on_the_last_day_of_a_reporting_year": (
        dossier("in_process", "14/12"),
        "received pending | carried pending | carried pending | carried pending",
        "received pending | carried pending | carried pending | carried pending",
    ),
    "received_before_the_first_period": (
        dossier("in_process", "14/11"),
        "carried pending | carried pending | carried pending | carried pending",
        "received pending | carried pending | carried pending | carried pending",
    ),
    "received_on_the_cutoff": (
        dossier("in_process", "20/02"),
        " | | | received pending",
        " | | | received pending",
    ),
    "received_after_the_cutoff": (dossier("in_process", "21/02"), NEVER, NEVER),
    "received_nobody_knows_when": (dossier("in_process", ""), NEVER, NEVER),
    "new": (dossier("new", "20/12"), NEVER, NEVER),
    "not_accepted": (dossier("not_accepted", "20/12", refused="21/12"), NEVER, NEVER),
    "in_process_although_an_end_is_given": (
        dossier("in_process", "20/12", finished="22/12"),
        " | received pending | carried pending | carried pending",
        " | received pending | received pending | received pending",
    ),
    "due_on_the_last_day_is_in_time_and_overdue_the_day_after": (
        dossier("in_process", "20/12", due="14/01"),
        " | received in_time | carried overdue | carried overdue",
        " | received in_time | received overdue | received overdue",
    ),
    "due_the_day_before_the_last_is_overdue": (
        dossier("in_process", "20/12", due="13/01"),
        " | received overdue | carried overdue | carried overdue",
        " | received overdue | received overdue | received overdue",
    ),
    "due_on_the_cutoff_is_in_time": (
        dossier("in_process", "20/12", due="20/02"),
        " | received in_time | carried in_time | carried in_time",
        " | received in_time | received in_time | received in_time",
    ),
    "due_before_the_cutoff_is_overdue_in_the_unfinished_month": (
        dossier("in_process", "20/12", due="19/02"),
        " | received in_time | carried in_time | carried overdue",
        " | received in_time | received in_time | received overdue",
    ),
    "due_before_reception": (
        dossier("in_process", "20/12", due="01/12"),
        " | received overdue | carried overdue | carried overdue",
        " | received overdue | received overdue | received overdue",
    ),
    "finished_on_the_day_of_reception": (
        dossier("finished", "20/12", finished="20/12", due="20/12"),
        " | received on_due_date | | ",
        " | received on_due_date | received on_due_date | received on_due_date",
    ),
    "finished_on_the_last_day_of_the_month": (
        dossier("finished", "20/12", finished="14/01", due="15/01"),
        " | received early | | ",
        " | received early | received early | received early",
    ),
    "finished_on_the_first_day_of_the_next_month": (
        dossier("finished", "20/12", finished="15/01", due="14/01"),
        " | received in_time | carried late | ",
        " | received in_time | received late | received late",
    ),
    "finished_before_the_reporting_year": (
        dossier("finished", "01/12", finished="14/12"),
        "received resolved | | | ",
        "received resolved | | | ",
    ),
    "finished_on_the_first_day_of_the_reporting_year": (
        dossier("finished", "01/12", finished="15/12"),
        "received pending | carried resolved | | ",
        "received pending | carried resolved | carried resolved | carried resolved",
    ),
    "finished_before_the_first_period": (
        dossier("finished", "01/11", finished="14/11"),
        NEVER,
        "received resolved | | | ",
    ),
    "finished_on_the_cutoff": (
        dossier("returned", "20/12", returned="20/02", due="19/02"),
        " | received in_time | carried in_time | carried late",
        " | received in_time | received in_time | received late",
    ),
    "finished_after_the_cutoff_is_pending": (
        dossier("finished", "20/12", finished="21/02", due="19/02"),
        " | received in_time | carried in_time | carried overdue",
        " | received in_time | received in_time | received overdue",
    ),
    "finished_counts_before_returned": (
        dossier("returned", "20/12", finished="14/01", returned="15/01", due="14/01"),
        " | received on_due_date | | ",
        " | received on_due_date | received on_due_date | received on_due_date",
    ),
    "returned_counts_where_finished_is_unknown": (
        dossier("returned", "20/12", returned="15/01", refused="14/01", due="16/01"),
        " | received in_time | carried early | ",
        " | received in_time | received early | received early",
    ),
    "finished_without_an_end": (
        dossier("finished", "20/12", due="21/12"),
        " | received undated | | ",
        " | received undated | received undated | received undated",
    ),
    "withdrawn_without_an_end": (
        dossier("withdrawn", "15/01"),
        " | | received undated | ",
        " | | received undated | received undated",
    ),
    "finished_before_it_was_received": (
        dossier("finished", "15/01", finished="14/01"),
        " | | received reversed | ",
        " | | received reversed | received reversed",
    ),
    "withdrawn_before_it_was_received_years_ago": (
        dossier("withdrawn", "01/09", refused="01/10"),
        NEVER,
        "received other | | | ",
    ),
    "withdrawn": (
        dossier("withdrawn", "20/12", refused="16/01", due="17/01"),
        " | received in_time | carried other | ",
        " | received in_time | received other | received other",
    ),
    "refused_after_acceptance": (
        dossier("refused_after_acceptance", "20/12", refused="14/01", due="13/01"),
        " | received other | | ",
        " | received other | received other | received other",
    ),
    "paused_from_the_last_day": (
        dossier("paused_supplement", "20/12", supplement_requested="14/01"),
        " | received paused | carried paused | carried paused",
        " | received paused | received paused | received paused",
    ),
    "paused_from_the_next_month": (
        dossier("paused_finance", "20/12", supplement_requested="15/01", due="13/01"),
        " | received overdue | carried paused | carried paused",
        " | received overdue | received paused | received paused",
    ),
    "paused_after_the_cutoff_is_pending": (
        dossier("paused_supplement", "20/12", supplement_requested="21/02"),
        " | received pending | carried pending | carried pending",
        " | received pending | received pending | received pending",
    ),
    "paused_nobody_knows_since_when": (
        dossier("paused_supplement", "20/12", due="01/01"),
        " | received paused | carried paused | carried paused",
        " | received paused | received paused | received paused",
    ),
    "paused_although_an_end_is_given": (
        dossier("paused_supplement", "20/12", finished="16/01"),
        " | received paused | carried paused | carried paused",
        " | received paused | received paused | received paused",
    ),
    "stopped_without_an_end_is_paused": (
        dossier("paused_other", "20/12", supplement_requested="20/01"),
        " | received pending | carried paused | carried paused",
        " | received pending | received paused | received paused",
    ),
    "stopped_with_an_end_is_closed_otherwise": (
        dossier("paused_other", "20/12", supplement_requested="21/12", refused="16/01"),
        " | received pending | carried other | ",
        " | received pending | received other | received other",
    ),
    "stopped_before_it_was_received": (
        dossier("paused_other", "20/12", finished="19/12"),
        " | received reversed | | ",
        " | received reversed | received reversed | received reversed",
    ),
}
