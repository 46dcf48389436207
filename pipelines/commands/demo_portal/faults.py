"""What a portal does wrong, switched on for a number of requests."""

import threading
from dataclasses import dataclass, field

NAMES = (
    "storm", "error", "stall", "cut", "truncated", "html", "expired", "forbidden", "missing",
    "redirect", "astray", "endless", "bomb", "envelope", "fields", "drift", "repeat", "not_gzip",
    "loop", "gap", "drip", "chunks", "leave", "error_code", "capped", "empty",
    "slow_status", "slow_headers", "slow_continues", "slow_extension", "slow_trailers",
    "slow_packing",
)  # fmt: skip


@dataclass
class Fault:
    """A fault that strikes `times` requests, after `after` have passed it."""

    name: str
    times: int
    after: int


@dataclass
class Faults:
    """The faults that are switched on; threads share them."""

    waiting: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def switch_on(self, name: str, times: int = 1, after: int = 0) -> None:
        """Let `times` requests fail, behind the next `after`."""
        if name not in NAMES:
            raise ValueError(f"no fault {name}; there are {', '.join(NAMES)}")
        if times < 1:
            raise ValueError(f"a fault that strikes {times} times; it strikes once at least")
        with self.lock:
            self.waiting.append(Fault(name, times, after))

    def next(self) -> str | None:
        """Return what is wrong with the next request, or None."""
        with self.lock:
            struck = None
            for fault in list(self.waiting):
                if fault.after > 0:
                    fault.after -= 1
                elif struck is None:
                    struck = fault
            if struck is not None:
                struck.times -= 1
                if struck.times == 0:
                    self.waiting.remove(struck)
            return struck.name if struck else None
