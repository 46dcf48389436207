"""`docs/analysts.md`: every question is answered by the sample as the page prints it."""

import re

from assets.engine.paths import Paths
from tests.docs.analysts_page import PAGE, analysts_page, questions

WRITTEN = PAGE.read_text(encoding="utf-8")


def test_the_sample_answers_as_the_page_prints(sample: Paths) -> None:
    assert analysts_page(WRITTEN, sample.published) == WRITTEN, "make docs, and read the difference"


def test_every_question_of_the_page_is_asked_and_answered() -> None:
    asked = questions(WRITTEN)
    assert len(asked) == WRITTEN.count("\n```sql\n") == WRITTEN.count("\n```text\n")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. .+\?$", WRITTEN, re.MULTILINE)]
    assert numbers == list(range(1, len(asked) + 1))
    printed = re.findall(r"^```text\n(.*?)^```$", WRITTEN, re.MULTILINE | re.DOTALL)
    assert all(len(answer.splitlines()) > 2 for answer in printed)
