"""What stops a run, what stops only a file, and what stays for the readers meanwhile."""

import hashlib
import shutil
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.common.paths import Paths
from assets.engine.warehouse import warehouse
from tests.assets.deliveries import COMMUNE
from tests.assets.runs import checks_of, failures, metadata_of, run_job
from tests.support import SETTINGS

KEY = "2023-05-15"
PUBLISHING = ["publish/motcua", "publish/dossiers", "publish/by_unit_csv"]


def _published(paths: Paths) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in paths.published.iterdir()
    }


def test_a_refused_file_stops_itself_and_not_the_run(
    own_sample: Paths, instance: dg.DagsterInstance
) -> None:
    bad = own_sample.inbox / "xin_man" / COMMUNE / KEY / "khac.csv"
    bad.write_text("Tên;Tuổi\nkhông;1\n", encoding="utf-8")
    result = run_job(own_sample, instance, "nightly", KEY)
    assert result.success
    loaded = metadata_of(result, "core/dossier_version", KEY)
    assert loaded["refused_file_count"] == 1
    assert loaded["file_count"] == 3
    reason = str(loaded["refused_files"])
    assert f"xin_man/{COMMUNE}/{KEY}" in reason
    assert "expected a row with 'Mã hồ sơ'" in reason
    assert bad.name not in reason
    check = checks_of(result)["core/dossier_version files_loaded"]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert check.metadata["refused_file_count"].value == 1
    assert check.description is not None
    assert check.description in reason
    whole = checks_of(result)["indicators/by_level period_whole"]
    assert not whole.passed
    assert "refused 1;" in str(whole.description)
    assert metadata_of(result, "indicators/by_unit", KEY)["moved_month_count"] == 0


@pytest.mark.parametrize("key", ["2023-11-16", "2023-11-01", "2022-11-15", "2099-12-15"])
def test_a_key_that_is_no_period_is_refused_with_a_sentence(
    installation: Paths, instance: dg.DagsterInstance, key: str
) -> None:
    """Dagster itself reads 2023-11-16 as the next period without a word."""
    result = run_job(installation, instance, "nightly", key, ["raw/delivery"], is_key_checked=False)
    assert not result.success
    message = failures(result)["raw__delivery"]
    assert key in message
    assert "; expected " in message
    assert (
        "The running period is" in message or "Give the day on which the period starts" in message
    )


def test_a_load_without_units_says_what_to_do_first(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    shutil.rmtree(installation.warehouse)
    result = run_job(
        installation, instance, "nightly", KEY, ["core/dossier_version", "core/payment_version"]
    )
    assert not result.success
    messages = failures(result)
    assert set(messages) == {"core"}
    assert "Loading the exports of dossier, payment" in messages["core"]
    assert "no units in the warehouse" in messages["core"]
    assert "Materialise reference/unit and reference/procedure first" in messages["core"]


def test_a_missing_reference_file_stops_the_run_and_keeps_what_was_published(
    own_sample: Paths, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    settings = tmp_path / "settings"
    for name in ("sources", "reference"):
        shutil.copytree(SETTINGS / name, settings / name)
    (settings / "reference" / "unit.csv").unlink()
    before = _published(own_sample)
    result = run_job(Paths(own_sample.data, settings), instance, "nightly", KEY)
    assert not result.success
    (message,) = failures(result).values()
    assert f"no file {settings / 'reference' / 'unit.csv'}" in message
    assert "or correct MOTCUA_SETTINGS." in message
    assert _published(own_sample) == before


def test_publishing_alone_stops_at_a_row_that_does_not_balance(
    own_sample: Paths, instance: dg.DagsterInstance
) -> None:
    """A hand-picked selection leaves the check out; the step checks by itself."""
    with warehouse(own_sample) as connection:
        connection.execute(
            "UPDATE indicators.by_unit SET resolved_count = resolved_count + 1 "
            "WHERE unit_code = '033' AND scope = 'own' AND period_end = DATE '2023-06-14'"
        )
    before = _published(own_sample)
    for selection in (PUBLISHING, *([name] for name in PUBLISHING)):
        result = run_job(own_sample, instance, "nightly", KEY, selection)
        assert not result.success
        message = failures(result)["publish"]
        assert "to handle = resolved + other closings + pending + paused" in message
        assert "033 own" in message
        assert "Nothing was published." in message
        assert _published(own_sample) == before


def test_the_balance_check_blocks_publishing(
    own_sample: Paths, instance: dg.DagsterInstance
) -> None:
    """A unit's counts are lost, and only the levels are computed from what is left."""
    with warehouse(own_sample) as connection:
        connection.execute(
            "DELETE FROM indicators.own_count "
            "WHERE unit_code = '01096' AND period_end = DATE '2023-06-14'"
        )
    before = _published(own_sample)
    result = run_job(own_sample, instance, "nightly", KEY, ["indicators/by_level", *PUBLISHING])
    assert not result.success
    check = checks_of(result)["indicators/by_level balance"]
    assert not check.passed
    assert check.blocking
    assert check.description is not None
    assert "months do not chain" in check.description
    assert "publish/motcua" not in {
        event.materialization.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
    }
    assert _published(own_sample) == before


def test_a_tampered_figure_is_mended_by_the_next_run(
    own_sample: Paths, instance: dg.DagsterInstance
) -> None:
    """Figures follow from the register alone, so the same rows are written again."""
    with warehouse(own_sample) as connection:
        said = connection.execute("FROM indicators.by_unit ORDER BY ALL").fetchall()
        connection.execute(
            "UPDATE indicators.by_unit SET resolved_count = 0 WHERE period_end = DATE '2023-06-14'"
        )
        connection.execute("DELETE FROM indicators.own_count WHERE unit_code = '01096'")
    result = run_job(own_sample, instance, "compute", KEY)
    assert result.success
    with warehouse(own_sample) as connection:
        assert connection.execute("FROM indicators.by_unit ORDER BY ALL").fetchall() == said
