"""The law of bad input: a value or a typed error of ours, and nothing of what came in stands in what the error says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from tests.house.canary import Search
from tests.properties.strategy.mark import MARK
from xbridge.core.errors import XBridgeError

T = TypeVar("T")


def read_or_refused(
    read: Callable[[], T], *refusals: type[XBridgeError], marks: Collection[str] = (MARK,)
) -> tuple[T | None, XBridgeError | None]:
    """Return what ``read`` returns, or the one of ``refusals`` that it raises; anything else that it raises is a failure.

    ``marks`` is what no error may hold; of a wrapped key, which is no secret, an exception behind the error may hold anything.
    """
    try:
        return read(), None
    except refusals as error:
        silent(error, marks)
        return None, error


def refused(
    read: Callable[[], object], *refusals: type[XBridgeError], marks: Collection[str] = (MARK,)
) -> XBridgeError:
    """Return the one of ``refusals`` that ``read`` raises, and fail when it reads."""
    value, error = read_or_refused(read, *refusals, marks=marks)
    assert error is not None, f"this was read: {value!r}"
    return error


def silent(error: XBridgeError, marks: Collection[str] = (MARK,)) -> None:
    """Check that nothing marked stands in ``error``, in what stands behind it, or in the traceback a server would print."""
    search = Search(marks)
    search.look_at_error("error", error)
    assert search.found() == set()
