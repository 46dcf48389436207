"""A session of requests that does nothing unasked: no redirect is looked into, let alone followed.

Belongs here: what portals and webhooks are asked with. Does not belong here: what they are asked
(`portal_client`, `pipelines.alerts`).
"""

import requests


class Session(requests.Session):
    """A session that leaves redirects, and the bodies of all replies, to the one who asks.

    Even with `allow_redirects=False` requests reads the whole body of a redirect, however long,
    and parses where it points, to say what the next request would be.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return that there is none."""
        return None
