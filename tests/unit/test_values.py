"""How the text of a cell becomes a value: labels, days, amounts."""

from datetime import date, datetime

import pytest

from assets.engine.paths import Paths
from tests.unit.deliveries import (
    ask,
    deliver_csv,
    deliver_payments,
    deliver_workbook,
    dossier,
    load,
    payment,
    rejected,
)


@pytest.mark.parametrize(
    "text",
    [
        "Đang xử lý",
        " Đang  xử lý ",
        "ĐANG XỬ LÝ",
        "\u00a0Đang\u00a0xử lý\u200b",
        "Đang xư\u0309 ly\u0301",
    ],
)
def test_blanks_case_and_normal_form_of_a_value_do_not_matter(
    text: str, installation: Paths
) -> None:
    deliver_csv(installation, [dossier(1, state=text, unit_code=f" {'ubnd xã chí cà'} ")])
    load(installation)
    found = ask(installation, "SELECT state, unit_code FROM core.dossier_version")
    assert found == [("in_process", "01105")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/01/2023", date(2023, 1, 5)),
        ("5/1/2023", date(2023, 1, 5)),
        ("05/01/2023 23:59:59", date(2023, 1, 5)),
        ("\u00a005/01/2023 08:00:00 ", date(2023, 1, 5)),
        ("", None),
        ("01/01/0001", None),
        ("01/01/1900 00:00:00", None),
        ("01/01/1970", None),
        ("-", None),
        ("44931", date(2023, 1, 5)),
        ("44931.75", date(2023, 1, 5)),
    ],
)
def test_days_are_read_and_null_days_of_portals_are_none(
    text: str, day: date | None, installation: Paths
) -> None:
    deliver_csv(installation, [dossier(1, due_date=text)])
    load(installation)
    assert ask(installation, "SELECT due_date FROM core.dossier_version") == [(day,)]


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2023", "2023-01-05", "05/13/2023", "4493", "hôm qua", "05/01/2023 25:00:00",
        "05/01/23",
        "05/01/202",
    ],
)  # fmt: skip
def test_text_that_is_no_day_rejects_its_row(text: str, installation: Paths) -> None:
    plain = [dossier(n) for n in range(2, 8)]
    deliver_csv(installation, [dossier(1, received_date=text), *plain])
    load(installation)
    assert rejected(installation) == [(2, "received_date_unreadable")]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("30.000", 30_000), ("30000", 30_000), ("1.234.567 đ", 1_234_567), ("0", 0),
        ("30.000 VNĐ", 30_000), ("5.000\u00a0đồng", 5_000), ("10000.0", 10_000),
        ("Miễn phí", 0), ("1.234.567,00", 1_234_567), ("1.5E+6", 1_500_000),
    ],
)  # fmt: skip
def test_amounts_are_read_with_their_marks(text: str, amount: int, installation: Paths) -> None:
    deliver_payments(installation, [payment(1, amount=text)])
    load(installation)
    assert ask(installation, "SELECT amount FROM core.payment_version") == [(amount,)]


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ("30.00", "amount_unreadable"), ("3.0000", "amount_unreadable"),
        ("30,000", "amount_unreadable"), ("94,4%", "amount_unreadable"),
        ("-5.000", "amount_negative"), ("", "amount_missing"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_meant_rejects_its_row(
    text: str, rule_id: str, installation: Paths
) -> None:
    plain = [payment(n) for n in range(2, 8)]
    deliver_payments(installation, [payment(1, amount=text), *plain])
    load(installation)
    assert rejected(installation) == [(2, rule_id)]


def test_a_paid_request_needs_its_day_and_an_unpaid_one_does_not(installation: Paths) -> None:
    rows = [payment(n) for n in range(4, 14)]
    rows += [
        payment(1, collected_date=""),
        payment(2, collected_date="", state="Chưa thanh toán"),
        payment(3, collected_date="31/02/2023"),
    ]
    deliver_payments(installation, rows)
    load(installation)
    assert rejected(installation) == [
        (12, "collected_date_missing"), (14, "collected_date_unreadable"),
    ]  # fmt: skip


def test_a_workbook_gives_dates_as_dates_or_text_alike(installation: Paths) -> None:
    true_dates: dict[str, str | date] = {
        "received_date": datetime(2023, 1, 5, 8),  # noqa: DTZ001
        "due_date": date(2023, 1, 31),
    }
    texts = {"received_date": "05/01/2023 08:00:00", "due_date": "31/01/2023"}
    deliver_workbook(installation, [{**dossier(1), **true_dates}, dossier(2) | texts])
    load(installation)
    assert ask(
        installation,
        "SELECT row_number, received_date, due_date FROM core.dossier_version ORDER BY ALL",
    ) == [(row, date(2023, 1, 5), date(2023, 1, 31)) for row in (6, 7)]
