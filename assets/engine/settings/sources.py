"""Reading the settings of the sources."""

from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from assets.engine.common.errors import SettingsError
from assets.engine.common.messages import joined, misfit
from assets.engine.settings.file import read_settings
from assets.engine.settings_draft import draft_source
from assets.engine.settings_findings import Findings
from schemas.settings import Source


def load_sources(folder: Path) -> dict[str, Source]:
    """Return the sources of `folder` by name, which is the stem of their file.

    Raises
    ------
    SettingsError
        No settings file, one that is not TOML, or one that does not fit the model; every
        misfit of the file is listed.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise SettingsError(
            "Reading source settings",
            f"no .toml file in {folder}",
            "one settings file a portal",
            "Copy data/sources/xin_man.toml there and fit it, or set MOTCUA_SETTINGS.",
        )
    return {file.stem: _load_source(file) for file in files}


def _load_source(file: Path) -> Source:
    data = read_settings(file)
    try:
        return Source.model_validate(data)
    except ValidationError as error:
        raise SettingsError(
            f"Reading source settings {file.name}",
            _misfits(file, error),
            "settings as docs/portals.md describes them",
            f"Correct these settings.{_check_on_a_sample(file, data)}",
        ) from None


def _check_on_a_sample(file: Path, data: dict[str, Any]) -> str:
    """Return how to try an export of the settings on a file of it; nothing where none is named."""
    exports = data.get("exports")
    if not isinstance(exports, dict) or not exports:
        return ""
    return (
        " To try them, with the path of a file as the portal delivers it for FILE: make "
        f"check-source SETTINGS={quote(str(file))} EXPORT={quote(next(iter(exports)))} "
        "FILE=sample.csv"
    )


def _misfits(file: Path, error: ValidationError) -> str:
    """Return what does not fit in the words of the settings checker, which names what is meant."""
    findings = Findings()
    draft_source(file, findings)
    said = [f"{finding.place}: {finding.said}" for finding in findings.wrong]
    return joined(said or [misfit(item) for item in error.errors()])
