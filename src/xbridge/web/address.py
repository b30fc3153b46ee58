"""Where a browser may be sent inside this service: local paths only (lessons.md B3, B4).

An address that came with a request is a wish.  Whatever is not plainly a path of this very site is dropped, never
repaired.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MAX_CHARS = 1024

# One slash, then what RFC 3986 allows in a path and a query.  Colons and at signs would not need to go, but no path of
# ours has one, and every trick with user names and schemes does.
_LOCAL = re.compile(
    r"/(?:[A-Za-z0-9._~!$&'()*+,;=-][A-Za-z0-9._~!$&'()*+,;=/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=/?%-]*)?"
)
_APP_SCHEME = re.compile(r"[a-z][a-z0-9]*(?:[.+-][a-z0-9]+)+://[\x21-\x7e]*")


def local_path(wish: str, *, otherwise: str = "/") -> str:
    """Return ``wish`` if it is a path of this site (with a query, where it has one), and ``otherwise`` if not."""
    if len(wish) > MAX_CHARS or not _LOCAL.fullmatch(wish):
        return otherwise
    parts = urlsplit(wish)
    # Browsers take dot segments away, and what is left could begin with two slashes.
    segments = parts.path.split("/")[1:]
    if parts.scheme or parts.netloc or {"", ".", ".."} & set(segments[:-1]) or segments[-1] in (".", ".."):
        return otherwise
    return wish


def app_address(address: str) -> str:
    """Return ``address`` if it opens an app by a scheme of its own (``hk.gov.iamsmart://…``), and empty text if not.

    Schemes that a browser obeys itself (``javascript``, ``data``, ``file``) are single words; an app's is a domain.
    """
    return address if _APP_SCHEME.fullmatch(address) else ""
