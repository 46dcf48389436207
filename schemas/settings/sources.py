"""The settings of a source: a portal with its exports and what they share."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from schemas.rows import KINDS
from schemas.settings.api import ApiSource
from schemas.settings.base import Misfits, Name, Strict, Text, Texts
from schemas.settings.exports import Export, unknown_column


class Source(Strict):
    """A portal: its name, its exports, and the share of rejected rows that refuses a file.

    Attributes
    ----------
    title
        Its name, as the log of a run and the sentence of a failure say it.
    origin
        `national`: extracted from the national portal, whose synchronisation makes up dates;
        `local`: the authority's own system.
    refuse_above_share
        Share of rejected rows above which a file is refused as a whole.
    keep_raw_days
        Days after which delivered bytes are purged from the raw store; None keeps them.
    unit_names
        Unit code to the other names by which the portal calls it.
    api
        How its API is reached; without it, files in the inbox are all that is collected.
    values
        By kind of export, the texts that all its exports share; an export's own `values` of the
        same column come instead of them.
    """

    title: Text
    origin: Literal["local", "national"] = "local"
    refuse_above_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    keep_raw_days: Annotated[int, Field(ge=1)] | None = None
    unit_names: dict[Text, Texts] = {}
    api: ApiSource | None = None
    values: dict[Literal["dossier", "payment", "transaction", "receipt", "procedure"],
                 dict[str, dict[str, Texts]]] = {}  # fmt: skip
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

    @model_validator(mode="after")
    def _values_are_of_columns(self) -> Self:
        unknown = [
            unknown_column(f"values.{kind}.{name}", name, kind)
            for kind, columns in self.values.items()
            for name in columns
            if name not in {column.name for column in KINDS[kind].columns}
        ]
        if unknown:
            raise Misfits(unknown)
        return self


def _with_shared_values(export: Any, shared: Any) -> Any:
    if not isinstance(export, dict) or not isinstance(shared, dict):
        return export
    of_kind = shared.get(export.get("kind"), {})
    columns = export.get("columns", {})
    if not isinstance(of_kind, dict) or not isinstance(columns, dict):
        return export
    mapped = {name: texts for name, texts in of_kind.items() if name in columns}
    return export | {"values": mapped | export.get("values", {})}
