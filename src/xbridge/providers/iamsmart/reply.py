"""How iAM Smart speaks, and reading its replies: ``protocols/enveloped_reply.py`` in its dialect (sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping

from xbridge.core.errors import ProtocolError
from xbridge.core.http import HTTPReply
from xbridge.protocols import enveloped_reply
from xbridge.protocols.dialect import Dialect
from xbridge.protocols.enveloped_reply import CODE, MAX_DOCUMENT_BYTES, Envelope, sanitised
from xbridge.providers.iamsmart.code import MEANINGS

__all__ = [
    "CODE",
    "DECLINED",
    "DIALECT",
    "Envelope",
    "MAX_DOCUMENT_BYTES",
    "OVERTAKEN",
    "PROVIDER_ID",
    "STALE_KEY",
    "SUCCESS",
    "TIMED_OUT",
    "broken",
    "parse_envelope",
    "parse_object",
    "raise_for_code",
    "sanitised",
]

PROVIDER_ID = "iamsmart"
DIALECT = Dialect(provider_id=PROVIDER_ID, platform="iAM Smart", code_prefix="D", meanings=MEANINGS)
SUCCESS = DIALECT.success
OVERTAKEN = DIALECT.overtaken
STALE_KEY = DIALECT.stale_key
DECLINED = frozenset(code for code, row in MEANINGS.items() if row.result == "declined")
TIMED_OUT = frozenset(code for code, row in MEANINGS.items() if row.result == "timed_out")


def parse_envelope(reply: HTTPReply, *, step: str, max_bytes: int = MAX_DOCUMENT_BYTES) -> Envelope:
    """Return the envelope in ``reply``, whatever its code.  Raises ``ProviderError``."""
    return enveloped_reply.parse_envelope(DIALECT, reply, step=step, max_bytes=max_bytes)


def parse_object(raw: bytes, *, step: str, max_bytes: int = MAX_DOCUMENT_BYTES) -> Mapping[str, object]:
    """Return the JSON object in ``raw``.  Raises ``ProtocolError``."""
    return enveloped_reply.parse_object(DIALECT, raw, step=step, max_bytes=max_bytes)


def raise_for_code(code: str, *, step: str, text: str = "") -> None:
    """Return for success; raise what the code means otherwise (``UserDeclined``, ``ProviderRejected``)."""
    enveloped_reply.raise_for_code(DIALECT, code, step=step, text=text)


def broken(step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that breaks the protocol."""
    return enveloped_reply.broken(DIALECT, step, reason)
