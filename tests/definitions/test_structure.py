"""`make structure` measures what it says."""

from pathlib import Path

import pytest

from pipelines.commands import structure

CODE = """\
@wrapped
def long(x):
    if x:
        return 1
    return 2
"""


def test_modules_and_functions_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "PROJECT", tmp_path)
    (tmp_path / "assets").mkdir()
    file = tmp_path / "assets" / "a.py"
    file.write_text(CODE, encoding="utf-8")
    (tmp_path / "assets" / "a.sql").write_text("SELECT 1\n", encoding="utf-8")
    (tmp_path / "assets" / "a.txt").write_text("no code\n", encoding="utf-8")
    assert structure.total(structure.code_files(["assets"])) == 6
    place = "assets/a.py:2 long"
    assert list(structure.functions([file])) == [structure.Measured(5, place)]
    assert list(structure.complexities(["assets"])) == [structure.Measured(2, place)]
