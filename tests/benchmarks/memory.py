"""Peak memory of this process.

Belongs here: the one way every module of this folder measures it. `getrusage` will not do: a
process starts with the peak of the one that forked it, and `bench` may just have made a big file.
"""

from pathlib import Path


def peak_bytes() -> int:
    """Return the most memory this process held at once since its program was started."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
