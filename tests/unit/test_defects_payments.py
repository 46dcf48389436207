"""Defects 40 to 49: requests, transactions and receipts, and what is counted of them."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from defects_payments import orphans
from sample_defect import Defect as Files
from sample_defect import write_defects

from tests.unit.defect_figures import (
    FEBRUARY,
    JANUARY,
    code,
    compute,
    computed_once,
    month,
    outside,
    payment_sums,
    rates,
    summary,
    unit_month,
)
from tests.unit.defects import Outcome, Rows, new_outcome

Defect = Callable[[int], Outcome]
CHI_CA, NAN_MA = "01105", "01129"


@pytest.fixture(scope="module")
def defect(tmp_path_factory: pytest.TempPathFactory) -> Defect:
    """Each defect's files, taken in and computed once. Read only."""
    return computed_once(tmp_path_factory)


def _versions(outcome: Outcome, kind: str, columns: str) -> Rows:
    """Return the row number and `columns` of the accepted rows of a kind, by period and row."""
    return outcome.query(
        f"SELECT row_number, {columns} FROM core.{kind}_version "
        "ORDER BY delivery_period, row_number"
    )


def _flags(outcome: Outcome) -> dict[int, list[str]]:
    rows = _versions(outcome, "payment", "flags")
    return {row_number: flags for row_number, flags in rows if flags}


def _rejected(outcome: Outcome, export: str = "requests") -> Rows:
    return outcome.query(
        "SELECT row_number, rule_id FROM quarantine.rejected_row "
        "JOIN ops.delivery USING (delivery_id) WHERE export = ? ORDER BY ALL",
        [export],
    )


def _payable(outcome: Outcome, key: str = JANUARY) -> tuple[int, int]:
    """Return how many dossiers paid in a month, and how many of them online."""
    counts = month(outcome, key)
    return counts.get("payable", 0), counts.get("paid_online", 0)


def test_40_each_grain_has_its_own_table(defect: Defect) -> None:
    outcome = defect(40)
    assert outcome.query(
        "SELECT request_code, dossier_code, amount, state, receipt_numbers "
        "FROM core.payment_request ORDER BY ALL"
    ) == [
        ("TT-0001", code(1), 30_000, "paid", ["0000123", "0000124"]),
        ("TT-0002", code(1), 50_000, "paid", ["0000125"]),
        ("TT-0003", code(2), 30_000, "unpaid", None),
    ]
    assert outcome.query(
        "SELECT transaction_code, request_code, state, transaction_date "
        "FROM core.payment_transaction ORDER BY ALL"
    ) == [
        ("GD-0001", "TT-0001", "failed", date(2023, 1, 21)),
        ("GD-0002", "TT-0001", "succeeded", date(2023, 1, 21)),
        ("GD-0003", "TT-0003", "failed", date(2023, 1, 22)),
        ("GD-0004", "TT-0003", "waiting", date(2023, 1, 22)),
    ]
    assert outcome.query(
        "SELECT receipt_number, request_code, fee_kind, amount FROM core.receipt ORDER BY ALL"
    ) == [
        ("0000123", "TT-0001", "fee", 20_000),
        ("0000124", "TT-0001", "charge", 10_000),
        ("0000125", "TT-0002", "fee", 50_000),
    ]


def test_40_rows_of_each_grain_are_judged_by_their_own_rules(defect: Defect) -> None:
    outcome = defect(40)
    assert _rejected(outcome) == []
    assert _rejected(outcome, "transactions") == [(7, "state_unknown")]
    assert _rejected(outcome, "receipts") == [(5, "receipt_number_unreadable")]


def test_40_a_dossier_that_paid_twice_counts_once_and_its_money_wholly(defect: Defect) -> None:
    assert _payable(defect(40)) == (1, 1)
    assert payment_sums(defect(40)) == [
        ("paid", "cash", 1, 1, 50_000),
        ("paid", "online", 1, 1, 30_000),
        ("unpaid", "unknown", 1, 1, 30_000),
    ]


def test_41_transactions_receipts_and_second_lists_multiply_no_money(defect: Defect) -> None:
    assert payment_sums(defect(41)) == [
        ("paid", "cash", 1, 1, 1_000_000),
        ("paid", "online", 1, 2, 100_000),
    ]
    assert _payable(defect(41)) == (2, 1)
    assert unit_month(defect(41), CHI_CA)["payable"] == 2


def test_42_cancelled_and_refunded_requests_are_not_payable(defect: Defect) -> None:
    outcome = defect(42)
    assert (_payable(outcome), _payable(outcome, FEBRUARY)) == ((0, 0), (0, 0))
    assert "online_payment_pct" not in rates(outcome)


def test_42_refunds_stand_apart_as_negative_money_on_the_day_of_the_refund(defect: Defect) -> None:
    """TT-0005 came as a negative amount, the others as positive ones; all were collected before."""
    assert payment_sums(defect(42)) == [
        ("cancelled", "online", 1, 1, 30_000),
        ("paid_refunded", "online", 4, 4, 120_000),
        ("refunded", "online", 2, 2, -60_000),
    ]
    assert payment_sums(defect(42), FEBRUARY) == [("refunded", "online", 2, 2, -60_000)]


def test_42_a_negative_amount_that_is_no_refund_is_rejected(defect: Defect) -> None:
    assert _rejected(defect(42)) == [(7, "amount_negative")]


def test_42_the_paid_version_of_a_refunded_request_stays(defect: Defect) -> None:
    assert defect(42).query(
        "SELECT state, is_latest FROM core.payment_version WHERE request_code = 'TT-0001' "
        "ORDER BY ALL"
    ) == [("paid", False), ("refunded", True)]


def test_43_free_and_zero_requests_have_their_own_rows(defect: Defect) -> None:
    assert payment_sums(defect(43)) == [
        ("exempt", "online", 2, 2, 30_000),
        ("paid", "online", 2, 2, 60_000),
        ("unpaid", "unknown", 1, 1, 30_000),
        ("zero_amount", "online", 2, 2, 0),
    ]


def test_43_only_what_was_paid_and_is_due_is_payable(defect: Defect) -> None:
    """Collected afterwards (TT-0006) and by an unnamed way of collection (TT-0007)."""
    assert _payable(defect(43)) == (2, 2)


def test_43_free_of_charge_is_zero_and_an_empty_amount_is_none(defect: Defect) -> None:
    assert _versions(defect(43), "payment", "amount, collection") == [
        (2, 30_000, "exempt"), (3, 0, "exempt"), (4, 0, "prepaid"), (5, 0, "prepaid"),
        (6, 30_000, "postpaid"), (7, 30_000, "postpaid"), (8, 30_000, None),
    ]  # fmt: skip
    assert _rejected(defect(43)) == [(9, "amount_missing")]


def test_44_methods_are_mapped_and_none_is_guessed(defect: Defect) -> None:
    outcome = defect(44)
    assert _versions(outcome, "payment", "method") == [
        (2, "online"), (3, "online"), (4, "transfer"), (5, "cash"), (6, None), (7, "online"),
        (9, None),
    ]  # fmt: skip
    assert _flags(outcome) == {6: ["method_missing"]}
    assert _rejected(outcome) == [(8, "method_unknown")]


def test_44_a_transfer_and_an_unknown_method_are_payable_and_not_online(defect: Defect) -> None:
    assert _payable(defect(44)) == (6, 3)
    assert rates(defect(44))["online_payment_pct"] == 50.0
    assert payment_sums(defect(44)) == [
        ("paid", "cash", 1, 1, 30_000), ("paid", "online", 3, 3, 90_000),
        ("paid", "transfer", 1, 1, 30_000), ("paid", "unknown", 1, 1, 30_000),
        ("unpaid", "unknown", 1, 1, 30_000),
    ]  # fmt: skip


def test_45_a_payment_counts_on_the_day_it_was_collected(defect: Defect) -> None:
    """Whatever the day the dossier came or the payment was asked for; the last day wholly."""
    outcome = defect(45)
    assert payment_sums(outcome) == [("paid", "online", 2, 2, 60_000)]
    assert payment_sums(outcome, FEBRUARY) == [("paid", "online", 2, 2, 60_000)]
    assert (_payable(outcome), _payable(outcome, FEBRUARY)) == ((2, 2), (2, 2))


def test_45_a_dossier_paid_in_two_months_counts_in_each_and_once_in_the_year(
    defect: Defect,
) -> None:
    assert defect(45).query(
        "SELECT payable_count FROM indicators.by_level WHERE period_kind = 'year_to_date' "
        "AND period_end = DATE '2023-03-14' AND unit_level = 'all'"
    ) == [(3,)]


def test_45_days_out_of_order_are_flagged_and_a_paid_one_needs_its_day(defect: Defect) -> None:
    outcome = defect(45)
    assert _flags(outcome) == {
        4: ["collected_before_requested"], 6: ["collected_before_requested"],
    }  # fmt: skip
    assert _rejected(outcome) == [(5, "collected_date_missing")]


def test_45_a_payment_that_no_period_counts_is_listed_outside(defect: Defect) -> None:
    """TT-0003 was collected before the first period; the dossier's day does not stand in."""
    assert defect(45).query(
        "SELECT sum(record_count) FROM quarantine.outside WHERE record_kind = 'payment'"
    ) == [(1,)]


ORPHANS = """
    SELECT record_kind, row_number, amount FROM quarantine.orphan ORDER BY ALL
"""


def _deliver(outcome: Outcome, root: Path, files: Mapping[str, bytes]) -> None:
    made_here = Files(0, "made_here", dict(files))
    write_defects(root, [made_here])
    outcome.deliver(root / made_here.folder)


def test_46_payments_wait_for_their_dossier_and_count_once_it_arrives(tmp_path: Path) -> None:
    outcome, files = new_outcome(tmp_path), orphans()
    first = {name: content for name, content in files.items() if f"/{JANUARY}/" in name}
    _deliver(outcome, tmp_path / "first", first)
    compute(outcome)
    assert outcome.query(ORPHANS) == [
        ("payment", 3, 70_000), ("payment", 4, 30_000), ("receipt", 2, 70_000),
        ("transaction", 2, 30_000),
    ]  # fmt: skip
    assert payment_sums(outcome) == [("paid", "online", 1, 1, 30_000)]
    assert outside(outcome) == {"payment_without_dossier": 2}
    _deliver(outcome, tmp_path / "second", {n: c for n, c in files.items() if n not in first})
    compute(outcome)
    assert outcome.query(ORPHANS) == [("payment", 4, 30_000)]
    assert payment_sums(outcome) == [("paid", "online", 2, 2, 100_000)]
    assert outside(outcome) == {"payment_without_dossier": 1}


def test_46_a_late_dossiers_payment_counts_under_its_unit(defect: Defect) -> None:
    outcome = defect(46)
    assert (unit_month(outcome, CHI_CA)["payable"], unit_month(outcome, NAN_MA)["payable"]) == (
        1, 1,
    )  # fmt: skip
    assert outcome.query("SELECT unit_code, amount FROM indicators.payment_sum ORDER BY ALL") == [
        (CHI_CA, 30_000),
        (NAN_MA, 70_000),
    ]


def test_46_a_slip_in_the_code_is_kept_as_an_orphan_and_no_code_is_rejected(
    defect: Defect,
) -> None:
    outcome = defect(46)
    assert outcome.query(ORPHANS) == [("payment", 4, 30_000)]
    assert outcome.query("SELECT row_number, rule_id, found FROM quarantine.rejected_row") == [
        (5, "dossier_code_unreadable", "Aaa 99")
    ]


def test_47_fee_and_charge_that_are_not_the_total_are_flagged_and_kept(defect: Defect) -> None:
    outcome = defect(47)
    assert _versions(outcome, "payment", "fee_amount, charge_amount, amount") == [
        (2, 20_000, 10_000, 30_000), (3, 20_000, 20_000, 30_000), (4, 30_000, None, 30_000),
        (5, None, 20_000, 30_000), (6, None, None, 30_000), (7, 0, 0, 30_000),
    ]  # fmt: skip
    assert _flags(outcome) == {
        row_number: ["parts_differ_from_amount"] for row_number in (3, 5, 7)
    }  # fmt: skip
    assert _rejected(outcome) == [(8, "fee_amount_unreadable")]


def test_47_the_total_is_what_is_summed(defect: Defect) -> None:
    assert payment_sums(defect(47)) == [("paid", "online", 6, 6, 180_000)]
    assert summary(defect(47)) == {
        ("requests", "parts_differ_from_amount"): 3, ("requests", "fee_amount_unreadable"): 1,
    }  # fmt: skip


def test_48_what_was_paid_decides_and_not_the_national_flag(defect: Defect) -> None:
    """The flag calls 1, 2, 3 and 5 paid online; 1 paid cash, 3 and 5 nothing, 4 online."""
    assert _payable(defect(48)) == (3, 2)
    assert rates(defect(48))["online_payment_pct"] == 66.67


def test_48_no_column_holds_the_national_flag(defect: Defect) -> None:
    columns = defect(48).query(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'dossier_version' "
        "AND (contains(column_name, 'paid') OR contains(column_name, 'payment'))"
    )
    assert columns == []
    assert defect(48).file("quoc-gia.json").accepted == 5


def test_49_a_rate_comes_with_its_own_denominator(defect: Defect) -> None:
    outcome = defect(49)
    counts, found = month(outcome), rates(outcome)
    assert (counts["paid_online"], counts["payable"]) == (2, 3)
    assert (counts["received_online"], counts["received"], counts["total_to_handle"]) == (5, 5, 6)
    assert (found["online_payment_pct"], found["online_pct"], found["online_of_total_pct"]) == (
        66.67, 100.0, 83.33,
    )  # fmt: skip


def test_49_every_rate_names_numerator_and_denominator_and_every_count_its_rule(
    defect: Defect,
) -> None:
    said = {
        name: (numerator, denominator)
        for name, numerator, denominator in defect(49).query(
            "SELECT indicator_name, numerator, denominator FROM reference.indicator"
        )
    }
    assert said["online_payment_pct"] == ("paid_online_count", "payable_count")
    assert said["online_pct"] == ("received_online_count", "received_count")
    assert said["online_of_total_pct"] == ("received_online_count", "total_to_handle_count")
    assert "paid, non-exempt request > 0" in said["payable_count"][0]
    for name, (numerator, denominator) in said.items():
        assert numerator
        assert (denominator is not None) == name.endswith("_pct"), name
        parts = {part for part in f"{numerator} {denominator}".split() if part.endswith("_count")}
        assert not name.endswith("_pct") or parts <= said.keys(), name
