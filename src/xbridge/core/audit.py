"""Audit events: one for each call of the façade, whether it succeeded or refused, without personal data.

The ledger records what the law asks to be provable; these events are for operations.  A refusal that changes nothing
(a replayed callback, a wrong session) shows here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xbridge.core.errors import XBridgeError


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """What was called, when (RFC 3339, UTC), and how it ended.

    ``outcome`` is ``"ok"`` or ``"refused"``; ``code`` is the error's stable code, empty for ``ok``; ``details`` are the
    error's diagnostics, sorted ``(name, value)`` pairs of short stable words.
    """

    at: str
    operation: str
    outcome: str
    code: str = ""
    details: tuple[tuple[str, str], ...] = ()


AuditSink = Callable[[AuditEvent], None]


def audit_event(operation: str, at: str, error: XBridgeError | None = None) -> AuditEvent:
    """Return the event for a call that ended in ``error``, or well."""
    if error is None:
        return AuditEvent(at=at, operation=operation, outcome="ok")
    details = tuple(sorted((name, str(value)) for name, value in error.diagnostics().items() if name != "code"))
    return AuditEvent(at=at, operation=operation, outcome="refused", code=error.code, details=details)
