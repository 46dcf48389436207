"""`docs/analysts.md`: every question is answered by the sample as the page prints it."""

import re

from tests.docs.analysts_page import PAGE, Samples, analysts_page

WRITTEN = PAGE.read_text(encoding="utf-8")


def test_the_sample_answers_as_the_page_prints(samples: Samples) -> None:
    assert analysts_page(WRITTEN, samples) == WRITTEN, "make docs, and read the difference"


def test_every_question_of_the_page_is_asked_and_answered() -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. .+\?$", WRITTEN, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 10
    asked = re.findall(r"^```sql\n-- \w+\.duckdb\n", WRITTEN, re.MULTILINE)
    printed = re.findall(r"^```text.*\n((?:.*\n)*?)```$", WRITTEN, re.MULTILINE)
    assert len(asked) == len(printed) == len(numbers) == WRITTEN.count("\n```sql\n")
    assert all(len(answer.splitlines()) > 2 for answer in printed)
