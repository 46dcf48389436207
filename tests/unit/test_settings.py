"""Settings of a source: every misfit is named with its place; those shipped fit their lists."""

import json
from pathlib import Path

import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from tests.support import SETTINGS
from tests.unit.deliveries import JANUARY, PERSON, ask, code, load

PLAIN = """
title = "Cổng Mẫu"
[values.dossier.state]
in_process = ["Đang xử lý"]
[exports.hoso]
kind = "dossier"
[exports.hoso.columns]
dossier_code = "Mã hồ sơ"
state = "Trạng thái"
"""


def _write(folder: Path, text: str) -> Path:
    (folder / "mau.toml").write_text(text, encoding="utf-8")
    return folder


def test_plain_settings_are_taken_with_their_defaults(tmp_path: Path) -> None:
    source = load_sources(_write(tmp_path, PLAIN))["mau"]
    assert source.refuse_above_share == 0.2
    assert source.exports["hoso"].date_formats == ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]
    assert source.exports["hoso"].values == {"state": {"in_process": ["Đang xử lý"]}}


def test_an_exports_own_texts_come_instead_of_the_shared_ones(tmp_path: Path) -> None:
    own = '[exports.hoso.values.state]\nfinished = ["Xong"]\n'
    source = load_sources(_write(tmp_path, PLAIN + own))["mau"]
    assert source.exports["hoso"].values == {"state": {"finished": ["Xong"]}}


@pytest.mark.parametrize(
    ("old", "new", "misfits"),
    [
        ('title = "Cổng Mẫu"', "", ["title: is missing"]),
        ('title = "Cổng Mẫu"', 'title = " "', ["title:"]),
        ('title = "Cổng Mẫu"', 'titel = "x"\ntitle = "y"', ["titel: is no setting; did"]),
        ('title = "Cổng Mẫu"', 'title = "x"\nrefuse_above_share = 0', ["refuse_above_share"]),
        ('title = "Cổng Mẫu"', 'title = "x"\nrefuse_above_share = 1.1', ["refuse_above_share"]),
        ('kind = "dossier"', 'kind = "hồ sơ"', ["exports.hoso.kind"]),
        ("exports.hoso]", "exports.Hoso]", ["exports.Hoso"]),
        ('state = "Trạng thái"', "", ["columns ['state'] are needed in a dossier export"]),
        ('state = "Trạng thái"', 'state = "Trạng thái"\nstatus = "x"',
         ["columns.status is no column of a dossier export; did you mean state?"]),
        ('state = "Trạng thái"', 'state = "Trạng thái"\nchannel = "Kênh"',
         ["column 'channel' needs its texts under values.channel"]),
        ("in_process =", "dang =", ["values.state has ['dang']", "'in_process'"]),
        ('["Đang xử lý"]', "[]", ["state.in_process"]),
        ('kind = "dossier"', 'kind = "dossier"\ndate_formats = ["%d/%m/%y"]',
         ["date format '%d/%m/%y' lacks"]),
        ('kind = "dossier"', 'kind = "dossier"\nthousands_mark = "\'"',
         ["thousands_mark: is no setting"]),
        ('kind = "dossier"', 'kind = "dossier"\nunit = "code"', ["unit: is no setting; did you mean"
         " units?"]),
        ("hoso.columns]", "hoso.column]", ["exports.hoso.column: is no setting; did you mean "
         "columns?", "make check-source SETTINGS=", "EXPORT=hoso FILE="]),
        ('kind = "dossier"', 'kind = "dossier"\ndate_formats = ["%d/%m/%Y", "%m/%d/%Y"]',
         ["mix day first and month first", "keep those of the order"]),
    ],
)  # fmt: skip
def test_each_misfit_is_named_with_its_place(
    old: str, new: str, misfits: list[str], tmp_path: Path
) -> None:
    assert old in PLAIN
    with pytest.raises(SettingsError) as error:
        load_sources(_write(tmp_path, PLAIN.replace(old, new)))
    for part in ("mau.toml", *misfits):
        assert part in str(error.value)


def test_texts_of_an_unmapped_column_are_told(tmp_path: Path) -> None:
    own = '[exports.hoso.values.channel]\nonline = ["Trực tuyến"]\n'
    with pytest.raises(SettingsError, match=r"values are given for \['channel'\]"):
        load_sources(_write(tmp_path, PLAIN + own))


def test_one_text_cannot_mean_two_values(tmp_path: Path) -> None:
    twice = PLAIN.replace("in_process =", 'finished = ["ĐANG XỬ LÝ"]\nin_process =')
    with pytest.raises(SettingsError, match="more than once"):
        load_sources(_write(tmp_path, twice))


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"mau\.toml.*line 2"):
        load_sources(_write(tmp_path, 'title = "x"\nkind dossier\n'))


def test_a_table_that_stands_twice_is_to_be_merged(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"twice.*Merge the two tables"):
        load_sources(_write(tmp_path, PLAIN + '[exports.hoso]\nunits = "code"\n'))


def test_a_month_by_its_name_stands_where_it_stands(tmp_path: Path) -> None:
    formats = 'kind = "dossier"\ndate_formats = ["%d %b %Y", "%d/%m/%Y", "%H:%M %Y-%m-%d"]'
    source = load_sources(_write(tmp_path, PLAIN.replace('kind = "dossier"', formats)))["mau"]
    assert len(source.exports["hoso"].date_formats) == 3


def test_a_folder_without_settings_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"xin_man\.toml"):
        load_sources(tmp_path)


def test_the_projects_own_settings_fit() -> None:
    assert set(load_sources(SETTINGS / "sources")["xin_man"].exports) == {
        "dossiers_district", "dossiers_commune", "payments",
    }  # fmt: skip


def _deliver(paths: Paths, export: str, *rows: str) -> None:
    """Place a list of iGate, its cells divided by "|", as the web page its screens save."""
    folder = paths.inbox / "igate" / export / JANUARY
    folder.mkdir(parents=True)
    lines = [f"<tr><td>{row.replace('|', '</td><td>')}</td></tr>" for row in rows]
    page = f"<html><body><table>{''.join(lines)}</table></body></html>"
    (folder / "danh-sach.xls").write_text(page, encoding="utf-8")


IGATE_DOSSIERS = (
    "STT|Đơn vị tiếp nhận|Người tiếp nhận|Tên thủ tục hành chính|Mã hồ sơ|Trạng thái|Địa chỉ|"
    "Người nộp|Chủ hồ sơ|Ngày nộp hồ sơ|Ngày nhận|Ngày hẹn trả|Ngày kết thúc xử lý"
)


def test_the_general_list_of_igate_loads(installation: Paths) -> None:
    states = ["Chờ bổ sung", "Đã bổ sung", "Có kết quả", "Chờ trả", "Hủy", "Từ chối"]
    rows = [
        f"{n}|UBND xã Chí Cà|{PERSON}|Khai sinh|{code(n)}|{state}|Thôn Mẫu 1|{PERSON}|{PERSON}|"
        "04/01/2023|08:30 05/01/2023|09/01/2023 17:00|06/01/2023 14:00:00"
        for n, state in enumerate(states, start=1)
    ]
    _deliver(installation, "dossiers", IGATE_DOSSIERS, *rows)
    load(installation)
    assert ask(
        installation,
        "SELECT state FROM core.dossier_version WHERE unit_code = '01105' "
        "AND submitted_date = '2023-01-04' AND received_date = '2023-01-05' "
        "AND due_date = '2023-01-09' AND finished_date = '2023-01-06' ORDER BY dossier_code",
    ) == [
        ("paused_supplement",), ("in_process",), ("finished",), ("finished",), ("withdrawn",),
        ("refused_after_acceptance",),
    ]  # fmt: skip


def test_the_payments_of_igate_load_by_receipt_and_by_transaction(installation: Paths) -> None:
    _deliver(
        installation,
        "receipts",
        "STT|Mã hồ sơ|Loại tiếp nhận|Tên người nộp|Số biên lai|Mẫu số|Ký hiệu|Ngày tiếp nhận|"
        "Ngày thu|Phí (VNĐ)|Lệ phí (VNĐ)|Tổng (VNĐ)",
        f"1|{code(1)}|Qua mạng|{PERSON}|0001234|01|AB-23|05/01/2023|06/01/2023|0|10.000|10.000",
        f"2|{code(2)}|Trực tiếp|{PERSON}|0001235|01|AB-23|05/01/2023|06/01/2023|5.000|0|5.000",
        "Tổng số|||||||||5.000|10.000|15.000",
    )
    _deliver(
        installation,
        "transactions",
        "STT|Thời gian giao dịch|Hồ sơ|Mã tham chiếu|Số tiền (VNĐ)|Người nộp tiền biên lai|"
        "Địa chỉ biên lai|Mã số thuế|Trạng thái",
        f"1|06/01/2023 02:15:00|{code(1)}|H22-0001|10.000|{PERSON}|Thôn Mẫu 1||Thành công",
        f"2|06/01/2023 02:20:00|{code(2)}|H22-0002|5.000|{PERSON}|Thôn Mẫu 1||Chờ thanh toán",
    )
    load(installation)
    assert ask(
        installation,
        "SELECT receipt_number, amount, issued_date::VARCHAR FROM core.receipt_version ORDER BY 1",
    ) == [("0001234", 10_000, "2023-01-06"), ("0001235", 5_000, "2023-01-06")]
    assert ask(
        installation,
        "SELECT transaction_code, amount, state FROM core.transaction_version ORDER BY 1",
    ) == [("H22-0001", 10_000, "succeeded"), ("H22-0002", 5_000, "waiting")]


OVERDUE = "STT|Mã hồ sơ|Ngày tiếp nhận|Ngày hẹn trả|Ngày có kết quả|Đơn vị giải quyết|Ghi chú"
REGISTER = (
    "STT|Mã hồ sơ|Nội dung hồ sơ|Số lượng (bộ)|Họ tên chủ hồ sơ|Địa chỉ chủ hồ sơ|Số điện thoại|"
    "Ngày, tháng, năm||Trả kết quả|||Người nhận hồ sơ|Địa bàn phát sinh hồ sơ|Ghi chú"
)
REGISTER_LEAVES = (
    "|||||||Nhận hồ sơ|Hẹn trả kết quả|Ngày nhận kết quả|Bên giao (Ký tên)|Bên nhận (Ký tên)|||"
)


@pytest.mark.parametrize("rows", [(OVERDUE,), (REGISTER, REGISTER_LEAVES)])
def test_a_list_of_igate_without_states_is_refused(
    rows: tuple[str, ...], installation: Paths
) -> None:
    _deliver(installation, "dossiers", *rows, f"1|{code(1)}|05/01/2023|09/01/2023")
    (result,) = load(installation)
    assert (result.state, result.accepted) == ("refused", 0)
    assert "'Trạng thái'" in (result.reason or "")


def test_a_national_result_needs_its_code_and_a_deleted_paper_says_nothing(
    installation: Paths,
) -> None:
    path, kq = {"DuongDanTepTinKetQua": "/mau.pdf"}, {"MaGiayToKetQua": "KQ.G15.000001"}
    gone, reused, new = {"IsDeleted": "True"}, {"DuocTaiSuDung": "1"}, {"DuocTaiSuDung": "0"}
    papers: list[tuple[object, object]] = [
        ([path | kq], [reused | {"IsDeleted": "False"}]),
        ([path], [reused | gone]),
        ([path | {"MaGiayToKetQua": ""}, kq], [reused | gone, new | {"IsDeleted": "0"}]),
        ([path, path | kq], [new, reused | {"IsDeleted": ""}]),
        ([], []),
        (None, "x"),
    ]
    records = [
        {"MaHoSo": code(n), "MaTTHC": "1.001193", "DonViXuLy": "UBND xã Chí Cà",
         "KenhThucHien": "2", "NgayTiepNhan": "20230105083000", "TrangThaiHoSo": "4",
         "DanhSachGiayToKetQua": results, "TaiLieuNop": handed_in}
        for n, (results, handed_in) in enumerate(papers, start=1)
    ]  # fmt: skip
    folder = installation.inbox / "national" / "dossiers" / JANUARY
    folder.mkdir(parents=True)
    (folder / "dong-bo.json").write_text(json.dumps({"data": records}), encoding="utf-8")
    load(installation)
    assert ask(
        installation,
        "SELECT has_e_result, has_reused_input FROM core.dossier_version ORDER BY row_number",
    ) == [(True, True), (None, None), (None, False), (True, True), (None, None), (None, None)]
