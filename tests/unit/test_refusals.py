"""Files that cannot be taken: which sentence the operator reads, and that nothing of them stays."""

from pathlib import Path

import duckdb
import pytest
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.collect import read_manifest
from assets.engine.common.paths import Paths
from assets.engine.load import refused_with_active_predecessor
from tests.support import new_installation
from tests.unit.deliveries import (
    JANUARY,
    PERSON,
    ask,
    cells,
    csv_text,
    deliver_csv,
    deliver_payments,
    deliver_workbook,
    dossier,
    load,
    payment,
    place,
)

ROWS = cells([dossier(n) for n in range(1, 11)])


def _text(paths: Paths, text: str) -> None:
    file = place(paths, "dossiers_commune", JANUARY, "b.csv")
    file.write_text(text, encoding="utf-8", newline="")


def _bytes(paths: Paths, content: bytes) -> None:
    place(paths, "dossiers_commune", JANUARY, "b.csv").write_bytes(content)


def _empty(paths: Paths) -> None:
    _bytes(paths, b"")


def _blanks(paths: Paths) -> None:
    _bytes(paths, b"\xef\xbb\xbf \r\n\t\r\n")


def _binary(paths: Paths) -> None:
    _bytes(paths, b"%PDF-1.7\x00\x01" + PERSON.encode())


def _windows_1258(paths: Paths) -> None:
    _bytes(paths, csv_text(ROWS).encode("cp1258", errors="replace"))


def _utf_16_with_a_byte_too_many(paths: Paths) -> None:
    content = csv_text(ROWS).encode("utf-16")
    half = len(content) // 2
    _bytes(paths, content[:half] + b"0" + content[half:])


def _half_a_letter(paths: Paths) -> None:
    _bytes(paths, b"\xc3")


def _cut_workbook(paths: Paths) -> None:
    deliver_workbook(paths, [dossier(n) for n in range(1, 200)], name="b.xlsx")
    file = place(paths, "dossiers_district", JANUARY, "b.xlsx")
    file.write_bytes(file.read_bytes()[:4000])


def _text_called_workbook(paths: Paths) -> None:
    place(paths, "dossiers_district", JANUARY, "b.xlsx").write_text(f"{PERSON}\n", encoding="utf-8")


def _empty_workbook(paths: Paths) -> None:
    file: Path = place(paths, "dossiers_district", JANUARY, "b.xlsx")
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet()


def _page_without_table(paths: Paths) -> None:
    text = f"<html><body>{PERSON}</body></html>"
    place(paths, "payments", JANUARY, "b.xls").write_text(text, encoding="utf-8")


def _cut_page(paths: Paths) -> None:
    deliver_payments(paths, [payment(n) for n in range(200, 240)], name="b.xls")
    file = place(paths, "payments", JANUARY, "b.xls")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _no_header(paths: Paths) -> None:
    _text(paths, csv_text(ROWS).split("\r\n", 1)[1])


def _two_columns(paths: Paths) -> None:
    _text(paths, f"ten;so\n{PERSON};1\n")


def _one_column(paths: Paths) -> None:
    _text(paths, f"ten\n{PERSON}\n{PERSON}, x\n")


def _missing_column(paths: Paths) -> None:
    _text(paths, csv_text(ROWS).replace("Trạng thái", "Tình trạng", 1))


def _open_quotation_mark(paths: Paths) -> None:
    lines = csv_text(ROWS).split("\r\n")
    lines[4] = lines[4].replace(PERSON, f'"{PERSON}')
    _text(paths, "\r\n".join(lines))


def _open_quotation_mark_in_the_header(paths: Paths) -> None:
    _text(paths, csv_text(ROWS).replace("Trạng thái", '"Trạng thái', 1))


def _two_sheets(paths: Paths) -> None:
    file: Path = place(paths, "dossiers_district", JANUARY, "b.xlsx")
    with xlsxwriter.Workbook(str(file)) as book:
        for _ in range(2):
            book.add_worksheet().write_string(0, 0, PERSON)


def _too_many_rejects(paths: Paths) -> None:
    bad = cells([dossier(n, state=f"{PERSON} chờ") for n in range(11, 14)])
    _text(paths, csv_text([*ROWS, *bad]))


def _other_period(paths: Paths) -> None:
    deliver_workbook(paths, [dossier(1)], name="b.xlsx",
                     line="Từ ngày 15/01/2023 đến ngày 14/02/2023")  # fmt: skip


def _reversed_period(paths: Paths) -> None:
    deliver_workbook(paths, [dossier(1)], name="b.xlsx",
                     line="Từ ngày 14/01/2023 đến ngày 15/12/2022")  # fmt: skip


# What is delivered: (source/export, found, expected, what to do).
REFUSALS = {
    _empty: ("dossiers_commune", "no bytes but blanks", "expected rows", "Export it again."),
    _blanks: ("dossiers_commune", "no bytes but blanks", "expected rows", "Export it again."),
    _binary: ("dossiers_commune", "a PDF document", "a workbook", "CSV"),
    _windows_1258: ("dossiers_commune", "bytes that are not UTF-8", "UTF-8 text", "as CSV UTF-8"),
    _utf_16_with_a_byte_too_many: ("dossiers_commune", "an odd number of bytes",
                                   "two bytes a letter", "Export it again"),
    _half_a_letter: ("dossiers_commune", "bytes that are not UTF-8", "UTF-8 text", "as CSV UTF-8"),
    _cut_workbook: ("dossiers_district", "", "a whole .xlsx", "Export it again"),
    _text_called_workbook: ("dossiers_district", "(0 of 16 matched)", "'Mã hồ sơ'", "header"),
    _empty_workbook: ("dossiers_district", "no sheet with rows", "at least one", "Export"),
    _page_without_table: ("payments", "no table", "a <table> with rows", "Export the list again."),
    _cut_page: ("payments", "a table without its end", "up to </table>", "cut off"),
    _no_header: ("dossiers_commune", "(0 of 16 matched)", "'Trạng thái'", "the source settings."),
    _two_columns: ("dossiers_commune", "found text of 2 columns divided by ';' (0 of 16 matched);",
                   "'Trạng thái'", "correct the columns in the source settings."),
    _one_column: ("dossiers_commune", "found text without columns (0 of 16 matched);",
                  "'Trạng thái'", "correct the columns in the source settings."),
    _missing_column: ("dossiers_commune", "no column ['Trạng thái']; other columns there are",
                      "every column of the source settings", "Correct these columns"),
    _open_quotation_mark: ("dossiers_commune", "a stray or open quotation mark near row 5",
                           "every quotation mark closed", "close the quotation mark."),
    _open_quotation_mark_in_the_header: ("dossiers_commune", "a header of ", "at most 150",
                                         "Close the quotation mark"),
    _two_sheets: ("dossiers_district", "no sheet with rows", "at least one", "Export"),
    _too_many_rejects: ("dossiers_commune", "3 of 13 rows rejected", "at most 20%",
                        "Compare the file with the columns"),
    _other_period: ("dossiers_district", "Từ ngày 15/01/2023 đến ngày 14/02/2023",
                    "Tháng 01/2023 (15/12/2022–14/01/2023)", "Move the file"),
    _reversed_period: ("dossiers_district", "Từ ngày 14/01/2023 đến ngày 15/12/2022",
                       "Tháng 01/2023", "correct the line"),
}  # fmt: skip


@pytest.fixture(scope="module", params=REFUSALS, ids=lambda deliver: deliver.__name__.strip("_"))
def refused(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Paths, tuple[str, str, str, str]]:
    """An installation where one of three files cannot be taken, loaded."""
    installation = new_installation(tmp_path_factory.mktemp("refused") / "data")
    request.param(installation)
    deliver_csv(installation, [dossier(n) for n in range(101, 111)])
    deliver_payments(installation, [payment(101)])
    load(installation)
    return installation, REFUSALS[request.param]


def test_a_refused_file_says_where_what_and_what_to_do(
    refused: tuple[Paths, tuple[str, str, str, str]],
) -> None:
    paths, (export, found, expected, to_do) = refused
    rows = ask(paths, "SELECT export, reason FROM ops.delivery WHERE state = 'refused'")
    ((in_export, reason),) = rows
    assert in_export == export
    assert f"xin_man/{export}/{JANUARY}" in str(reason)
    for part in (": found ", found, "; expected ", expected, to_do):
        assert part in str(reason)


def test_no_message_quotes_a_cell_or_the_files_name(
    refused: tuple[Paths, tuple[str, str, str, str]],
) -> None:
    paths, _ = refused
    ((reason,),) = ask(paths, "SELECT reason FROM ops.delivery WHERE state = 'refused'")
    assert not [word for word in ("Mẫu", "230105", "b.csv", "b.xls") if word in str(reason)]


def test_nothing_of_a_refused_file_is_loaded_and_the_others_are(
    refused: tuple[Paths, tuple[str, str, str, str]],
) -> None:
    paths, _ = refused
    states = ask(paths, "SELECT state FROM ops.delivery ORDER BY ALL")
    assert states == [("loaded",), ("loaded",), ("refused",)]
    owners = ask(
        paths,
        "SELECT DISTINCT state FROM ops.delivery JOIN (SELECT delivery_id FROM core.dossier_version"
        " UNION ALL SELECT delivery_id FROM core.payment_version"
        " UNION ALL SELECT delivery_id FROM quarantine.rejected_row) USING (delivery_id)",
    )
    assert owners == [("loaded",)]
    assert ask(paths, "SELECT count(*) FROM core.dossier") == [(10,)]
    assert ask(paths, "SELECT count(*) FROM core.payment_request") == [(1,)]


def test_a_share_of_rejects_at_the_limit_is_taken(installation: Paths) -> None:
    bad = [dossier(n, state="") for n in (9, 10)]
    deliver_csv(installation, [*(dossier(n) for n in range(1, 9)), *bad])
    (result,) = load(installation)
    assert (result.state, result.accepted, result.quarantined) == ("loaded", 8, 2)


def test_a_refused_file_is_read_again_only_when_the_settings_change(installation: Paths) -> None:
    _empty(installation)
    first, second = load(installation), load(installation)
    assert [result.is_new for result in (*first, *second)] == [True, False]
    assert first[0].reason == second[0].reason


def test_an_older_file_stands_behind_a_refused_one_only_where_there_is_one(
    installation: Paths,
) -> None:
    deliver_csv(installation, [dossier(1)], name="a.csv")
    load(installation)
    _two_columns(installation)  # b.csv: no older one
    (refused, _) = sorted(load(installation), key=lambda result: result.state, reverse=True)
    assert _refused_with_active_predecessor(installation) == set()
    place(installation, "dossiers_commune", JANUARY, "a.csv").write_text("a;b\n", encoding="utf-8")
    later = {result.delivery.delivery_id for result in load(installation) if result.reason}
    assert (
        _refused_with_active_predecessor(installation)
        == later - {refused.delivery.delivery_id}
        != set()
    )


def _refused_with_active_predecessor(paths: Paths) -> set[str]:
    with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
        return refused_with_active_predecessor(connection, read_manifest(paths))


@pytest.mark.parametrize(
    ("line", "covers_to"),
    [
        ("Từ ngày 15/12/2022 đến ngày 14/01/2023", "2023-01-14"),
        ("Từ ngày: 01/01/2023 đến hết ngày: 10/01/2023", "2023-01-10"),
        ("TỪ NGÀY 15/12/2022\u00a0ĐẾN NGÀY 31/12/2022", "2022-12-31"),
        ("Từ ngày 15/11/2022 đến ngày 14/01/2023", "2023-01-14"),
    ],
)
def test_a_file_covers_what_its_period_line_says(
    line: str, covers_to: str, installation: Paths
) -> None:
    deliver_workbook(installation, [dossier(1)], line=line)
    load(installation)
    assert ask(installation, "SELECT state, covers_to::VARCHAR FROM ops.delivery") == [
        ("loaded", covers_to)
    ]


def test_a_file_without_folder_goes_where_its_period_line_says(installation: Paths) -> None:
    deliver_workbook(installation, [dossier(1)], period=None)
    load(installation, "2023-01-15", JANUARY)
    assert ask(installation, "SELECT delivery_period::VARCHAR FROM ops.delivery") == [(JANUARY,)]
