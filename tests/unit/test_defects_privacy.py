"""Defect 19 of docs/defects.md: no person reaches the warehouse, wherever one stands.

`tests.unit.defects` searches for marked people after every load of any defect; here they stand
where no person belongs, and every spelling of them is searched for.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from defects_privacy import texts_of
from generate_defects import all_defects
from sample_lists import person

from assets.engine.common.text import clean
from tests.end_to_end.marks import BYTE_MARK, marks_in_bytes, marks_in_cells
from tests.unit.defects import Outcome, load_defect

# The numbers of these defects' files; others hold people of their own.
NUMBERS = range(20)
# No bytes, or none that could hold a row.
WITHOUT_ROWS = {"rong.csv", "toan-trang.csv"}
# Cut off within the packed bytes, so nothing can be unpacked to be looked at.
CUT_OFF = {"dut.zip", "dut.csv.gz", "nen-hong.csv.gz"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("people"), 19, slug="people_in_cells")


def _contents(data: bytes) -> Iterator[bytes]:
    """Yield the bytes, and those of what is packed in them; UTF-16 without its zero bytes."""
    yield data
    yield data.replace(b"\x00", b"")
    if data.startswith(b"\x1f\x8b"):
        yield from _contents(gzip.decompress(data))
    elif data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield from _contents(archive.read(member))


def test_every_file_of_every_defect_holds_a_marked_person() -> None:
    """Otherwise finding none in the warehouse would say nothing."""
    without = [
        name
        for defect in all_defects()
        if defect.number in NUMBERS
        for name, data in defect.files.items()
        if name.rpartition("/")[2] not in WITHOUT_ROWS | CUT_OFF
        if not any(BYTE_MARK.search(part) for part in _contents(data))
    ]
    assert without == []


def test_the_raw_store_holds_them_so_the_search_would_find_them(people: Outcome) -> None:
    found = marks_in_bytes(people.paths.raw)
    assert len(found) > 10
    assert "manifest.jsonl" in found


def _patterns() -> list[re.Pattern[str]]:
    """Return what finds a person of these files in any cell: as written, as a code, as a number."""
    texts = [text for number in range(1900, 1905) for text in texts_of(number)]
    spelled = {form for text in texts for form in (text, text.upper(), text.replace(" ", ""))}
    spelled |= {form.upper() for form in spelled}
    numbers = {
        text.lstrip("0")
        for number in range(1900, 2000)
        for text in (person(number).identity, person(number).phone)
    }
    return [
        re.compile("|".join(map(re.escape, sorted(spelled)))),
        re.compile(rf"(?<![0-9a-f])(?:{'|'.join(sorted(numbers))})(?![0-9a-f])"),
        re.compile(r"Thị M[aâẫ]|TH[IỊ] ?M[AÂẪ]U|TH[OÔ]N ?M[AÂẪ]U", re.IGNORECASE),
    ]


def _is_marked(text: str) -> bool:
    return any(pattern.search(clean(text)) for pattern in _patterns())


def test_no_cell_holds_a_person_in_any_spelling(people: Outcome) -> None:
    assert marks_in_cells(people.paths.warehouse_file, _is_marked) == {}


def test_no_byte_of_the_warehouse_holds_a_name_without_a_number(people: Outcome) -> None:
    assert people.paths.warehouse_file.stat().st_size > 0
    for file in people.paths.warehouse.rglob("*"):
        if file.is_file():
            text = file.read_bytes().decode("utf-8", errors="ignore")
            for pattern in (_patterns()[0], _patterns()[2]):
                assert not pattern.search(text), file.name


def test_a_column_of_codes_takes_no_address_and_no_name(people: Outcome) -> None:
    """Rows 10 to 17 have the eight ways to write a person in the column of procedures."""
    rejected = people.query(
        "SELECT row_number, rule_id FROM quarantine.rejected_row JOIN ops.delivery "
        "USING (delivery_id) WHERE export = 'dossiers' AND read_count = 64 "
        "AND row_number BETWEEN 10 AND 17 ORDER BY ALL"
    )
    assert rejected == [(row, "procedure_code_unreadable") for row in range(10, 18)]


def test_an_amount_takes_no_identity_or_telephone_number(people: Outcome) -> None:
    """They begin with a zero, which no amount does."""
    amounts = people.query(
        "SELECT amount, fee_amount, charge_amount FROM core.payment_version "
        "WHERE greatest(amount, coalesce(fee_amount, 0), coalesce(charge_amount, 0)) > 10000"
    )
    assert amounts == []


def test_unknown_units_are_counted_and_not_quoted(people: Outcome) -> None:
    rows = people.query(
        "SELECT row_number, unit_code, flags FROM core.dossier_version JOIN ops.delivery "
        "USING (delivery_id) WHERE read_count = 64 AND row_number BETWEEN 18 AND 25 ORDER BY ALL"
    )
    assert rows == [(row, None, ["unit_unknown"]) for row in range(18, 26)]


def test_what_was_rejected_is_kept_as_its_shape(people: Outcome) -> None:
    shapes = {row[0] for row in people.query("SELECT found FROM quarantine.rejected_row")}
    assert {"Aaaa Aaa Aaa 99999", "999999999999", "+99999999999", "Aaaa Aaa 99"} <= shapes
    for shape in shapes - {None}:
        assert re.fullmatch(r"[Aa9\W_]*", shape), shape


@pytest.mark.parametrize(
    ("name", "first_row"),
    [
        ("990000903.csv", 2),
        ("nguoi-ky.xlsx", 4),
        ("tieu-de-trang.xls", 5),
        ("ten-trang.xls", 4),
        ("nguoi-nen.zip", 2),
    ],
)
def test_people_around_a_list_do_not_keep_it_out(
    people: Outcome, name: str, first_row: int
) -> None:
    loaded = people.file(name)
    assert (loaded.state, loaded.accepted, loaded.quarantined) == ("loaded", 5, 0)
    assert people.accepted(name, "row_number") == [
        (row,) for row in range(first_row, first_row + 5)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "khong-tieu-de.csv",
        "mo-nhay.csv",
        "lac-het.csv",
        "xml-hong.xls",
        "trang-hong.xls",
        "nen-hong.csv.gz",
        "/hong.json",
    ],
)
def test_a_refusal_quotes_nobody(people: Outcome, name: str) -> None:
    loaded = people.file(name)
    assert loaded.state == "refused"
    assert loaded.reason
    for pattern in _patterns():
        assert not pattern.search(loaded.reason)


def test_a_refusal_names_headers_and_no_person_among_them(tmp_path: Path) -> None:
    """`load_defect` asserts that the reason has no marked name in it."""
    loaded = load_defect(tmp_path, 19, slug="people_in_header").file()
    assert loaded.state == "refused"
    assert "no column ['Trạng thái']" in (loaded.reason or "")
