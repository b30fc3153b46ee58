"""Steps a flow by hand: each effect must be exactly the one that is expected, and gets the answer that is written.

No driver, no store, no clock: every byte that a flow asks for stands in the test.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from xbridge.core.effects import Effect

T = TypeVar("T")
Expected = Effect | Callable[[Effect], None]
Step = tuple[Expected, object]


def play(flow: Coroutine[Effect, Any, T], steps: Sequence[Step]) -> T:
    """Step ``flow`` through ``steps``, pairs of an effect and its answer (thrown in if it is an exception).

    An effect is compared as a value; a callable checks it instead, where bytes are encrypted.  Returns what the flow
    returns and raises what it raises.  An ``AssertionError`` says which step was different, missing or too many.
    """
    answer: object = None
    try:
        for number, (expected, reply) in enumerate(steps, start=1):
            effect = _advance(flow, answer, number)
            if callable(expected):
                expected(effect)
            else:
                assert effect == expected, f"step {number} asks for something else"
            answer = reply
        extra = _advance(flow, answer, None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()
    raise AssertionError(f"the flow asks for more than the transcript holds: {extra!r}")


def _advance(flow: Coroutine[Effect, Any, T], answer: object, number: int | None) -> Effect:
    """Return the next effect.  Raises ``StopIteration`` at the end of the flow, if that is where the transcript ends."""
    try:
        return flow.throw(answer) if isinstance(answer, BaseException) else flow.send(answer)
    except StopIteration:
        if number is None:
            raise
        raise AssertionError(f"the flow ended before step {number}") from None
