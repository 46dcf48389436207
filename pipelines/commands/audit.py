"""The command `audit`: ask whether a locked dependency is known to be vulnerable.

Where the advisory service cannot be asked, that is said and nothing fails.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from assets.engine.common.paths import PROJECT

COMMAND = [
    str(Path(sys.executable).with_name("pip-audit")),
    "--requirement", str(PROJECT / "requirements.lock"),
    "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15",
]  # fmt: skip


# What pip-audit ends with where the network or the service is the trouble: an exception by its name
# at the start of a line, or its own advice. Any other sentence may say "connect".
UNREACHABLE = re.compile(
    r"^(requests\.exceptions\.\w+|([\w.]+\.)?(ConnectionError|ServiceError)"
    r"|ERROR:pip_audit\._cli:Tip: your network may be blocking this service\..*)(:|$)",
    re.MULTILINE,
)


def verdict(output: str, errors: str = "") -> tuple[bool, str]:
    """Return whether what pip-audit printed lets the check pass, and a line that says why."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        if UNREACHABLE.search(errors):
            return True, "Dependencies not audited: the advisory service could not be asked."
        last = errors.strip().rpartition("\n")[2] or "nothing"
        return False, f"Dependencies not audited. pip-audit says: {last}"
    found = [
        f"{package['name']} {package['version']}: {item['id']}, "
        f"repaired in {', '.join(item['fix_versions']) or 'no version yet'}"
        for package in packages
        for item in package.get("vulns", [])
    ]
    if found:
        return False, "Vulnerable dependencies; raise them and run make lock.\n" + "\n".join(found)
    skipped = sum("skip_reason" in package for package in packages)
    if skipped == len(packages):
        return True, f"Dependencies not audited: the advisory service knows none of {skipped}."
    unknown = f"; {skipped} are unknown to the advisory service" if skipped else ""
    return True, f"{len(packages) - skipped} dependencies have no known vulnerability{unknown}."


def main() -> int:
    """Ask, say what came of it, and return 1 if a vulnerability is known."""
    done = subprocess.run(COMMAND, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    is_passed, line = verdict(done.stdout, done.stderr)
    sys.stdout.write(line + "\n")
    return int(not is_passed)


if __name__ == "__main__":
    sys.exit(main())
