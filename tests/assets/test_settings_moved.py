"""Settings, units, holidays that changed: one period's run publishes what a fresh load would."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assets.engine.collect import blob_of, read_manifest
from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.load import check_nothing_lacks, lacking, stays_as_it_was
from assets.engine.settings import load_sources
from assets.engine.status import warehouse_findings
from assets.engine.warehouse import warehouse
from tests.assets.states import loaded_anew, night, own_settings, published
from tests.support import load_references, new_installation
from tests.unit.deliveries import ask, deliver_csv, deliver_payments, dossier, payment

PERIODS = ["2022-12-15", "2023-01-15", "2023-02-15"]
LAST = PERIODS[-1]


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def three_months(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Three periods, each run by itself. Read only."""
    paths = new_installation(tmp_path_factory.mktemp("settings") / "data")
    ended = {"state": "Đã xử lý xong"}
    for number, period in enumerate(PERIODS):
        day = f"{number + 1:02}/2023"
        rows = [
            dossier(10 * number + i, received_date=f"0{i + 2}/{day} 08:00:00") for i in range(6)
        ]
        rows[1] |= ended | {
            "due_date": f"20/{day}", "finished_date": f"12/{day}", "returned_date": f"28/{day}",
        }  # fmt: skip
        rows[2] |= {"unit_code": "01099", "state": "Đang chờ ký"}
        deliver_csv(paths, rows, period=period)
        deliver_payments(paths, [payment(10 * number + 1)], period=period)
        night(paths, period)
    return paths


@pytest.fixture
def state(three_months: Paths, tmp_path: Path) -> Paths:
    """A copy of it with settings of its own."""
    return own_settings(three_months, tmp_path)


def _state_is_mapped(paths: Paths) -> None:
    _replace(paths.sources / "xin_man.toml", '"Đang xử lý"]', '"Đang xử lý", "Đang chờ ký"]')


def _unit_is_renamed(paths: Paths) -> None:
    _replace(paths.reference / "unit.csv", "01105,UBND xã Chí Cà", "01105,UBND xã Chí Cà Mới")


def _unit_begins_later(paths: Paths) -> None:
    old = "01105,UBND xã Chí Cà,commune,033,2004-07-08"
    _replace(paths.reference / "unit.csv", old, old.replace("2004-07-08", "2023-02-01"))


def _unit_is_removed(paths: Paths) -> None:
    for name in ("unit", "unit_succession"):
        file = paths.reference / f"{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if not line.startswith("01099,"))
        file.write_text(kept, encoding="utf-8")


def _unit_goes_below_another(paths: Paths) -> None:
    _replace(paths.reference / "unit.csv", "01105,UBND xã Chí Cà,commune,033",
             "01105,UBND xã Chí Cà,commune,01096")  # fmt: skip


def _holiday_is_added(paths: Paths) -> None:
    with (paths.reference / "holiday.csv").open("a", encoding="utf-8") as file:
        file.write("2023-01-10,false,Nghỉ,Thử,2023-01-01,true\n")


def _end_is_the_return(paths: Paths) -> None:
    (paths.settings / "statistic.toml").write_text('end_basis = "returned"\n', encoding="utf-8")


def _procedure_is_of_another_field(paths: Paths) -> None:
    file = paths.reference / "procedure.csv"
    (line,) = [
        x for x in file.read_text(encoding="utf-8").splitlines() if x.startswith("1.001193,")
    ]
    cells = line.split(",")
    position = next(i for i, cell in enumerate(cells) if cell.isupper() and len(cell) > 3)
    _replace(file, line, line.replace(f",{cells[position]},", ",KHAC,", 1))


@pytest.mark.parametrize(
    "changes",
    [
        (_state_is_mapped,),
        (_unit_is_renamed, _unit_is_removed),
        (_unit_begins_later, _holiday_is_added),
        (_unit_goes_below_another, _procedure_is_of_another_field, _end_is_the_return),
    ],
)
def test_a_run_of_one_period_publishes_what_a_fresh_load_would(
    state: Paths, tmp_path: Path, changes: tuple[Callable[[Paths], None], ...]
) -> None:
    before = published(state)
    for change in changes:
        change(state)
    fresh = loaded_anew(state, tmp_path, LAST)
    assert fresh != before
    night(state, LAST, accepts_fewer=_unit_is_removed in changes)
    after = published(state)
    assert {name for name in fresh if after[name] != fresh[name]} == set()


def test_purged_files_stay_as_they_were_read_and_are_named(state: Paths) -> None:
    before = ask(state, "SELECT dossier_code, state FROM core.dossier ORDER BY ALL")
    for delivery in read_manifest(state):
        if delivery.period == PERIODS[0]:
            blob_of(state, delivery).unlink()
    _state_is_mapped(state)
    night(state, LAST)
    after = ask(state, "SELECT dossier_code, state FROM core.dossier ORDER BY ALL")
    assert len(before) == 15  # a row of each period was rejected
    assert len(after) == 17
    with warehouse(state) as connection:
        lacks = check_nothing_lacks(connection, state, load_sources(state.sources))
    assert {delivery.period for delivery in lacks.kept} == {PERIODS[0]}
    assert "1 delivery of 2022-12-15" in stays_as_it_was(lacks)
    assert [(item.level, item.said) for item in warehouse_findings(state)] == [
        ("look", stays_as_it_was(lacks))
    ]


def test_settings_that_refuse_loaded_files_are_tried_once(state: Paths) -> None:
    before = published(state)
    _replace(state.sources / "xin_man.toml", 'state = "Trạng thái"', 'state = "Không có"')
    first = night(state, LAST)
    assert sum("refused" in line for line in first) == 6
    assert night(state, LAST) == []
    with warehouse(state) as connection:
        lacks = check_nothing_lacks(connection, state, load_sources(state.sources))
    assert len(lacks.kept) == 6
    _replace(state.sources / "xin_man.toml", 'state = "Không có"', 'state = "Trạng thái"')
    assert not any("loaded" in line for line in night(state, LAST))
    assert published(state) == before


def test_a_file_that_was_refused_is_read_again_once_settings_fit_it(state: Paths) -> None:
    file = deliver_csv(state, [dossier(70)], period=PERIODS[1], name="khac.csv")
    _replace(file, "Trạng thái", "Tình trạng")
    night(state, PERIODS[1])
    toml = state.sources / "xin_man.toml"
    _replace(toml, 'state = "Trạng thái"', 'state = ["Trạng thái", "Tình trạng"]')
    night(state, LAST)
    assert len(ask(state, "FROM core.dossier WHERE dossier_code LIKE '%-0070'")) == 1


def test_an_export_of_another_kind_leaves_nothing_behind(state: Paths) -> None:
    toml = state.sources / "xin_man.toml"
    text, payments = toml.read_text(encoding="utf-8").split("[exports.payments]")
    (text_of_kind, columns) = payments.split("[exports.payments.columns]")
    kept = ("dossier_code", "amount", "state")
    lines = [line for line in columns.splitlines() if line.startswith(kept)]
    toml.write_text(
        text
        + "[values.transaction.state]\nsucceeded = ['Đã thanh toán']\n"
        + "[exports.payments]\n"
        + text_of_kind.replace('"payment"', '"transaction"')
        + "[exports.payments.columns]\ntransaction_code = 'Mã yêu cầu'\n"
        + "\n".join(lines),
        encoding="utf-8",
    )
    night(state, LAST)
    for kind, count in (("payment", 0), ("transaction", 3)):
        assert ask(state, f"SELECT count(*) FROM core.{kind}_version") == [(count,)]
    assert ask(state, "SELECT sum(payable_count) FROM indicators.by_level") == [(0,)]


@pytest.mark.parametrize(("old", "new"), [
    ("refuse_above_share = 0.2\n", "refuse_above_share = 0.2\nkeep_raw_days = 900\n"),
    ("Cổng dịch vụ công", "Cổng"),
])  # fmt: skip
def test_what_says_nothing_of_reading_reads_nothing_again(state: Paths, old: str, new: str) -> None:
    _replace(state.sources / "xin_man.toml", old, new)
    assert night(state, LAST) == []


def test_a_unit_of_a_later_day_reads_only_lists_that_may_name_it(state: Paths) -> None:
    """A name that is given later says nothing of the periods before."""
    _replace(state.sources / "xin_man.toml", 'kind = "dossier"', 'kind = "dossier"\nunits = "name"')
    night(state, LAST)
    with (state.reference / "unit.csv").open("a", encoding="utf-8") as file:
        file.write("01999,UBND xã Mới,commune,033,2023-02-01,2025-06-30,Thử\n")
    with warehouse(state) as connection:
        load_references(connection, state)
        lacks = lacking(connection, state, load_sources(state.sources))
        assert {delivery.period for delivery in lacks.outdated} == {PERIODS[1], PERIODS[2]}
        with pytest.raises(WarehouseError, match=r"read with other settings.*PERIOD=2023-01-15"):
            check_nothing_lacks(connection, state, load_sources(state.sources))


def test_a_code_of_a_later_unit_reads_no_list_again_that_cannot_name_it(state: Paths) -> None:
    _replace(state.sources / "xin_man.toml", 'kind = "dossier"', 'kind = "dossier"\nunits = "code"')
    night(state, LAST)
    with (state.reference / "unit.csv").open("a", encoding="utf-8") as file:
        file.write("01999,UBND xã Mới,commune,033,2023-02-01,2025-06-30,Thử\n")
    with warehouse(state) as connection:
        load_references(connection, state)
        lacks = lacking(connection, state, load_sources(state.sources))
    assert {delivery.period for delivery in lacks.outdated} == {PERIODS[1], PERIODS[2]}
