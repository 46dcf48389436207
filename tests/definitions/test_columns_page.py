"""`docs/columns.md` names every column of an export, as `schemas.rows.exports` has them."""

from pipelines.commands.pages.columns import PAGE, columns_page
from schemas.rows import KINDS


def test_the_page_is_what_make_docs_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == columns_page(written), "make docs, and read the difference"


def test_the_page_has_every_column_of_every_kind() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written.count("\n## ") == len(KINDS)
    for kind in KINDS.values():
        _, _, section = written.partition(f"\n## {kind.name}\n")
        section, *_ = section.partition("\n## ")
        for column in kind.columns:
            assert f"| `{column.name}` |" in section, (kind.name, column.name)
