"""A draft of settings: every misfit named with its place, and the rest made usable.

Belongs here: fitting a settings file to its model without stopping at the first misfit. Does not
belong here: the model (`schemas.settings`), and what a sample says (`settings_headers` and on).
"""

import difflib
import re
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Self

import duckdb
from pydantic import Field, ValidationError, model_validator

from assets.engine.errors import SettingsError
from assets.engine.settings_findings import Findings, toml_list, toml_text
from schemas.exports import KINDS, ExportColumn
from schemas.settings import Change, Export, Marks, Name, Source

# A text that stands in no file: a column whose texts nobody listed is read all the same.
NO_TEXT = "\ue000"
_MOST_ROUNDS = 200
_SETTINGS = sorted({*Source.model_fields, *Export.model_fields, *Marks.model_fields,
                    *Change.model_fields})  # fmt: skip


class DraftExport(Export):
    """An export that may not fit its kind."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        return self

    def misfits(self) -> list[str]:
        """Return what the model says against this export."""
        known = {column.name: column for column in self.definition.columns}
        return [
            *self._column_problems(known),
            *self._value_problems(known),
            *self._format_problems(),
            *self._code_problems(known),
        ]

    def value_misfits(self) -> list[str]:
        """Return what the model says against the texts of the mapped columns."""
        return self._value_problems({column.name: column for column in self.definition.columns})

    def usable(self) -> "DraftExport":
        """Return the export without what does not fit; needed columns may be missing."""
        known = {column.name: column for column in self.definition.columns}
        columns = _known_columns(self.columns, known)
        update: dict[str, Any] = {
            "columns": columns,
            "changes": [change.model_copy(update={"columns": _known_columns(change.columns, known)})
                        for change in self.changes],
            "values": self._usable_values(columns, known),
            "time_zone": self.time_zone if self.time_zone in zoneinfo.available_timezones()
            else Export.model_fields["time_zone"].default,
            "code_patterns": {name: pattern for name, pattern in self.code_patterns.items()
                              if not self.code_problems(name, pattern)},
        }  # fmt: skip
        if self.grouping_mark == self.decimal_mark:
            update |= {"grouping_mark": ".", "decimal_mark": ","}
        amounts = [column.name for column in known.values() if column.reading == "amount"]
        update["marks"] = {name: marks for name, marks in self.marks.items()
                           if name in amounts and marks.grouping != marks.decimal}  # fmt: skip
        usable = self.model_copy(update=update)
        formats = [
            text for text in self.date_formats
            if not usable.model_copy(update={"date_formats": [text]})._format_problems()
        ]  # fmt: skip
        default = Export.model_fields["date_formats"].default
        return usable.model_copy(update={"date_formats": formats or default})

    def _usable_values(
        self, columns: dict[str, Any], known: dict[str, ExportColumn]
    ) -> dict[str, dict[str, list[str]]]:
        values = {}
        for name in columns:
            if known[name].reading not in ("value", "flag"):
                continue
            allowed = known[name].values or ("true", "false")
            seen: set[str] = set()
            listed: dict[str, list[str]] = {}
            for value, texts in self.values.get(name, {}).items():
                new = [text for text in texts if text.casefold() not in seen]
                seen |= {text.casefold() for text in new}
                if new and value in allowed:
                    listed[value] = new
            values[name] = listed or {allowed[0]: [NO_TEXT]}
        return values

    def code_problems(self, name: str, pattern: str) -> list[str]:
        """Return what the model says against the form of the codes of a column."""
        known = {column.name: column for column in self.definition.columns}
        return self.model_copy(update={"code_patterns": {name: pattern}})._code_problems(known)


class DraftSource(Source):
    """A source whose exports may not fit their kinds."""

    exports: Annotated[dict[Name, DraftExport], Field(min_length=1)]  # type: ignore[assignment]


class _Unshared(DraftSource):
    """The same before the exports share values: every misfit has the place where it stands."""

    @model_validator(mode="before")
    @classmethod
    def _share_values(cls, data: Any) -> Any:
        return data


def draft_source(file: Path, findings: Findings) -> DraftSource:
    """Return the settings of `file` as far as they fit; `findings` names what does not.

    Raises
    ------
    SettingsError
        The file is no TOML, or nothing of it can be used.
    """
    doing = f"Reading source settings {file.name}"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            doing, str(error), "a TOML file in UTF-8", "Correct that line."
        ) from None
    except OSError as error:
        raise SettingsError(
            doing, error.strerror or "no such file", "a settings file", "Correct SETTINGS."
        ) from None
    _rename_columns(data, findings)
    for _ in range(_MOST_ROUNDS):
        try:
            _Unshared.model_validate(data)
            break
        except ValidationError as error:
            _mend(data, error, findings)
    else:
        raise _hopeless("too many misfits")
    source = DraftSource.model_validate(data)
    for name, export in source.exports.items():
        for said in export.misfits():
            findings.add(f"exports.{name}", said)
    for kind, columns in source.values.items():
        for name in sorted(set(columns) - {column.name for column in KINDS[kind].columns}):
            findings.add(f"values.{kind}.{name}", f"is no column of a {kind} export")
    return source


def engine_misfits(
    export: DraftExport, name: str, reading: duckdb.DuckDBPyConnection, findings: Findings
) -> DraftExport:
    """Return the export without formats and patterns that only the engine refuses."""
    formats, patterns = [], dict(export.code_patterns)
    for text in export.date_formats:
        try:
            reading.execute("SELECT try_strptime('', ?)", [text]).fetchall()
            formats.append(text)
        except duckdb.Error:
            findings.add(f"exports.{name}.date_formats", f"{text!r} is no date format")
    for column, pattern in export.code_patterns.items():
        try:
            reading.execute("SELECT regexp_full_match('', ?)", [pattern]).fetchall()
        except duckdb.Error:
            findings.add(f"exports.{name}.code_patterns.{column}",
                         "is no regular expression that DuckDB reads (RE2)")  # fmt: skip
            del patterns[column]
    default = Export.model_fields["date_formats"].default
    return export.model_copy(update={"date_formats": formats or default, "code_patterns": patterns})


def likely(name: str, names: list[str], cutoff: float = 0.6) -> str | None:
    """Return which of `names` is meant by `name`, or None."""
    return next(iter(difflib.get_close_matches(name, names, 1, cutoff)), None)


def _known_columns(columns: dict[str, Any], known: dict[str, ExportColumn]) -> dict[str, Any]:
    return {name: headers for name, headers in columns.items() if name in known}


def _rename_columns(data: dict[str, Any], findings: Findings) -> None:
    """Name the columns that no kind has, and go on with those that are meant."""
    exports = data.get("exports")
    for name, export in exports.items() if isinstance(exports, dict) else ():
        if not isinstance(export, dict) or not isinstance(export.get("columns"), dict):
            continue
        kind = _kind_of(export)
        known = [column.name for column in KINDS[kind].columns]
        columns = export["columns"]
        for column in [column for column in columns if column not in known]:
            meant = likely(column, [c for c in known if c not in columns])
            findings.add(
                f"exports.{name}.columns.{column}",
                f"is no column of a {kind} export"
                + (f"; did you mean {meant}?" if meant else f"; it may have {', '.join(known)}"),
            )
            headers = columns.pop(column)
            if meant:
                columns[meant] = headers
                findings.propose(f"exports.{name}.columns", f"{meant} = {_toml(headers)}")


def _toml(headers: Any) -> str:
    if isinstance(headers, list):
        return toml_list([str(text) for text in headers])
    return toml_text(str(headers))


def _kind_of(export: dict[str, Any]) -> str:
    kind = export.get("kind")
    return kind if isinstance(kind, str) and kind in KINDS else _likely_kind(export)


def _likely_kind(export: dict[str, Any]) -> str:
    """Return the kind whose columns the export's are most like."""
    columns = export.get("columns")
    named = set(columns) if isinstance(columns, dict) else set()
    return max(KINDS, key=lambda kind: len(named & {c.name for c in KINDS[kind].columns}))


def _mend(data: dict[str, Any], error: ValidationError, findings: Findings) -> None:
    """Name the first misfit, and take it out of `data` or put something usable in its place."""
    item = error.errors()[0]
    path = _existing(data, item["loc"])
    if item["type"] == "missing":
        _fill(data, path, str(item["loc"][-1]), findings)
    elif path:
        _take_out(data, path, item["type"], item["msg"], findings)
    else:
        raise _hopeless(item["msg"])


def _existing(data: Any, place: tuple[int | str, ...]) -> list[int | str]:
    """Return the part of `place` that there is in `data`; pydantic adds names of types to it."""
    path: list[int | str] = []
    for step in place:
        inner = dict(enumerate(data)) if isinstance(data, list) else data
        if not isinstance(inner, dict) or step not in inner:
            break
        data = inner[step]
        path.append(step)
    return path


def _fill(data: dict[str, Any], path: list[int | str], key: str, findings: Findings) -> None:
    parent = _at(data, path)
    said = "is missing"
    if key == "kind":
        parent[key] = _likely_kind(parent)
        said = f"is missing: one of {', '.join(KINDS)}; read as {parent[key]}"
    elif key in ("title", "columns"):
        parent[key] = "?" if key == "title" else {}
    elif path:
        del _at(data, path[:-1])[path[-1]]
    else:
        raise _hopeless(f"no {key}")
    findings.add(".".join(map(str, [*path, key])), said)


def _take_out(
    data: dict[str, Any], path: list[int | str], kind: str, said: str, findings: Findings
) -> None:
    place = ".".join(map(str, path))
    parent: Any = _at(data, path[:-1])
    key: Any = path[-1]
    content = parent[key]
    del parent[key]
    meant = None
    if kind == "extra_forbidden":
        meant = likely(str(key), [name for name in _SETTINGS if name not in parent])
        said = "is no setting" + (f"; did you mean {meant}?" if meant else "")
    elif path[:-1] == ["values"]:
        meant = likely(str(key), [name for name in KINDS if name not in parent])
    elif key == "kind" and isinstance(parent, dict):
        meant, content = "kind", _likely_kind(parent)
        said = f"{_first_lower(said)}; read as {content}"
    elif path[:-1] == ["exports"]:
        meant = re.sub(r"[^a-z0-9_]", "_", str(key).lower()).strip("_0123456789") or None
        said = "is no name of small letters, digits and _" + (f", say {meant}" if meant else "")
    findings.add(place, _first_lower(said))
    if meant and isinstance(parent, dict) and meant not in parent:
        parent[meant] = content


def _at(data: Any, path: list[int | str]) -> Any:
    for step in path:
        data = data[step]
    return data


def _hopeless(found: str) -> SettingsError:
    return SettingsError(
        "Reading source settings", found, "settings as the README describes them",
        "Begin with a copy of data/sources/riverton.toml.",
    )  # fmt: skip


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
