"""Names, dependencies and partitions change only on purpose."""

from tests.definitions.snapshot import FILE, snapshot


def test_the_code_location_offers_what_the_snapshot_says() -> None:
    said = FILE.read_text(encoding="utf-8")
    assert snapshot().splitlines() == said.splitlines(), (
        "If it is meant: python -m tests.definitions.snapshot, and read the difference."
    )
    assert len(said.splitlines()) < 300
