"""The settings of a source: what a portal exports and how it writes it.

Belongs here: the pydantic models that a `data/sources/*.toml` file must fit. Does not belong
here: reading the file and wording its errors (`assets.engine.sources`).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.exports import KINDS, Kind

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Texts = Annotated[list[Text], Field(min_length=1)]

DATE_DIRECTIVES = ("%d", "%m", "%Y")


class Strict(BaseModel):
    """Settings refuse a key they do not know: a misspelt setting must not pass unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Export(Strict):
    """One export of a source.

    `columns` maps canonical columns to the header that the file must have, a group header and its
    leaf joined by " / ". `values` maps canonical values to the texts that mean them.
    """

    kind: Literal["dossier", "payment"]
    columns: dict[str, Text]
    values: dict[str, dict[str, Texts]] = {}
    date_formats: Annotated[list[Text], Field(min_length=1)] = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]
    thousands_mark: Literal[".", ",", " ", ""] = "."

    @property
    def definition(self) -> Kind:
        """The kind of this export, with its columns."""
        return KINDS[self.kind]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        known = {column.name: column for column in self.definition.columns}
        unknown = sorted(set(self.columns) - set(known))
        if unknown:
            raise ValueError(
                f"columns {unknown} are not columns of a {self.kind} export; "
                f"it may have {sorted(known)}"
            )
        missing = sorted(name for name, c in known.items() if c.needed and name not in self.columns)
        if missing:
            raise ValueError(f"columns {missing} are needed in a {self.kind} export: map them")
        for name in self.columns:
            if known[name].reading in ("value", "flag"):
                self._check_values(name, known[name].values or ("true", "false"))
        unused = sorted(set(self.values) - set(self.columns))
        if unused:
            raise ValueError(f"values are given for {unused}, which columns do not map")
        for text in self.date_formats:
            if any(directive not in text for directive in DATE_DIRECTIVES):
                raise ValueError(f"date format {text!r} lacks one of {DATE_DIRECTIVES}")
        return self

    def _check_values(self, name: str, allowed: tuple[str, ...]) -> None:
        given = self.values.get(name, {})
        if not given:
            raise ValueError(f"column {name!r} needs its texts under values.{name}")
        unknown = sorted(set(given) - set(allowed))
        if unknown:
            raise ValueError(f"values.{name} has {unknown}; it may have {list(allowed)}")
        texts = [text.casefold() for listed in given.values() for text in listed]
        twice = sorted({text for text in texts if texts.count(text) > 1})
        if twice:
            raise ValueError(f"values.{name} lists {twice} more than once")


class Source(Strict):
    """A portal: its name, its exports, and the share of rejected rows that refuses a file.

    `values` holds, by kind of export, the texts that all its exports share; an export's own
    `values` of the same column come instead of them.
    """

    title: Text
    refuse_above_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    values: dict[Literal["dossier", "payment"], dict[str, dict[str, Texts]]] = {}
    exports: Annotated[dict[Name, Export], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _share_values(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("exports"), dict):
            return data
        shared = data.get("values", {})
        exports = {
            name: _with_shared_values(export, shared) for name, export in data["exports"].items()
        }
        return data | {"exports": exports}


def _with_shared_values(export: Any, shared: Any) -> Any:
    if not isinstance(export, dict) or not isinstance(shared, dict):
        return export
    of_kind = shared.get(export.get("kind"), {})
    mapped = {name: texts for name, texts in of_kind.items() if name in export.get("columns", {})}
    return export | {"values": mapped | export.get("values", {})}
