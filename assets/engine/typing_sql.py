"""Typing: one SELECT that turns raw text into typed columns, for every container alike.

Belongs here: how the text of each reading becomes a value, only through TRY functions, and what
is kept of text that does not (its shape). Does not belong here: deciding whether a row is
accepted (`schemas.judgement`).

The SELECT yields, for each column `c` of the kind: `c` typed, `c_is_unreadable` (text is there but
could not be typed), for the row `found` (shapes of unreadable text) and `is_blank`, and for the
unit its raw text, which `assets.engine.batches` resolves: without a join rows keep their order.
"""

from assets.engine.text import label_key
from assets.engine.text_table import RAW_PREFIX
from schemas.columns import quoted
from schemas.exports import ExportColumn
from schemas.judgement import UNREADABLE_SUFFIX
from schemas.settings import Export

# Formats of codes: TT 01/2018/TT-VPCP Art. 19 (dossiers), the national procedure database.
_DOSSIER_CODE = r"(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4}){0,3}-\d{6}-\d{4,7}"
_PROCEDURE_CODE = r"[1-9]\.\d{6}(\.(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4})*)?"
# A code has a digit; a name does not.
_REQUEST_CODE = r"[A-Z][A-Z0-9]*([-._][A-Z0-9]+)*[-._][A-Z0-9]*\d[A-Z0-9]*"
_NULL_DATES = "DATE '0001-01-01', DATE '1900-01-01', DATE '1970-01-01'"
_TYPES = {"date": "DATE", "flag": "BOOLEAN", "amount": "BIGINT"}


def typed_select(export: Export, relation: str, has_row_number: bool) -> str:
    """Return the SELECT that types `relation` (columns `raw_*`) by the settings of `export`."""
    mapped = [c for c in export.definition.columns if c.name in export.columns]
    parsed = ", ".join(f"{_parsed(column, export)} AS parsed_{column.name}" for column in mapped)
    unreadable = {column.name: _unreadable(column) for column in mapped if column.reading != "unit"}
    typed = [f"{_typed(column, column in mapped)} AS {column.name}"
             for column in export.definition.columns]  # fmt: skip
    typed += [
        f"{unreadable.get(column.name, 'false')} AS {column.name}{UNREADABLE_SUFFIX}"
        for column in export.definition.columns
        if column.reading != "unit"
    ]
    typed += [f"{RAW_PREFIX}{c.name}" for c in mapped if c.reading == "unit"]
    shapes = ", ".join(
        f"CASE WHEN {condition} THEN '{name}: ' || text_shape({RAW_PREFIX}{name}) END"
        for name, condition in unreadable.items()
    )
    return f"""
        SELECT {"row_number," if has_row_number else ""} {", ".join(typed)},
            CASE WHEN {" OR ".join(unreadable.values())}
                 THEN concat_ws('; ', {shapes}) END AS found,
            {_blank(mapped)} AS is_blank
        FROM (SELECT raw.*, {parsed} FROM {relation} AS raw)
    """


def _parsed(column: ExportColumn, export: Export) -> str:
    """Return the parse of a column: first of the text as it stands, then of the cleaned text.

    Cleaning costs as much as parsing, and nearly all text needs none.
    """
    raw = f"raw.{RAW_PREFIX}{column.name}"
    if column.reading == "unit":
        # Python resolves units: a join would change the order of the rows.
        return "CAST(NULL AS VARCHAR)"
    if column.reading == "date":
        formats = "[" + ", ".join(quoted(text) for text in export.date_formats) + "]"
        return (
            f"plausible_day(CAST(coalesce(try_strptime({raw}, {formats}), "
            f"try_strptime(clean_text({raw}), {formats})) AS DATE))"
        )
    if column.reading in ("value", "flag"):
        return _lookup(raw, export.values[column.name])
    if column.reading == "amount":
        return _amount(raw, export.thousands_mark)
    pattern = {"dossier_code": _DOSSIER_CODE, "procedure_code": _PROCEDURE_CODE}.get(
        column.reading, _REQUEST_CODE
    )
    keep = "left({}, 8)" if column.reading == "procedure_code" else "{}"
    branches = " ".join(
        f"WHEN regexp_full_match({text}, '{pattern}') THEN {keep.format(text)}"
        for text in (raw, f"code_text({raw})")
    )
    return f"CASE {branches} END"


def _lookup(raw: str, texts: dict[str, list[str]]) -> str:
    """Return the value that a text means: as it is listed, else by its normal form.

    The normal form is looked up in a map, where it stands once: in a CASE, DuckDB would compute
    it for every row beforehand.
    """
    pairs = [(quoted(text), quoted(value)) for value in texts for text in texts[value]]
    exact = " ".join(f"WHEN {text} THEN {value}" for text, value in pairs)
    loose = {label_key(text): (text, value) for text, value in pairs}
    keys = ", ".join(f"label_key({text})" for text, _ in loose.values())
    values = ", ".join(value for _, value in loose.values())
    return f"coalesce(CASE {raw} {exact} END, MAP([{keys}], [{values}])[label_key({raw})])"


def _amount(raw: str, mark: str) -> str:
    digits = f"regexp_replace(label_key({raw}), ' ?(đ|đồng|vnđ|vnd)$', '')"
    if not mark:
        return f"TRY_CAST({digits} AS BIGINT)"
    grouped = rf"-?\d+|-?\d{{1,3}}([{mark}]\d{{3}})+"
    return (
        f"CASE WHEN regexp_full_match({digits}, '{grouped}') "
        f"THEN TRY_CAST(replace({digits}, '{mark}', '') AS BIGINT) END"
    )


def _unreadable(column: ExportColumn) -> str:
    raw, parsed = f"{RAW_PREFIX}{column.name}", f"parsed_{column.name}"
    return (
        f"CASE WHEN {parsed} IS NULL AND {raw} IS NOT NULL THEN clean_text({raw}) <> '' "
        "ELSE false END"
    )


def _typed(column: ExportColumn, is_mapped: bool) -> str:
    sql_type = _TYPES.get(column.reading, "VARCHAR")
    if not is_mapped:
        return f"CAST(NULL AS {sql_type})"
    parsed = f"parsed_{column.name}"
    if column.reading == "date":
        # Portals write these days where they mean "none".
        return f"CASE WHEN {parsed} NOT IN ({_NULL_DATES}) THEN {parsed} END"
    return f"CAST({parsed} AS {sql_type})"


def _blank(mapped: list[ExportColumn]) -> str:
    needed = " AND ".join(f"parsed_{c.name} IS NULL" for c in mapped if c.needed)
    cells = ", ".join(f"nullif(clean_text({RAW_PREFIX}{c.name}), '')" for c in mapped)
    return f"CASE WHEN {needed} THEN coalesce({cells}) IS NULL ELSE false END"
