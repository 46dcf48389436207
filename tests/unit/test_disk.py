"""What is said where the disk refuses: each trouble has its own remedy, and no file is named."""

import errno
import os

import duckdb
import pytest

from assets.engine.disk import trouble_told
from assets.engine.errors import WarehouseError

ROOM = "expected a disk with room. What was published before stays. Free room on the disk, and run"
SAID = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EFBIG: ROOM,
    errno.EROFS: "expected a disk mounted for writing. What was published before stays. Mount it "
    "for writing, and run",
    errno.EIO: "expected a sound disk. What was published before stays. Look at the system's log, "
    "and mend or replace the disk, and run",
}


@pytest.mark.parametrize("number", SAID)
@pytest.mark.parametrize("teller", ["system", "DuckDB"])
def test_each_trouble_is_told_with_what_mends_it(number: int, teller: str) -> None:
    text = os.strerror(number)
    refusal: Exception = OSError(number, text, "Lò Thị Mẫu.csv")
    if teller == "DuckDB":
        refusal = duckdb.IOException(f'IO Error: Could not write file "Lò Thị Mẫu": {text}')
    with pytest.raises(WarehouseError) as told, trouble_told("Writing the warehouse"):
        raise refusal
    assert str(told.value) == (
        f"Writing the warehouse: found {text}; {SAID[number]} the period again."
    )


@pytest.mark.parametrize(
    "other", [OSError(errno.ENOENT, "none"), duckdb.IOException("none"), ValueError("none")]
)
def test_what_is_no_trouble_of_the_disk_stays_as_it_is(other: Exception) -> None:
    with pytest.raises(type(other), match="none"), trouble_told("Writing the warehouse"):
        raise other
