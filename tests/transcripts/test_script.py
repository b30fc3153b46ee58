"""The transcript player itself: a transcript that is not what happens must fail, or the others prove nothing."""

from __future__ import annotations

import pytest

from tests.transcripts.script import play
from xbridge.core.effects import Read, Recall, read, recall
from xbridge.core.errors import StoreUnavailable


async def two_effects() -> str:
    """Ask for two things and say what came of it."""
    row = await read("a")
    try:
        value = await recall("b")
    except StoreUnavailable:
        return "down"
    return f"{row} {value!r}"


def test_answers_and_exceptions() -> None:
    """Answers are sent in, exceptions thrown in, and the result comes back."""
    assert play(two_effects(), [(Read("a"), None), (Recall("b"), b"x")]) == "None b'x'"
    assert play(two_effects(), [(Read("a"), None), (Recall("b"), StoreUnavailable("x"))]) == "down"


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([(Read("a"), None)], "asks for more"),
        ([(Read("a"), None), (Read("b"), None)], "step 2 asks for something else"),
        ([(Read("a"), None), (Recall("b"), None), (Recall("c"), None)], "ended before step 3"),
        ([], "asks for more"),
    ],
)
def test_any_difference_fails(steps, message) -> None:
    """An effect too many, too few, or another one is an assertion that names its place."""
    with pytest.raises(AssertionError, match=message):
        play(two_effects(), steps)
