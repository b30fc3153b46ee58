"""The oblivious function's checks: what is no element is refused, what is random is drawn again, nothing secret shows."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from xbridge.core.errors import Unsupported, VerificationError
from xbridge.crypto.oprf import blind, blind_with, derive_key, evaluate, evaluate_blinded, finalize

KEY = derive_key(b"\x01" * 32, b"test")
ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = bytes(32)
# The encoding of the generator with its sign bit set, a field element that is not reduced, and one that is on no curve.
GENERATOR = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
NO_ELEMENTS = {
    "the identity": IDENTITY,
    "short": GENERATOR[:31],
    "long": GENERATOR + b"\0",
    "empty": b"",
    "negative": bytes([GENERATOR[0] ^ 1]) + GENERATOR[1:],
    "high bit": GENERATOR[:31] + bytes([GENERATOR[31] | 0x80]),
    "not reduced": (2**255 - 19 + 2).to_bytes(32, "little"),
    "all ones": b"\xff" * 32,
    "no point": (4).to_bytes(32, "little")[:31] + b"\x01",
}


def counting(start: int = 1) -> Callable[[int], bytes]:
    """Entropy that tests can foresee."""
    state = [start]

    def draw(size: int) -> bytes:
        state[0] += 1
        return bytes((state[0] * 31 + index) % 256 for index in range(size))

    return draw


@pytest.mark.parametrize("kind", NO_ELEMENTS)
@pytest.mark.parametrize("step", ["evaluate", "finalize"])
def test_what_is_no_element_is_refused(kind: str, step: str) -> None:
    """The identity and every other encoding than the one of an element are refused before a secret touches them."""
    blinded = blind(b"input", counting())
    steps = {"evaluate": partial(evaluate_blinded, KEY), "finalize": partial(finalize, b"input", blinded.blind)}
    with pytest.raises(VerificationError) as caught:
        steps[step](NO_ELEMENTS[kind])
    assert (caught.value.claim, caught.value.reason) == ("oprf", "malformed")


def test_the_generator_is_an_element() -> None:
    """The refusals above are not for everything."""
    assert evaluate_blinded(KEY, GENERATOR) != GENERATOR


def test_a_zero_scalar_is_drawn_again() -> None:
    """A blind that would hide nothing is not used."""
    drawn = [bytes(64), ORDER.to_bytes(64, "little"), bytes(range(64))]
    blinded = blind(b"input", lambda size: drawn.pop(0)[:size])
    assert drawn == []
    assert blinded == blind(b"input", lambda size: bytes(range(size)))


def test_entropy_that_is_broken_is_refused() -> None:
    """A source that only ever gives zeros does not hang us, and blinds nothing."""
    with pytest.raises(VerificationError):
        blind(b"input", bytes)


def test_a_zero_key_or_blind_is_refused() -> None:
    """Whatever would give the identity is refused, also where our own caller asks for it."""
    with pytest.raises(VerificationError):
        evaluate(bytes(32), b"input")
    with pytest.raises(VerificationError):
        blind_with(b"input", bytes(32))


def test_bounds() -> None:
    """Inputs up to 65,535 bytes are evaluated, longer ones and seeds of another size are the caller's mistake."""
    assert len(evaluate(KEY, bytes(0xFFFF))) == 64
    for wrong in (
        lambda: evaluate(KEY, bytes(0x10000)),
        lambda: blind(bytes(0x10000), counting()),
        lambda: derive_key(b"\1" * 31, b""),
        lambda: derive_key(b"\1" * 32, bytes(0x10000)),
    ):
        with pytest.raises(ValueError, match=r"bytes"):
            wrong()


def test_keys_and_inputs_are_separate() -> None:
    """Another seed, another info or another input gives another output."""
    seeds = (b"\1" * 32, b"\2" * 32)
    outputs = {
        evaluate(derive_key(seed, info), value) for seed in seeds for info in (b"", b"a") for value in (b"", b"a")
    }
    assert len(outputs) == 8


def test_nothing_secret_shows() -> None:
    """Printing a blinded input shows the element that is sent, and not the blind."""
    blinded = blind(b"input", counting())
    assert blinded.blind.hex() not in repr(blinded)
    assert repr(blinded.blind)[2:-1] not in repr(blinded)


def test_threads_share_it() -> None:
    """Sixteen threads get what one gets: the binding keeps no state between calls."""
    expected = [evaluate(KEY, bytes([number])) for number in range(64)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda number: evaluate(KEY, bytes([number])), range(64))) == expected


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the binding is missing, the refusal says which extra brings it."""
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "rbcl":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    for ask in (lambda: blind(b"", counting()), lambda: derive_key(b"\1" * 32, b""), lambda: evaluate(KEY, b"")):
        with pytest.raises(Unsupported, match=r"xbridge-gba\[match\]"):
            ask()
