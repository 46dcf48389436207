"""Settings of a source: every misfit is named with its place."""

from pathlib import Path

import pytest

from assets.engine.errors import SettingsError
from assets.engine.sources import load_sources
from tests.support import SETTINGS

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
        ('title = "Cổng Mẫu"', 'titel = "x"\ntitle = "y"', ["titel: is no setting"]),
        ('title = "Cổng Mẫu"', 'title = "x"\nrefuse_above_share = 0', ["refuse_above_share"]),
        ('title = "Cổng Mẫu"', 'title = "x"\nrefuse_above_share = 1.1', ["refuse_above_share"]),
        ('kind = "dossier"', 'kind = "hồ sơ"', ["exports.hoso.kind"]),
        ("exports.hoso]", "exports.Hoso]", ["exports.Hoso"]),
        ('state = "Trạng thái"', "", ["columns ['state'] are needed in a dossier export"]),
        ('state = "Trạng thái"', 'state = "Trạng thái"\nstatus = "x"',
         ["columns.status: is no column of a dossier export", "it may have", "channel"]),
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
         "columns?", "make check-source SETTINGS="]),
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
