"""Data of a settings file, its misfits named one by one and taken out or replaced.

Belongs here: what to put where the model found a misfit. Does not belong here: reading the TOML
(`settings_file`), the model of a draft, and misfits of an export with its kind (`settings_draft`).
"""

import re
from typing import Any

from pydantic import BaseModel, ValidationError

from assets.engine.common.messages import existing, misfit
from assets.engine.settings_findings import Findings, likely, toml_list, toml_text
from schemas.rows import KINDS
from schemas.settings import ApiExport, ApiSource, Change, Export, Marks, Source

_MOST_ROUNDS = 200


class Unusable(Exception):
    """Nothing of the settings can be used."""


def mend(data: dict[str, Any], model: type[BaseModel], findings: Findings) -> None:
    """Change `data` until it fits `model`, every change a finding; Unusable if it cannot."""
    for _ in range(_MOST_ROUNDS):
        try:
            model.model_validate(data)
            break
        except ValidationError as error:
            _mend(data, error, findings)
    else:
        raise Unusable("too many misfits")
    _rename_columns(data, findings)


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
    """Name one misfit, and take it out of `data` or put something usable in its place."""
    # A misspelt setting first: the one that is meant is then no longer missing.
    item = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    path = existing(data, item["loc"])
    if item["type"] == "missing":
        _fill(data, path, str(item["loc"][-1]), findings)
    elif path:
        _take_out(data, path, item["type"], misfit(item), findings)
    else:
        raise Unusable(misfit(item))


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
        raise Unusable(f"no {key}")
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
        meant = likely(str(key), [name for name in _settings_at(path) if name not in parent])
        said += f"; did you mean {meant}?" if meant else ""
    elif path[:-1] == ["values"]:
        meant = likely(str(key), [name for name in KINDS if name not in parent])
    elif key == "kind" and isinstance(parent, dict):
        meant, content = "kind", _likely_kind(parent)
        said = f"{said}; read as {content}"
    elif path[:-1] == ["exports"]:
        meant = re.sub(r"[^a-z0-9_]", "_", str(key).lower()).strip("_0123456789") or None
        said = "is no name of small letters, digits and _" + (f", say {meant}" if meant else "")
    findings.add(place, said)
    if meant and isinstance(parent, dict) and meant not in parent:
        parent[meant] = content


def _settings_at(path: list[int | str]) -> list[str]:
    """Return the settings that there may be where `path` ends."""
    model: type[BaseModel] = Export
    if len(path) == 1:
        model = Source
    elif "changes" in path:
        model = Change
    elif "marks" in path:
        model = Marks
    elif path[0] == "api":
        model = ApiSource
    elif "api" in path:
        model = ApiExport
    return sorted(model.model_fields)


def _at(data: Any, path: list[int | str]) -> Any:
    for step in path:
        data = data[step]
    return data
