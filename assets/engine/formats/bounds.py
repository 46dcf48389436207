"""What the reading of one delivered file may cost, by its size."""

import os
from dataclasses import dataclass

_MIB = 1 << 20

# The largest workbook that Excel can write (1,048,576 rows of 24 cells) is read within 3 GiB; a
# machine keeps half of its memory for the run itself.
_MOST_MEMORY = 4 << 30
# A workbook takes 0.3 seconds a megabyte, a packed page or XML up to 5: three to thirty times as
# much for slow and busy machines. A small file costs milliseconds.
_FREE_SECONDS, _SECONDS_A_MIB, _MOST_SECONDS = 10, 15, 900
# The clock counts for a child that waits for its disk or its turn.
_CLOCK_FACTOR, _CLOCK_FREE_SECONDS = 4, 20
# Lists of text shrink twentyfold at most; small ones of blanks a thousandfold, and harm nobody.
_FREE_EXPANDED, _MOST_RATIO, _MOST_EXPANDED = 16 * _MIB, 200, 16 << 30
# Texts of cells go into the memory of the run: a workbook shrinks them tenfold.
_FREE_CELL_BYTES, _MOST_CELL_BYTES = 64 * _MIB, 2 << 30


@dataclass(frozen=True)
class Bounds:
    """What reading a delivered file may cost, all that is in it together.

    Attributes
    ----------
    memory_bytes
        Address space of the child process.
    cpu_seconds, clock_seconds
        Time it computes; time it is waited for.
    expanded_bytes
        What an archive may expand to.
    cell_bytes
        What the child may answer.
    """

    memory_bytes: int
    cpu_seconds: float
    clock_seconds: float
    expanded_bytes: int
    cell_bytes: int


def bounds_of(size: int) -> Bounds:
    """Return the bounds of a file of `size` bytes."""
    cpu_seconds = min(_FREE_SECONDS + size / _MIB * _SECONDS_A_MIB, _MOST_SECONDS)
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Bounds(
        memory_bytes=min(_MOST_MEMORY, machine // 2),
        cpu_seconds=cpu_seconds,
        clock_seconds=_CLOCK_FACTOR * cpu_seconds + _CLOCK_FREE_SECONDS,
        expanded_bytes=min(max(_FREE_EXPANDED, size * _MOST_RATIO), _MOST_EXPANDED),
        cell_bytes=min(max(_FREE_CELL_BYTES, size * _MOST_RATIO), _MOST_CELL_BYTES),
    )
