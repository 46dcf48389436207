"""Files to send back: each unit gets its own rejected rows with the sentences, and no other's."""

import csv
import os
import stat

import pytest

from assets.engine.common.paths import Paths
from assets.engine.publish import write_return_files
from assets.engine.publish.returns import HEADER
from assets.engine.warehouse import warehouse
from schemas.rows import RULES
from tests.unit.deliveries import (
    PERSON,
    ask,
    code,
    deliver_csv,
    deliver_payments,
    dossier,
    load,
    payment,
    register_of,
)

CHI_CA, COC_PAI = "01105", "01096"


def _write(paths: Paths) -> dict[str, int]:
    with warehouse(paths) as connection:
        return write_return_files(connection, paths)


def _rows(paths: Paths, unit_code: str) -> list[dict[str, str]]:
    with (paths.returns / f"{unit_code}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def _deliver_faults(paths: Paths) -> None:
    plain = [dossier(n) for n in range(10, 30)]
    faults = [
        dossier(1, state="Chờ ký duyệt"),
        dossier(2, unit_code="UBND thị trấn Cốc Pài", received_date="31/02/2023"),
        dossier(3, unit_code="Đơn vị Mẫu chưa khai", state=""),
    ]
    deliver_csv(paths, [*faults, *plain])
    load(paths)


def test_each_unit_gets_its_own_rows_with_both_sentences(installation: Paths) -> None:
    _deliver_faults(installation)
    assert _write(installation) == {COC_PAI: 1, CHI_CA: 1, "unassigned": 1}
    (row,) = _rows(installation, CHI_CA)
    assert tuple(row) == HEADER
    assert (row["Kỳ"], row["Loại xuất"], row["Dòng"], row["Mã hồ sơ hoặc yêu cầu"]) == (
        "Tháng 01/2023 (15/12/2022–14/01/2023)", "dossiers_commune", "2", code(1),
    )  # fmt: skip
    rule = RULES["state_unknown"]
    assert (row["Quy tắc"], row["Cách sửa"], row["How to repair"]) == (
        rule.rule_id, rule.vi, rule.en,
    )  # fmt: skip
    assert row["Hình dạng giá trị"] == "Aaa aa aaaaa"
    assert row["Ai sửa"] == "Người quản lý cấu hình nguồn và danh mục"
    assert [row["Quy tắc"] for row in _rows(installation, COC_PAI)] == ["received_date_unreadable"]
    assert [row["Quy tắc"] for row in _rows(installation, "unassigned")] == ["state_missing"]


def test_a_sentence_names_the_column_and_its_form_in_both_languages(installation: Paths) -> None:
    _deliver_faults(installation)
    _write(installation)
    (row,) = _rows(installation, COC_PAI)
    assert row["Ai sửa"] == "Đơn vị giải quyết hồ sơ"
    assert row["Cách sửa"] == (
        "Ô “Ngày tiếp nhận” có giá trị không đọc được; nhập ngày/tháng/năm, ví dụ 31/10/2023."
    )
    assert row["How to repair"] == (
        "The cell “received date” cannot be read; give day/month/year, such as 31/10/2023."
    )


def test_a_line_opens_in_cells_where_the_decimal_mark_is_a_comma(installation: Paths) -> None:
    _deliver_faults(installation)
    _write(installation)
    text = (installation.returns / f"{COC_PAI}.csv").read_bytes()
    assert text.startswith("\ufeffKỳ;Nguồn;Loại xuất;".encode())


def test_a_payment_goes_to_the_unit_of_its_dossier(installation: Paths) -> None:
    deliver_csv(installation, [dossier(n) for n in range(1, 30)])
    faults = [payment(1, amount="nhiều"), payment(2, request_code=""), payment(90, amount="")]
    deliver_payments(installation, [*faults, *(payment(n) for n in range(3, 30))])
    load(installation)
    assert _write(installation) == {CHI_CA: 2, "unassigned": 1}
    assert [(row["Mã hồ sơ hoặc yêu cầu"], row["Mã hồ sơ"], row["Quy tắc"])
            for row in _rows(installation, CHI_CA)] == [
        ("TT-0001", code(1), "amount_unreadable"), ("", code(2), "request_code_missing"),
    ]  # fmt: skip


def test_a_row_finds_its_unit_under_either_code_of_the_dossier(installation: Paths) -> None:
    deliver_csv(installation, [dossier(n) for n in range(1, 30)])
    load(installation)
    with warehouse(installation) as connection:
        connection.execute(
            "INSERT INTO core.dossier_alias VALUES (?, ?)", ["G22-230105-0001", code(1)]
        )
    fault = payment(1, dossier_code="G22-230105-0001", amount="")
    deliver_payments(installation, [fault, *(payment(n) for n in range(2, 30))])
    load(installation)
    assert _write(installation) == {CHI_CA: 1}


def test_the_files_are_private_and_name_no_person(installation: Paths) -> None:
    _deliver_faults(installation)
    _write(installation)
    assert stat.S_IMODE(installation.returns.stat().st_mode) == 0o700
    for file in installation.returns.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert PERSON not in file.read_text(encoding="utf-8-sig")


def test_a_file_is_whole_on_the_disk_before_it_has_its_name(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut would leave a unit with an empty file."""
    _deliver_faults(installation)
    before_its_name: dict[int, int] = {}
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        status = os.fstat(descriptor)
        if status.st_ino not in _inodes(installation):
            before_its_name[status.st_ino] = status.st_size
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    _write(installation)
    named = _inodes(installation)
    assert len(named) == 3
    assert named == {inode: before_its_name.get(inode) for inode in named}


def _inodes(paths: Paths) -> dict[int, int]:
    """Return the size of each file for a unit, by its number on the disk."""
    statuses = [file.stat() for file in paths.returns.glob("*.csv")]
    return {status.st_ino: status.st_size for status in statuses}


def test_a_file_goes_once_its_rows_are_repaired(installation: Paths) -> None:
    _deliver_faults(installation)
    _write(installation)
    deliver_csv(installation, [dossier(n) for n in range(1, 30)])
    load(installation)
    assert _write(installation) == {}
    assert list(installation.returns.iterdir()) == []


def test_a_file_is_taken_back_by_a_list_without_rows(installation: Paths) -> None:
    """As the README says: under the same name, with its header only."""
    _deliver_faults(installation)
    deliver_payments(installation, [payment(n) for n in range(1, 10)])
    load(installation)
    deliver_csv(installation, [])
    deliver_payments(installation, [])
    load(installation)
    assert _write(installation) == {}
    assert register_of(installation) == {}
    assert ask(installation, "FROM core.payment_request") == []


def test_a_payment_file_refused_for_its_share_stops_nothing(installation: Paths) -> None:
    deliver_payments(installation, [payment(1), payment(2, amount="")])
    (refused,) = load(installation)
    assert (refused.state, _write(installation)) == ("refused", {})
