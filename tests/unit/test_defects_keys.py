"""Defects 30 to 39: keys, catalogues and states, and lists that are a period's whole."""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from defects_keys import FINISHED, dossier_list, national, payment_list, row, two_codes
from sample_defect import Defect as Files
from sample_defect import write_defects

from assets.engine.warehouse import warehouse
from tests.support import take_in
from tests.unit.defect_figures import (
    FEBRUARY,
    JANUARY,
    MARCH,
    code,
    compute,
    computed_once,
    month,
    outside,
    payment_sums,
    summary,
    unit_month,
)
from tests.unit.defects import DEFECTS, Outcome, Rows, new_outcome

Defect = Callable[[int], Outcome]
CHI_CA, XIN_MAN, DISTRICT = "01105", "01108", "033"
ABOLISHED = "2025-06-15"


@pytest.fixture(scope="module")
def defect(tmp_path_factory: pytest.TempPathFactory) -> Defect:
    """Each defect's files, taken in and computed once. Read only."""
    return computed_once(tmp_path_factory)


def _folder(number: int) -> Path:
    (found,) = DEFECTS.glob(f"{number}_*")
    return found


def _deliver(outcome: Outcome, files: Mapping[str, bytes]) -> None:
    """Take in files made here, by `<export>/<period>/<name>` of the portal of keys."""
    root = outcome.paths.data.parent / f"delivery_{len(outcome.loaded)}"
    placed = {f"keys_portal/{name}": content for name, content in files.items()}
    defect = Files(0, "made_here", placed)
    write_defects(root, [defect])
    outcome.deliver(root / defect.folder)


def _register(outcome: Outcome, columns: str = "state") -> Rows:
    return outcome.query(f"SELECT dossier_code, {columns} FROM core.dossier ORDER BY ALL")


def test_30_the_newer_list_wins_whatever_its_state(defect: Defect) -> None:
    assert _register(defect(30), "state, unit_code, procedure_code, received_date, channel") == [
        (code(1), "finished", DISTRICT, "1.001193", date(2023, 1, 20), "online"),
        (code(2), "in_process", CHI_CA, "1.001193", date(2023, 1, 20), "online"),
        (code(3), "in_process", CHI_CA, "1.001193", date(2023, 1, 20), "online"),
        (code(4), "in_process", CHI_CA, "1.000894", date(2023, 1, 21), "online"),
        (code(5), "in_process", CHI_CA, "1.001193", date(2023, 1, 20), "online"),
    ]


def test_30_every_contradiction_is_listed_with_both_rows(defect: Defect) -> None:
    conflicts = defect(30).query(
        """
        SELECT kept.dossier_code, conflict_kind, conflict.row_number, other_row_number, export
        FROM quarantine.conflict AS conflict
        JOIN core.dossier AS kept USING (dossier_key)
        JOIN ops.delivery ON delivery.delivery_id = other_delivery_id
        ORDER BY ALL
        """
    )
    assert conflicts == [
        (code(1), "unit", 3, 3, "local"),
        (code(2), "state_goes_back", 4, 4, "local"),
        (code(4), "channel", 6, 6, "local"),
        (code(4), "procedure", 6, 6, "local"),
        (code(4), "received_date", 6, 6, "local"),
    ]


def test_30_a_dossier_of_several_lists_counts_once(defect: Defect) -> None:
    assert month(defect(30))["received"] == 5
    assert unit_month(defect(30), DISTRICT)["received"] == 1
    assert unit_month(defect(30), DISTRICT, "subtree")["received"] == 5


def test_30_the_stated_time_decides_and_not_which_list_arrived_last(tmp_path: Path) -> None:
    outcome = new_outcome(tmp_path)
    for export in ("national", "local"):
        (file,) = (_folder(30) / "keys_portal" / export / JANUARY).iterdir()
        _deliver(outcome, {f"{export}/{JANUARY}/{file.name}": file.read_bytes()})
    assert _register(outcome)[:2] == [(code(1), "finished"), (code(2), "in_process")]


ONE_REGISTER = [
    (code(1), "finished"),
    *[(code(sequence), "in_process") for sequence in range(2, 7)],
    (national(3), "in_process"),
]
PAID = [
    ("TT-0001", code(1), None, True),
    ("TT-0002", code(1), national(1), True),
    ("TT-0003", code(2), code(1002), True),
    ("TT-0004", national(999999), None, False),
    ("TT-0005", national(3), None, True),
]
PAID_SQL = """
    SELECT request_code, dossier_code, delivered_dossier_code,
        dossier_key IN (SELECT dossier_key FROM core.dossier)
    FROM core.payment_request ORDER BY ALL
"""


def test_31_two_codes_are_one_dossier_to_which_payments_find(defect: Defect) -> None:
    outcome = defect(31)
    assert _register(outcome) == ONE_REGISTER
    assert outcome.query(PAID_SQL) == PAID
    assert outcome.query("FROM core.dossier_alias ORDER BY ALL") == [
        (code(1002), code(2)), (national(1), code(1)), (national(2), code(2)),
    ]  # fmt: skip


def test_31_a_second_code_that_many_share_joins_none_of_them(defect: Defect) -> None:
    outcome = defect(31)
    shared = ["other_dossier_code_shared"]
    assert outcome.flags("dia-phuong.csv") == {5: shared, 6: shared}
    assert outcome.query("SELECT record_kind, row_number, amount FROM quarantine.orphan") == [
        ("payment", 5, 30_000)
    ]


@pytest.mark.parametrize("keys", list(permutations((JANUARY, FEBRUARY, MARCH))), ids=" ".join)
def test_31_the_order_of_loading_never_matters(keys: tuple[str, ...], tmp_path: Path) -> None:
    outcome = new_outcome(tmp_path)
    for name, content in two_codes().items():
        file = outcome.paths.inbox / name
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    with warehouse(outcome.paths) as connection:
        for key in keys:
            take_in(outcome.paths, [key], connection)
    assert _register(outcome) == ONE_REGISTER
    assert outcome.query(PAID_SQL) == PAID


def test_31_codes_that_a_corrected_list_no_longer_joins_are_two_dossiers(tmp_path: Path) -> None:
    outcome = new_outcome(tmp_path)
    local, other = f"local/{JANUARY}/a.csv", f"national/{FEBRUARY}/a.csv"
    _deliver(outcome, {local: dossier_list(row(1, other=national(1)))})
    _deliver(outcome, {other: dossier_list(row(11, code=national(1), **FINISHED))})
    assert _register(outcome) == [(code(1), "finished")]
    _deliver(outcome, {local: dossier_list(row(1))})
    assert _register(outcome) == [(code(1), "in_process"), (national(1), "finished")]


def test_31_settings_that_no_longer_map_the_second_code_part_the_dossiers(tmp_path: Path) -> None:
    """What a file said before it was read with other settings joins nothing any more."""
    outcome = new_outcome(tmp_path)
    _deliver(outcome, {f"local/{JANUARY}/a.csv": dossier_list(row(1, other=national(1)))})
    _deliver(outcome, {f"payments/{JANUARY}/a.csv": payment_list(("TT-0001", national(1)))})
    settings = outcome.paths.sources / "keys_portal.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('other_dossier_code = "Mã hồ sơ quốc gia"\n', "", 1), encoding="utf-8"
    )
    with warehouse(outcome.paths) as connection:
        take_in(outcome.paths, [JANUARY], connection)
    assert outcome.query("SELECT count(*) FROM core.dossier_alias") == [(0,)]
    assert outcome.query("SELECT dossier_code FROM core.payment_request") == [(national(1),)]


def test_32_codes_in_every_spelling_are_one_form(defect: Defect) -> None:
    outcome = defect(32)
    assert outcome.accepted("", "row_number, dossier_code, procedure_code") == [
        (2, code(1), "1.001193"), (3, code(2), "1.001193"), (4, code(3), "1.001193"),
        (5, code(4), "1.001193"), (6, code(5), "1.001193"), (8, code(7), "1.001193"),
        (9, code(8), "1.001193"), (10, code(9), "TS_LOP1.000.00.00.H22"),
    ]  # fmt: skip
    assert outcome.flags() == {6: ["dossier_code_completed"], 10: ["procedure_code_nonstandard"]}


def test_32_the_same_dossier_in_another_spelling_is_a_duplicate(defect: Defect) -> None:
    assert defect(32).file().duplicates == 1


def test_32_what_is_no_code_is_rejected_and_its_shape_kept(defect: Defect) -> None:
    assert defect(32).of("", "quarantine.rejected_row", "row_number, rule_id, found") == [
        (11, "dossier_code_unreadable", "9999"),
        (12, "dossier_code_missing", None),
        (13, "procedure_code_unreadable", "Aaaa aaaa"),
        (14, "other_dossier_code_unreadable", "aaaaa aa"),
    ]


def test_33_names_codes_and_their_spellings_are_one_unit(defect: Defect) -> None:
    outcome = defect(33)
    assert dict(outcome.accepted("", "row_number, unit_code")) == {
        **dict.fromkeys(range(2, 9), CHI_CA), 9: XIN_MAN, 10: DISTRICT, 11: None, 12: None,
        13: CHI_CA, 14: CHI_CA,
    }  # fmt: skip
    assert outcome.flags() == {
        8: ["unit_code_restored"], 11: ["unit_unknown"], 12: ["unit_missing"],
    }  # fmt: skip
    assert outcome.rejected() == []
    assert outcome.file().unit_unknown == 2


def test_33_unknown_missing_and_abolished_units_count_as_unassigned(defect: Defect) -> None:
    """Row 14 came on 01/07/2025, the day after the last of the commune's record."""
    outcome = defect(33)
    assert month(outcome, ABOLISHED)["received"] == 13
    assert month(outcome, ABOLISHED, "unassigned")["received"] == 3
    assert month(outcome, ABOLISHED, "district")["received"] == 1
    assert unit_month(outcome, "unassigned", key=ABOLISHED)["received"] == 3
    assert unit_month(outcome, CHI_CA, key=ABOLISHED)["received"] == 8


def test_33_a_unit_of_another_level_from_a_day_on_counts_by_its_record_of_the_day(
    tmp_path: Path,
) -> None:
    outcome = new_outcome(tmp_path)
    with (outcome.paths.reference / "unit.csv").open("a", encoding="utf-8") as units:
        units.write("01105,UBND xã Chí Cà,department,,2025-07-01,,NQ 2025\n")
    outcome.deliver(_folder(33))
    compute(outcome)
    assert month(outcome, ABOLISHED, "unassigned")["received"] == 2
    assert month(outcome, ABOLISHED, "commune")["received"] == 9
    assert month(outcome, ABOLISHED, "department")["received"] == 1
    assert unit_month(outcome, CHI_CA, key=ABOLISHED)["received"] == 9
    assert unit_month(outcome, DISTRICT, "subtree", ABOLISHED)["received"] == 10


@pytest.fixture(scope="module")
def phu_tho(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Defect 34 where the reference knows its units; H44.10 and H44.100 are not below H44.1."""
    outcome = new_outcome(tmp_path_factory.mktemp("phu_tho"))
    records = (
        "H44,Tỉnh H44,province,", "H44.1,Đơn vị H44.1,district,H44",
        "H44.1.1,Đơn vị H44.1.1,commune,H44.1", "H44.10,Đơn vị H44.10,district,H44",
        "H44.100,Đơn vị H44.100,district,H44",
    )  # fmt: skip
    with (outcome.paths.reference / "unit.csv").open("a", encoding="utf-8") as units:
        units.writelines(f"{record},2004-07-08,,hư cấu\n" for record in records)
    outcome.deliver(_folder(34))
    compute(outcome)
    return outcome


def test_34_codes_stay_text(phu_tho: Outcome) -> None:
    assert [unit for _, unit in phu_tho.accepted("", "row_number, unit_code")] == [
        "H44.1", "H44.1", "H44.1.1", "H44.10", "H44.10", "H44.10", "H44.100", "H44",
    ]  # fmt: skip
    assert phu_tho.flags() == {}


@pytest.mark.parametrize(
    ("unit", "own", "subtree"),
    [("H44", 1, 8), ("H44.1", 2, 3), ("H44.10", 3, 3), ("H44.100", 1, 1)],
)
def test_34_figures_roll_up_by_the_unit_above_and_not_by_the_codes_beginning(
    unit: str, own: int, subtree: int, phu_tho: Outcome
) -> None:
    assert unit_month(phu_tho, unit)["received"] == own
    assert unit_month(phu_tho, unit, "subtree")["received"] == subtree


def test_34_units_that_no_reference_knows_are_unassigned_and_not_dropped(defect: Defect) -> None:
    assert defect(34).flags() == {row_number: ["unit_unknown"] for row_number in range(2, 10)}
    assert month(defect(34), level="unassigned")["received"] == 8


def test_35_channels_by_text_or_code_and_none(defect: Defect) -> None:
    outcome = defect(35)
    assert [channel for _, channel in outcome.accepted("", "row_number, channel")] == [
        "online", "online", "online", "direct", "direct", "postal", "postal", "postal", None, None,
    ]  # fmt: skip
    assert outcome.flags() == {10: ["channel_missing"], 11: ["channel_missing"]}
    assert outcome.of("", "quarantine.rejected_row", "row_number, rule_id, found") == [
        (12, "channel_unknown", "Aaa")
    ]


def test_35_no_channel_has_its_own_count_and_post_is_not_direct(defect: Defect) -> None:
    counts = month(defect(35))
    names = ("online", "direct", "postal", "unknown_channel")
    assert [counts[f"received_{name}"] for name in names] == [3, 2, 3, 2]
    assert counts["received"] == 10


def test_36_states_by_text_code_and_vendors_number(defect: Defect) -> None:
    outcome = defect(36)
    assert dict(outcome.accepted("", "row_number, state")) == {
        2: "in_process", 3: "in_process", 4: "in_process", 5: "returned", 6: "returned",
        7: "withdrawn", 11: "paused_other", 12: "paused_other", 13: "paused_other",
    }  # fmt: skip
    assert outcome.flags() == {
        5: ["end_date_missing"], 6: ["end_date_missing"], 7: ["end_date_missing"],
        12: ["pause_has_end_date"],
    }  # fmt: skip


def test_36_no_state_and_one_of_no_list_are_quarantined_and_never_pending(defect: Defect) -> None:
    outcome = defect(36)
    assert outcome.of("", "quarantine.rejected_row", "row_number, rule_id, found") == [
        (8, "state_missing", None), (9, "state_unknown", "99"), (10, "state_unknown", "Aaaa aaa"),
    ]  # fmt: skip
    assert month(outcome)["pending"] == 3


def test_36_state_8_is_paused_without_an_end_and_closed_with_one(defect: Defect) -> None:
    counts = month(defect(36))
    assert (counts["paused"], counts["closed_other"], counts["closed_undated"]) == (2, 1, 3)


EXCLUDED = [
    (2, "excluded_deleted"), (3, "excluded_deleted"), (4, "excluded_test"), (5, "excluded_test"),
    (6, "excluded_converted"), (9, "excluded_test"),
]  # fmt: skip


def test_37_deleted_test_and_converted_dossiers_are_listed_and_not_counted(
    defect: Defect,
) -> None:
    outcome = defect(37)
    assert outcome.rejected() == EXCLUDED
    assert outcome.accepted() == [(7, code(6)), (8, code(7))]
    assert month(outcome)["received"] == 2
    assert summary(outcome) == {
        ("local", "excluded_deleted"): 2, ("local", "excluded_test"): 3,
        ("local", "excluded_converted"): 1,
    }  # fmt: skip


def test_37_excluded_rows_never_refuse_a_file(tmp_path: Path) -> None:
    outcome = new_outcome(tmp_path)
    settings = outcome.paths.sources / "keys_portal.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("refuse_above_share = 1.0", "refuse_above_share = 0.01"), encoding="utf-8"
    )
    outcome.deliver(_folder(37))
    assert outcome.file().state == "loaded"
    assert outcome.rejected() == EXCLUDED


def test_38_ends_that_the_synchronisation_makes_up_are_flagged_in_national_lists_only(
    defect: Defect,
) -> None:
    outcome = defect(38)
    assert outcome.flags("dong-bo.json") == {1: ["sync_artefact"], 2: ["sync_artefact"]}
    assert outcome.flags("dia-phuong.csv") == {}
    assert outcome.query("SELECT origin, flagged_count FROM ops.delivery ORDER BY ALL") == [
        ("local", 0), ("national", 2),
    ]  # fmt: skip


def test_38_a_flagged_end_still_counts(defect: Defect) -> None:
    counts = month(defect(38))
    assert (counts["resolved"], counts["resolved_no_due_date"], counts["resolved_early"]) == (
        6, 5, 1,
    )  # fmt: skip


def test_39_a_dossier_of_a_procedure_that_only_informs_warns_where_it_was_filed_online(
    defect: Defect,
) -> None:
    assert summary(defect(39)) == {
        ("local", "info_only_filed_online"): 2, ("local", "procedure_unknown"): 1,
    }  # fmt: skip
    assert month(defect(39))["received"] == 5


def test_39_the_catalogue_delivers_the_level(defect: Defect) -> None:
    assert defect(39).query(
        "SELECT procedure_code, service_level, field_code FROM reference.procedure "
        "WHERE procedure_code >= '1.9990' AND procedure_code < '1.9991' ORDER BY ALL"
    ) == [("1.999001", "info", "HO_TICH"), ("1.999002", "full", "HO_TICH")]


# Snapshots: a delivery of `whole_list` is the period's whole list.

WHOLE = f"whole_list/{JANUARY}"
WHOLE_FEBRUARY = f"whole_list/{FEBRUARY}"
GONE_SQL = """
    SELECT gone.dossier_key = keyed.dossier_key, dossier_code, gone.row_number, gone.state
    FROM quarantine.gone AS gone
    JOIN core.dossier_version AS keyed USING (delivery_id, part_number, row_number)
    ORDER BY ALL
"""


@pytest.fixture
def whole(tmp_path: Path) -> Outcome:
    """Three dossiers in a whole list, then a newer one without the second."""
    outcome = new_outcome(tmp_path)
    _deliver(outcome, {f"{WHOLE}/a.csv": dossier_list(row(1), row(2), row(3))})
    _deliver(outcome, {f"{WHOLE}/b.csv": dossier_list(row(1, **FINISHED), row(3))})
    return outcome


def test_a_dossier_that_a_newer_whole_list_lacks_is_gone_and_listed(whole: Outcome) -> None:
    _deliver(whole, {f"payments/{JANUARY}/a.csv": payment_list(("TT-0001", code(2)))})
    compute(whole)
    assert _register(whole) == [(code(1), "finished"), (code(3), "in_process")]
    assert whole.query(GONE_SQL) == [(True, code(2), 3, "in_process")]
    assert month(whole)["received"] == 2
    assert whole.query("SELECT record_kind, row_number FROM quarantine.orphan") == [("payment", 2)]
    assert outside(whole) == {"payment_without_dossier": 1}
    assert whole.query("SELECT state, is_snapshot FROM ops.delivery WHERE kind = 'dossier' "
                       "ORDER BY ALL") == [("loaded", True), ("superseded", True)]  # fmt: skip


def test_a_gone_dossier_returns_when_a_later_whole_list_holds_it(whole: Outcome) -> None:
    _deliver(whole, {f"{WHOLE}/c.csv": dossier_list(row(1), row(2, **FINISHED))})
    compute(whole)
    assert _register(whole) == [(code(1), "in_process"), (code(2), "finished")]
    assert whole.query(GONE_SQL) == [(True, code(3), 3, "in_process")]


def test_a_gone_dossier_returns_with_the_list_of_a_later_period(whole: Outcome) -> None:
    _deliver(whole, {f"{WHOLE_FEBRUARY}/a.csv": dossier_list(row(2))})
    compute(whole)
    assert [dossier for dossier, _ in _register(whole)] == [code(1), code(2), code(3)]
    assert whole.query(GONE_SQL) == []


def test_a_whole_list_says_nothing_of_another_periods_dossiers(whole: Outcome) -> None:
    _deliver(whole, {f"{WHOLE_FEBRUARY}/a.csv": dossier_list(row(4))})
    assert [dossier for dossier, _ in _register(whole)] == [code(1), code(3), code(4)]


def test_a_late_whole_list_of_an_old_period_leaves_the_later_versions(whole: Outcome) -> None:
    _deliver(whole, {f"{WHOLE_FEBRUARY}/a.csv": dossier_list(row(1, **FINISHED), row(2))})
    _deliver(whole, {f"{WHOLE}/c.csv": dossier_list(row(3, **FINISHED))})
    compute(whole)
    assert _register(whole) == [
        (code(1), "finished"), (code(2), "in_process"), (code(3), "finished"),
    ]  # fmt: skip
    assert whole.query(GONE_SQL) == []


def test_whole_lists_that_arrive_together_count_as_if_they_came_one_by_one(
    tmp_path: Path,
) -> None:
    """The older one is read as well: what only it holds is gone, and not unknown."""
    outcome = new_outcome(tmp_path)
    _deliver(outcome, {
        f"{WHOLE}/a.csv": dossier_list(row(1), row(2)), f"{WHOLE}/b.csv": dossier_list(row(1)),
    })  # fmt: skip
    compute(outcome)
    assert _register(outcome) == [(code(1), "in_process")]
    assert outcome.query(GONE_SQL) == [(True, code(2), 3, "in_process")]


def test_a_refused_whole_list_takes_nobody_out(whole: Outcome) -> None:
    _deliver(whole, {f"{WHOLE}/c.csv": b"h\xe1\xbb\x8fng\r\n"})
    assert [dossier for dossier, _ in _register(whole)] == [code(1), code(3)]


def test_the_first_due_date_is_that_of_the_first_whole_list(tmp_path: Path) -> None:
    outcome = new_outcome(tmp_path)
    _deliver(outcome, {f"{WHOLE}/a.csv": dossier_list(row(1, due="10/02/2023"))})
    _deliver(outcome, {f"{WHOLE}/b.csv": dossier_list(row(1, due="20/02/2023"))})
    assert _register(outcome, "first_due_date, due_date") == [
        (code(1), date(2023, 2, 10), date(2023, 2, 20))
    ]


def test_a_corrected_list_of_one_name_supersedes_and_its_dossiers_are_not_gone(
    tmp_path: Path,
) -> None:
    outcome = new_outcome(tmp_path)
    name = f"local/{JANUARY}/a.csv"
    _deliver(outcome, {name: dossier_list(row(1), row(2, due="10/02/2023"))})
    _deliver(outcome, {name: dossier_list(row(2, due="20/02/2023"))})
    compute(outcome)
    # Portals deliver a list anew under its old name: what was first due stays known.
    assert _register(outcome, "first_due_date, due_date") == [
        (code(2), date(2023, 2, 10), date(2023, 2, 20))
    ]
    assert outcome.query(GONE_SQL) == []
    assert payment_sums(outcome) == []
