"""Collecting a period from every portal that has an API."""

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from assets.engine.collect import Delivery, Manifest
from assets.engine.common.calendar import Period
from assets.engine.common.errors import PortalError
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import trouble_told
from assets.engine.portal_client import PortalClient, Rate
from assets.engine.portal_collection import ExportCollection, Fetched
from assets.engine.portal_journal import (
    Failed,
    is_recent,
    journals,
    read_journal,
)
from schemas.settings import ApiSource, Export, Source


@dataclass
class FromPortals:
    """What the portals gave, and the sentence of each failure."""

    page_count: int = 0
    row_count: int = 0
    new: list[Delivery] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, fetched: Fetched) -> None:
        """Add what one export gave."""
        self.page_count += fetched.page_count
        self.row_count += fetched.row_count
        if fetched.delivery is not None:
            self.new.append(fetched.delivery)


def collect_portals(
    paths: Paths,
    sources: dict[str, Source],
    period: Period,
    *,
    now: datetime,
    run_id: str,
    progress: Callable[[str], None],
    is_whole_wanted: bool = False,
    give_up_at: float = math.inf,
) -> FromPortals:
    """Collect `period` from the API of every source that has one; all of it, if so wanted.

    One export that fails stops no other; its sentence is kept in its journal, where
    `failures_of_runs` finds it. What is not collected by `give_up_at` of the monotonic clock fails,
    so that slow portals leave the run its time to load and publish.
    """
    result, began_at = FromPortals(), time.monotonic()
    asked = [f"{source.title} ({name})" for name, source in sorted(sources.items()) if source.api]
    if asked:
        progress(f"asking {', '.join(asked)}")
    _forget_old(paths, sources, now)
    rates: dict[str, Rate] = {}
    manifest = Manifest(paths)
    for name, export_name in _in_turn(paths, sources, period):
        api, export = sources[name].api, sources[name].exports[export_name]
        assert api is not None  # noqa: S101
        rate = rates.setdefault(name, Rate(api.requests_per_second))
        try:
            with trouble_told(f"Keeping pages of {name}/{export_name}"):
                fetched = _collect(
                    manifest, api, name, export_name, export=export.on(period.end),
                    period=period, now=now, run_id=run_id, rate=rate, progress=progress,
                    is_whole_wanted=is_whole_wanted, began_at=began_at, give_up_at=give_up_at,
                )  # fmt: skip
            result.add(fetched)
        except PortalError as error:
            result.failures.append(str(error))
    return result


def failures_of_runs(
    paths: Paths, sources: dict[str, Source], run_ids: Collection[str | None]
) -> list[str]:
    """Return why runs could not collect from which portals, as far as no later run could."""
    titles = {name: source.title for name, source in sources.items()}
    return [
        f"{titles.get(name, name)}: {journal.failed.said}"
        for name, _, _, journal in journals(paths)
        if journal.failed is not None and journal.failed.run_id in run_ids
    ]


def _collect(
    manifest: Manifest, api: ApiSource, source: str, export_name: str, *,
    export: Export, period: Period, now: datetime, run_id: str, rate: Rate,
    progress: Callable[[str], None], is_whole_wanted: bool, began_at: float, give_up_at: float,
) -> Fetched:  # fmt: skip
    journal = read_journal(manifest.paths, source, export_name, period.key)
    try:
        if time.monotonic() > give_up_at:
            raise _no_time_left(source, export_name, period)
        client = PortalClient(api, source, export_name, rate=rate, progress=progress)
        return ExportCollection(
            manifest=manifest, client=client, journal=journal, source=source,
            export_name=export_name, export=export, period=period, now=now,
            progress=progress, is_whole_wanted=is_whole_wanted, run_began_at=began_at,
            give_up_at=give_up_at,
        ).run()  # fmt: skip
    except PortalError as error:
        journal.fail(Failed(run_id, str(error)))
        raise


def _no_time_left(source: str, export: str, period: Period) -> PortalError:
    return PortalError(
        f"Collecting {source}/{export}/{period.key} from its portal",
        "no time left: the other exports took half of max_run_minutes",
        "a turn for each",
        "The next run asks for this export first. Raise page_size or requests_per_second of the "
        "slow ones, or max_run_minutes of operations.toml, if this comes often.",
    )


def _in_turn(paths: Paths, sources: dict[str, Source], period: Period) -> list[tuple[str, str]]:
    """Return every export to ask for, first those whose last turn in this period is longest ago.

    Else the same ones would be left out each time that there is not time enough for all.
    """
    turns = {
        (source, export): turn.started_at
        for source, export, key, journal in journals(paths)
        if key == period.key and (turn := journal.begun or journal.completed)
    }
    places = [(source, export) for source in sources for export in sources[source].exports]
    asked = [place for place in places if _is_asked(sources, *place)]
    return sorted(asked, key=lambda place: (turns.get(place, ""), place))


def _forget_old(paths: Paths, sources: dict[str, Source], now: datetime) -> None:
    """Let go of pages that no collection will go on from: they hold personal data."""
    for source, export, _, journal in journals(paths):
        is_old = journal.begun and not is_recent(journal.begun, now)
        # A run that was killed between its delivery and letting go of its pages.
        is_left_behind = journal.begun is None and journal.folder.exists()
        noted = journal.begun or journal.failed or journal.is_lost
        is_unasked = not _is_asked(sources, source, export) and noted
        if journal.is_lost and not is_unasked:
            journal.remove_pages()  # it stays lost until its period is asked for again
        elif is_old or is_left_behind or is_unasked:
            if is_unasked:
                journal.failed = None
            journal.abandon()


def _is_asked(sources: dict[str, Source], source: str, export: str) -> bool:
    """Say whether the settings still know an API of the export."""
    settings = sources.get(source)
    return (
        settings is not None
        and settings.api is not None
        and export in settings.exports
        and settings.exports[export].api is not None
    )
