"""Which addresses the platform sends a browser to: registration, matching and appending.

Pure string work on the decoded parameter. It never repairs, folds or normalises an address: two spellings of one
address are two addresses, because every repair has been an open redirect somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlencode, urlsplit

# RFC 3986 characters only.  Blanks, controls, backslashes, quotes and non-ASCII are where parsers disagree.
_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]!$&'()*+,;=%]+")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?|\[::1\]")
_STATE = re.compile(r"state=[A-Za-z0-9\-._~%]{1,512}")
# Unreserved characters but the dot: a dot segment climbs, and a percent sign may hide a slash.
_SEGMENT = re.compile(r"/[A-Za-z0-9\-_~]{1,512}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_DEFAULT_PORTS = {"https": 443, "http": 80}

Origin = tuple[str, str, int]
RedirectRule = Literal["exact", "allow_query", "prefix"]


def origin_of(uri: str) -> Origin:
    """Return (scheme, host, port) of an absolute web address.

    Raises ValueError for anything but ``https`` or loopback ``http``, and for user information, odd hosts, odd ports
    and characters outside RFC 3986.
    """
    if not _URI.fullmatch(uri):
        raise ValueError("address holds a character outside RFC 3986")
    parts = urlsplit(uri)
    host, colon, port = parts.netloc.rpartition(":")
    if not colon or parts.netloc.endswith("]"):
        host, port = parts.netloc, ""
    elif not re.fullmatch(r"[1-9][0-9]{0,4}", port):
        raise ValueError("address has an odd port")
    if not _HOST.fullmatch(host):
        raise ValueError("address has an odd host or user information")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError("address must be https, or http on loopback")
    number = int(port) if port else _DEFAULT_PORTS[parts.scheme]
    if number > 65535:
        raise ValueError("address has an odd port")
    return parts.scheme, host, number


def verify_registrable(uri: str, *, fragment_allowed: bool) -> str:
    """Return ``uri`` if a service may register it as its redirect address.  Raises ValueError otherwise."""
    origin_of(uri)
    if "#" in uri and not fragment_allowed:
        raise ValueError("redirect URI must not have a fragment")
    if any(pair.partition("=")[0] in {"code", "state"} for pair in urlsplit(uri).query.split("&")):
        raise ValueError("redirect URI must not already carry code or state")
    return uri


def match_registered(
    requested: str, registered: Iterable[str], *, rule: RedirectRule, joiners: str = "&"
) -> str | None:
    """Return the registered address that ``requested`` stands for, or None.

    ``allow_query`` admits one thing more than equality: the registered address followed by exactly one query value
    named ``state`` (dossier 2.1, the client's way to carry state on a platform that has none). ``prefix`` admits another
    thing in its place: exactly one more segment of the path. ``joiners`` are the characters that may join the parameters
    of an address: the first generation wants a comma for the ampersand.
    """
    for candidate in registered:
        for joiner in joiners:
            spelling = _joined(candidate, joiner)
            if requested == spelling:
                return candidate
            separator = joiner if "?" in candidate else "?"
            added = requested[len(spelling) :] if requested.startswith(spelling) else ""
            if rule == "allow_query" and added.startswith(separator) and _STATE.fullmatch(added[1:]):
                return candidate
            if rule == "prefix" and _is_one_segment_longer(requested, spelling):
                return candidate
    return None


def added_segment(requested: str, registered: str) -> str:
    """Return the slash and segment that ``requested``, which stands for ``registered``, adds to its path, or nothing."""
    return requested.partition("?")[0][len(registered.partition("?")[0]) :]


def with_ampersands(requested: str, registered: str) -> str:
    """Return ``requested``, which stands for ``registered``, with its parameters joined by ampersands again.

    Only what joins parameters changes: a spelling has the length of the address it spells.
    """
    path, question, query = registered.partition("?")
    segment = added_segment(requested, registered)
    rest = requested[len(registered) + len(segment) :]
    return path + segment + question + query + ("&" + rest[1:] if rest.startswith(",") else rest)


def _is_one_segment_longer(requested: str, spelling: str) -> bool:
    """Say whether ``requested`` is ``spelling`` with one segment more at the end of its path, and no other difference."""
    path, question, query = spelling.partition("?")
    # Behind a slash or inside a fragment there is no end of a path that a segment could follow.
    if (
        path.endswith("/")
        or "#" in spelling
        or not requested.startswith(path)
        or not requested.endswith(question + query)
    ):
        return False
    return _SEGMENT.fullmatch(requested[len(path) : len(requested) - len(question + query)]) is not None


def _joined(uri: str, joiner: str) -> str:
    """Return ``uri`` with the parameters of its query joined by ``joiner``."""
    path, question, query = uri.partition("?")
    return path + question + query.replace("&", joiner)


def append_query(uri: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return ``uri`` with ``pairs`` added at the end of the string.

    NOTE: at the very end, even behind a fragment. A hash-router client of the platform reads its code from there
    (dossier 2.1, INFERRED), which is why fragments are refused at registration unless a setting allows them.
    """
    query = urlencode(list(pairs))
    return uri + ("&" if "?" in uri else "?") + query if query else uri
