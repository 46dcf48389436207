"""Where everything lives on disk."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class Paths:
    """The folders of one installation: `data` (MOTCUA_DATA) and `settings` (MOTCUA_SETTINGS)."""

    data: Path
    settings: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """Return the roots that the environment names, else the checkout's `data/`."""
        default = PROJECT / "data"
        return cls(
            Path(os.environ.get("MOTCUA_DATA") or default).expanduser().resolve(),
            Path(os.environ.get("MOTCUA_SETTINGS") or default).expanduser().resolve(),
        )

    @property
    def inbox(self) -> Path:
        """Delivered files: `<source>/<export>/...`."""
        return self.data / "inbox"

    @property
    def raw(self) -> Path:
        """Delivered bytes under their SHA-256, with the manifest."""
        return self.data / "raw"

    @property
    def hashed(self) -> Path:
        """What was read of the files of the inbox; derived."""
        return self.raw / "hashed.json"

    @property
    def warehouse(self) -> Path:
        """Folder of the warehouse file and DuckDB's temporary files."""
        return self.data / "warehouse"

    @property
    def warehouse_file(self) -> Path:
        """The DuckDB file that only runs open."""
        return self.warehouse / "motcua.duckdb"

    @property
    def hash_key_file(self) -> Path:
        """Key of the dossier hash where the environment gives none."""
        return self.warehouse / "dossier_hash.key"

    @property
    def published(self) -> Path:
        """Files for readers."""
        return self.data / "published"

    @property
    def returns(self) -> Path:
        """Files to send back to units, one a unit: they name dossiers, so they are private."""
        return self.data / "returns"

    @property
    def sources(self) -> Path:
        """Settings files, one a portal."""
        return self.settings / "sources"

    @property
    def reference(self) -> Path:
        """Reference tables as CSV."""
        return self.settings / "reference"


def private_folder(path: Path) -> Path:
    """Make `path` a folder that only its owner may enter, and return it."""
    path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    path.chmod(PRIVATE_FOLDER)
    return path


def private_file(path: str, flags: int) -> int:
    """Open a file that, where it is new, only its owner may read.

    For `open(path, "xb", opener=private_file)`: no moment passes in which others could read it.
    """
    return os.open(path, flags, PRIVATE_FILE)
