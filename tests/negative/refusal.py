"""What every refusal must look like, said once: typed, coded, told once, and without a trace in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.negative.stage import Stage
from xbridge.core.errors import XBridgeError


@contextmanager
def refused(stage: Stage, code: str, *, operation: str = "finish_login", **details: str) -> Iterator[Any]:
    """Check that the block raises ``code`` with ``details``, changes nothing and is told in exactly one audit event."""
    state, told = stage.state(), len(stage.world.events)
    with pytest.raises(XBridgeError) as caught:
        yield caught
    error = caught.value
    diagnostics = {name: str(value) for name, value in error.diagnostics().items()}
    assert error.code == code, f"{error!r} {diagnostics}"
    assert {name: diagnostics.get(name) for name in details} == details
    assert stage.state() == state, "a refusal changed the store"
    events = stage.world.events[told:]
    assert [(event.operation, event.outcome, event.code) for event in events] == [(operation, "refused", code)]
    assert dict(events[0].details) == {name: value for name, value in diagnostics.items() if name != "code"}
