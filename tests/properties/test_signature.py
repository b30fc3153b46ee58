"""Two signatures over one record, under anything that somebody without the keys can do to them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tests.unit.crypto.binding import require_binding
from xbridge.core.errors import TamperDetected
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.signing import Signature, SignedRecord, add_signature, sign_record, verify_record
from xbridge.crypto.sm2_signing import Sm2SigningKey

require_binding(whole_module=True)


class Note(BaseModel):
    """A small record."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    text: str


FIRST, SECOND, STRANGER = SigningKey.generate("EdDSA"), Sm2SigningKey.generate(), SigningKey.generate("ES256")
SIGNED = add_signature(sign_record("consent", 1, Note(text="同意書"), FIRST, "collector"), SECOND, "collector")
WITH_STRANGER = add_signature(SIGNED, STRANGER, "collector")
OTHER = add_signature(sign_record("consent", 1, Note(text="另一份"), FIRST, "collector"), SECOND, "collector")
A, B = FIRST.public(), SECOND.public()
READERS = st.sampled_from([KeySet([A]), KeySet([B]), KeySet([A, B])])
"""Who trusts the first, the second, or both."""


def flipped(value: bytes, bit: int) -> bytes:
    """Return ``value`` with one bit changed."""
    changed = bytearray(value)
    changed[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(changed)


TRUE = st.sampled_from(WITH_STRANGER.signatures)
FALSE = st.one_of(
    st.builds(lambda each, bit: replace(each, value=flipped(each.value, bit)), TRUE, st.integers(0, 511)),
    st.builds(lambda each, other: replace(each, kid=other.kid), TRUE, TRUE).filter(
        lambda each: each not in WITH_STRANGER.signatures
    ),
    st.builds(lambda each, role: replace(each, role=role), TRUE, st.sampled_from(["issuer", "collector-too"])),
    st.builds(lambda each, alg: replace(each, alg=alg), TRUE, st.sampled_from(["none", "HS256", "RS256", ""])),
    st.builds(lambda each, cut: replace(each, value=each.value[:cut]), TRUE, st.integers(0, 63)),
    st.sampled_from(OTHER.signatures),
)


@given(st.lists(st.one_of(TRUE, FALSE), max_size=5), READERS)
def test_what_verifies_was_signed(kept: list[Signature], reader: KeySet) -> None:
    """Stripped, added, doubled, bent or moved: it verifies exactly if a listed key signed and no listed one falsely."""
    record = SignedRecord(raw=SIGNED.raw, signatures=tuple(kept))
    listed = [each for each in kept if reader.get(each.kid) is not None]
    lawful = (
        bool(listed)
        and all(each in SIGNED.signatures for each in listed)
        and len({each.kid for each in kept}) == len(kept)
    )
    try:
        verify_record(record, reader, expected_type="consent", expected_role="collector")
    except TamperDetected:
        assert not lawful
    else:
        assert lawful


@given(st.integers(0, 8 * len(SIGNED.raw) - 1), READERS)
def test_any_bit_of_the_record_counts_for_either_key(bit: int, reader: KeySet) -> None:
    """Neither key's reader misses a changed bit of what both signed."""
    record = replace(SIGNED, raw=flipped(SIGNED.raw, bit))
    try:
        verify_record(record, reader, expected_type="consent")
    except TamperDetected:
        return
    raise AssertionError("a changed record verified")
