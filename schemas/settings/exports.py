"""The settings of an export: its columns, and how a portal writes them."""

import difflib
import re
from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from schemas.rows import KINDS, ExportColumn, Kind
from schemas.settings.api import ApiExport, time_zones
from schemas.settings.base import Misfits, Strict, Text, Texts

Columns = dict[str, Text | Texts]
Mark = Literal[".", ",", " ", "'", ""]

LOCAL_TIME_ZONE = "Asia/Ho_Chi_Minh"
# In a list of texts: any text at all, as in a column that names the files attached.
ANY_TEXT = "*"
_DATE_DIRECTIVES = (("%d", "%-d"), ("%m", "%-m", "%b", "%B"), ("%Y",))
# What DuckDB's strptime reads.
_DIRECTIVE = re.compile(r"%(?:-?[dmyHIMSj]|[aAbBYpgfnzZ%])")
# Looking ahead or back, groups named again, greedy for good: Python knows them, DuckDB does not.
_NOT_RE2 = re.compile(r"\\[1-9]|\(\?(?:[=!>(]|<[=!]|P=)|[*+?}]\+")
# No code has such a form: a pattern that lets these through would let people through.
_PEOPLE = ("LÒ THỊ MẪU", "LO THI MAU", "MAU", "0912345678", "+84912345678", "012345678901",
           "123456789", "THÔN MẪU 12")  # fmt: skip


def date_order(text: str) -> Literal["day", "month", "year"]:
    """Return what stands first in a date format; a year first leaves no doubt about the rest."""
    day, month, year = (re.search(f"%-?{letter}", text) for letter in ("d", "[mbB]", "Y"))
    if not (day and month and year) or year.start() < min(day.start(), month.start()):
        return "year"
    return "day" if day.start() < month.start() else "month"


class Marks(Strict):
    """How a column writes numbers: the mark between thousands and the one before decimals."""

    grouping: Mark
    decimal: Mark


class Change(Strict):
    """Headers that are called otherwise from a day on."""

    valid_from: date
    columns: Columns


class Export(Strict):
    """One export of a source.

    Attributes
    ----------
    kind
        What a row is: a dossier, a payment request, a transaction, a receipt, a procedure.
    files
        Glob patterns of the file names that belong to the export.
    records
        Where the array of records stands in a JSON file (`content`); empty for a bare array.
    columns
        Canonical column to the header that the file must have, a group header and its leaf joined
        by " / ", or the path in a JSON record; a list names alternatives.
    changes
        Headers that replace those of `columns` from a day on.
    values
        Canonical value to the texts that mean it; "*" is any text.
    date_formats
        strptime formats, tried in order. A number of days is always read as Excel's.
    time_zone
        Zone of times that are written without one.
    grouping_mark, decimal_mark, marks
        How amounts are written; `marks` for single columns.
    code_patterns
        Form of the codes of a column (upper case, without blanks) where it is not the national.
    dossier_code_prefix
        What the portal leaves out at the start of a dossier code.
    units
        Whether units are written by code, by name, or by either.
    is_snapshot
        Whether a delivery is the period's whole list: it replaces all earlier ones of the period.
    api
        How the export is asked for where the source has an `[api]`.
    """

    kind: Literal["dossier", "payment", "transaction", "receipt", "procedure"]
    files: Texts = ["*"]
    records: str = ""
    columns: Columns
    changes: list[Change] = []
    values: dict[str, dict[str, Texts]] = {}
    date_formats: Texts = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]
    time_zone: Text = LOCAL_TIME_ZONE
    grouping_mark: Mark = "."
    decimal_mark: Mark = ","
    marks: dict[str, Marks] = {}
    code_patterns: dict[str, Text] = {}
    dossier_code_prefix: str = ""
    units: Literal["code", "name", "either"] = "either"
    is_snapshot: bool = False
    api: ApiExport | None = None

    @property
    def definition(self) -> Kind:
        """The kind of this export, with its columns."""
        return KINDS[self.kind]

    @property
    def known(self) -> dict[str, ExportColumn]:
        """The columns that exports of this kind may have, by name."""
        return {column.name: column for column in self.definition.columns}

    @property
    def mapped(self) -> list[ExportColumn]:
        """The columns of the kind that this export has, in the order of the kind."""
        return [column for column in self.definition.columns if column.name in self.columns]

    def headers(self) -> dict[str, list[str]]:
        """Return the headers, or JSON paths, that each mapped column may have."""
        return {
            name: [headers] if isinstance(headers, str) else headers
            for name, headers in self.columns.items()
        }

    def marks_of(self, column: str) -> Marks:
        """Return how `column` writes numbers."""
        default = Marks(grouping=self.grouping_mark, decimal=self.decimal_mark)
        return self.marks.get(column, default)

    def on(self, day: date) -> "Export":
        """Return the export with the headers that it has on `day`."""
        columns = dict(self.columns)
        for change in sorted(self.changes, key=lambda change: change.valid_from):
            if change.valid_from <= day:
                columns |= change.columns
        return self.model_copy(update={"columns": columns})

    def variants(self, last: date) -> list["Export"]:
        """Return the export with each of its sets of headers, those in force on `last` first.

        A correction of an old period may be exported with the headers of today.
        """
        days = sorted((change.valid_from for change in self.changes), reverse=True)
        found: list[Export] = []
        for export in (self.on(day) for day in (last, *days, date.min)):
            if all(export.columns != other.columns for other in found):
                found.append(export)
        return found

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if problems := self.misfits():
            raise Misfits(problems)
        return self

    def misfits(self) -> list[str]:
        """Return what does not fit the kind of the export."""
        return [
            *self._column_problems(),
            *self._value_problems(),
            *self._format_problems(),
            *self._code_problems(),
        ]

    def _column_problems(self) -> list[str]:
        known = self.known
        named = set(self.columns) | {name for change in self.changes for name in change.columns}
        unknown = sorted(named - set(known))
        missing = sorted(name for name, c in known.items() if c.needed and name not in self.columns)
        problems = [unknown_column(f"columns.{name}", name, self.kind) for name in unknown]
        if missing:
            problems.append(f"columns {missing} are needed in a {self.kind} export: map them")
        return problems

    def _value_problems(self) -> list[str]:
        problems = []
        for name in self.columns:
            column = self.known.get(name)
            if column and column.reading in ("value", "flag"):
                problems += self._texts_problems(name, column.values or ("true", "false"))
        unused = sorted(set(self.values) - set(self.columns))
        if unused:
            problems.append(f"values are given for {unused}, which columns do not map")
        return problems

    def _texts_problems(self, name: str, allowed: tuple[str, ...]) -> list[str]:
        given = self.values.get(name, {})
        if not given:
            return [f"column {name!r} needs its texts under values.{name}"]
        problems = []
        unknown = sorted(set(given) - set(allowed))
        if unknown:
            problems.append(f"values.{name} has {unknown}; it may have {list(allowed)}")
        texts = [text.casefold() for listed in given.values() for text in listed]
        twice = sorted({text for text in texts if texts.count(text) > 1})
        if twice:
            problems.append(f"values.{name} lists {twice} more than once")
        return problems

    def _format_problems(self) -> list[str]:
        problems = [
            f"date format {text!r} lacks one of %d, %m, %Y"
            for text in self.date_formats
            if not all(any(d in text for d in directive) for directive in _DATE_DIRECTIVES)
        ]
        problems += [
            f"date format {text!r} has a % that no date format has"
            for text in self.date_formats
            if "%" in _DIRECTIVE.sub("", text)
        ]
        if len({date_order(text) for text in self.date_formats} - {"year"}) > 1:
            problems.append(
                "date_formats mix day first and month first, so no day of 1 to 12 is safe: keep "
                "those of the order in which the portal writes days above 12, and no others"
            )
        if self.time_zone not in time_zones():
            problems.append(f"time_zone {self.time_zone!r} is no zone such as {LOCAL_TIME_ZONE}")
        amounts = [c.name for c in self.definition.columns if c.reading == "amount"]
        for name in [*(self.marks.keys() - set(amounts))]:
            problems.append(f"marks.{name} is no amount column; it may be one of {amounts}")
        for name in amounts:
            marks = self.marks_of(name)
            if marks.grouping == marks.decimal != "":
                problems.append(f"{name} has {marks.decimal!r} for both grouping and decimal mark")
        return problems

    def _code_problems(self) -> list[str]:
        known, problems = self.known, []
        for name, pattern in self.code_patterns.items():
            if name not in known or known[name].reading != "code":
                problems.append(f"code_patterns.{name} is no code column of a {self.kind} export")
                continue
            try:
                matches = re.compile(pattern)
            except re.error as error:
                problems.append(f"code_patterns.{name} is no regular expression: {error}")
                continue
            if _NOT_RE2.search(pattern):
                problems.append(
                    f"code_patterns.{name} has what DuckDB's expressions (RE2) lack: looking ahead "
                    "or back, a group named again"
                )
            if any(matches.fullmatch(text) for text in _PEOPLE):
                problems.append(f"code_patterns.{name} matches names or telephone numbers too")
        return problems


def unknown_column(place: str, name: str, kind: str) -> str:
    """Return the sentence about a column that a kind of export does not have."""
    known = [column.name for column in KINDS[kind].columns]
    close = difflib.get_close_matches(name, known, 1)
    meant = f"did you mean {close[0]}?" if close else f"it may have {', '.join(known)}"
    return f"{place} is no column of a {kind} export; {meant}"
