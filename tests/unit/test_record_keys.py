"""Which rows are one record: codes of two portals, receipts of two series, lists that disagree."""

import textwrap
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from defect_lists import csv_list
from defects_keys import FINISHED, dossier_list, national, payment_list, row
from sample_defect import Defect as Files
from sample_defect import write_defects

from tests.unit.defect_figures import (
    FEBRUARY,
    JANUARY,
    MARCH,
    code,
    compute,
    month,
    outside,
    payment_sums,
)
from tests.unit.defects import Outcome, new_outcome

OWN_CODE = "HS-2023-0001"
OWN_CODES = """
[exports.{export}.code_patterns]
dossier_code = 'HS-[0-9]{{4}}-[0-9]{{4}}|000[.]06[.]33[.]H22-[0-9]{{6}}-[0-9]{{4}}'
"""
OTHER_PORTAL = "portal_b"
LEDGER = """
    title = "Sổ thu (dữ liệu hư cấu)"
    refuse_above_share = 1.0

    [exports.receipts]
    kind = "receipt"
    [exports.receipts.columns]
    receipt_number = "Số biên lai"
    receipt_form = "Mẫu số"
    receipt_series = "Ký hiệu"
    request_code = "Mã yêu cầu"
    dossier_code = "Mã hồ sơ"
    amount = "Số tiền"

    [exports.requests]
    kind = "payment"
    [exports.requests.columns]
    request_code = "Mã yêu cầu"
    dossier_code = "Mã hồ sơ"
    requested_date = "Ngày yêu cầu"
    collected_date = "Ngày thu"
    refunded_date = "Ngày hoàn"
    amount = "Số tiền"
    state = "Trạng thái"
    [exports.requests.values.state]
    unpaid = ["Chưa"]
    paid = ["Đã thu"]
    cancelled = ["Hủy"]
    refunded = ["Hoàn"]

    [exports.transactions]
    kind = "transaction"
    [exports.transactions.columns]
    transaction_code = "Mã giao dịch"
    request_code = "Mã yêu cầu"
    dossier_code = "Mã hồ sơ"
    amount = "Số tiền"
    state = "Trạng thái"
    [exports.transactions.values.state]
    succeeded = ["Thành công"]
"""
REQUESTS = "Mã yêu cầu;Mã hồ sơ;Ngày yêu cầu;Ngày thu;Ngày hoàn;Số tiền;Trạng thái"
TRANSACTIONS = "Mã giao dịch;Mã yêu cầu;Mã hồ sơ;Số tiền;Trạng thái"
RECEIPTS = "Số biên lai;Mẫu số;Ký hiệu;Mã yêu cầu;Mã hồ sơ;Số tiền"


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    """Two portals alike, whose dossier codes may be their own, and a ledger."""
    outcome = new_outcome(tmp_path)
    sources = outcome.paths.sources
    text = (sources / "keys_portal.toml").read_text(encoding="utf-8")
    for export in ("local", "payments"):
        text += OWN_CODES.format(export=export)
    for source in ("keys_portal", OTHER_PORTAL):
        (sources / f"{source}.toml").write_text(text, encoding="utf-8")
    (sources / "ledger.toml").write_text(textwrap.dedent(LEDGER), encoding="utf-8")
    return outcome


def _deliver(outcome: Outcome, files: Mapping[str, bytes]) -> None:
    root = outcome.paths.data.parent / f"delivery_{len(outcome.loaded)}"
    defect = Files(0, "made_here", dict(files))
    write_defects(root, [defect])
    outcome.deliver(root / defect.folder)


def _ledger(header: str, *lines: str) -> bytes:
    names = tuple(header.split(";"))
    return csv_list(names, [dict(zip(names, line.split(";"), strict=True)) for line in lines])


def _register(outcome: Outcome) -> list[str]:
    return [name for (name,) in outcome.query("SELECT dossier_code FROM core.dossier ORDER BY 1")]


def test_own_codes_of_two_portals_are_two_dossiers_and_national_ones_are_one(
    outcome: Outcome,
) -> None:
    files = {}
    for source, channel in (("keys_portal", "Trực tuyến"), (OTHER_PORTAL, "Trực tiếp")):
        own = row(1, code=OWN_CODE, channel=channel)
        files[f"{source}/local/{JANUARY}/a.csv"] = dossier_list(own, row(2))
        files[f"{source}/payments/{MARCH}/a.csv"] = payment_list(("TT-0001", OWN_CODE))
    files[f"keys_portal/local/{MARCH}/b.csv"] = dossier_list(row(3, received="20/03/2023"))
    files[f"{OTHER_PORTAL}/local/{MARCH}/b.csv"] = dossier_list(row(4, received="20/03/2023"))
    _deliver(outcome, files)
    compute(outcome)
    both = [f"keys_portal/{OWN_CODE}", f"{OTHER_PORTAL}/{OWN_CODE}"]
    assert _register(outcome) == [code(2), code(3), code(4), *both]
    assert month(outcome)["received"] == 3
    assert outcome.query("SELECT request_code FROM core.payment_request") == [("TT-0001",)] * 2
    assert month(outcome, MARCH)["payable"] == 2
    assert outcome.query("SELECT count(*) FROM quarantine.orphan") == [(0,)]


def test_receipts_of_two_series_are_two(outcome: Outcome) -> None:
    _deliver(outcome, {
        f"keys_portal/local/{JANUARY}/a.csv": dossier_list(row(1)),
        f"ledger/receipts/{JANUARY}/a.csv": _ledger(
            RECEIPTS,
            f"0000123;01BLP2-001;AA-15T;TT-1;{code(1)};10.000",
            f"0000123;01BLP2-001;AB-15T;TT-2;{code(1)};20.000",
            f"0000123;01BLP2-001;AB-15T;TT-3;{code(1)};20.000",
        ),
    })  # fmt: skip
    compute(outcome)
    series = "SELECT receipt_series, count(*) FROM core.receipt GROUP BY ALL ORDER BY ALL"
    assert outcome.query(series) == [("AA-15T", 1), ("AB-15T", 1)]
    assert outcome.query("SELECT record_kind, conflict_kind FROM quarantine.conflict") == [
        ("receipt", "request")
    ]


def test_a_dossier_that_another_export_still_holds_is_not_gone(outcome: Outcome) -> None:
    whole = f"keys_portal/whole_list/{JANUARY}"
    _deliver(outcome, {
        f"keys_portal/local/{JANUARY}/a.csv": dossier_list(row(1)),
        f"{whole}/a.csv": dossier_list(row(1), row(2), row(3)),
    })  # fmt: skip
    _deliver(outcome, {f"{whole}/b.csv": dossier_list(row(2))})
    compute(outcome)
    assert _register(outcome) == [code(1), code(2)]
    gone = "SELECT dossier_code FROM core.dossier_version WHERE is_gone"
    assert outcome.query(gone) == [(code(3),)]


def test_a_dossier_whose_row_is_rejected_is_not_gone(outcome: Outcome) -> None:
    whole = f"keys_portal/whole_list/{JANUARY}"
    _deliver(outcome, {f"{whole}/a.csv": dossier_list(row(1), row(2), row(3))})
    _deliver(outcome, {f"{whole}/b.csv": dossier_list(row(1), row(2, state="Chờ Mẫu"))})
    compute(outcome)
    assert _register(outcome) == [code(1)]
    assert outcome.query("SELECT count(*) FROM quarantine.gone") == [(1,)]


def test_a_second_code_shared_across_files_joins_none_and_is_listed(outcome: Outcome) -> None:
    for number in (1, 2, 3):
        name = f"keys_portal/local/{JANUARY}/{number}.csv"
        _deliver(outcome, {name: dossier_list(row(number, other=national(999_999)))})
    compute(outcome)
    assert _register(outcome) == [code(1), code(2), code(3)]
    conflicts = "SELECT conflict_kind, count(*) FROM quarantine.conflict GROUP BY ALL"
    assert outcome.query(conflicts) == [("second_code_shared", 2)]


def test_versions_of_two_periods_that_contradict_each_other_are_listed(outcome: Outcome) -> None:
    _deliver(outcome, {
        f"keys_portal/national/{JANUARY}/a.csv": dossier_list(row(1), row(2)),
        f"keys_portal/national/{FEBRUARY}/a.csv": dossier_list(
            row(1, procedure="1.000894", received="21/01/2023", channel="Trực tiếp"),
            row(2, unit="UBND xã Nàn Ma", **FINISHED),
        ),
        f"keys_portal/payments/{JANUARY}/a.csv": payment_list(("TT-1", code(1))),
        f"keys_portal/payments/{FEBRUARY}/a.csv": payment_list(("TT-1", code(2))),
    })  # fmt: skip
    compute(outcome)
    listed = "SELECT record_kind, conflict_kind FROM quarantine.conflict ORDER BY ALL"
    # Handing a dossier on to another unit contradicts nothing.
    assert outcome.query(listed) == [
        ("dossier", "channel"), ("dossier", "procedure"), ("dossier", "received_date"),
        ("payment", "dossier"),
    ]  # fmt: skip


def test_payments_of_requests_that_nobody_delivered_are_orphans(outcome: Outcome) -> None:
    _deliver(outcome, {
        f"keys_portal/local/{JANUARY}/a.csv": dossier_list(row(1)),
        f"ledger/requests/{JANUARY}/a.csv": _ledger(
            REQUESTS, f"TT-1;{code(1)};20/01/2023;20/01/2023;;10.000;Đã thu"),
        f"ledger/transactions/{JANUARY}/a.csv": _ledger(
            TRANSACTIONS, f"GD-1;TT-1;{code(1)};10.000;Thành công",
            f"GD-2;TT-9;{code(1)};10.000;Thành công", f"GD-3;TT-9;{code(9)};10.000;Thành công"),
    })  # fmt: skip
    compute(outcome)
    listed = "SELECT record_kind, reason, row_number FROM quarantine.orphan ORDER BY ALL"
    assert outcome.query(listed) == [
        ("transaction", "no_dossier", 4), ("transaction", "no_request", 3),
    ]  # fmt: skip


def test_every_request_is_summed_in_a_month_or_listed_outside(outcome: Outcome) -> None:
    _deliver(outcome, {
        f"keys_portal/local/{JANUARY}/a.csv": dossier_list(row(1)),
        f"ledger/requests/{JANUARY}/a.csv": _ledger(
            REQUESTS,
            f"TT-1;{code(1)};20/01/2023;21/01/2023;;10.000;Đã thu",
            f"TT-2;{code(1)};;;;10.000;Chưa",
            f"TT-3;{code(1)};;;;10.000;Hủy",
            f"TT-4;{code(1)};;;;10.000;Hoàn",
            f"TT-5;{code(1)};01/01/2030;;;10.000;Chưa",
            f"TT-6;{code(1)};01/01/2022;01/01/2022;01/01/2022;10.000;Hoàn",
            f"TT-7;{code(1)};20/01/2023;20/01/2023;22/01/2023;10.000;Hoàn",
        ),
    })  # fmt: skip
    compute(outcome)
    assert payment_sums(outcome) == [
        ("paid", "unknown", 1, 1, 10_000),
        ("paid_refunded", "unknown", 1, 1, 10_000),
        ("refunded", "unknown", 1, 1, -10_000),
    ]
    assert outside(outcome) == {
        "payment_undated": 3, "payment_after_cutoff": 1, "payment_before_first_period": 1,
    }  # fmt: skip


def test_the_first_due_date_is_that_of_the_first_list_under_any_name(outcome: Outcome) -> None:
    name = f"keys_portal/local/{JANUARY}/a.csv"
    for due in ("10/02/2023", "20/02/2023", "30/01/2023"):
        _deliver(outcome, {name: dossier_list(row(1, due=due))})
    dates = "SELECT first_due_date, due_date FROM core.dossier"
    assert outcome.query(dates) == [(date(2023, 2, 10), date(2023, 1, 30))]


@pytest.mark.parametrize(
    "export", ["keys_portal/payments", "ledger/receipts", "ledger/transactions",
               "keys_portal/catalogue", "keys_portal/local"],
)  # fmt: skip
def test_a_refused_file_alone_in_a_new_warehouse_stops_nothing(
    export: str, outcome: Outcome
) -> None:
    _deliver(outcome, {f"{export}/{JANUARY}/a.csv": b"h\xe1\xbb\x8fng\r\n"})
    assert [loaded.state for loaded in outcome.loaded] == ["refused"]
