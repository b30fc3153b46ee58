"""``xbridge-1``, our own envelope: it opens for its recipient, once it holds, and for nobody and nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crypto.binding import require_binding
from xbridge.core.errors import TamperDetected
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.signing import SignedRecord, add_signature, from_envelope, to_envelope
from xbridge.crypto.sm2_encryption import Sm2DecryptionKey
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.protocols.sm_envelope.ours import XbridgeProfile, open_ours, seal_ours

require_binding(whole_module=True)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
SIGNS, SIGNS_THERE, STRANGER = Sm2SigningKey.generate(), Sm2SigningKey.generate(), Sm2SigningKey.generate()
OPENS, OPENS_THERE = Sm2DecryptionKey.generate(), Sm2DecryptionKey.generate()
HERE = XbridgeProfile(signer=SIGNS, opener=OPENS, peer_verifier=SIGNS_THERE.public(), peer_wrapper=OPENS_THERE.public())
THERE = XbridgeProfile(
    signer=SIGNS_THERE, opener=OPENS_THERE, peer_verifier=SIGNS.public(), peer_wrapper=OPENS.public()
)
ENTROPY = random.Random(7).randbytes
BODY = '{"name":"陳大文"}'.encode()
SEALED = seal_ours(HERE, BODY, now=NOON, entropy=ENTROPY)


def members(raw: bytes) -> dict[str, Any]:
    """What an envelope's record says."""
    return dict(json.loads(from_envelope(raw).raw.partition(b"\n")[2]))


def resigned(
    signer: Sm2SigningKey = SIGNS, *, kind: str = "sm-envelope", role: str = "sender", **changes: Any
) -> bytes:
    """An envelope that was changed before it was signed."""
    raw = f"xbridge/{kind}/v1\n".encode() + canonical_json_of(members(SEALED.raw) | changes)
    return to_envelope(add_signature(SignedRecord(raw=raw, signatures=()), signer, role))


def test_what_is_sealed_opens_there() -> None:
    """The recipient gets the body, the id to spend and how long to remember it."""
    opened = open_ours(THERE, SEALED.raw, now=NOON)
    assert (opened.body, opened.id) == (BODY, SEALED.id)
    assert opened.expires_at == int(NOON.timestamp()) + 120


@settings(max_examples=10)
@given(st.binary(max_size=3000))
def test_any_body_goes_both_ways(body: bytes) -> None:
    """Any bytes survive, and nothing of them or of the key shows."""
    sealed = seal_ours(HERE, body, now=NOON, entropy=ENTROPY)
    assert open_ours(THERE, sealed.raw, now=NOON).body == body
    if len(body) > 8:
        assert body not in sealed.raw
        assert base64url.encode(body).encode() not in from_envelope(sealed.raw).raw


def test_a_reply_answers_one_call() -> None:
    """A reply opens for the call it names; a call does not open as a reply, nor a reply as a call."""
    reply = seal_ours(THERE, b"{}", now=NOON, entropy=ENTROPY, reply_to=SEALED.id)
    assert open_ours(HERE, reply.raw, now=NOON, expected_reply_to=SEALED.id).body == b"{}"
    other = seal_ours(HERE, BODY, now=NOON, entropy=ENTROPY)
    for expected in ("", other.id):
        with pytest.raises(TamperDetected, match="reply_to: mismatch"):
            open_ours(HERE, reply.raw, now=NOON, expected_reply_to=expected)
    with pytest.raises(TamperDetected, match="reply_to: mismatch"):
        open_ours(THERE, SEALED.raw, now=NOON, expected_reply_to=SEALED.id)


@pytest.mark.parametrize(
    ("moved", "reason"),
    [(-61, "not_yet_valid"), (-60, None), (179, None), (180, "expired"), (100_000, "expired")],
)
def test_an_envelope_lives_for_two_minutes(moved: int, reason: str | None) -> None:
    """It opens from one minute before its time until one minute after its end, and not outside."""
    now = NOON + timedelta(seconds=moved)
    if reason is None:
        assert open_ours(THERE, SEALED.raw, now=now).body == BODY
    else:
        with pytest.raises(TamperDetected, match=f"time: {reason}"):
            open_ours(THERE, SEALED.raw, now=now)


def test_nobody_else_opens_it() -> None:
    """Another recipient, even one who knows the sender, does not get in; nor does the sender."""
    for profile in (replace(THERE, opener=Sm2DecryptionKey.generate()), replace(THERE, opener=OPENS)):
        with pytest.raises(TamperDetected, match="recipient: mismatch"):
            open_ours(profile, SEALED.raw, now=NOON)


def wrapped(key: Sm2DecryptionKey, size: int) -> str:
    """Zeros wrapped to ``key``."""
    return base64url.encode(key.public().wrap(bytes(size)))


STRANGE = resigned(STRANGER)
WRONG: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "envelope", "malformed"),
    "not JSON": (lambda: b"text", "envelope", "malformed"),
    "cut": (lambda: SEALED.raw[:-1], "envelope", "malformed"),
    "a blank more": (lambda: SEALED.raw + b" ", "envelope", "malformed"),
    "too large": (lambda: b"[" * 3_000_000, "envelope", "too_large"),
    "signed by a stranger": (lambda: STRANGE, "signature", "unknown"),
    "signed twice": (lambda: to_envelope(add_signature(from_envelope(SEALED.raw), STRANGER, "sender")), "envelope", "malformed"),
    "unsigned": (lambda: to_envelope(SignedRecord(raw=from_envelope(SEALED.raw).raw, signatures=())), "envelope", "malformed"),
    "signed in another role": (lambda: resigned(role="issuer"), "role", "mismatch"),
    "another type of record": (lambda: resigned(kind="consent"), "record", "mismatch"),
    "another sender inside": (lambda: resigned(sender=STRANGER.kid), "sender", "mismatch"),
    "another recipient inside": (lambda: resigned(recipient=OPENS.kid), "recipient", "mismatch"),
    "a long life": (lambda: resigned(expires_at=int(NOON.timestamp()) + 601), "time", "malformed"),
    "an end before the start": (lambda: resigned(expires_at=int(NOON.timestamp())), "time", "malformed"),
    "a longer life than sealed": (lambda: resigned(expires_at=int(NOON.timestamp()) + 121), "ciphertext", "mismatch"),
    "another id": (lambda: resigned(id="A" * 22), "ciphertext", "mismatch"),
    "a short id": (lambda: resigned(id="A" * 21), "envelope", "malformed"),
    "a negative time": (lambda: resigned(issued_at=-1), "time", "malformed"),
    "a time in text": (lambda: resigned(issued_at="1795320000"), "envelope", "malformed"),
    "no body": (lambda: resigned(body=""), "ciphertext", "mismatch"),
    "a body of another alphabet": (lambda: resigned(body="+/=="), "ciphertext", "mismatch"),
    "a body of one tag": (lambda: resigned(body="AAAA"), "ciphertext", "mismatch"),
    "an iv of 16 bytes": (lambda: resigned(iv=base64url.encode(bytes(16))), "ciphertext", "mismatch"),
    "another iv": (lambda: resigned(iv=base64url.encode(bytes(12))), "ciphertext", "mismatch"),
    "a key that is none": (lambda: resigned(key="AAAA"), "ciphertext", "mismatch"),
    "a key of 15 bytes": (lambda: resigned(key=wrapped(OPENS_THERE, 15)), "ciphertext", "mismatch"),
    "another's key": (lambda: resigned(key=wrapped(OPENS_THERE, 16)), "ciphertext", "mismatch"),
    "a key wrapped to another": (lambda: resigned(key=wrapped(OPENS, 16)), "ciphertext", "mismatch"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_does_not_open(name: str) -> None:
    """Each lax form, stranger, stale time and swapped part is refused; inside, all failures look the same."""
    make, claim, reason = WRONG[name]
    with pytest.raises(TamperDetected) as caught:
        open_ours(THERE, make(), now=NOON)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)
    if claim == "ciphertext":
        assert caught.value.__cause__ is None


def test_nothing_is_unwrapped_before_the_signature_holds() -> None:
    """A forged envelope never meets the private key."""

    class Watched:
        kid = OPENS_THERE.kid

        def unwrap(self, wrapped: bytes) -> bytes:
            raise AssertionError("the private key was used")

    watched = replace(THERE, opener=Watched())
    for raw in (STRANGE, resigned(sender=STRANGER.kid), resigned(expires_at=int(NOON.timestamp()) + 601)):
        with pytest.raises(TamperDetected):
            open_ours(watched, raw, now=NOON)


def test_somebody_else_s_signature_does_not_make_it_theirs() -> None:
    """Whoever takes an envelope and signs it as their own gets nothing opened: the sender is bound to the ciphertext."""
    stolen = resigned(STRANGER, sender=STRANGER.kid)
    with pytest.raises(TamperDetected, match="ciphertext: mismatch"):
        open_ours(replace(THERE, peer_verifier=STRANGER.public()), stolen, now=NOON)


@settings(max_examples=40)
@given(st.integers(0, 8 * len(SEALED.raw) - 1))
def test_no_changed_bit_opens(bit: int) -> None:
    """One changed bit anywhere, and nothing opens."""
    changed = bytearray(SEALED.raw)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(TamperDetected):
        open_ours(THERE, bytes(changed), now=NOON)


@given(st.binary(max_size=300))
def test_hostile_bytes_raise_one_error(raw: bytes) -> None:
    """Any bytes raise this library's own error."""
    with pytest.raises(TamperDetected):
        open_ours(THERE, raw, now=NOON)


def test_keys_and_nonces_are_fresh() -> None:
    """Two envelopes of one body share neither key nor nonce nor id, and a poor source of entropy is refused."""
    made = [members(seal_ours(HERE, BODY, now=NOON, entropy=ENTROPY).raw) for _ in range(3)]
    for part in ("body", "iv", "key", "id"):
        assert len({each[part] for each in made}) == 3
    with pytest.raises(ValueError, match="SM4"):
        seal_ours(HERE, BODY, now=NOON, entropy=lambda size: b"\1" * (size - 1))


def test_a_body_has_a_limit() -> None:
    """Beyond 512 KiB nothing is sealed; at the limit it is, and opens."""
    limit = b"\0" * 512 * 1024
    assert open_ours(THERE, seal_ours(HERE, limit, now=NOON, entropy=ENTROPY).raw, now=NOON).body == limit
    with pytest.raises(ValueError, match="512 KiB"):
        seal_ours(HERE, limit + b"\0", now=NOON, entropy=ENTROPY)


def test_it_hides() -> None:
    """Neither body nor key is printed."""
    opened = open_ours(THERE, SEALED.raw, now=NOON)
    assert repr(opened) == f"OpenedBody(id={SEALED.id!r}, expires_at={opened.expires_at})"
    assert repr(SEALED) == f"SealedBody(id={SEALED.id!r})"
