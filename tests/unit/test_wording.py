"""Words that messages share: counts with their noun, and no setting told in pydantic's words."""

import re
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from assets.engine.common.errors import MotcuaError
from assets.engine.common.messages import counted, joined, misfits
from schemas.settings import ApiExport, ApiSource, Change, Export, Operations, Source, Statistic
from schemas.settings.base import Strict


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 dossiers"), (1, "1 dossier"), (2, "2 dossiers"), (1234, "1,234 dossiers")],
)
def test_a_count_has_its_noun_in_the_plural_unless_it_is_one(count: int, said: str) -> None:
    assert counted(count, "dossier") == said


def test_joined_sentences_have_no_full_stop_before_a_semicolon() -> None:
    assert joined(["Set it.", "Start it again."]) == "Set it; Start it again"
    assert str(MotcuaError("Asking", "no token.", "one", "Set it.")) == (
        "Asking: found no token; expected one. Set it."
    )


class _Tried(Strict):
    """Settings with a misfit of every kind that ours can have."""

    ratio: Annotated[float, Field(gt=0)] = 1
    flag: bool = False
    names: Annotated[list[str], Field(min_length=1)] = Field(default_factory=lambda: ["x"])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"ratio": 0}, "ratio: is not more than 0"),
        ({"ratio": "much"}, "ratio: is no number"),
        ({"flag": "maybe"}, "flag: is no boolean: true or false, without quotation marks"),
        ({"names": []}, "names: is empty"),
        ({"names": "x"}, "names: is no list"),
        ({"names": ["x", 2]}, "names.1: is no text in quotation marks"),
        ({"nams": []}, "nams: is no setting"),
    ],
)
def test_a_misfit_is_told_at_its_place(data: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Tried.model_validate(data)
    assert misfits(data, caught.value) == said


WRONG: tuple[Any, ...] = ({"x": {}}, [], "", "x", -1, 10**9, 0.5, False)


@pytest.mark.parametrize("model", [Statistic, Operations, Source, Export, Change, ApiSource,
                                   ApiExport])  # fmt: skip
def test_no_setting_of_any_model_is_told_in_pydantic_s_words(model: type[Strict]) -> None:
    told = 0
    for name, field in model.model_fields.items():
        for value in WRONG:
            data = {field.alias or name: value}
            try:
                model.model_validate(data)
            except ValidationError as error:
                said = misfits(data, error)
                told += 1
                assert not re.search("nput should|alue error|alid ", said), said
    assert told > len(model.model_fields)
