"""Operators: what they change in SQL, and that they never touch comments and strings."""

import pytest

from tests.mutation.mutants import Mutant, chosen, mutants
from tests.mutation.operators import OPERATORS
from tests.mutation.tokens import tokens


def _mutated(operator: str, sql: str) -> list[str]:
    return [
        Mutant("x.sql", operator, edit, sql).mutated for edit in OPERATORS[operator](tokens(sql))
    ]


@pytest.mark.parametrize(
    ("operator", "sql", "mutated"),
    [
        ("boundary", "WHERE a < 'b < c' -- d < e", ["WHERE a <= 'b < c' -- d < e"]),
        ("boundary", "WHERE a >= b /* c > d */", ["WHERE a > b /* c > d */"]),
        (
            "between", "WHERE a BETWEEN b AND c AND d",
            ["WHERE a BETWEEN b + 1 AND c AND d", "WHERE a BETWEEN b AND c + 1 AND d",
             "WHERE a BETWEEN b AND c - 1 AND d"],
        ),
        ("and_or", "WHERE a BETWEEN b AND c OR d", ["WHERE a BETWEEN b AND c AND d"]),
        ("and_or", "CREATE OR REPLACE MACRO a(b) AS b AND c",
         ["CREATE OR REPLACE MACRO a(b) AS b OR c"]),
        (
            "drop_condition", "WHERE a = 1 AND b BETWEEN c AND d AND (e OR f)",
            ["WHERE a = 1 AND (e OR f)", "WHERE b BETWEEN c AND d AND (e OR f)",
             "WHERE a = 1 AND b BETWEEN c AND d",
             "WHERE a = 1 AND b BETWEEN c AND d AND (e)",
             "WHERE a = 1 AND b BETWEEN c AND d AND (f)"],
        ),
        (
            "drop_filter", "SELECT sum(a) FILTER (WHERE b AND (c)) AS d FROM e WHERE f IN (g) "
            "GROUP BY ALL",
            ["SELECT sum(a) AS d FROM e WHERE f IN (g) GROUP BY ALL",
             "SELECT sum(a) FILTER (WHERE b AND (c)) AS d FROM e GROUP BY ALL"],
        ),
        (
            "swap_column", "SELECT d.due_date, e_date < coalesce(f_date, 1) AS g_date FROM h",
            ["SELECT d.due_date, f_date < coalesce(f_date, 1) AS g_date FROM h",
             "SELECT d.due_date, e_date < coalesce(e_date, 1) AS g_date FROM h"],
        ),
        (
            "swap_column", "SELECT a_date, b_date FROM c",
            ["SELECT b_date AS a_date, b_date FROM c", "SELECT a_date, a_date AS b_date FROM c"],
        ),
        ("swap_column", "SELECT a FROM b JOIN c USING (a_date, b_date)", []),
        ("drop_not", "a IS NULL AND NOT b", ["a IS NOT NULL AND NOT b", "a IS NULL AND b"]),
        ("forget_null", "a IS DISTINCT FROM 'b'", ["a <> 'b'"]),
        ("forget_null", "coalesce(a, f(b, c), d)", ["coalesce(a)"]),
        ("coalesce_order", "coalesce(a.b, c, d)", ["coalesce(c, a.b, d)"]),
        ("swap_rate", "rate_pct(a + b, c) AS d", ["rate_pct(c, a + b) AS d"]),
        ("in_list", "a IN ('b', 'c')", ["a IN ('b')", "a IN ('c')"]),
        ("in_list", "a IN ('b')", []),
        ("other_label", "WHEN a = 'b' THEN 'c'",
         ["WHEN a = 'c' THEN 'c'", "WHEN a = 'b' THEN 'b'"]),
        ("aggregate", "count(DISTINCT a), sum(b)",
         ["count(a), sum(b)", "count(DISTINCT a), max(b)", "count(DISTINCT a), count(b)"]),
        ("aggregate", "a IS NOT DISTINCT FROM b", []),
        ("summand", "a = b + 1", ["a = b - 1", "a = b"]),
        ("join_kind", "a LEFT JOIN b", ["a INNER JOIN b"]),
        ("union_kind", "a UNION ALL b", ["a UNION b"]),
        ("constant", "DECIMAL(9, 2) 14 true",
         ["DECIMAL(9, 2) 15 true", "DECIMAL(9, 2) 14 false"]),
    ],
)  # fmt: skip
def test_an_operator_changes_one_thing_at_each_place(
    operator: str, sql: str, mutated: list[str]
) -> None:
    assert _mutated(operator, sql) == mutated


def test_every_operator_finds_a_place_in_the_counting_sql_and_changes_it() -> None:
    found = mutants()
    assert {mutant.operator for mutant in found} == set(OPERATORS)
    assert [mutant for mutant in found if mutant.mutated == mutant.sql] == []


def test_a_mutant_is_told_from_every_other_one() -> None:
    found = mutants()
    names = {(m.file, m.line_text, m.occurrence, m.change) for m in found}
    assert len(names) == len(found)


def test_the_choice_is_always_the_same_and_leaves_no_file_out() -> None:
    found = mutants()
    picked = chosen(found, 5)
    assert picked == chosen(mutants(), 5)
    assert {mutant.file for mutant in picked} == {mutant.file for mutant in found}
    assert max(sum(m.file == file for m in picked) for file in {m.file for m in picked}) == 5
