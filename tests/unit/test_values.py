"""How the text of a cell becomes a value: labels, days, amounts."""

import shutil
from datetime import date, datetime

import pytest
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.common.paths import Paths
from tests.support import SETTINGS
from tests.unit.deliveries import (
    COMMUNE_HEADERS,
    JANUARY,
    ask,
    code,
    deliver_csv,
    deliver_payments,
    deliver_workbook,
    dossier,
    load,
    payment,
    place,
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


NULL_DAYS = [
    "0001-01-01", "0001-01-01T00:00:00Z", "1/1/0001 12:00:00 AM", "00:00 01/01/0001",
    "1900-01-01 00:00:00.000", "01-01-1900", "19000101000000", "1970-01-01T07:00:00.000+0700",
    "01/01/1970 08:00", "00/00/0000", "0000-00-00 00:00:00", "00/01/1900", "30/12/1899",
    "1899-12-30", " 01/01/0001\u00a000:00 ", "0",
]  # fmt: skip


def test_null_days_are_none_in_forms_that_the_settings_do_not_list(installation: Paths) -> None:
    days = [*NULL_DAYS, "31/12/1899", "02/01/1900 09:00", "1970-01-02"]
    plain = [dossier(n) for n in range(50, 70)]
    deliver_csv(installation, [*(dossier(n, due_date=d) for n, d in enumerate(days, 1)), *plain])
    load(installation)
    behind = len(NULL_DAYS) + 2
    assert rejected(installation) == [(behind + n, "due_date_unreadable") for n in range(3)]
    assert ask(installation, "SELECT DISTINCT due_date FROM core.dossier_version") == [(None,)]


def test_a_cell_of_0_that_a_workbook_shows_as_a_date_is_none(installation: Paths) -> None:
    file = place(installation, "dossiers_commune", JANUARY, "a.xlsx")
    with xlsxwriter.Workbook(str(file)) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, COMMUNE_HEADERS.values())
        for number, day in enumerate((0, 1, 44931), start=1):
            sheet.write_row(number, 0, [dossier(number).get(name, "") for name in COMMUNE_HEADERS])
            sheet.write_number(number, list(COMMUNE_HEADERS).index("due_date"), day, shown)
    load(installation)
    assert ask(
        installation, "SELECT row_number, due_date FROM core.dossier_version ORDER BY ALL"
    ) == [(2, None), (3, None), (4, date(2023, 1, 5))]


def test_excels_moments_are_in_the_exports_zone_and_its_days_are_days(installation: Paths) -> None:
    settings = installation.data.parent / "settings"
    for folder in ("reference", "sources"):
        shutil.copytree(SETTINGS / folder, settings / folder)
    file = settings / "sources" / "xin_man.toml"
    of_commune = '[exports.dossiers_commune]\nkind = "dossier"\n'
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(of_commune, of_commune + 'time_zone = "UTC"\n'), encoding="utf-8")
    paths = Paths(installation.data, settings)
    # 17:30 UTC as a number and as text, 16:59, and days.
    days = ["44930.72916667", "04/01/2023 17:30:00", "44930.70763889", "44931", "44931.0"]
    deliver_csv(paths, [dossier(n, received_date=day) for n, day in enumerate(days, 1)])
    load(paths)
    assert ask(paths, "SELECT received_date FROM core.dossier_version ORDER BY row_number") == [
        (date(2023, 1, day),) for day in (5, 5, 4, 5, 5)
    ]


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


def test_an_amount_that_could_be_two_numbers_or_would_be_rounded_is_none(
    installation: Paths,
) -> None:
    good = {"10 000 đ": 10_000, "1\u00a0234\u00a0567đ": 1_234_567, "₫10.000": 10_000, "1,0000": 1}
    bad = [
        "0.500", "012.345", "091.234.567", "0123,50", "1,00004", "1.234,00004", "1.00000001E+4",
        "10 000", "0 500 đ", "10 00 đ", "1 234.567 đ", "10.000 000 đ",
    ]  # fmt: skip
    texts = [*good, *bad, *["30.000"] * 50]
    deliver_payments(installation, [payment(n, amount=t) for n, t in enumerate(texts, 1)])
    load(installation)
    found = ask(installation, "SELECT row_number, amount FROM core.payment_version ORDER BY ALL")
    assert found[: len(good)] == list(enumerate(good.values(), 2))
    first = 2 + len(good)
    assert rejected(installation) == [
        (row, "amount_unreadable") for row in range(first, first + len(bad))
    ]


def test_dashes_blanks_and_the_apostrophe_of_a_text_cell_are_no_part_of_a_code(
    installation: Paths,
) -> None:
    spelt = [
        code(1).replace("-", "–"), code(2).replace("-", "\u2011"), code(3).replace("-", " — "),
        f"'{code(4)}", f"\u2019 {code(5)}", code(6).replace("-", "\u2212"),
    ]  # fmt: skip
    rows = [dossier(n, dossier_code=text) for n, text in enumerate(spelt, 1)]
    deliver_csv(installation, [*rows, dossier(7, procedure_code="'1.001193")])
    requests = ["'TT-0001", "TT – 0002", "TT / 2023 / 0003"]
    deliver_payments(installation, [payment(n, request_code=r) for n, r in enumerate(requests, 1)])
    load(installation)
    assert ask(
        installation, "SELECT dossier_code, procedure_code FROM core.dossier_version ORDER BY ALL"
    ) == [(code(n), "1.001193") for n in range(1, 8)]
    assert ask(installation, "SELECT request_code FROM core.payment_version ORDER BY ALL") == [
        ("TT-0001",), ("TT-0002",), ("TT/2023/0003",),
    ]  # fmt: skip


def test_a_procedure_code_gets_every_zero_back_that_a_number_lost(installation: Paths) -> None:
    texts = ["1.01", "2.1", "1.00119", "1", "10.01"]
    rows = [dossier(n, procedure_code=text) for n, text in enumerate(texts, 1)]
    deliver_csv(installation, [*rows, *(dossier(n) for n in range(6, 12))])
    load(installation)
    assert ask(
        installation,
        "SELECT row_number, procedure_code FROM core.dossier_version "
        "WHERE list_contains(flags, 'procedure_code_restored') ORDER BY ALL",
    ) == [(2, "1.010000"), (3, "2.100000"), (4, "1.001190")]
    assert rejected(installation) == [(row, "procedure_code_unreadable") for row in (5, 6)]


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
