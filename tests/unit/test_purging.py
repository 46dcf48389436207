"""Purging raw files: what a source keeps no longer goes, what was loaded of it stays."""

import json
import stat
from dataclasses import asdict, replace
from datetime import timedelta

from assets.engine.collect import blob_of, purge_raw, read_manifest, unclaimed
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from schemas.settings import Source
from tests.unit.deliveries import FEBRUARY, ask, deliver_csv, dossier, load


def _keeping(paths: Paths, days: int | None) -> dict[str, Source]:
    source = load_sources(paths.sources)["xin_man"]
    return {"xin_man": source.model_copy(update={"keep_raw_days": days})}


def test_without_a_setting_everything_is_kept(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    in_years = local_now() + timedelta(days=10_000)
    assert purge_raw(installation, _keeping(installation, None), in_years) == []


def test_old_bytes_go_with_a_line_in_the_log_and_the_rows_stay(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1), dossier(2)])
    load(installation)
    (delivery,) = read_manifest(installation)
    sources = _keeping(installation, 30)
    assert purge_raw(installation, sources, local_now() + timedelta(days=29)) == []
    assert purge_raw(installation, sources, local_now() + timedelta(days=31)) == [delivery]
    assert not blob_of(installation, delivery).exists()
    log = installation.raw / "purged.jsonl"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    (line,) = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())
    assert (line["sha256"], line["size"]) == (delivery.sha256, delivery.size)
    assert "name" not in line
    assert purge_raw(installation, sources, local_now() + timedelta(days=32)) == []
    (result,) = load(installation)
    assert (result.state, result.accepted, result.is_new) == ("loaded", 2, False)
    assert ask(installation, "SELECT count(*) FROM core.dossier") == [(2,)]


def test_bytes_that_a_younger_delivery_shares_are_kept(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    deliver_csv(installation, [dossier(1)], period=FEBRUARY)
    load(installation, FEBRUARY)
    first, second = read_manifest(installation)
    assert first.sha256 == second.sha256
    sources = _keeping(installation, 30)
    older = replace(first, collected_at=(local_now() - timedelta(days=99)).isoformat())
    manifest = installation.raw / "manifest.jsonl"
    lines = [json.dumps(asdict(item)) for item in (older, second)]
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert purge_raw(installation, sources, local_now()) == []
    assert blob_of(installation, second).exists()


def test_a_purged_file_that_was_never_loaded_is_told(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    (delivery,) = read_manifest(installation)
    installation.warehouse_file.unlink()
    blob_of(installation, delivery).unlink()
    (result,) = load(installation)
    assert result.state == "refused"
    assert "they were purged" in str(result.reason)


def test_bytes_of_a_source_without_settings_are_kept_and_told(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    assert unclaimed(installation, _keeping(installation, 30)) == {}
    assert purge_raw(installation, {}, local_now() + timedelta(days=99)) == []
    assert unclaimed(installation, {}) == {"xin_man": 1}
