"""Every rule about one column: its sentence is one an official can read, and it fires.

For each kind of export one file is generated, with one row for each rule of a column, of which that
cell alone is wrong. Rules about whole rows have files of their own (`test_defects_*`).
"""

import csv
import re
import shutil
from typing import Any

import pytest

from assets.engine.common.paths import Paths
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS, RULES, ExportColumn, Kind, Rule, text_rule
from schemas.rows.rules import form_of, missing_rule
from schemas.tables import REPAIRERS
from tests.support import SETTINGS, take_in
from tests.unit.deliveries import JANUARY, ask

NONSENSE = "khong ro"
GOOD_TEXTS = {
    "dossier_code": "000.06.33.H22-230105-0001", "other_dossier_code": "G22-230105-0001",
    "request_code": "TT-0001", "transaction_code": "GD-0001", "receipt_number": "0000001",
    "receipt_numbers": "0000001", "receipt_form": "01BLP2-001", "receipt_series": "AA-15T",
    "procedure_code": "1.001193", "unit_code": "01105",
}  # fmt: skip
BY_READING = {"date": "05/01/2023", "amount": "30.000", "flag": "true", "name": "Tên Mẫu"}
Case = tuple[str, str, str]


def _cases(kind: Kind) -> list[Case]:
    """Return (column, what stands there, rule id) of each rule of a column of `kind`."""
    missing = [(c.name, "", missing_rule(c).rule_id) for c in kind.columns if c.needed]
    unread = [(c.name, NONSENSE, text_rule(c).rule_id) for c in kind.columns if c.rejects_text]
    return missing + unread


def _good(kind: Kind, column: ExportColumn, number: int) -> str:
    if column.name == kind.key:
        return f"{GOOD_TEXTS[column.name][:-3]}{number:03}"
    if column.name in GOOD_TEXTS:
        return GOOD_TEXTS[column.name]
    if column.name == "exclusion":
        return ""
    return BY_READING.get(column.reading) or column.values[0]


def _settings(kind: Kind) -> str:
    """Return settings of a source `mau` whose headers and values are the canonical ones."""
    columns = "\n".join(f'{c.name} = "{c.name}"' for c in kind.columns)
    values = "\n".join(
        f"[values.{kind.name}.{c.name}]\n"
        + "\n".join(f'{v} = ["{v}"]' for v in (c.values or ("true", "false")))
        for c in kind.columns
        if c.reading in ("value", "flag")
    )
    return (
        f'{values}\n[exports.{kind.name}]\nkind = "{kind.name}"\n'
        f"[exports.{kind.name}.columns]\n{columns}\n"
    )


def _deliver(paths: Paths, kind: Kind) -> None:
    folder = paths.inbox / "mau" / kind.name / JANUARY
    folder.mkdir(parents=True)
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=";")
        writer.writerow([column.name for column in kind.columns])
        for number, (faulty, text, _) in enumerate(_cases(kind), start=1):
            writer.writerow(
                text if column.name == faulty else _good(kind, column, number)
                for column in kind.columns
            )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, list[str]]:
    """The rules that the row of each case broke, by (kind, column, rule id)."""
    folder = tmp_path_factory.mktemp("rules")
    paths = Paths(folder / "data", folder / "settings")
    paths.sources.mkdir(parents=True)
    shared = 'title = "Cổng Mẫu"\nrefuse_above_share = 1.0\n'
    text = shared + "\n".join(map(_settings, KINDS.values()))
    (paths.sources / "mau.toml").write_text(text, encoding="utf-8")
    shutil.copytree(SETTINGS / "reference", paths.reference)
    for kind in KINDS.values():
        _deliver(paths, kind)
    with warehouse(paths) as connection:
        results = take_in(paths, [JANUARY], connection)
    assert [result.reason for result in results] == [None] * len(KINDS)
    found = {}
    for kind in KINDS.values():
        rows: list[Any] = ask(
            paths,
            "SELECT row_number, list(rule_id) FROM quarantine.rejected_row "
            f"JOIN ops.delivery USING (delivery_id) WHERE kind = '{kind.name}' GROUP BY ALL",
        )
        by_row: dict[Any, Any] = dict(rows)
        for number, (column, _, rule_id) in enumerate(_cases(kind), start=2):
            found[kind.name, column, rule_id] = by_row.get(number, [])
    return found


@pytest.mark.parametrize(
    ("kind", "column", "rule_id"),
    [
        (kind.name, column, rule_id)
        for kind in KINDS.values()
        for column, _, rule_id in _cases(kind)
    ],
    ids=lambda text: text,
)
def test_a_wrong_cell_breaks_its_rule_and_no_other(
    broken: dict[Case, list[str]], kind: str, column: str, rule_id: str
) -> None:
    assert broken[kind, column, rule_id] == [rule_id]


def test_the_other_rules_are_about_rows_or_flags() -> None:
    about_columns = {rule_id for kind in KINDS.values() for _, _, rule_id in _cases(kind)}
    others = {rule_id for rule_id in RULES if rule_id not in about_columns}
    assert {rule_id for rule_id in others if RULES[rule_id].severity == "reject"} == {
        "column_count", "unreadable_text", "collected_date_missing", "amount_negative",
        "excluded_deleted", "excluded_test", "excluded_converted",
    }  # fmt: skip


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_a_sentence_names_no_column_of_ours(rule: Rule) -> None:
    """`reference.procedure` and its like are tables that the keeper of the settings opens."""
    assert not re.search(r"[a-z]_[a-z]", rule.vi + rule.en)
    assert rule.vi.endswith(".")
    assert rule.en.endswith(".")
    assert rule.vi != rule.en
    assert rule.repairer in REPAIRERS


@pytest.mark.parametrize(
    "column",
    {c.pattern: c for kind in KINDS.values() for c in kind.columns if c.pattern}.values(),
    ids=lambda column: column.name,
)
def test_the_code_that_a_sentence_shows_is_one(column: ExportColumn) -> None:
    for form in form_of(column):
        assert re.fullmatch(column.pattern, form.rpartition(" ")[2])
