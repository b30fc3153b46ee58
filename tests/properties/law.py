"""The law of bad input: a value or a typed error of ours, and nothing of what came in stands in what the error says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tests.house.canary import Search
from tests.properties.strategy.mark import MARK
from xbridge.core.errors import XBridgeError

T = TypeVar("T")


def read_or_refused(
    read: Callable[[], T], *refusals: type[XBridgeError], personal: bool = True
) -> tuple[T | None, XBridgeError | None]:
    """Return what ``read`` returns, or the one of ``refusals`` that it raises; anything else that it raises is a failure.

    Where what came in is not ``personal`` (a wrapped key), an exception behind the error may hold it.
    """
    try:
        return read(), None
    except refusals as error:
        if personal:
            silent(error)
        return None, error


def refused(read: Callable[[], object], *refusals: type[XBridgeError], personal: bool = True) -> XBridgeError:
    """Return the one of ``refusals`` that ``read`` raises, and fail when it reads."""
    value, error = read_or_refused(read, *refusals, personal=personal)
    assert error is not None, f"this was read: {value!r}"
    return error


def silent(error: XBridgeError) -> None:
    """Check that nothing marked stands in ``error``, in what stands behind it, or in the traceback a server would print."""
    search = Search([MARK])
    search.look_at_error("error", error)
    assert search.found() == set()
