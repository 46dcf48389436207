"""One settings file against one sample file: the order of the steps."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assets.engine.collect import Clock, Placing, Unplaced
from assets.engine.common.calendar import Period, local_now
from assets.engine.common.errors import FileRefused, SettingsError
from assets.engine.common.paths import Paths, private_folder
from assets.engine.extract import Wanted
from assets.engine.formats.archive import fits
from assets.engine.settings import Mistake, load_calendar, mistakes, read_settings
from assets.engine.source_check.dry_run import DryRun, dry_run
from assets.engine.source_check.findings import look_at, of_unmapped
from assets.engine.source_check.headers import Offer, offered, usual_column
from assets.engine.warehouse import reader
from schemas.rows import KINDS
from schemas.settings import Source


@dataclass
class SourceCheck:
    """What a check found: mistakes to correct, notes that are none, and the dry run, if any.

    `spare` are headers that no column reads, with the column they usually are.
    """

    settings: str
    export: str
    reference: Path
    kind: str = ""
    period: str = ""
    mistakes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spare: list[tuple[str, str | None]] = field(default_factory=list)
    run: DryRun | None = None

    def add(self, found: Iterable[Mistake | str]) -> None:
        """Add mistakes, and notes as texts."""
        for item in found:
            (self.mistakes if isinstance(item, Mistake) else self.notes).append(str(item))


def check_source(
    settings: Path, export: str, file: Path, reference: Path, period_key: str | None = None
) -> SourceCheck:
    """Check the settings file of a source against a sample of one of its exports.

    Parameters
    ----------
    reference
        Folder of the authority's reference tables.
    period_key
        First day of the period the sample belongs to; without it the file's own line decides.

    Raises
    ------
    SettingsError
        The settings are not TOML, have no such export, or the reference tables do not fit.
    """
    check = SourceCheck(settings.name, export, reference.resolve())
    data = read_settings(settings)
    exports = data.get("exports")
    if not isinstance(exports, dict) or not isinstance(exports.get(export), dict):
        raise SettingsError(
            f"Looking for export {export} in {settings.name}",
            f"the exports {', '.join(exports)}" if isinstance(exports, dict) else "no exports",
            "one of them",
            "Correct EXPORT, or add the export.",
        )
    if not file.is_file():
        found = "a folder" if file.is_dir() else "no such file"
        raise SettingsError("Opening the sample", found, "a file", "Correct FILE.")
    with tempfile.TemporaryDirectory(prefix="motcua-check-") as folder:
        paths = Paths(private_folder(Path(folder) / "data"), reference.parent)
        try:
            _check(check, data, file, paths, period_key)
        except FileRefused as refusal:
            if not check.run:
                check.mistakes.append(f"the file would be refused: {refusal}")
    return check


def _check(
    check: SourceCheck, data: dict[str, Any], file: Path, paths: Paths, period_key: str | None
) -> None:
    written = data["exports"][check.export]
    check.kind = written["kind"] if written.get("kind") in [*KINDS] else "dossier"
    try:
        source = Source.model_validate(data)
    except ValidationError as error:
        check.add(mistakes(data, error))
        columns = written.get("columns")
        columns = columns if isinstance(columns, dict) else {}
        wanted = {name: [text] for name, text in columns.items() if isinstance(text, str)}
        check.add(_of_headers(check, _offer(check, paths, file, wanted, ""), wanted))
        return
    if not fits(file.name, source.exports[check.export].files):
        place, to_do = f"exports.{check.export}.files", "Add one, or check a file of the portal."
        check.add([Mistake(place, "no pattern for the name of the sample", "one", to_do)])
    period = _period(file, paths, period_key)
    check.period = period.key
    with dry_run(paths, source, check.export, file=file, period=period) as run:
        check.run, wanted = run, run.export.headers()
        if run.refusal:
            check.mistakes.append(f"the file would be refused: {run.refusal}")
        header = run.tables[0].header.paths if run.tables else []
        records = run.export.records
        offer = Offer(header) if header else _offer(check, paths, file, wanted, records)
        check.add(_of_headers(check, offer, wanted))
        check.add(of_unmapped(wanted, check.kind, check.export))
        if run.is_read:
            check.add(look_at(run, check.export))


def _offer(check: SourceCheck, paths: Paths, file: Path, wanted: Wanted, records: str) -> Offer:
    workspace = private_folder(paths.data / "heads")
    with reader(paths) as reading:
        return offered(file, wanted, check.kind, records, workspace=workspace, reading=reading)


def _of_headers(check: SourceCheck, offer: Offer, wanted: Wanted) -> Iterator[Mistake | str]:
    """Yield the headers and paths that the file lacks, and note those that no column reads."""
    spare = offer.spare(wanted)
    check.spare = [(offer.shown(path), usual_column(path, check.kind)) for path in spare]
    for column, texts in wanted.items():
        if not offer.paths or any(map(offer.has, texts)):
            continue
        meant = offer.meant(column, texts, check.kind, spare)
        found = f"no {'path' if offer.is_json else 'header'} {' or '.join(map(repr, texts))}"
        place = f"exports.{check.export}.columns.{column}"
        if meant or not offer.is_json:
            expected = "one of the file" + (f", probably {meant!r}" if meant else "")
            yield Mistake(place, found, expected, "Correct this line.")
        else:
            # Portals leave out what a record does not have.
            yield f"{place}: {found} in the first records"


def _period(file: Path, paths: Paths, key: str | None) -> Period:
    calendar, now = load_calendar(paths.settings), local_now()
    if key is not None:
        return calendar.month_from_key(key)
    try:
        stated = Placing(paths, {}, calendar, Clock.right(now)).stated(file)
    except Unplaced:
        raise FileRefused(
            "Reading the period line of the sample", "a last day that no period of a run has",
            "a period that has begun", "Check a file of such a period, or give PERIOD.",
        ) from None  # fmt: skip
    return stated or calendar.month_of(now.date())
