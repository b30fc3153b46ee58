"""The default audit sink: one JSON line for each event, on the logger ``xbridge.audit``."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict

from xbridge.core.audit import AuditEvent

LOGGER = logging.getLogger("xbridge.audit")


def log_event(event: AuditEvent) -> None:
    """Write ``event`` at level INFO; it holds no personal data by construction (``core/audit.py``)."""
    document = asdict(event)
    document["details"] = dict(event.details)
    LOGGER.info("%s", json.dumps(document, sort_keys=True))
