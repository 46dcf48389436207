"""What `schemas` says of its tables: one word for one thing, and nothing left without a meaning."""

from schemas.rows import KINDS
from schemas.tables import TABLES


def test_every_table_calls_a_kind_of_record_by_the_name_of_its_export() -> None:
    """What is joined on it: `ops.delivery.kind`, and the record kinds of the quarantine."""
    named = {
        (table.qualified_name, value)
        for table in TABLES.values()
        for column in table.columns
        if column.name == "record_kind"
        for value in column.values
    }
    assert ("quarantine.outside", "payment") in named
    assert {value for _, value in named} <= KINDS.keys()
