"""What becomes of pip-audit's answers, and of none."""

import json
import os
import subprocess
import sys

import pytest

from assets.engine.common.paths import PROJECT
from pipelines.commands.audit import verdict

GOOD = {"name": "duckdb", "version": "2.0.1", "vulns": []}
BAD = {"name": "lxml", "version": "6.0.0",
       "vulns": [{"id": "PYSEC-2027-1", "fix_versions": ["6.0.1"], "aliases": []},
                 {"id": "PYSEC-2027-2", "fix_versions": [], "aliases": []}]}  # fmt: skip
SKIPPED = {"name": "pandas", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "is_passed", "said"),
    [
        ([GOOD], True, "1 dependencies have no known vulnerability."),
        ([GOOD, SKIPPED], True, "; 1 are unknown to the advisory service."),
        ([SKIPPED, SKIPPED], True, "knows none of 2."),
        ([GOOD, BAD], False, "lxml 6.0.0: PYSEC-2027-1, repaired in 6.0.1\n"),
        ([SKIPPED, BAD], False, "PYSEC-2027-2, repaired in no version yet"),
    ],
)
def test_only_a_known_vulnerability_fails(
    packages: list[dict[str, object]], is_passed: bool, said: str
) -> None:
    verdict_of, line = verdict(json.dumps({"dependencies": packages, "fixes": []}))
    assert verdict_of is is_passed
    assert said in line


@pytest.mark.parametrize("output", ["", "text", "[]", "{}"])
@pytest.mark.parametrize(
    "errors",
    [
        "x\nrequests.exceptions.ProxyError: no way\n",
        "x\npip_audit._service.interface.ServiceError\n",
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\n"
        "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service "
        "with `-s SERVICE`\n",
    ],
)
def test_no_connection_is_said_and_fails_nothing(output: str, errors: str) -> None:
    is_passed, line = verdict(output, errors)
    assert is_passed
    assert "could not be asked" in line


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ("", "nothing"),
        ("x\nERROR:pip_audit._cli:invalid requirements input: y\n", "input: y"),
        ("x\nTypeError: cannot connect the dots\n", "the dots"),
        ("x\nTypeError: no ConnectionError, no requests.exceptions.Timeout\n", "Timeout"),
    ],
)
def test_a_lock_file_that_cannot_be_read_or_a_fault_of_the_program_fails(
    errors: str, said: str
) -> None:
    is_passed, line = verdict("", errors)
    assert not is_passed
    assert line.endswith(said)


def test_without_a_network_the_command_passes_with_one_line() -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.commands.audit"],
        cwd=PROJECT,
        env=os.environ | nowhere | {"NO_PROXY": "", "no_proxy": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout == "Dependencies not audited: the advisory service could not be asked.\n"
    assert done.stderr == ""
