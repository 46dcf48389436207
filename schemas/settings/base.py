"""What all settings share: strict models, names and texts, and what does not fit."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Texts = Annotated[list[Text], Field(min_length=1)]


class Misfits(ValueError):
    """What does not fit of an export or a source, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class Strict(BaseModel):
    """Settings refuse a key they do not know: a misspelt setting must not pass unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
