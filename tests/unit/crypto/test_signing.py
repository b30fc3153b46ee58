"""Signed records: the exact bytes, verified before they are parsed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from xbridge.core.errors import TamperDetected
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.signing import (
    Signature,
    SignedRecord,
    add_signature,
    from_envelope,
    record_bytes,
    sign_record,
    to_envelope,
    verify_record,
)


class Consent(BaseModel):
    """A small record."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    notice: str
    purpose: str


RECORD = Consent(notice="同意書", purpose="xb:social-benefit")
BRIDGE, PARTY, STRANGER = SigningKey.generate("EdDSA"), SigningKey.generate("ES256"), SigningKey.generate("EdDSA")
KEYS = KeySet([BRIDGE.public(), PARTY.public()])
SIGNED = sign_record("consent", 1, RECORD, BRIDGE, "issuer")
BOTH = add_signature(SIGNED, PARTY, "controller")


def refused(record: SignedRecord, claim: str, reason: str, keys: KeySet = KEYS, **expected: Any) -> None:
    """Assert that ``record`` is refused for exactly this reason."""
    with pytest.raises(TamperDetected) as caught:
        verify_record(record, keys, **{"expected_type": "consent", **expected})
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


def test_the_bytes_are_type_version_and_canonical_json() -> None:
    """What is kept is exactly what house.md describes, and what is verified is the payload after the first line."""
    expected = '{"notice":"同意書","purpose":"xb:social-benefit"}'.encode()
    assert SIGNED.raw == b"xbridge/consent/v1\n" + expected
    assert (SIGNED.type, SIGNED.version) == ("consent", 1)
    assert verify_record(SIGNED, KEYS, expected_type="consent", expected_role="issuer") == expected
    assert Consent.model_validate_json(expected) == RECORD


def test_several_parties_sign_the_same_bytes() -> None:
    """Each signature counts for its own role; one by an unknown key is ignored beside a known one."""
    for role in ("issuer", "controller"):
        verify_record(BOTH, KEYS, expected_type="consent", expected_role=role)
    with_stranger = add_signature(BOTH, STRANGER, "witness")
    verify_record(with_stranger, KEYS, expected_type="consent")
    refused(with_stranger, "role", "mismatch", expected_role="witness")


def test_no_known_signer_proves_nothing() -> None:
    """Consistent but by nobody we know is told apart from damaged."""
    refused(sign_record("consent", 1, RECORD, STRANGER, "issuer"), "signature", "unknown")
    refused(replace(SIGNED, signatures=()), "signature", "missing")
    refused(SIGNED, "signature", "unknown", keys=KeySet([]))


def test_a_known_key_that_fails_rejects() -> None:
    """One good signature does not excuse another one that fails."""
    good, other = BOTH.signatures
    for bad in (replace(other, value=good.value), replace(other, role="issuer"), replace(other, alg="EdDSA")):
        refused(replace(BOTH, signatures=(good, bad)), "signature", "mismatch")


def test_roles_cannot_be_swapped() -> None:
    """The role is under the signature: exchanging labels is noticed."""
    first, second = BOTH.signatures
    swapped = (replace(first, role="controller"), replace(second, role="issuer"))
    refused(replace(BOTH, signatures=swapped), "signature", "mismatch")


def test_kinds_and_versions_are_never_confused() -> None:
    """A record of one type or version does not pass for another, although its signature is good."""
    refused(SIGNED, "record", "mismatch", expected_type="receipt")
    refused(SIGNED, "record", "mismatch", expected_version=2)
    message = b"xbridge-signature/v1 issuer\nno first line"
    value = Signature(alg="EdDSA", kid=BRIDGE.kid, role="issuer", value=BRIDGE.sign(message))
    headless = SignedRecord(raw=b"no first line", signatures=(value,))
    refused(headless, "record", "malformed")


def test_limits() -> None:
    """A key signs once, signatures are few, and a record is at most one mebibyte."""
    first = SIGNED.signatures[0]
    refused(replace(SIGNED, signatures=(first, first)), "signature", "duplicated")
    refused(replace(SIGNED, signatures=tuple(replace(first, kid=str(i)) for i in range(9))), "signature", "too_large")
    refused(replace(SIGNED, raw=SIGNED.raw + b" " * 1024 * 1024), "signature", "too_large")
    with pytest.raises(ValueError, match="signed already"):
        add_signature(SIGNED, BRIDGE, "again")
    for bad in ("Issuer", "a b", "", "a\n", "-a"):
        with pytest.raises(ValueError, match="lower-case"):
            add_signature(SIGNED, PARTY, bad)
        with pytest.raises(ValueError, match="lower-case"):
            record_bytes(bad, 1, RECORD)
    for version in (0, -1, 10_000):
        with pytest.raises(ValueError, match="1 to 9999"):
            record_bytes("consent", version, RECORD)


def test_every_changed_byte_of_the_record_is_found() -> None:
    """Flipping any bit of any byte, dropping or adding one, breaks every signature (lesson E9)."""
    raw = SIGNED.raw
    for i in range(len(raw)):
        for changed in (raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :], raw[:i] + raw[i + 1 :], raw[:i] + b" " + raw[i:]):
            refused(replace(SIGNED, raw=changed), "signature", "mismatch")


def test_envelope_round_trip_and_every_changed_byte() -> None:
    """An envelope carries a record whole, and any changed byte of it is refused when read or verified."""
    envelope = to_envelope(SIGNED)
    assert from_envelope(envelope) == SIGNED
    assert from_envelope(to_envelope(BOTH)) == BOTH
    for i in range(len(envelope)):
        for changed in (envelope[:i] + bytes([envelope[i] ^ 1]) + envelope[i + 1 :], envelope[:i] + envelope[i + 1 :]):
            with pytest.raises(TamperDetected):
                verify_record(from_envelope(changed), KEYS, expected_type="consent")


@pytest.mark.parametrize("envelope", [
    b"", b"{}", b"[]", b'{"raw":"AA"}', b'{"raw":"AA","signatures":{}}', b'{"raw":"AA","signatures":[1]}',
    b'{"raw":1,"signatures":[]}', b'{"raw":"AA","signatures":[], "x":1}', b'{"raw":"AA==","signatures":[]}',
    b'{"raw":"AA","raw":"AA","signatures":[]}',
    b'{"raw":"AA","signatures":[{"alg":"a","kid":"k","role":"R","value":""}]}',
    b'{"raw":"AA","signatures":[{"alg":"a","kid":"k","role":"r","value":1}]}', b' {"raw":"AA","signatures":[]}',
])  # fmt: skip
def test_only_the_canonical_envelope_is_read(envelope: bytes) -> None:
    """Any other JSON, even one with the same meaning, is refused as an envelope."""
    with pytest.raises(TamperDetected) as caught:
        from_envelope(envelope)
    assert caught.value.claim == "envelope"
