"""What comes back from the browser: the callback URL, read strictly (RFC 6749 section 4.1.2, lessons.md B1, H9).

Parameters are percent-decoded exactly once and may appear once only.  Whether their values belong to this login is
for ``flows/login.py``.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xbridge.core.errors import CallbackInvalid

MAX_URL_CHARS = 8192
MAX_VALUE_CHARS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The decoded parameters of one callback; values are secrets until checked, so they are not in the ``repr``."""

    path: str
    parameters: tuple[tuple[str, str], ...] = field(repr=False)

    def optional(self, name: str) -> str | None:
        """Return the one value of ``name``, or None.  Raises ``CallbackInvalid`` when it appears twice."""
        values = [value for key, value in self.parameters if key == name]
        if len(values) > 1:
            raise CallbackInvalid(name, reason="duplicated")
        return values[0] if values else None

    def required(self, name: str) -> str:
        """Return the one non-empty value of ``name``.  Raises ``CallbackInvalid`` when it is missing or duplicated."""
        value = self.optional(name)
        if value is None or not value.strip():
            raise CallbackInvalid(name, reason="missing")
        return value


def parse_callback(url: str) -> Callback:
    """Return the callback in ``url`` (absolute, or path and query).

    Raises ``CallbackInvalid`` for an over-long or undecodable URL.
    """
    if len(url) > MAX_URL_CHARS:
        raise CallbackInvalid("url", reason="too_large")
    # ``urlsplit`` drops tabs, line breaks and leading blanks without a word, so two texts would read as one URL.
    if not url.isprintable() or " " in url:
        raise CallbackInvalid("url", reason="malformed")
    path, pairs = _split(url)
    if pairs is None or any(
        len(value) > MAX_VALUE_CHARS or not value.isprintable() for pair in pairs for value in pair
    ):
        raise CallbackInvalid("url", reason="malformed")
    return Callback(path=path, parameters=tuple(pairs))


def _split(url: str) -> tuple[str, list[tuple[str, str]] | None]:
    """Return path and decoded pairs, None where they cannot be read.

    Nothing is raised in here: the standard library quotes what it could not read, and a chained exception would keep it.
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query), errors="strict")
    except ValueError:
        return "", None
    return parts.path, pairs


def verify_state(callback: Callback, *, expected_state: str, copies: int = 1) -> None:
    """Check that ``state`` is there and is ours, in constant time.  Raises ``CallbackInvalid``.

    It may be there ``copies`` times, where it was sent in two places and either may come back; each must be ours.
    """
    states = [value for name, value in callback.parameters if name == "state"]
    if len(states) > copies:
        raise CallbackInvalid("state", reason="duplicated")
    if not states or not all(state.strip() for state in states):
        raise CallbackInvalid("state", reason="missing")
    for state in states:
        if not hmac.compare_digest(state.encode(), expected_state.encode()):
            raise CallbackInvalid("state", reason="mismatch")


def split_at_commas(callback: Callback) -> Callback:
    """Return the callback with ``a=1,state=x`` read as two parameters.

    That is how several parameters of a redirect URI are joined at one platform (guangdong.md 2.1, VERIFIED for its first
    generation); whether they come back so or with ``&`` is UNKNOWN, and both read the same.  Only a comma in front of
    ``state=`` counts: other values keep theirs.
    """
    parameters: list[tuple[str, str]] = []
    for name, value in callback.parameters:
        first, mark, state = value.partition(",state=")
        parameters += [(name, first), ("state", state)] if mark else [(name, value)]
    return Callback(path=callback.path, parameters=tuple(parameters))


def with_query(url: str, **parameters: str) -> str:
    """Return ``url`` with ``parameters`` added to its query, percent-encoded."""
    parts = urlsplit(url)
    query = "&".join(piece for piece in (parts.query, urlencode(parameters)) if piece)
    return urlunsplit(parts._replace(query=query))
