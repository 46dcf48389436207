"""The secret key of the dossier hash.

The key is never logged and stands in no DuckDB file.
"""

import os
import secrets

from assets.engine.common.disk import write_whole
from assets.engine.common.errors import SettingsError
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths, private_folder

HASH_KEY_VARIABLE = "MOTCUA_HASH_KEY"
MINIMUM_LENGTH = 32


def dossier_hash_key(paths: Paths) -> str:
    """Return the key: MOTCUA_HASH_KEY, else the warehouse's key file, made on first use (0600)."""
    key = os.environ.get(HASH_KEY_VARIABLE) or _key_of_file(paths)
    if len(key) < MINIMUM_LENGTH:
        raise SettingsError(
            "Reading the key of the dossier hash",
            counted(len(key), "character"),
            f"at least {MINIMUM_LENGTH}",
            f"Set {HASH_KEY_VARIABLE} to a longer secret, or remove it to use a generated key.",
        )
    return key


def has_hash_key(paths: Paths) -> bool:
    """Return whether there is a key already."""
    return bool(os.environ.get(HASH_KEY_VARIABLE)) or paths.hash_key_file.exists()


def _key_of_file(paths: Paths) -> str:
    file = paths.hash_key_file
    if not file.exists():
        private_folder(file.parent)
        # Whole or not at all: part of a key would be one for ever.
        write_whole(file, secrets.token_hex(MINIMUM_LENGTH).encode())
    try:
        return file.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise SettingsError(
            "Reading the key of the dossier hash", f"{file} with bytes that are no letters",
            "the key that was made on first use", "Bring it back from a back-up.",
        ) from None  # fmt: skip
