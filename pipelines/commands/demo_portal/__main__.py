"""Serve the sample as a portal on this machine, until Ctrl-C: `make portal`."""

import secrets
import threading
from contextlib import suppress

from pipelines.commands.demo_portal.portal import sample_portal
from pipelines.commands.demo_portal.server import served

PORT = 8769


def main() -> None:
    """Say what to type in another terminal, and serve."""
    portal = sample_portal(secrets.token_urlsafe(12))
    with served(portal, PORT):
        print(f"The sample's portal answers on {portal.address}; Ctrl-C stops it.")
        print("In another terminal, in this folder, type these two lines (or SOURCE=national):\n")
        print(f"export MOTCUA_PORTAL_TOKEN={portal.token}")
        print("make run SOURCE=igate2\n", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
