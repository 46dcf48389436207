"""`docs/dictionary.md`: every published table and column, as `schemas` has them."""

from collections.abc import Iterable

from assets.engine.common.paths import PROJECT
from assets.engine.indicators import rate_formulas
from schemas.rows import RULES
from schemas.tables import (
    AS_REPORTED,
    CALENDAR_MACROS,
    EXPLAIN,
    EXPLAIN_CHANGE,
    FIGURE_CHANGE,
    FORMULA_VERSION,
    INDICATOR,
    MEASURE_COLUMNS,
    PUBLISHED_DOSSIER_TABLES,
    PUBLISHED_MEASURES,
    PUBLISHED_TABLES,
    Column,
    Macro,
    Measure,
    Table,
)

PAGE = PROJECT / "docs" / "dictionary.md"
FILES = {"motcua.duckdb": PUBLISHED_TABLES, "dossiers.duckdb": PUBLISHED_DOSSIER_TABLES}
VIEWS = {"motcua.duckdb": (FIGURE_CHANGE,), "dossiers.duckdb": ()}
MACROS = {
    "motcua.duckdb": (AS_REPORTED,),
    "dossiers.duckdb": (EXPLAIN, EXPLAIN_CHANGE, *CALENDAR_MACROS),
}
OPENING = """\
# Từ điển dữ liệu | Data dictionary

Every table and column of the two published files, in Vietnamese and English. `make docs` makes this
page from `schemas/`; the files carry the same sentences as comments:

```
SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal;
```

`by_unit.csv` has the columns of `indicators.by_unit`. A column that may be empty (NULL) says `?`
behind its type. Columns ending in `_count` are whole numbers, those in `_pct` percent, empty where
there is nothing to divide by.
"""


def dictionary() -> str:
    """Return the whole page."""
    lines = OPENING.splitlines()
    for file, tables in FILES.items():
        lines += ["", f"## {file}"]
        for table in (*tables, *VIEWS[file]):
            lines += _section(table)
        for macro in MACROS[file]:
            lines += _macro(macro)
    lines += _measures() + _rules()
    return "\n".join(lines) + "\n"


def _section(table: Table) -> list[str]:
    lines = ["", f"### {table.qualified_name}", "", f"{table.vi} | {table.en}", "",
             f"A row: {_coded(*table.key)}"]  # fmt: skip
    return lines + _columns(table.columns)


def _macro(macro: Macro) -> list[str]:
    called = f"{macro.name}({', '.join(column.name for column in macro.parameters)})"
    lines = ["", f"### {called if macro.columns else macro.name}", "", f"{macro.vi} | {macro.en}"]
    if macro.columns:
        lines += [*_columns(macro.parameters), "", "gives", *_columns(macro.columns)]
    return lines


def _columns(columns: tuple[Column, ...]) -> list[str]:
    """Return the lines about columns; all measures together have a part of their own."""
    has_measures = set(MEASURE_COLUMNS) <= set(columns)
    own = [c for c in columns if not (has_measures and c in MEASURE_COLUMNS)]
    head = ("Column", "Type", "Tiếng Việt", "English")
    if any(column.values for column in own):
        lines = _rows((*head, "Values"), ((*_column(c), _coded(*c.values)) for c in own))
    else:
        lines = _rows(head, map(_column, own))
    if has_measures:
        lines += ["", f"and the {len(MEASURE_COLUMNS)} [measures](#measures)."]
    return lines


def _column(column: Column) -> tuple[str, ...]:
    return _coded(column.name), _type(column), column.vi, column.en


def _type(column: Column) -> str:
    return column.type + ("?" if column.nullable else "")


def _measures() -> list[str]:
    (legend,) = (column.en for column in INDICATOR.columns if column.name == "numerator")
    return ["", "## Measures", "", f"Chỉ tiêu | Formula version {FORMULA_VERSION}. {legend}.",
            *_rows(("Column", "Type", "Tiếng Việt", "English", "Rule, or numerator", "Denominator",
                    "Source"), map(_measure, PUBLISHED_MEASURES))]  # fmt: skip


def _measure(measure: Measure) -> tuple[str, ...]:
    over, under = rate_formulas()[measure.name] if measure.is_rate else (measure.rule, "")
    column = next((c for c in MEASURE_COLUMNS if c.name == measure.name), measure.column)
    return (_coded(measure.name), _type(column), measure.vi, measure.en,
            *(_coded(part) if part else "" for part in (over, under)), measure.source)  # fmt: skip


def _rules() -> list[str]:
    head = ("Rule", "Severity", "Who repairs", "Tiếng Việt", "English")
    rules = ((_coded(rule.rule_id), rule.severity, rule.repairer, rule.vi, rule.en)
             for rule in RULES.values())  # fmt: skip
    return ["", "## Rules", "", "Quy tắc | The values of `rule_id` and of `flags`.",
            *_rows(head, rules)]  # fmt: skip


def _coded(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return ["", _line(head), "|---" * len(head) + "|", *map(_line, rows)]


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
