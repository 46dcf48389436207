"""Text that a spreadsheet would compute stays text in every CSV file that we write."""

import csv
import re
from decimal import Decimal

import pytest

from assets.engine.common.paths import Paths
from assets.engine.publish import publish_by_unit_csv, write_return_files
from assets.engine.publish.cells import text_cells
from assets.engine.warehouse import reader, scalar, warehouse
from tests.support import compute_all
from tests.unit.deliveries import deliver_csv, dossier, load

FORMULAS = [
    "=1+1", "+84912345678", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1",
    "＝1", "＋1", "－1", "＠A1", '=HYPERLINK("http://a.example";"x")', "=cmd|' /C calc'!A0",
]  # fmt: skip
PLAIN = ["", "000.06.33.H22-230105-0001", "a=b", "1-2", "a@b.vn", "Xã A - B", "a, b", "'=1", "'"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_would_be_computed_has_an_apostrophe_before_it(text: str) -> None:
    (cell,) = text_cells([text])
    assert str(cell).startswith("'")
    assert str(cell).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "\n"])
def test_no_cell_begins_with_a_formula_where_another_mark_separates(text: str, mark: str) -> None:
    (cell,) = text_cells([f"Xã Mẫu{mark}{text}"])
    for separator in (",", ";", "\t", "|", "\n"):
        for part in str(cell).split(separator):
            assert not re.match(r"[\s\u200b]*[=+\-@＝＋－＠]", part)


def test_other_text_and_numbers_stay_as_they_are() -> None:
    numbers: list[object] = [-1, Decimal("-94.40"), 0, None, -1.5]
    assert text_cells([*PLAIN, *numbers]) == [*PLAIN, *numbers]


def test_no_file_that_we_write_has_a_cell_that_would_be_computed(installation: Paths) -> None:
    rows = [
        dossier(1, received_date="=HYPERLINK(B2)"),
        dossier(2, received_date="-31022023"),
        dossier(3, state="@SUM(A1)"),
    ]
    deliver_csv(installation, [*rows, *(dossier(number) for number in range(10, 60))])
    load(installation)
    with warehouse(installation) as connection:
        compute_all(connection)
        connection.execute("UPDATE indicators.by_unit SET formula_version = '=1+1'")
        write_return_files(connection, installation)
        publish_by_unit_csv(connection, installation)
    written = [*installation.returns.glob("*.csv"), installation.published / "by_unit.csv"]
    cells = []
    for file, delimiter in zip(written, ";,", strict=True):
        with file.open(encoding="utf-8-sig", newline="") as handle:
            cells += [cell for row in csv.reader(handle, delimiter=delimiter) for cell in row]
    assert {"'=AAAAAAAAA(A9)", "'-99999999", "'@AAA(A9)", "'=1+1"} <= set(cells)
    assert [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)] == []


@pytest.mark.parametrize("code", ["-2301/0002", "=A-2301/0002", "+84-1", "@A-1"])
def test_a_code_that_is_copied_from_a_returned_file_is_read_as_it_was(
    code: str, installation: Paths
) -> None:
    with reader(installation) as connection:
        assert scalar(connection, "SELECT code_text(?)", text_cells([code])) == code
