"""What only its owner may read: the raw store, the warehouse, the key of the hash."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from assets.engine.collect import blob_of, read_manifest
from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import Paths
from assets.engine.warehouse import dossier_hash_key, reader, warehouse
from pipelines.commands.sample import put_sample
from tests.support import SETTINGS
from tests.unit.deliveries import code, deliver_csv, dossier, load


@pytest.fixture
def installation(tmp_path: Path) -> Paths:
    """An installation that makes everything itself."""
    paths = Paths(tmp_path / "data", SETTINGS)
    paths.inbox.mkdir(parents=True)
    return paths


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_enters_the_raw_store_and_the_warehouse(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    for root in (installation.raw, installation.warehouse):
        found = [root, *root.rglob("*")]
        assert {_mode(path) for path in found if path.is_dir()} == {0o700}
        assert {_mode(path) for path in found if path.is_file()} == {0o600}


def test_a_key_is_whole_or_not_there(installation: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies as it makes the key leaves none: part of one would fail every later run."""

    def dies(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", dies)
        with pytest.raises(KeyboardInterrupt):
            dossier_hash_key(installation)
    assert not installation.hash_key_file.exists()
    assert len(dossier_hash_key(installation)) >= 32


def test_a_folder_that_others_could_enter_is_closed(installation: Paths) -> None:
    installation.warehouse.mkdir(mode=0o755)
    installation.raw.mkdir(mode=0o755)
    deliver_csv(installation, [dossier(1)])
    load(installation)
    assert (_mode(installation.warehouse), _mode(installation.raw)) == (0o700, 0o700)


def test_the_inbox_that_the_sample_makes_is_its_owners(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "data", SETTINGS)
    put_sample(paths)
    assert _mode(paths.inbox) == 0o700
    paths.inbox.chmod(0o750)
    put_sample(paths)
    assert len(list(paths.inbox.rglob("*.*"))) == 33


def test_delivered_bytes_are_kept_as_they_came_under_their_hash(installation: Paths) -> None:
    file = deliver_csv(installation, [dossier(1)], name="hồ sơ Mẫu.csv")
    load(installation)
    (delivery,) = read_manifest(installation)
    assert delivery.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert blob_of(installation, delivery).read_bytes() == file.read_bytes()
    assert (delivery.name, delivery.size) == ("2022-12-15/hồ sơ Mẫu.csv", file.stat().st_size)


def test_no_part_of_a_file_is_left_beside_the_raw_store(installation: Paths) -> None:
    for number in (1, 2, 1):
        deliver_csv(installation, [dossier(number)])
        load(installation)
    assert [path.name for path in installation.raw.rglob(".incoming-*")] == []
    names = {path.name for path in installation.raw.rglob("*") if path.is_file()}
    blobs = {delivery.sha256 for delivery in read_manifest(installation)}
    assert names == {"manifest.jsonl", "hashed.json", *blobs}
    assert len(read_manifest(installation)) == 3


def test_the_key_is_made_once_and_kept_for_its_owner(installation: Paths) -> None:
    key = dossier_hash_key(installation)
    assert len(key) >= 32
    assert _mode(installation.hash_key_file) == 0o600
    assert dossier_hash_key(installation) == key


def test_two_installations_have_two_keys(installation: Paths, tmp_path: Path) -> None:
    other = Paths(tmp_path / "other", installation.settings)
    assert dossier_hash_key(installation) != dossier_hash_key(other)


def test_a_key_of_the_environment_comes_first_and_leaves_no_file(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_HASH_KEY", "k" * 32)
    assert dossier_hash_key(installation) == "k" * 32
    assert not installation.hash_key_file.exists()


def test_a_short_key_is_told_without_its_text(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_HASH_KEY", "bimat" * 6)
    with pytest.raises(SettingsError, match="30 characters; expected at least 32") as error:
        dossier_hash_key(installation)
    assert "bimat" not in str(error.value)


def test_the_key_stands_in_no_file_of_the_warehouse(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1)])
    load(installation)
    key = dossier_hash_key(installation).encode()
    files = [path for path in installation.warehouse.rglob("*.duckdb*") if path.is_file()]
    assert files
    assert [path.name for path in files if key in path.read_bytes()] == []


def test_a_hash_depends_on_code_and_key_only(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for key in ("k" * 32, "k" * 32, "l" * 32):
        monkeypatch.setenv("MOTCUA_HASH_KEY", key)
        with reader(installation) as connection:
            found.append(connection.execute("SELECT keyed_hash(?)", [code(1)]).fetchone())
    digest = hashlib.sha256(("k" * 32 + code(1)).encode()).hexdigest()[:32]
    assert str((found[0] or ("",))[0]).replace("-", "") == digest
    assert found[0] == found[1] != found[2]


def test_nothing_is_downloaded_while_the_pipeline_runs(installation: Paths) -> None:
    names = ("autoinstall_known_extensions", "autoload_known_extensions")
    with warehouse(installation) as connection, reader(installation) as reading:
        for opened in (connection, reading):
            for name in names:
                found = opened.execute(f"SELECT current_setting('{name}')").fetchone()
                assert found == (False,)
