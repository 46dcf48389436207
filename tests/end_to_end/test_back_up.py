"""`backup`, `restore` and `rebuild` end in published tables equal to those before."""

import json
import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from assets.engine.collect import blob_of, read_manifest
from assets.engine.common.locks import locked
from assets.engine.common.paths import Paths
from assets.engine.upkeep.backup import SETTINGS as SETTING_NAMES
from pipelines.commands import cli, upkeep
from tests.end_to_end.tables import TIMES, Tables, all_tables, differences, rows_of
from tests.support import SAMPLE_KEYS, SETTINGS, process
from tests.unit.deliveries import deliver_csv, dossier

# Of the published tables: when and by which run a file was loaded. Rows go into the log and into
# the delivered list once more, under the new time.
LOADING_TIMES = frozenset({"loaded_at", "counted_at", "run_id"})


@pytest.fixture
def home(own_sample: Paths, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """The sample with a Dagster instance that has a run, named by the environment."""
    monkeypatch.setenv("MOTCUA_DATA", str(own_sample.data))
    monkeypatch.setenv("MOTCUA_SETTINGS", str(SETTINGS))
    monkeypatch.setenv("DAGSTER_HOME", str(own_sample.data / "dagster"))
    return own_sample


def _published(paths: Paths, without: frozenset[str] = frozenset()) -> Tables:
    state = {
        f"{file.name} {name}": rows
        for file in sorted(paths.published.glob("*.duckdb"))
        for name, rows in rows_of(file, without=without).items()
    }
    csv = (paths.published / "by_unit.csv").read_text("utf-8")
    return state | {"by_unit.csv": [(line,) for line in csv.splitlines()]}


def _modes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): stat.filemode(path.stat().st_mode)
        for path in folder.rglob("*")
        if path.name not in ("tmp", "inbox") and "inbox" not in path.relative_to(folder).parts
    }


def test_a_back_up_restored_into_an_empty_folder_is_the_installation(
    home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["period", SAMPLE_KEYS[-1]]) == 0
    before, published, modes = all_tables(home), _published(home), _modes(home.data)
    with duckdb.connect(str(home.published / "motcua.duckdb"), read_only=True) as reader:
        reader.execute("FROM indicators.by_unit").fetchone()  # and is not read to its end
        assert cli.main(["backup", str(tmp_path / "copy")]) == 0
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    assert "raw" in capsys.readouterr().out

    restored = Paths(tmp_path / "new", tmp_path / "new" / "settings")
    monkeypatch.setenv("MOTCUA_DATA", str(restored.data))
    monkeypatch.setenv("MOTCUA_SETTINGS", str(restored.settings))
    monkeypatch.setenv("DAGSTER_HOME", str(restored.data / "dagster"))
    assert cli.main(["restore", str(tmp_path / "copy")]) == 0
    assert _published(restored) == published
    assert all_tables(restored) == before
    assert {k: v for k, v in _modes(restored.data).items() if k in modes} == modes
    assert read_manifest(restored) == read_manifest(home)
    assert all(blob_of(restored, item).exists() for item in read_manifest(restored))
    # Its Dagster knows the run, and its next one changes nothing.
    assert list((restored.data / "dagster" / "history" / "runs").glob("*.db"))
    assert cli.main(["period", SAMPLE_KEYS[-1]]) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert _published(restored, TIMES) == _published(home, TIMES)


def test_a_back_up_waits_for_the_run_at_work(
    home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Waits(Exception):
        pass

    def stop(_: Paths) -> str:
        raise Waits

    monkeypatch.setattr(upkeep, "run_at_work", stop)
    with locked(home.warehouse), pytest.raises(Waits):
        upkeep.back_up_installation(home, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_back_up_and_restore_overwrite_nothing(
    home: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert cli.main(["backup", str(tmp_path / "full")]) == 1
    assert "which is there already" in capsys.readouterr().err
    assert cli.main(["backup", str(home.data / "copy")]) == 1
    assert cli.main(["backup", str(tmp_path / "copy")]) == 0
    assert cli.main(["restore", str(tmp_path / "copy")]) == 1
    sentence = capsys.readouterr().err
    for name in ("raw", "published", "warehouse"):
        assert str(home.data / name) in sentence
    assert "move these folders away first" in sentence


def test_half_a_back_up_is_not_restored(
    home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["backup", str(tmp_path / "copy")]) == 0
    monkeypatch.setenv("MOTCUA_DATA", str(tmp_path / "new"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "new" / "dagster"))
    next((tmp_path / "copy" / "raw").glob("??/*")).unlink()
    assert cli.main(["restore", str(tmp_path / "copy")]) == 1
    assert "other files than were backed up in raw" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert cli.main(["restore", str(tmp_path / "nowhere")]) == 1
    assert "no backup.json there" in capsys.readouterr().err


def _ship_settings(settings: Path) -> dict[Path, bytes]:
    """Copy the settings that a checkout ships; return the bytes of each file."""
    for name in SETTING_NAMES:
        copy = shutil.copytree if (SETTINGS / name).is_dir() else shutil.copy2
        settings.mkdir(exist_ok=True)
        copy(SETTINGS / name, settings / name)
    return _bytes(settings)


def _bytes(settings: Path) -> dict[Path, bytes]:
    return {
        file.relative_to(settings): file.read_bytes()
        for name in SETTING_NAMES
        for file in (settings / name, *(settings / name).rglob("*"))
        if file.is_file()
    }


def _settings_line(said: str) -> list[str]:
    return [line.split()[1] for line in said.splitlines() if line.startswith("settings ")]


def test_settings_of_the_back_up_are_restored_or_nothing_is(
    home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    _ship_settings(shipped)
    _ship_settings(own)
    (own / "sources" / "igate.toml").write_bytes(
        (own / "sources" / "igate.toml").read_bytes() + b"\n"
    )
    (own / "sources" / "riverton.toml").unlink()
    (own / "reference" / "note.txt").write_bytes(b"ours")
    settings = _bytes(own)
    monkeypatch.setenv("MOTCUA_SETTINGS", str(own))
    assert cli.main(["backup", str(tmp_path / "copy")]) == 0

    # As a fresh checkout has them: refused, and nothing was copied.
    monkeypatch.setenv("MOTCUA_DATA", str(tmp_path / "new"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "new" / "dagster"))
    monkeypatch.setenv("MOTCUA_SETTINGS", str(shipped))
    before = _bytes(shipped)
    assert cli.main(["restore", str(tmp_path / "copy")]) == 1
    sentence = capsys.readouterr().err
    assert "not those of the back-up: sources/igate.toml, sources/riverton.toml;" in sentence
    assert "MOTCUA_SETTINGS=" in sentence
    assert (_bytes(shipped), (tmp_path / "new").exists()) == (before, False)

    # Without those two: what is the same stays, the rest is restored.
    for name in ("igate", "riverton"):
        (shipped / "sources" / f"{name}.toml").unlink()
    assert cli.main(["restore", str(tmp_path / "copy")]) == 0
    assert _bytes(shipped) == settings
    assert _settings_line(capsys.readouterr().out) == ["2"]

    # The same ones, then none.
    for folder, count in ((own, []), (tmp_path / "nowhere", [str(len(settings))])):
        shutil.rmtree(tmp_path / "new")
        monkeypatch.setenv("MOTCUA_SETTINGS", str(folder))
        assert cli.main(["restore", str(tmp_path / "copy")]) == 0
        assert _bytes(folder) == settings
        assert _settings_line(capsys.readouterr().out) == count


def test_a_damaged_raw_file_of_a_back_up_is_named(
    home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["backup", str(tmp_path / "copy")]) == 0
    monkeypatch.setenv("MOTCUA_DATA", str(tmp_path / "new"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "new" / "dagster"))
    blob = next((tmp_path / "copy" / "raw").glob("??/*"))
    blob.write_bytes(bytes(blob.stat().st_size))
    assert cli.main(["restore", str(tmp_path / "copy")]) == 1
    assert f"other bytes than were delivered in {blob.name[:8]} of raw" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("damage", ["empty", "header", "rows"])
def test_a_warehouse_that_cannot_be_read_is_not_backed_up(
    home: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    content = bytearray(home.warehouse_file.read_bytes())
    # Whatever lies there, the table of its rows has them all.
    start = {"empty": 0, "header": 0, "rows": 3 * 4096}[damage]
    content[start:] = bytes(len(content) - start) if damage != "empty" else b""
    home.warehouse_file.write_bytes(content)
    assert cli.main(["backup", str(tmp_path / "copy")]) == 1
    sentence = capsys.readouterr().err
    expected = {
        "empty": "or an empty one",
        "header": "a file that DuckDB cannot read",
        "rows": "make rebuild",
    }
    assert expected[damage] in sentence
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_warehouse_rebuilt_from_raw_files_publishes_the_same(
    home: Paths, capsys: pytest.CaptureFixture[str], is_damaged: bool
) -> None:
    deliver_csv(home, [dossier(7)], name="more.csv")
    process(home, SAMPLE_KEYS[:1])
    before = _published(home, LOADING_TIMES)
    if is_damaged:
        home.warehouse_file.write_bytes(b"\0" * 4096)
    assert cli.main(["rebuild"]) == 0
    said = capsys.readouterr().out
    assert said.count("nightly: ") == 1
    assert "The warehouse of before is kept" in said
    after = _published(home, LOADING_TIMES)
    assert differences(before, after) == {}
    assert len(list(home.warehouse.glob("motcua-*.duckdb"))) == 1


def test_a_rebuild_loses_nothing_in_silence(
    home: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _published(home, LOADING_TIMES)
    blob_of(home, read_manifest(home)[0]).unlink()
    # The old file holds what was purged.
    assert cli.main(["rebuild"]) == 0
    assert differences(before, _published(home, LOADING_TIMES)) == {}
    home.warehouse_file.write_bytes(b"\0" * 4096)
    damaged = home.warehouse_file.read_bytes()
    assert cli.main(["rebuild"]) == 1
    assert "1 delivery of 2022-12-15 lacking" in capsys.readouterr().err
    assert home.warehouse_file.read_bytes() == damaged
    assert cli.main(["rebuild", "--accept-loss"]) == 0
    with duckdb.connect(str(home.published / "motcua.duckdb"), read_only=True) as reader:
        refused = reader.execute("SELECT reason FROM ops.delivery WHERE state = 'refused'")
        assert ["the loss was accepted" in reason for (reason,) in refused.fetchall()] == [True]


def test_the_seal_of_a_back_up_counts_its_files(home: Paths, tmp_path: Path) -> None:
    assert cli.main(["backup", str(tmp_path / "copy")]) == 0
    seal = json.loads((tmp_path / "copy" / "backup.json").read_text(encoding="utf-8"))
    blobs = {item.sha256 for item in read_manifest(home)}
    (raw,) = (part for part in seal["parts"] if part["name"] == "raw")
    assert raw["files"] == len(blobs) + 2  # the manifest, and the hashes of what was collected
    shutil.rmtree(tmp_path / "copy")
