"""`make mutants`, end to end on three mutants; without a mutant the judge finds nothing."""

import json
from pathlib import Path

import pytest

from tests.mutation import run
from tests.mutation.cases import by_hand
from tests.mutation.judge import new_warehouse, verdict
from tests.mutation.mutants import Mutant, mutants


def _first(file: str, operator: str, change: str) -> Mutant:
    return next(
        mutant
        for mutant in mutants()
        if mutant.file.endswith(file) and mutant.operator == operator and change in mutant.change
    )


def _listed() -> Mutant:
    """The mutant of the first entry of the list of equivalent ones."""
    return next(mutant for mutant in mutants() if run.key_of(mutant) in run.equivalents())


def _only(monkeypatch: pytest.MonkeyPatch, folder: Path, *selected: Mutant) -> Path:
    """Let the command run these mutants, on one small register; return where its score goes."""

    def choose(found: list[Mutant], at_most: int) -> list[Mutant]:
        return list(selected)

    monkeypatch.setattr(run, "chosen", choose)
    monkeypatch.setattr(run, "cases", lambda: [by_hand(), by_hand()])
    monkeypatch.setattr(run, "SCORE", folder / "mutants.json")
    return folder / "mutants.json"


def test_without_a_mutant_the_judge_finds_nothing(tmp_path: Path) -> None:
    new_warehouse(tmp_path / "empty")
    assert verdict([by_hand(), by_hand()], tmp_path / "empty") == ("survived", "")


def test_the_command_tells_what_was_killed_and_what_nothing_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    selected = [
        _first("calendar.sql", "boundary", "<= -> <"),
        _first("own_payment.sql", "drop_filter", "is_paid_online"),
        _listed(),
    ]
    score_file = _only(monkeypatch, tmp_path, *selected)
    assert run.main([]) == 0
    score = json.loads(score_file.read_text())
    assert (score["mutants"], score["killed"], score["equivalent"]) == (3, 2, 1)
    assert {row["check"].partition(":")[0] for row in score["list"]} == {"oracle", ""}
    assert "survived 0" in capsys.readouterr().out


def test_a_survivor_that_nobody_explained_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    survivor = _listed()
    (tmp_path / "equivalent.toml").write_text("")
    _only(monkeypatch, tmp_path, survivor)
    monkeypatch.setattr(run, "EQUIVALENT", tmp_path / "equivalent.toml")
    assert run.main([]) == 1
    assert f"SURVIVED {survivor.file}:{survivor.line}" in capsys.readouterr().out


def test_an_entry_that_fits_no_mutant_any_more_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "equivalent.toml").write_text(
        '[[equivalent]]\nfile = "x.sql"\nline = "a < b"\nchange = "boundary at 3: < -> <="\n'
        'why = "there is no such file"\n'
    )
    _only(monkeypatch, tmp_path)
    monkeypatch.setattr(run, "EQUIVALENT", tmp_path / "equivalent.toml")
    assert run.main([]) == 1
    assert "no mutant is ('x.sql', 'a < b'" in capsys.readouterr().out
