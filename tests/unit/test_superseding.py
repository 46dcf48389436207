"""Deliveries that follow one another: which version of a dossier the register shows."""

import os
import shutil
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from assets.engine.load import lacking
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from tests.support import SETTINGS
from tests.unit.deliveries import (
    FEBRUARY,
    JANUARY,
    ask,
    code,
    deliver_csv,
    deliver_payments,
    dossier,
    load,
    payment,
    place,
    register_of,
)

FINISHED = {"state": "Đã xử lý xong", "finished_date": "10/01/2023"}
WITHDRAWN = {"state": "Công dân yêu cầu rút hồ sơ", "refused_date": "11/01/2023"}


def _states(paths: Paths) -> list[tuple[object, ...]]:
    return ask(paths, "SELECT state, count(*) FROM ops.delivery GROUP BY ALL ORDER BY ALL")


def _versions(paths: Paths) -> list[tuple[object, ...]]:
    return ask(
        paths, "SELECT dossier_code, state, is_latest FROM core.dossier_version ORDER BY ALL"
    )


def test_new_bytes_of_a_name_supersede_the_old_which_stay_as_versions(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1), dossier(2)])
    load(installation)
    deliver_csv(installation, [dossier(2, **FINISHED), dossier(3)])
    load(installation)
    assert register_of(installation) == {code(2): "finished", code(3): "in_process"}
    assert _versions(installation) == [
        (code(1), "in_process", False), (code(2), "finished", True),
        (code(2), "in_process", False), (code(3), "in_process", True),
    ]  # fmt: skip
    assert _states(installation) == [("loaded", 1), ("superseded", 1)]


def test_another_name_adds(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)], name="a.csv")
    load(installation)
    deliver_csv(installation, [dossier(2)], name="b.csv")
    load(installation)
    assert register_of(installation) == {code(1): "in_process", code(2): "in_process"}
    assert _states(installation) == [("loaded", 2)]


def test_the_same_bytes_again_are_nothing_new(installation: Paths) -> None:
    file = deliver_csv(installation, [dossier(1)])
    load(installation)
    before = ask(installation, "FROM ops.delivery")
    os.utime(file)
    (again,) = load(installation)
    assert not again.is_new
    assert ask(installation, "FROM ops.delivery") == before


def test_the_same_bytes_under_another_name_are_loaded_once(installation: Paths) -> None:
    file = deliver_csv(installation, [dossier(1)])
    shutil.copy(file, file.with_name("b.csv"))
    load(installation)
    assert _states(installation) == [("loaded", 1)]
    assert _versions(installation) == [(code(1), "in_process", True)]


def test_bytes_that_come_back_are_in_force_again(installation: Paths) -> None:
    for rows in ([dossier(1)], [dossier(1, **FINISHED), dossier(2)], [dossier(1)]):
        deliver_csv(installation, rows)
        load(installation)
    assert register_of(installation) == {code(1): "in_process"}
    assert _states(installation) == [("loaded", 1), ("superseded", 1)]


def test_a_refused_newer_file_leaves_the_older_in_force(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    place(installation, "dossiers_commune", JANUARY, "a.csv").write_text("hỏng", encoding="utf-8")
    load(installation)
    assert register_of(installation) == {code(1): "in_process"}
    assert _states(installation) == [("loaded", 1), ("refused", 1)]


def test_a_mended_file_after_a_refused_one_supersedes_the_first(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    place(installation, "dossiers_commune", JANUARY, "a.csv").write_text("hỏng", encoding="utf-8")
    load(installation)
    deliver_csv(installation, [dossier(2)])
    load(installation)
    assert register_of(installation) == {code(2): "in_process"}


def test_of_two_deliveries_the_later_period_wins(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1, **FINISHED)])
    deliver_csv(installation, [dossier(1)], period=FEBRUARY)
    load(installation, JANUARY, FEBRUARY)
    assert register_of(installation) == {code(1): "in_process"}


def test_a_period_loads_its_own_deliveries_only(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    deliver_csv(installation, [dossier(2)], period=FEBRUARY)
    load(installation, JANUARY, FEBRUARY)
    assert [result.delivery.period for result in load(installation, FEBRUARY)] == [FEBRUARY]


@pytest.mark.parametrize("keys", [(JANUARY, FEBRUARY), (FEBRUARY, JANUARY)])
def test_the_order_in_which_periods_are_loaded_never_matters(
    keys: tuple[str, str], installation: Paths
) -> None:
    deliver_csv(installation, [dossier(1), dossier(2)])
    deliver_csv(installation, [dossier(1, **FINISHED), dossier(3)], period=FEBRUARY)
    load(installation, *keys)
    expected = {code(1): "finished", code(2): "in_process", code(3): "in_process"}
    assert register_of(installation) == expected


def test_a_later_period_is_never_overridden_by_an_older_redelivery(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1), dossier(2)])
    deliver_csv(installation, [dossier(1, **FINISHED)], period=FEBRUARY)
    load(installation, JANUARY, FEBRUARY)
    deliver_csv(installation, [dossier(1, **WITHDRAWN), dossier(2, **WITHDRAWN)])
    load(installation)
    assert register_of(installation) == {code(1): "finished", code(2): "withdrawn"}


def test_a_dossier_that_leaves_the_later_period_falls_back_to_the_earlier(
    installation: Paths,
) -> None:
    deliver_csv(installation, [dossier(1)])
    deliver_csv(installation, [dossier(1, **FINISHED), dossier(2)], period=FEBRUARY)
    load(installation, JANUARY, FEBRUARY)
    deliver_csv(installation, [dossier(2)], period=FEBRUARY)
    load(installation, FEBRUARY)
    assert register_of(installation) == {code(1): "in_process", code(2): "in_process"}


def test_within_a_period_the_later_arrival_wins_whatever_its_state(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1, **FINISHED)], name="b.csv")
    load(installation)
    deliver_csv(installation, [dossier(1)], name="a.csv")
    load(installation)
    assert register_of(installation) == {code(1): "in_process"}


@pytest.mark.parametrize("turned", [False, True])
def test_within_a_file_the_furthest_state_wins(turned: bool, installation: Paths) -> None:
    rows = [dossier(1), dossier(1, **FINISHED), dossier(1, **WITHDRAWN)]
    deliver_csv(installation, rows[::-1] if turned else rows)
    (result,) = load(installation)
    assert register_of(installation) == {code(1): "finished"}
    assert (result.accepted, result.duplicates) == (3, 0)


def test_rows_equal_but_for_their_running_number_are_duplicates(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1), dossier(2), dossier(1) | {"number": "9"}, dossier(1)])
    (result,) = load(installation)
    assert (result.read, result.accepted, result.duplicates) == (4, 2, 2)
    assert ask(installation, "SELECT row_number FROM core.dossier_version ORDER BY ALL") == [
        (2,), (3,),
    ]  # fmt: skip


def test_one_request_paid_later_is_one_request(installation: Paths) -> None:
    deliver_payments(installation, [payment(1, state="Chưa thanh toán", collected_date="")])
    deliver_payments(installation, [payment(1)], period=FEBRUARY)
    load(installation, FEBRUARY, JANUARY)
    assert ask(installation, "SELECT state FROM core.payment_request") == [("paid",)]


def _own_settings(paths: Paths) -> tuple[Paths, Path]:
    settings = paths.data.parent / "settings"
    shutil.copytree(SETTINGS / "sources", settings / "sources")
    shutil.copytree(SETTINGS / "reference", settings / "reference")
    return Paths(paths.data, settings), settings / "sources" / "xin_man.toml"


def test_changed_settings_read_a_loaded_file_again(installation: Paths) -> None:
    paths, toml = _own_settings(installation)
    deliver_csv(paths, [dossier(n) for n in range(1, 10)] + [dossier(10, state="Đang chờ")])
    (first,) = load(paths)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"Đang xử lý"]', '"Đang xử lý", "Đang chờ"]'), encoding="utf-8")
    (second,) = load(paths)
    assert [(r.accepted, r.quarantined) for r in (first, second)] == [(9, 1), (10, 0)]
    assert ask(paths, "SELECT count(*) FROM quarantine.rejected_row") == [(0,)]


def test_a_loaded_file_refused_under_new_settings_is_loaded_or_refused_not_both(
    installation: Paths,
) -> None:
    paths, toml = _own_settings(installation)
    deliver_csv(paths, [dossier(1), dossier(2)])
    load(paths)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"Đang xử lý"', '"Đang làm"'), encoding="utf-8")
    (result,) = load(paths)
    in_register = ask(
        paths, "SELECT count(*) FROM core.dossier JOIN ops.delivery USING (delivery_id) "
        "WHERE ops.delivery.state <> 'loaded'",
    )  # fmt: skip
    assert result.state == "refused"
    assert in_register == [(0,)]


def test_no_delivery_is_outdated_after_its_files_were_read_with_todays_settings(
    installation: Paths,
) -> None:
    paths, toml = _own_settings(installation)
    deliver_csv(paths, [dossier(1)])
    load(paths)
    place(paths, "dossiers_commune", JANUARY, "a.csv").write_text("hỏng", encoding="utf-8")
    load(paths)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"Đang xử lý"]', '"Đang xử lý", "Đang chờ"]'), encoding="utf-8")
    load(paths)
    with warehouse(paths) as connection:
        lacks = lacking(connection, paths, load_sources(paths.sources))
        assert (lacks.to_load, lacks.kept) == ([], [])


def test_a_list_of_an_old_period_may_have_the_headers_of_a_later_day(installation: Paths) -> None:
    paths, toml = _own_settings(installation)
    change = "\n[[exports.dossiers_commune.changes]]\nvalid_from = 2023-05-20\n"
    with toml.open("a", encoding="utf-8") as settings:
        settings.write(change + 'columns = { state = "Tình trạng" }\n')
    file = deliver_csv(paths, [dossier(1)], name="as_it_was.csv")
    renamed = file.read_text(encoding="utf-8").replace("Trạng thái", "Tình trạng", 1)
    assert renamed != file.read_text(encoding="utf-8")
    file.with_name("as_it_is_now.csv").write_text(renamed.replace(code(1), code(2)), "utf-8")
    file.with_name("as_nobody_writes.csv").write_text(
        renamed.replace("Tình trạng", "Tình hình"), "utf-8"
    )
    results = load(paths)
    assert [result.state for result in results] == ["loaded", "loaded", "refused"]
    assert "'Trạng thái'" in (results[2].reason or "")
    assert register_of(paths) == {code(1): "in_process", code(2): "in_process"}


def test_a_warning_of_a_file_is_told_each_time(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    file = place(installation, "dossiers_commune", JANUARY, "a.csv")
    file.write_text(file.read_text(encoding="utf-8") + "Tổng số;9\r\n", encoding="utf-8")
    first, second = load(installation)[0], load(installation)[0]
    assert (first.is_new, second.is_new) == (True, False)
    assert first.warnings == second.warnings
