"""The planted faults can be planted: whoever moves a line takes the fault on it along."""

import subprocess

import pytest

from assets.engine.common.paths import PROJECT
from tests.mutation.planted import FAULTS, read_fault


def test_every_fault_applies_to_the_code_as_it_is_and_names_tests_that_exist() -> None:
    patches = sorted(FAULTS.glob("*.patch"))
    assert len(patches) >= 137
    wrong = []
    for fault in map(read_fault, patches):
        applied = subprocess.run(
            ["git", "apply", "--check", "-C0", str(fault.patch)],
            cwd=PROJECT, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        wrong += [f"{fault.patch.name}: {applied.stderr}"] if applied.returncode else []
        files = {test.partition("::")[0] for test in fault.tests}
        wrong += [
            f"{fault.patch.name}: no {name}" for name in files if not (PROJECT / name).exists()
        ]
    assert wrong == []


def test_a_header_without_a_line_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    patch = tmp_path_factory.mktemp("faults") / "001_x.patch"
    patch.write_text("Fault: a slip.\nArea: sql\n\ndiff --git a/x b/x\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"001_x\.patch: no Tests in its header"):
        read_fault(patch)
