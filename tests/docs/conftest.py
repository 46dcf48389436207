"""Fixtures: the samples that the pages ask, and the oldest DuckDB that must open them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from tests.docs.analysts_page import Samples
from tests.docs.correction import corrected

OLD_DUCKDB = Path(__file__).parent / "duckdb-1.5.txt"


@pytest.fixture(scope="session")
def samples(sample: Paths, tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """The published files of the sample and of the corrected one."""
    after = corrected(sample, tmp_path_factory.mktemp("corrected") / "data")
    return Samples(sample.published, after.published)


@pytest.fixture(scope="session")
def old_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with DuckDB 1.5; MOTCUA_OFFLINE=1 leaves out the tests that need it."""
    if os.environ.get("MOTCUA_OFFLINE") == "1":
        pytest.skip("MOTCUA_OFFLINE=1: DuckDB 1.5 is not fetched")
    folder = tmp_path_factory.mktemp("duckdb-1.5")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(folder),
         "--requirement", str(OLD_DUCKDB)],
        capture_output=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.fail(
            "Installing DuckDB 1.5 to open the published files with: pip could not, as it says "
            "below. Needed: PyPI, or pip's cache. Connect this machine, or set MOTCUA_OFFLINE=1 "
            f"to leave these tests out.\n{done.stderr.strip()[-500:]}",
            pytrace=False,
        )
    return folder
