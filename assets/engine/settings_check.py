"""The settings checker: one settings file against one sample file, everything wrong in one run.

Belongs here: the order of the steps and what they hand on. Does not belong here: the steps: a
draft of the settings (`settings_draft`), headers (`settings_offered`, `settings_headers`), a trial
with the real engine (`settings_trial`), what would read more (`settings_tries`, `settings_dates`),
what the counts say (`settings_counts`), and the words (`settings_report`).

Nothing of the sample stays: it is taken in within a private folder that is removed.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from assets.engine.collect import Clock, Placing, Unplaced
from assets.engine.common.calendar import Period, local_now
from assets.engine.common.errors import FileRefused, SettingsError
from assets.engine.common.paths import Paths, private_folder
from assets.engine.formats.archive import fits
from assets.engine.settings import load_calendar
from assets.engine.settings_counts import look_at_counts
from assets.engine.settings_draft import DraftExport, DraftSource, draft_source, engine_misfits
from assets.engine.settings_findings import Findings, toml_text
from assets.engine.settings_headers import fitted
from assets.engine.settings_offered import Offered, offered, usual_column
from assets.engine.settings_trial import Trial, run_trial
from assets.engine.settings_tries import try_all
from assets.engine.warehouse import reader


@dataclass
class SettingsCheck:
    """What a check found; `trial` is None if no row could be read.

    `reference` is the folder of the reference tables, whose units and procedures were known.
    `spare` are headers that nothing maps, with the column they usually are.
    """

    settings: str
    export: str
    reference: Path
    kind: str = ""
    period: str = ""
    spare: list[tuple[str, str | None]] = field(default_factory=list)
    trial: Trial | None = None
    findings: Findings = field(default_factory=Findings)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings.wrong


def check_settings(
    settings: Path, export: str, file: Path, reference: Path, period_key: str | None = None
) -> SettingsCheck:
    """Check a settings file against a sample of one of its exports.

    Parameters
    ----------
    settings
        A source's TOML file.
    export
        Name of the export that the sample is of.
    file
        The sample: a file as the portal delivers it.
    reference
        Folder of the authority's reference tables.
    period_key
        First day of the period the sample belongs to; without it the file's own line decides.

    Raises
    ------
    SettingsError
        The settings are no TOML, have no such export, or the reference tables do not fit.
    """
    check = SettingsCheck(settings.name, export, reference.resolve())
    source = draft_source(settings, check.findings)
    if export not in source.exports:
        raise SettingsError(
            f"Looking for export {export} in {settings.name}",
            f"the exports {', '.join(sorted(source.exports))}",
            "one of them",
            "Correct EXPORT, or add the export.",
        )
    if not file.is_file():
        found = "a folder" if file.is_dir() else "no such file"
        raise SettingsError("Opening the sample", found, "a file", "Correct FILE.")
    with _throw_away(reference) as paths:
        try:
            _check_sample(check, source, file, paths, period_key)
        except FileRefused as refusal:
            check.findings.add("the file", f"would be refused: {refusal}")
        except duckdb.Error:
            # Its message quotes lines of the file.
            check.findings.add("the file", "cannot be read with these settings")
    return check


def _check_sample(
    check: SettingsCheck, source: DraftSource, file: Path, paths: Paths, period_key: str | None
) -> None:
    name, findings = check.export, check.findings
    draft = source.exports[name]
    check.kind = draft.kind
    if not fits(file.name, draft.files):
        findings.add(f"exports.{name}.files", "the name of the sample fits none of these patterns")
    period = _period(check, file, paths, period_key)
    if period is None:
        return
    check.period = period.key
    with reader(paths) as reading:
        export = engine_misfits(_on(draft, period), name, reading, findings).usable()
        workspace = private_folder(paths.data / "heads")
        offer = offered(file, export, workspace, reading)
        export = _with_records(export, offer, name, findings)
        shared = source.values.get(draft.kind, {})
        export, spare = fitted(export, offer, shared, name=name, findings=findings)
        check.spare = [(path, usual_column(path, draft.kind)) for path in spare]
        check.spare += [(f"(a header of shape {masked})", None) for masked in offer.masked]
        if draft.definition.key not in export.columns:
            findings.notes.append(
                f"no row can be read without {draft.definition.key}: map it, and check again"
            )
            return
        check.trial = run_trial(paths, source, export, file=file, period=period)
        try_all(reading, check.trial, source, export, name=name, findings=findings)
        look_at_counts(check.trial, source, name, findings)


def _on(export: DraftExport, period: Period) -> DraftExport:
    on = export.on(period.end)
    if not isinstance(on, DraftExport):
        raise TypeError("an export of a draft is a draft")
    return on


def _with_records(
    export: DraftExport, offer: Offered, name: str, findings: Findings
) -> DraftExport:
    if not offer.is_json or offer.records == export.records:
        return export
    findings.add(f"exports.{name}.records", "is no path of an array of records in the file")
    findings.propose(f"exports.{name}", f"records = {toml_text(offer.records)}")
    return export.model_copy(update={"records": offer.records})


def _period(check: SettingsCheck, file: Path, paths: Paths, key: str | None) -> Period | None:
    calendar = load_calendar(paths.settings)
    if key is not None:
        return calendar.month_from_key(key)
    today = local_now().date()
    try:
        period = Placing(paths, {}, calendar, Clock.right(local_now())).stated(file)
    except Unplaced:
        check.findings.add("the file", "its own period line ends in a period that no run has")
        return None
    return period or calendar.month_of(today)


@contextmanager
def _throw_away(reference: Path) -> Iterator[Paths]:
    """Give an installation that is removed with all that was read into it."""
    with tempfile.TemporaryDirectory(prefix="motcua-check-") as folder:
        data = private_folder(Path(folder) / "data")
        yield Paths(data, reference.parent)
