"""The records of a JSON file as a table of text: each mapped column by its path."""

import json
import re
from dataclasses import replace

from assets.engine.common.errors import FileRefused
from assets.engine.extract.headers import Header
from assets.engine.extract.raw_table import RAW_PREFIX, TextTable
from assets.engine.formats.json_file import JsonRecords, json_objects_sql
from schemas.settings import ANY_TEXT, Export
from schemas.tables import quoted

LIST_WITHIN = "a list where a record should be"
# A path into a list: of all entries, or of those where a field says yes ("!": does not).
_EVERY = re.compile(r"\[(\*|!?[A-Za-z_]\w*)\]")
_STEP = re.compile(r"[^\[\]]+(\[(\d+|#-\d+|\*|!?[A-Za-z_]\w*)\])*")
_SAYS_NO = "'', '0', 'False', 'false'"


def records_table(records: JsonRecords, export: Export) -> TextTable:
    """Return the records of a JSON file."""
    return replace(json_table(json_objects_sql(records), export), records=records)


def json_table(objects_sql: str, export: Export) -> TextTable:
    """Return the records of `objects_sql`, a relation with one column `json`."""
    wanted = export.headers()
    single = {
        name: [json_path(path) for path in paths]
        for name, paths in wanted.items()
        if not any(map(_EVERY.search, paths))
    }
    # All plain paths are taken out in one pass over the record, which [*] cannot join; of a list
    # with a condition the whole text.
    paths = [path for listed in single.values() for path in listed]
    paths += [
        json_path(path[: every.start()])
        for listed in wanted.values()
        for path in listed
        if (every := _EVERY.search(path)) and every.group(1) != "*"
    ]
    place = {path: number for number, path in enumerate(paths, start=1)}
    columns = [
        f"coalesce({', '.join(f'texts[{place[path]}]' for path in listed)}, NULL) "
        f"AS {RAW_PREFIX}{name}"
        for name, listed in single.items()
    ]
    for name in [name for name in wanted if name not in single]:
        several = ", ".join(_several(path, name, export, place) for path in wanted[name])
        columns.append(f"coalesce({several}, NULL) AS {RAW_PREFIX}{name}")
    listed = ", ".join(quoted(path) for path in paths)
    relation = (
        f"(SELECT {', '.join(columns)}, CAST(NULL AS VARCHAR) AS lead_text, "
        "CAST(NULL AS INTEGER) AS filled_count, "
        f"CASE WHEN starts_with(json, '[') AND json_array_length(record) > 0 "
        f"THEN CAST(error('{LIST_WITHIN}') AS BOOLEAN) "
        f"ELSE json IS NOT NULL AND {_is_no_record(paths)} END AS is_broken "
        f"FROM (SELECT json, record, json_extract_string(record, [{listed}]) AS texts "
        f"FROM (SELECT json, TRY_CAST(json AS JSON) AS record FROM {objects_sql})))"
    )
    return TextTable(relation, Header(-1, [], {}), objects=objects_sql)


def _is_no_record(paths: list[str]) -> str:
    """Return the SQL of whether a record is no object, or has a key twice on the way to a path.

    Readers disagree about which of the two counts.
    """
    steps = [path.split(".") for path in paths]
    objects = {".".join(step[:count]) for step in steps for count in range(1, len(step))} | {"$"}
    keys = f"json_keys(record, [{', '.join(map(quoted, sorted(objects)))}])"
    twice = f"list_filter({keys}, lambda names: len(names) <> list_unique(names))"
    return f"(record IS NULL OR json_type(record) <> 'OBJECT' OR len({twice}) > 0)"


def json_path(path: str) -> str:
    """Return the JSON path of a dotted path: `procedure.code`, `DanhSach[#-1].Ngay`.

    Raises
    ------
    FileRefused
        It is none: a bracket is open, or holds neither a place nor the name of a field.
    """
    if not all(map(_STEP.fullmatch, path.split("."))):
        raise FileRefused(
            "Reading the paths of its records",
            f"{path!r} in the source settings",
            "keys with points between; of a list [0], [#-1], [*], or [Field] for the entries where "
            "that field is filled",
            "Correct this path in the source settings.",
        )
    steps = []
    for step in path.split("."):
        name, bracket, index = step.partition("[")
        steps.append(f'."{name}"{bracket}{index}')
    return "$" + "".join(steps)


def _several(path: str, name: str, export: Export, place: dict[str, int]) -> str:
    """Return the text of a path that may lead to several: joined, a flag as its first yes."""
    every = _EVERY.search(path)
    if every is None or every.group(1) == "*":
        texts = f"json_extract_string(record, {quoted(json_path(path))})"
    else:
        entries = f"texts[{place[json_path(path[: every.start()])]}]"
        texts = _texts_of_some(entries, every.group(1), path[every.end() + 1 :])
    if every is None:
        return texts
    filled = f"list_filter({texts}, lambda text: text <> '')"
    if export.definition.column(name).reading != "flag":
        # The national contract joins lists in one text with ##.
        return f"nullif(array_to_string({filled}, '##'), '')"
    yes = export.values[name].get("true", [])
    listed = ", ".join(quoted(text) for text in yes)
    is_yes = "true" if ANY_TEXT in yes else f"text IN ({listed})"
    return f"coalesce(list_filter({filled}, lambda text: {is_yes})[1], {filled}[1])"


def _texts_of_some(entries: str, condition: str, name: str) -> str:
    """Return the texts `name` of the entries that have, or have not, a field that says yes."""
    field, says = condition.lstrip("!"), "IN" if condition.startswith("!") else "NOT IN"
    form = quoted(json.dumps([{field: "VARCHAR", name: "VARCHAR"}]))
    return (
        f"list_transform(list_filter(json_transform(TRY_CAST({entries} AS JSON), {form}), "
        f"lambda entry: coalesce(entry.\"{field}\", '') {says} ({_SAYS_NO})), "
        f'lambda entry: entry."{name}")'
    )
