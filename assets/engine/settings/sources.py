"""Reading the settings of the sources."""

from pathlib import Path

from pydantic import ValidationError

from assets.engine.common.errors import SettingsError
from assets.engine.common.messages import misfit
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
    try:
        return Source.model_validate(read_settings(file))
    except ValidationError as error:
        raise SettingsError(
            f"Reading source settings {file.name}",
            _misfits(file, error),
            "settings as docs/portals.md describes them",
            f"Correct these settings; make check-source SETTINGS={file} tries them on a sample.",
        ) from None


def _misfits(file: Path, error: ValidationError) -> str:
    """Return what does not fit in the words of the settings checker, which names what is meant."""
    findings = Findings()
    draft_source(file, findings)
    said = [f"{finding.place}: {finding.said}" for finding in findings.wrong]
    return "; ".join(said or [misfit(item) for item in error.errors()])
