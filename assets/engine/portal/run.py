"""Collecting a period from every portal that has an API, going on where one of them fails."""

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assets.engine.collect import Delivery, Manifest
from assets.engine.common.calendar import Period
from assets.engine.common.errors import PortalError
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import trouble_told
from assets.engine.portal.checkpoint import Failed, checkpoints, is_recent, read_checkpoint
from assets.engine.portal.client import PortalClient, Rate
from assets.engine.portal.collection import ExportCollection, Fetched
from schemas.settings import Source

_NEVER = datetime.min.replace(tzinfo=UTC)


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
    is_anew: bool = False,
    give_up_at: float = math.inf,
) -> FromPortals:
    """Collect `period` from the API of every source that has one.

    If it `is_anew`, pages that came before are not gone on from, and a period may have no row.
    One export that fails stops no other; its sentence is kept in its checkpoint, where
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
        api, export = sources[name].api, sources[name].exports[export_name].on(period.end)
        assert api is not None  # noqa: S101
        rate = rates.setdefault(name, Rate(api.requests_per_second))
        checkpoint = read_checkpoint(paths, name, export_name, period.key)
        try:
            with trouble_told(f"Keeping pages of {name}/{export_name}"):
                if time.monotonic() > give_up_at:
                    raise _no_time_left(name, export_name, period)
                client = PortalClient(api, name, export_name, rate=rate, progress=progress)
                fetched = ExportCollection(
                    manifest=manifest, client=client, checkpoint=checkpoint, source=name,
                    export_name=export_name, export=export, period=period, now=now,
                    progress=progress, run_began_at=began_at, give_up_at=give_up_at,
                    is_anew=is_anew,
                ).run()  # fmt: skip
            result.add(fetched)
        except PortalError as error:
            checkpoint.fail(Failed(run_id=run_id, message=str(error)))
            result.failures.append(str(error))
    return result


def failures_of_runs(
    paths: Paths, sources: dict[str, Source], run_ids: Collection[str | None]
) -> list[str]:
    """Return why runs could not collect from which portals, as far as no later run could."""
    titles = {name: source.title for name, source in sources.items()}
    return [
        f"{titles.get(name, name)}: {checkpoint.failed.message}"
        for name, _, _, checkpoint in checkpoints(paths)
        if checkpoint.failed is not None and checkpoint.failed.run_id in run_ids
    ]


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
        for source, export, key, checkpoint in checkpoints(paths)
        if key == period.key and (turn := checkpoint.begun or checkpoint.completed)
    }
    places = [(source, export) for source in sources for export in sources[source].exports]
    asked = [place for place in places if _is_asked(sources, *place)]
    return sorted(asked, key=lambda place: (turns.get(place, _NEVER), place))


def _forget_old(paths: Paths, sources: dict[str, Source], now: datetime) -> None:
    """Let go of pages that no collection will go on from: they hold personal data."""
    for source, export, _, checkpoint in checkpoints(paths):
        is_old = checkpoint.begun and not is_recent(checkpoint.begun, now)
        # A run that was killed between its delivery and letting go of its pages.
        is_left_behind = checkpoint.begun is None and checkpoint.folder.exists()
        noted = checkpoint.begun or checkpoint.failed or checkpoint.is_lost
        is_unasked = not _is_asked(sources, source, export) and noted
        if checkpoint.is_lost and not is_unasked:
            checkpoint.remove_pages()  # it stays lost until its period is asked for again
        elif is_old or is_left_behind or is_unasked:
            if is_unasked:
                checkpoint.failed = None
            checkpoint.abandon()


def _is_asked(sources: dict[str, Source], source: str, export: str) -> bool:
    """Say whether the settings still know an API of the export."""
    settings = sources.get(source)
    return (
        settings is not None
        and settings.api is not None
        and export in settings.exports
        and settings.exports[export].api is not None
    )
