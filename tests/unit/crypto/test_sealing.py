"""Seals open for the right key, purpose and context, and for nothing else."""

from __future__ import annotations

import copy
import pickle
import random

import pytest

from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.crypto.sealing import Sealer, derive_key

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
PLAIN = "state of 陳大文".encode()


@pytest.fixture
def entropy() -> random.Random:
    """Return a seeded source."""
    return random.Random(7)


def seal(entropy: random.Random, *keys: bytes, purpose: str = "login", context: bytes = b"session-1") -> str:
    """Return a sealed sample."""
    return Sealer(*(keys or (NEW,)), purpose=purpose).seal(PLAIN, entropy=entropy.randbytes, context=context)


def test_round_trip_and_freshness(entropy: random.Random) -> None:
    """What was sealed opens; two seals of the same text differ; the text is URL-safe and hides its content."""
    sealer = Sealer(NEW, purpose="login")
    first, second = (sealer.seal(PLAIN, entropy=entropy.randbytes, context=b"c") for _ in range(2))
    assert sealer.open(first, context=b"c") == sealer.open(second, context=b"c") == PLAIN
    assert first != second
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_rotation(entropy: random.Random) -> None:
    """The newest key seals and every held key opens; a key that is gone is named unknown."""
    old_text = seal(entropy, OLD)
    both = Sealer(NEW, OLD, purpose="login")
    assert both.open(old_text, context=b"session-1") == PLAIN
    new_text = both.seal(PLAIN, entropy=entropy.randbytes)
    with pytest.raises(TamperDetected) as caught:
        Sealer(OLD, purpose="login").open(new_text)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize(("purpose", "context", "reason"), [
    ("consent", b"session-1", "unknown"), ("login", b"session-2", "mismatch"), ("login", b"", "mismatch"),
])  # fmt: skip
def test_purpose_and_context_are_bound(entropy: random.Random, purpose: str, context: bytes, reason: str) -> None:
    """Text sealed for one purpose or session never opens for another."""
    with pytest.raises(TamperDetected) as caught:
        Sealer(NEW, purpose=purpose).open(seal(entropy), context=context)
    assert caught.value.reason == reason


def test_every_changed_character_is_found(entropy: random.Random) -> None:
    """Changing, dropping or doubling any one character of the text is detected."""
    sealer, text = Sealer(NEW, purpose="login"), seal(entropy)
    for i, character in enumerate(text):
        swapped = "A" if character != "A" else "B"
        for changed in (text[:i] + swapped + text[i + 1 :], text[:i] + text[i + 1 :], text[:i] + character + text[i:]):
            with pytest.raises(TamperDetected):
                sealer.open(changed, context=b"session-1")


@pytest.mark.parametrize(
    "text", ["", "xb1", "xb1..", "xb2.a.b", "xb1.k.AA", "xb1.k.é", "." * 9, "xb1.k." + "A" * 65_536]
)
def test_other_forms_are_refused(text: str) -> None:
    """Text of another form or size is refused before any cryptography."""
    with pytest.raises(TamperDetected):
        Sealer(NEW, purpose="login").open(text)


def test_size_and_length_are_checked_first(entropy: random.Random) -> None:
    """Long text is refused by its size alone, and text too short for a nonce and a tag by its form."""
    sealer, sound = Sealer(NEW, purpose="login"), seal(entropy)
    head = sound.rpartition(".")[0]
    long, short, shorter = sound + "A" * 65_536, f"{head}.{'A' * 36}", f"{head}.AAAA"
    for text, reason in ((long, "too_large"), (short, "malformed"), (shorter, "malformed")):
        with pytest.raises(TamperDetected) as caught:
            sealer.open(text, context=b"session-1")
        assert caught.value.reason == reason


def test_keys_are_checked_and_never_shown() -> None:
    """Bad keys are configuration errors; a sealer is not pickled, copied or printed with its key (lessons I3, I4)."""
    for keys in ((), (b"short",), (NEW, NEW), (NEW + b"x",)):
        with pytest.raises(ConfigError):
            Sealer(*keys, purpose="login")
    sealer = Sealer(NEW, purpose="login")
    assert repr(sealer) == "Sealer(purpose='login', keys=1)"
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(sealer)


def test_a_short_nonce_is_a_programming_error() -> None:
    """An entropy source that gives too little is noticed, because a repeated nonce would open everything."""
    with pytest.raises(ValueError, match="nonce"):
        Sealer(NEW, purpose="login").seal(b"x", entropy=lambda n: b"short")


def test_derived_keys_are_separate() -> None:
    """Each purpose gets its own key; a weak master is refused."""
    assert derive_key(NEW, "a") != derive_key(NEW, "b") != derive_key(OLD, "b")
    assert len(derive_key(NEW, "a")) == 32
    with pytest.raises(ConfigError):
        derive_key(b"x" * 31, "a")
    with pytest.raises(ValueError, match="purpose"):
        derive_key(NEW, "")
