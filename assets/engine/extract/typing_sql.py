"""Typing: one SELECT that turns raw text into typed columns, for every container alike.

The SELECT yields, for each column `c` of the kind: `c` typed, `c_is_unreadable` (text is there but
could not be typed), the kind's facts, and for the row `found` (texts that could not be typed, in
the order of `readable_columns`; only their shapes are kept) and the texts of a row without a key,
by which `layout_kind` tells layout from data. The unit keeps its raw text, which
`assets.engine.validate` resolves: without a join rows keep their order.
"""

from assets.engine.common.text import label_key
from assets.engine.extract.raw_table import RAW_PREFIX, TextTable
from schemas.rows import DOSSIER, FACTS, UNREADABLE_SUFFIX, ExportColumn
from schemas.settings import ANY_TEXT, LOCAL_TIME_ZONE, Export
from schemas.tables import quoted

_PROCEDURE_CODE = r"[1-9]\.\d{6}(\.(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4})*)?"
# A code of six digits that a spreadsheet took for a number: its last zeros, or its dot, are gone.
_SHORTENED_CODE, _DOTLESS_CODE = r"[1-9]\.\d{1,5}", r"[1-9]\d{6}"
_OTHER_CODE = r"[A-Z][A-Z0-9_]*[-._]?[A-Z0-9_.-]*\d[A-Z0-9_.-]*"
_NULL_DATES = "DATE '0001-01-01', DATE '1900-01-01', DATE '1970-01-01'"
_TYPES = {"date": "DATE", "flag": "BOOLEAN", "amount": "BIGINT"}
_LIST_MARK = r"\s*(##|[;,])\s*"
_LONGEST_NAME = 2000
# The mapped texts of a row without a key, and those that may be its count of rows.
TEXTS, COUNT_TEXTS = "texts", "count_texts"


def typed_select(export: Export, table: TextTable) -> str:
    """Return the SELECT that types the rows of `table` by the settings of `export`."""
    mapped = export.mapped
    parsed = ", ".join(f"{_parsed(column, export)} AS parsed_{column.name}" for column in mapped)
    unreadable = {c.name: _unreadable(c) for c in readable_columns(export)}
    kind = export.definition
    items = [f"{_typed(c, c in mapped)} AS {c.name}" for c in kind.columns]
    items += [
        f"{unreadable.get(c.name, 'false')} AS {c.name}{UNREADABLE_SUFFIX}"
        for c in kind.columns
        if c.rejects_text
    ]
    items += [f"{RAW_PREFIX}{c.name}" for c in mapped if c.reading == "unit"]
    items += [f"{sql} AS {name}" for name, sql in _facts(export).items()]
    found = ", ".join(
        f"CASE WHEN {condition} THEN {RAW_PREFIX}{name} END"
        for name, condition in unreadable.items()
    )
    texts = ", ".join(f"{RAW_PREFIX}{c.name}" for c in mapped)
    amounts = [c.name for c in mapped if c.reading == "amount"]
    # Written once: a macro's text is repeated wherever its argument stands.
    numbers = "".join(f", number_text({RAW_PREFIX}{name}) AS number_{name}" for name in amounts)
    return f"""
        SELECT {"row_number," if table.grid is not None else ""} {", ".join(items)},
            CASE WHEN {" OR ".join(unreadable.values())}
                 THEN [{found}] END AS found,
            CASE WHEN parsed_{kind.key} IS NULL THEN [{texts}] END AS {TEXTS},
            CASE WHEN parsed_{kind.key} IS NULL THEN {table.count_texts} END AS {COUNT_TEXTS},
            lead_text, filled_count, is_broken
        FROM (SELECT raw.*, {parsed} FROM (SELECT * {numbers} FROM {table.relation}) AS raw)
    """


def typed_texts_select(column: ExportColumn, export: Export, relation: str) -> str:
    """Return the SELECT that types texts of one column as `typed_select` does.

    `relation` has the texts in `raw_<name>` and their `rows`, which the SELECT yields with `value`
    and `is_unreadable`.
    """
    raw, name = f"{RAW_PREFIX}{column.name}", column.name
    number = f", number_text({raw}) AS number_{name}" if column.reading == "amount" else ""
    return f"""
        SELECT rows, parsed_{name} AS value, {_unreadable(column)} AS is_unreadable
        FROM (SELECT raw.*, {_parsed(column, export)} AS parsed_{name}
              FROM (SELECT * {number} FROM {relation}) AS raw)
    """


def readable_columns(export: Export) -> list[ExportColumn]:
    """Return the mapped columns whose text may turn out to be unreadable."""
    return [column for column in export.mapped if column.rejects_text]


def _parsed(column: ExportColumn, export: Export) -> str:
    """Return the parse of a column: first of the text as it stands, then of the cleaned text.

    Cleaning costs as much as parsing, and nearly all text needs none.
    """
    raw = f"raw.{RAW_PREFIX}{column.name}"
    pattern = quoted(export.code_patterns.get(column.name, column.pattern))
    marks = export.marks_of(column.name)
    number = f"raw.number_{column.name}"
    amount = f"typed_amount({number}, {quoted(marks.grouping)}, {quoted(marks.decimal)})"
    if column.reading in ("value", "flag"):
        return _lookup(raw, export.values[column.name])
    if column.reading == "code":
        prefix = export.dossier_code_prefix if _is_dossier_code(column) else ""
        return _codes(raw, pattern) if column.is_list else _code(raw, pattern, prefix)
    return {
        # Python resolves units: a join would change the order of the rows.
        "unit": "CAST(NULL AS VARCHAR)",
        "name": f"nullif(left(clean_text({raw}), {_LONGEST_NAME}), '')",
        "date": f"plausible_day({_moment(raw, export)})",
        "amount": amount,
        "procedure_code": _procedure_code(raw),
    }[column.reading]


def _codes(raw: str, pattern: str) -> str:
    split = f"regexp_split_to_array(code_list_text({raw}), '{_LIST_MARK}')"
    parts = f"list_filter({split}, lambda part: part <> '')"
    is_none_else = f"lambda part: NOT regexp_full_match(part, {pattern})"
    return (
        f"CASE WHEN len({parts}) > 0 AND len(list_filter({parts}, {is_none_else})) = 0 "
        f"THEN {parts} END"
    )


def _code(raw: str, pattern: str, prefix: str) -> str:
    texts = [raw, f"code_text({raw})"]
    if prefix:
        texts.append(f"{quoted(prefix)} || code_text({raw})")
    branches = " ".join(f"WHEN regexp_full_match({text}, {pattern}) THEN {text}" for text in texts)
    return f"CASE {branches} END"


def _procedure_code(raw: str) -> str:
    """Return the short form of a procedure code; a code of another form as it stands."""
    code, whole = f"code_text({raw})", f"code_marks(clean_text({raw}))"
    return (
        f"CASE WHEN regexp_full_match({raw}, '{_PROCEDURE_CODE}') THEN left({raw}, 8) "
        f"WHEN regexp_full_match({code}, '{_PROCEDURE_CODE}') THEN left({code}, 8) "
        f"WHEN regexp_full_match({code}, '{_SHORTENED_CODE}') THEN rpad({code}, 8, '0') "
        f"WHEN regexp_full_match({code}, '{_DOTLESS_CODE}') "
        f"THEN left({code}, 1) || '.' || right({code}, 6) "
        # Not without its blanks: a name and a number may look like a code then.
        f"WHEN {_is_other_code(whole)} THEN {whole} END"
    )


def _is_other_code(code: str) -> str:
    # Seven digits in a row may be a passport or a telephone.
    return (
        f"(regexp_full_match({code}, '{_OTHER_CODE}') AND length({code}) <= 40 "
        rf"AND NOT regexp_matches({code}, '\d{{7}}'))"
    )


def _moment(raw: str, export: Export) -> str:
    """Return the local time that a text means: by the formats in order, else Excel's day number.

    Times are shifted from the export's zone; days alone are days anywhere.
    """
    local, zone = quoted(LOCAL_TIME_ZONE), quoted(export.time_zone)
    day_number = f"excel_moment({raw})"
    if export.time_zone != LOCAL_TIME_ZONE:
        day_number = (
            f"CASE WHEN CAST({day_number} AS TIME) = TIME '00:00:00' THEN {day_number} "
            f"ELSE timezone({local}, timezone({zone}, {day_number})) END"
        )
    cleaned = [*_tries(f"clean_text({raw})", export), day_number]
    # In a CASE, as in `_lookup`.
    slow = f"CASE WHEN {raw} IS NOT NULL THEN coalesce({', '.join(cleaned)}) END"
    return f"coalesce({', '.join([*_tries(raw, export), slow])})"


def _tries(text: str, export: Export) -> list[str]:
    """Return the SQL that reads `text` by the date formats, in order: timed, daily, aware ones."""
    aware = [form for form in export.date_formats if "%z" in form]
    naive = [form for form in export.date_formats if form not in aware]
    local, zone = quoted(LOCAL_TIME_ZONE), quoted(export.time_zone)
    tries = []
    if export.time_zone == LOCAL_TIME_ZONE:
        tries += [f"try_strptime({text}, {_formats(naive)})"] if naive else []
    else:
        timed = [form for form in naive if "%H" in form or "%I" in form]
        daily = [form for form in naive if form not in timed]
        tries += [
            f"timezone({local}, timezone({zone}, try_strptime({text}, {_formats(timed)})))"
        ] if timed else []  # fmt: skip
        tries += [f"try_strptime({text}, {_formats(daily)})"] if daily else []
    tries += [f"timezone({local}, try_strptime({text}, {_formats(aware)}))"] if aware else []
    return tries


def _formats(formats: list[str]) -> str:
    return "[" + ", ".join(quoted(text) for text in formats) + "]"


def _lookup(raw: str, texts: dict[str, list[str]]) -> str:
    """Return the value that a text means: as it is listed, else by its normal form.

    All of it is one CASE: DuckDB computes what stands twice in a COALESCE for every row beforehand,
    and the normal form of text costs more than reading it.
    """
    pairs = [(quoted(text), quoted(value)) for value in texts for text in texts[value]
             if text != ANY_TEXT]  # fmt: skip
    tries = []
    if pairs:
        loose = {label_key(text): quoted(value) for value in texts for text in texts[value]}
        keys, values = ", ".join(map(quoted, loose)), ", ".join(loose.values())
        tries.append(f"MAP([{keys}], [{values}])[label_key({raw})]")
    for value, listed in texts.items():
        if ANY_TEXT in listed:
            tries.append(f"CASE WHEN NOT is_empty_text({raw}) THEN {quoted(value)} END")
    exact = " ".join(f"WHEN {raw} = {text} THEN {value}" for text, value in pairs)
    return f"CASE WHEN {raw} IS NULL THEN NULL {exact} ELSE coalesce({', '.join(tries)}, NULL) END"


def _unreadable(column: ExportColumn) -> str:
    raw, parsed = f"{RAW_PREFIX}{column.name}", f"parsed_{column.name}"
    is_none = f"is_empty_text({raw})"
    if column.reading == "date":
        is_none += f" OR is_null_day({raw})"
    return f"CASE WHEN {parsed} IS NULL AND {raw} IS NOT NULL THEN NOT ({is_none}) ELSE false END"


def _typed(column: ExportColumn, is_mapped: bool) -> str:
    sql_type = _TYPES.get(column.reading, "VARCHAR") + ("[]" if column.is_list else "")
    if not is_mapped:
        return f"CAST(NULL AS {sql_type})"
    parsed = f"parsed_{column.name}"
    if column.reading == "date":
        # Portals write these days where they mean "none"; `is_null_day` knows their other forms.
        day = f"CAST({parsed} AS DATE)"
        return f"CASE WHEN {day} NOT IN ({_NULL_DATES}) THEN {day} END"
    return f"CAST({parsed} AS {sql_type})"


def _facts(export: Export) -> dict[str, str]:
    """Return the SQL of each fact that a rule of the kind asks for."""
    facts = dict.fromkeys(FACTS.get(export.kind, ()), "false")
    if export.definition is DOSSIER:
        facts["received_hour"] = "CAST(NULL AS INTEGER)"
        if "received_date" in export.columns:
            day, code = "parsed_received_date", "parsed_dossier_code"
            # Midnight to the second is how a day without a time is written.
            facts["received_hour"] = (
                f"CASE WHEN CAST({day} AS TIME) >= TIME '00:00:01' "
                f"THEN CAST(hour({day}) AS INTEGER) END"
            )
            # The code holds the day of reception as yyMMdd (TT 01/2018/TT-VPCP Art. 19).
            facts["day_month_is_swapped"] = (
                f"coalesce(CASE WHEN day({day}) <= 12 AND day({day}) <> month({day}) THEN "
                f"TRY_CAST(substr({code}, strpos({code}, '-') + 1, 6) AS INTEGER) = "
                f"(year({day}) % 100) * 10000 + day({day}) * 100 + month({day}) END, false)"
            )
        if export.dossier_code_prefix:
            pattern = quoted(export.code_patterns.get(
                "dossier_code", export.definition.column("dossier_code").pattern))  # fmt: skip
            facts["dossier_code_is_completed"] = (
                "(parsed_dossier_code IS NOT NULL AND NOT "
                f"regexp_full_match(code_text({RAW_PREFIX}dossier_code), {pattern}))"
            )
    if "procedure_code" in export.columns:
        code = f"code_text({RAW_PREFIX}procedure_code)"
        # Nearly every code is of the short form, which one comparison tells.
        differs = f"parsed_procedure_code IS DISTINCT FROM {RAW_PREFIX}procedure_code"
        facts["procedure_code_is_restored"] = (
            f"coalesce(CASE WHEN {differs} THEN "
            f"regexp_full_match({code}, '{_SHORTENED_CODE}|{_DOTLESS_CODE}') END, false)"
        )
        # National codes begin with a digit, all others with a letter.
        facts["procedure_code_is_nonstandard"] = "coalesce(parsed_procedure_code >= 'A', false)"
    return facts


def _is_dossier_code(column: ExportColumn) -> bool:
    return column.name in ("dossier_code", "other_dossier_code")
