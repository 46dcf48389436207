"""A draft of settings: every misfit named with its place, and the rest made usable.

Belongs here: fitting a settings file to its model without stopping at the first misfit. Does not
belong here: the model (`schemas.settings`), taking a misfit out of the data (`settings_mend`), and
what a sample says (`settings_headers` and on).
"""

from pathlib import Path
from typing import Annotated, Any, Self

import duckdb
from pydantic import Field, model_validator

from assets.engine.common.errors import SettingsError
from assets.engine.settings import read_settings
from assets.engine.settings_findings import Findings
from assets.engine.settings_mend import Unusable, mend
from schemas.rows import KINDS, ExportColumn
from schemas.settings import Export, Name, Source, time_zones

# A text that stands in no file: a column whose texts nobody listed is read all the same.
NO_TEXT = "\ue000"


class DraftExport(Export):
    """An export that may not fit its kind."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        return self

    def usable(self) -> "DraftExport":
        """Return the export without what does not fit; needed columns may be missing."""
        known = self.known
        columns = _known_columns(self.columns, known)
        update: dict[str, Any] = {
            "columns": columns,
            "changes": [change.model_copy(update={"columns": _known_columns(change.columns, known)})
                        for change in self.changes],
            "values": self._usable_values(columns),
            "time_zone": self.time_zone if self.time_zone in time_zones()
            else Export.model_fields["time_zone"].default,
            "code_patterns": {name: pattern for name, pattern in self.code_patterns.items()
                              if not self.pattern_problems(name, pattern)},
        }  # fmt: skip
        if self.grouping_mark == self.decimal_mark:
            update |= {"grouping_mark": ".", "decimal_mark": ","}
        amounts = [column.name for column in known.values() if column.reading == "amount"]
        update["marks"] = {name: marks for name, marks in self.marks.items()
                           if name in amounts and marks.grouping != marks.decimal}  # fmt: skip
        usable = self.model_copy(update=update)
        formats = [
            text for text in self.date_formats
            if not usable.model_copy(update={"date_formats": [text]}).format_problems()
        ]  # fmt: skip
        default = Export.model_fields["date_formats"].default
        return usable.model_copy(update={"date_formats": formats or default})

    def _usable_values(self, columns: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
        values = {}
        for name in columns:
            if self.known[name].reading not in ("value", "flag"):
                continue
            allowed = self.known[name].values or ("true", "false")
            seen: set[str] = set()
            listed: dict[str, list[str]] = {}
            for value, texts in self.values.get(name, {}).items():
                new = [text for text in texts if text.casefold() not in seen]
                seen |= {text.casefold() for text in new}
                if new and value in allowed:
                    listed[value] = new
            values[name] = listed or {allowed[0]: [NO_TEXT]}
        return values

    def pattern_problems(self, name: str, pattern: str) -> list[str]:
        """Return what the model says against the form of the codes of a column."""
        return self.model_copy(update={"code_patterns": {name: pattern}}).code_problems()


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
    data = read_settings(file)
    findings.note_tables(data)
    try:
        mend(data, _Unshared, findings)
    except Unusable as unusable:
        raise SettingsError(
            f"Reading source settings {file.name}",
            str(unusable),
            "settings as docs/portals.md describes them",
            "Begin with a copy of data/sources/riverton.toml.",
        ) from None
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


def _known_columns(columns: dict[str, Any], known: dict[str, ExportColumn]) -> dict[str, Any]:
    return {name: headers for name, headers in columns.items() if name in known}
