"""The sample's planted rows: every fault is found where it was planted, and nothing else is."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from assets.engine.collect import read_manifest
from assets.engine.common.paths import PROJECT, Paths
from tests.unit.deliveries import ask

with (PROJECT / "data" / "sample" / "planted.csv").open(encoding="utf-8", newline="") as _handle:
    PLANTED = list(csv.DictReader(_handle))


@dataclass(frozen=True)
class Place:
    export: str
    period: str
    row_number: int


def _places(kind: str) -> dict[Place, str]:
    return {
        Place(row["export"], row["period"], int(row["row_number"])): row["rule_id"]
        for row in PLANTED
        if row["kind"] == kind
    }


def _rejected(sample: Paths) -> dict[Place, set[str]]:
    found: dict[Place, set[str]] = defaultdict(set)
    rows: list[Any] = ask(
        sample,
        "SELECT export, delivery_period::VARCHAR, row_number, rule_id "
        "FROM quarantine.rejected_row JOIN ops.delivery USING (delivery_id)",
    )
    for export, period, row_number, rule_id in rows:
        found[Place(export, period, row_number)].add(rule_id)
    return found


def test_exactly_the_planted_faults_are_rejected_in_their_rows(sample: Paths) -> None:
    assert set(_rejected(sample)) == set(_places("rejected"))


def test_each_fault_breaks_its_rule_and_no_other(sample: Paths) -> None:
    found = _rejected(sample)
    for place, rule_id in _places("rejected").items():
        if rule_id == "shifted":
            assert len(found[place]) >= 2, place
        else:
            assert found[place] == {rule_id}, place


def test_the_second_of_two_equal_rows_is_the_duplicate(sample: Paths) -> None:
    counted: list[Any] = ask(
        sample,
        "SELECT export, delivery_period::VARCHAR, duplicate_count FROM ops.delivery "
        "WHERE duplicate_count > 0",
    )
    planted = _places("duplicate")
    assert sorted(counted) == sorted((place.export, place.period, 1) for place in planted)
    for place in planted:
        table = "payment" if place.export == "payments" else "dossier"
        kept = ask(
            sample,
            f"SELECT row_number FROM core.{table}_version "
            "JOIN ops.delivery AS d USING (delivery_id) "
            f"WHERE export = '{place.export}' AND d.delivery_period = DATE '{place.period}' "
            f"AND row_number BETWEEN {place.row_number - 1} AND {place.row_number + 1}",
        )
        assert {row for (row,) in kept} == {place.row_number - 1, place.row_number + 1}


def test_the_planted_rows_outside_are_loaded_and_counted_by_no_period(sample: Paths) -> None:
    planted = _places("outside")
    by_reason = ask(
        sample,
        "SELECT reason, sum(record_count) FROM quarantine.outside "
        "WHERE reason IN ('new', 'not_accepted', 'payment_without_dossier') GROUP BY ALL",
    )
    reasons = list(planted.values())
    assert dict(by_reason) == {reason: reasons.count(reason) for reason in set(reasons)}  # type: ignore[arg-type]
    for place, reason in planted.items():
        if reason == "payment_without_dossier":
            continue
        state = ask(
            sample,
            "SELECT v.state FROM core.dossier_version AS v "
            "JOIN ops.delivery AS d USING (delivery_id) "
            f"WHERE export = '{place.export}' AND d.delivery_period = DATE '{place.period}' "
            f"AND row_number = {place.row_number}",
        )
        assert state == [(reason,)], place


def test_every_row_read_is_accepted_quarantined_or_a_duplicate(sample: Paths) -> None:
    rows = ask(
        sample,
        "SELECT read_count - accepted_count - quarantined_count - duplicate_count, state, "
        "accepted_count > 0 FROM ops.delivery",
    )
    assert rows == [(0, "loaded", True)] * len(read_manifest(sample))


def test_accepted_rows_are_the_versions_that_stand_in_the_warehouse(sample: Paths) -> None:
    for table, exports in (("dossier", ("dossiers_commune", "dossiers_district")),
                           ("payment", ("payments",))):  # fmt: skip
        names = ", ".join(f"'{name}'" for name in exports)
        assert ask(sample, f"SELECT count(*) FROM core.{table}_version") == ask(
            sample, f"SELECT sum(accepted_count) FROM ops.delivery WHERE export IN ({names})"
        )


def test_rejected_rows_keep_shapes_and_no_letter_of_what_stood_there(sample: Paths) -> None:
    found = ask(sample, "SELECT DISTINCT found FROM quarantine.rejected_row WHERE found <> ''")
    letters = {char for (text,) in found for char in str(text) if char.isalpha()}
    assert found
    assert letters == {"A", "a"}


def test_no_name_address_telephone_or_identity_number_leaves_the_raw_store(
    sample: Paths,
) -> None:
    marks = ("Mẫu 0", "Thôn Mẫu", "0990000", "000990")
    for file in (sample.warehouse_file, *sample.published.iterdir()):
        content = file.read_bytes()
        assert [mark for mark in marks if mark.encode() in content] == [], file.name
    # Stored text may be compressed, so every column is read as well.
    columns: list[Any] = ask(
        sample,
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
        "WHERE data_type = 'VARCHAR' AND NOT internal",
    )
    assert columns
    condition = " OR ".join(f"contains({{0}}, '{mark}')" for mark in marks)
    for table, column in columns:
        query = f"SELECT count(*) FROM {table} WHERE {condition.format(column)}"
        assert ask(sample, query) == [(0,)], (table, column)
