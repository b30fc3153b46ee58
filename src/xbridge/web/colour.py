"""One source for both colours of the web parts: what may be awaited is awaited, and blocking code never really waits.

With a blocking Bridge and blocking hooks every value is there at once, so the coroutine runs to its end in one step.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def settled(value: T | Awaitable[T]) -> T:
    """Return ``value``, awaited where it must be: a Bridge or a hook of either colour gave it."""
    if isinstance(value, Awaitable):
        return await value
    return value


def run_at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what ``coroutine`` returns.  Raises ``RuntimeError`` when it waits: a blocking desk was given async parts."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        coroutine.close()
    raise RuntimeError("a blocking desk needs a Bridge and hooks that block; use AsyncFrontDesk")
