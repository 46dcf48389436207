"""Files to send back: each unit gets its own rejected rows with the sentences, and no other's."""

import csv
import stat

from assets.engine.paths import Paths
from assets.engine.return_files import HEADER, write_return_files
from assets.engine.warehouse import warehouse
from schemas.rules import RULES
from tests.unit.deliveries import JANUARY, PERSON, code, deliver_csv, dossier, load

CHI_CA, COC_PAI = "01105", "01096"


def _write(paths: Paths) -> dict[str, int]:
    with warehouse(paths) as connection:
        return write_return_files(connection, paths)


def _rows(paths: Paths, unit_code: str) -> list[dict[str, str]]:
    with (paths.returns / f"{unit_code}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


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
    assert (row["Kỳ (ngày đầu)"], row["Dòng"], row["Mã hồ sơ hoặc yêu cầu"]) == (
        JANUARY, "2", code(1),
    )  # fmt: skip
    rule = RULES["state_unknown"]
    assert (row["Quy tắc"], row["Cách sửa"], row["How to repair"]) == (
        rule.rule_id, rule.vi, rule.en,
    )  # fmt: skip
    assert row["Hình dạng giá trị"] == "Aaa aa aaaaa"
    assert [row["Quy tắc"] for row in _rows(installation, COC_PAI)] == ["received_date_unreadable"]
    assert [row["Quy tắc"] for row in _rows(installation, "unassigned")] == ["state_missing"]


def test_the_files_are_private_and_name_no_person(installation: Paths) -> None:
    _deliver_faults(installation)
    _write(installation)
    assert stat.S_IMODE(installation.returns.stat().st_mode) == 0o700
    for file in installation.returns.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert PERSON not in file.read_text(encoding="utf-8-sig")


def test_a_file_goes_once_its_rows_are_repaired(installation: Paths) -> None:
    _deliver_faults(installation)
    _write(installation)
    deliver_csv(installation, [dossier(n) for n in range(1, 30)])
    load(installation)
    assert _write(installation) == {}
    assert list(installation.returns.iterdir()) == []
