"""The person's own signature beside a record: whose bytes, whose key, and that it can neither be dropped nor added."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import Traveller
from tests.unit.consent.collector import ended, sign_revision
from tests.unit.consent.signatory import NOON, Authority, pem
from tests.unit.crypto.binding import require_binding
from xbridge.consent.life import (
    SUBJECT_PURPOSE,
    ConsentFile,
    ConsentHistory,
    Revision,
    bytes_to_sign,
    new_history,
    open_file,
    read_bytes,
    verify_chain,
    verify_revision,
    with_subject,
)
from xbridge.consent.record import ConsentRecord
from xbridge.consent.subject import Subject, SubjectSignature, hash_code, parse_subject, subject_of, verify_subject
from xbridge.core.errors import TamperDetected
from xbridge.core.moment import to_text
from xbridge.core.signing import SIGNATURE_ALGORITHMS
from xbridge.crypto.canonical import canonical_json, canonical_json_of, parse_strict_object
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.sealing import Sealer
from xbridge.crypto.signing import from_envelope, record_bytes
from xbridge.protocols.personal_signature import SignatureForm, TrustAnchors, load_anchors

SIGNER = SigningKey.generate("EdDSA", urandom)
KEYS = KeySet([SIGNER.public()])
SEALER = Sealer(urandom(32), purpose=SUBJECT_PURPOSE)
AUTHORITY = Authority()
PERSON = AUTHORITY.issue("Chan Tai Man")
OTHER = AUTHORITY.issue("Lee Siu Ming")
LATER = NOON + timedelta(minutes=20)


def anchors_of(*authorities: Authority) -> TrustAnchors:
    """Return the authorities as a reader would load them."""
    return load_anchors([pem(each.certificate) for each in authorities])


@pytest.fixture(scope="module")
def record() -> ConsentRecord:
    """A giving that the person signs as well."""
    traveller = Traveller()
    _, consent = traveller.agreed()
    made = verify_revision(from_envelope(consent.receipt), traveller.deps.record_keys).record
    return made.model_copy(update={"signer_role": "collector-and-subject"})


@pytest.fixture(scope="module")
def given(record: ConsentRecord) -> Revision:
    """That giving, signed by both."""
    revision = sign_revision(record, SIGNER)
    return with_subject(revision, PERSON.subject(revision.signed.raw).raw)


def refused(call: Any, reason: str, claim: str = "subject") -> None:
    """Check that ``call`` refuses for this reason."""
    with pytest.raises(TamperDetected) as caught:
        call()
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


def test_the_person_signs_the_collectors_bytes(record: ConsentRecord, given: Revision) -> None:
    """Both signatures are over one byte string, which exists before anybody signs."""
    raw = record_bytes("consent", 1, record)
    assert given.signed.raw == raw
    assert given.subject is not None
    assert given.subject.record.record == sha256_hex(raw) == given.digest
    assert PERSON.sign(raw).hash_code == hash_code(raw)


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_who_signed_is_known_through_an_anchor(record: ConsentRecord, algorithm: Any) -> None:
    """The path from the certificate to an authority names the holder by fingerprint, whatever the algorithm."""
    require_binding(algorithm)
    raw = record_bytes("consent", 1, record)
    authority = Authority(kind="sm2" if algorithm.endswith("SM2") else "rsa")
    person = authority.issue("Chan Tai Man")
    subject = person.subject(raw, algorithm=algorithm)
    found = verify_subject(subject, raw, anchors_of(AUTHORITY, authority), asked_at=NOON, granted_at=LATER)
    assert found.fingerprint == subject.fingerprint == sha256_hex(person.certificate)
    assert found.anchor == sha256_hex(authority.certificate)
    assert with_subject(sign_revision(record, SIGNER), subject.raw).subject == subject


def test_another_authority_does_not_count(given: Revision) -> None:
    """A certificate of an authority that the reader does not list proves nothing."""
    assert given.subject is not None
    with pytest.raises(TamperDetected) as caught:
        verify_subject(
            given.subject, given.signed.raw, anchors_of(Authority("Somebody else")), asked_at=NOON, granted_at=LATER
        )
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize(
    ("begin", "days", "reason"),
    [
        (NOON + timedelta(seconds=1), 30, "not_yet_valid"),
        (NOON + timedelta(minutes=10), 30, "not_yet_valid"),
        (NOON - timedelta(days=1), 1, "expired"),
        (NOON - timedelta(days=2), 1, "expired"),
    ],
    ids=["a second too young", "between asking and granting", "ends between asking and granting", "over long ago"],
)
def test_the_certificate_is_valid_from_the_asking_to_the_granting(
    record: ConsentRecord, begin: datetime, days: int, reason: str
) -> None:
    """Whenever the person signed in between, the certificate was good."""
    raw = record_bytes("consent", 1, record)
    subject = AUTHORITY.issue("Young or old", begin=begin, days=days).subject(raw)
    with pytest.raises(TamperDetected) as caught:
        verify_subject(subject, raw, anchors_of(AUTHORITY), asked_at=NOON, granted_at=LATER)
    assert caught.value.reason == reason


def test_a_signature_that_the_record_asks_for_cannot_be_dropped(given: Revision) -> None:
    """The signed bytes say that the person signed them; without that signature they are refused."""
    refused(lambda: with_subject(given, None), "missing")


def test_a_signature_cannot_be_added(record: ConsentRecord) -> None:
    """Where the record says that the collector alone signed, nobody's signature stands beside it."""
    alone = sign_revision(record.model_copy(update={"signer_role": "collector"}), SIGNER)
    assert with_subject(alone, None) is alone
    refused(lambda: with_subject(alone, PERSON.subject(alone.signed.raw).raw), "unknown")


def test_a_signature_over_another_record_is_refused(record: ConsentRecord, given: Revision) -> None:
    """The same person's signature does not move between two of their consents, however it is relabelled."""
    second = sign_revision(record.model_copy(update={"record_id": "another"}), SIGNER)
    theirs = PERSON.subject(second.signed.raw)
    refused(lambda: with_subject(given, theirs.raw), "mismatch")
    relabelled = theirs.record.model_copy(update={"record": given.digest})
    refused(lambda: with_subject(given, canonical_json(relabelled)), "mismatch", "signature")
    anchors = anchors_of(AUTHORITY)
    refused(lambda: verify_subject(theirs, given.signed.raw, anchors, asked_at=NOON, granted_at=LATER), "mismatch")
    moved = Subject(raw=canonical_json(relabelled), record=relabelled)
    refused(
        lambda: verify_subject(moved, given.signed.raw, anchors, asked_at=NOON, granted_at=LATER),
        "mismatch",
        "signature",
    )


def test_a_signature_under_another_certificate_is_refused(given: Revision) -> None:
    """The certificate of somebody else does not take a signature over."""
    assert given.subject is not None
    other = OTHER.subject(given.signed.raw).record
    swapped = given.subject.record.model_copy(update={"certificate": other.certificate})
    refused(lambda: with_subject(given, canonical_json(swapped)), "mismatch", "signature")


def test_an_algorithm_cannot_be_renamed(given: Revision) -> None:
    """The same bytes under another algorithm's name are another signature, and a wrong one."""
    assert given.subject is not None
    for algorithm in set(SIGNATURE_ALGORITHMS) - {given.subject.record.algorithm}:
        renamed = given.subject.record.model_copy(update={"algorithm": algorithm})
        with pytest.raises(TamperDetected):
            with_subject(given, canonical_json(renamed))


def test_what_was_answered_must_be_what_was_asked(record: ConsentRecord) -> None:
    """A platform that answers with a signature over another hash code is not believed."""
    raw = record_bytes("consent", 1, record)
    refused(lambda: subject_of(raw, PERSON.sign(raw + b" "), SignatureForm()), "mismatch")


def test_every_byte_of_a_companion_counts(given: Revision) -> None:
    """No byte can change without the form, the signature or the digest that the ledger holds refusing."""
    assert given.subject is not None
    raw = given.subject.raw
    for position in range(len(raw)):
        for flip in (0x01, 0x20):
            changed = bytearray(raw)
            changed[position] ^= flip
            try:
                found = with_subject(given, bytes(changed))
            except TamperDetected:
                continue
            # What nobody signed (the platform's time, the holder's name) is held by the ledger's digest.
            assert found.subject is not None
            assert found.subject.digest != given.subject.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"",
        lambda raw: b"null",
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b'":"', b'": "', 1),
        lambda raw: raw[:-1] + b',"x":1}',
        lambda raw: raw.replace(b'"v":1', b'"v":2'),
        lambda raw: raw.replace(b'"v":1', b'"v":true'),
        lambda raw: raw.replace(b"SHA256withRSA", b"SHA1withRSA"),
        lambda raw: raw.replace(b"digest_info", b"anything"),
        lambda raw: raw[:-1] + b" " * 65536 + b"}",
        lambda raw: b"[" * 50_000,
        lambda raw: b"\xff" + raw,
    ],
    ids=["nothing", "null", "a line feed", "a blank", "a member more", "version 2", "version true", "an old algorithm",
         "an unknown form", "too large", "deep", "not UTF-8"],
)  # fmt: skip
def test_a_companion_has_one_spelling(given: Revision, change: Any) -> None:
    """Whatever we would not have written is refused, whether or not it means the same."""
    assert given.subject is not None
    with pytest.raises(TamperDetected) as caught:
        parse_subject(change(given.subject.raw))
    assert caught.value.claim == "subject"
    assert caught.value.__cause__ is None


def test_a_companion_is_small(given: Revision) -> None:
    """What is longer than a person's certificate and signature can be is refused unread."""
    assert given.subject is not None
    long = given.subject.record.model_copy(update={"certificate": "A" * 70_000})
    refused(lambda: parse_subject(canonical_json(long)), "too_large")


@pytest.mark.parametrize("change", [b"xbridge/decision/v1\n", b"xbridge/consent/v2\n", b"xbridge/consent/v1\n "])
def test_the_collector_signs_what_the_person_signed(record: ConsentRecord, change: bytes) -> None:
    """The very bytes are signed, and only if they are a consent record in its one form."""
    raw = bytes_to_sign(record)
    assert verify_revision(sign_revision(read_bytes(raw), SIGNER).signed, KEYS).signed.raw == raw
    refused(lambda: read_bytes(raw.replace(b"xbridge/consent/v1\n", change)), "malformed", "consent")


@pytest.mark.parametrize("name", ["certificate", "signature", "signed_at", "sm2_id"])
@pytest.mark.parametrize("value", ["", "=", "é" * 9, "x" * 9000, "AA==", "é", "2026-13-01T00:00:00Z"])
def test_members_that_cannot_be_read_are_refused(given: Revision, name: str, value: str) -> None:
    """A certificate, signature or time that is none is refused with our own error."""
    assert given.subject is not None
    document = parse_strict_object(given.subject.raw, max_bytes=1 << 16)
    with pytest.raises(TamperDetected):
        with_subject(given, canonical_json_of({**document, name: value}))


@pytest.mark.parametrize(
    ("algorithm", "read"),
    [
        ("SHA256withRSA", "hash_input"),
        ("NONEwithRSA", "rsa_none_form"),
        ("SM3withSM2", "sm2_id"),
        ("NONEwithSM2", ""),
    ],
)
def test_what_an_algorithm_does_not_read_cannot_vary(record: ConsentRecord, algorithm: Any, read: str) -> None:
    """The form says how the name was read, and nothing beside: idle members have their usual value."""
    raw = record_bytes("consent", 1, record)
    signed = replace(PERSON.sign(raw), algorithm=algorithm)
    odd = SignatureForm(rsa_none_form="bare", hash_input="digest", sm2_id="other")
    kept = subject_of(raw, signed, odd).record
    usual = SignatureForm()
    for name in ("rsa_none_form", "hash_input", "sm2_id"):
        assert getattr(kept, name) == getattr(odd if name == read else usual, name)
        if name != read:
            with pytest.raises(TamperDetected):
                parse_subject(canonical_json(kept.model_copy(update={name: getattr(odd, name)})))


def test_nothing_personal_is_printed(given: Revision) -> None:
    """Neither certificate nor signature is in a ``repr``: a certificate names its holder."""
    assert given.subject is not None
    shown = repr(given) + repr(given.subject) + str(given.subject)
    assert given.subject.record.certificate[:20] not in shown
    assert given.subject.record.signature[:20] not in shown
    file = ConsentFile(link="l", revisions=(), subject=given.subject.raw.decode(), uses=0, v=1)
    assert given.subject.record.certificate[:20] not in repr(file)
    assert given.subject.record.certificate[:20] not in repr(given.subject.record)


# --- In the file and in the chain ------------------------------------------------------------------------------------


@pytest.fixture
def history(given: Revision) -> ConsentHistory:
    """The history of a signed giving."""
    return replace(new_history(given, link="link", sealer=SEALER, entropy=urandom), uses=3)


def test_a_file_keeps_the_signature(history: ConsentHistory) -> None:
    """What was written is read again, also after a use and an end."""
    assert open_file(history.to_file(), KEYS, SEALER) == history
    over = ended(history, "withdrawn", SIGNER, now=LATER)
    assert open_file(over.to_file(), KEYS, SEALER) == over
    assert over.revisions[0].subject == history.revisions[0].subject


def test_an_end_is_the_collectors_alone(history: ConsentHistory) -> None:
    """Nobody needs a telephone to withdraw, and the record of the end says who signed it."""
    last = ended(history, "withdrawn", SIGNER, now=LATER).current
    assert (last.record.signer_role, last.record.event_time, last.subject) == ("collector", to_text(LATER), None)


def test_a_file_without_the_signature_is_refused(history: ConsentHistory) -> None:
    """Whoever edits the row cannot turn a signed consent into one that the collector alone signed."""
    file = ConsentFile.model_validate_json(history.to_file())

    def kept(subject: str) -> bytes:
        return canonical_json(file.model_copy(update={"subject": subject}))

    refused(lambda: open_file(kept(""), KEYS, SEALER), "missing")
    other = OTHER.subject(history.revisions[0].signed.raw + b" ").raw
    context = history.first.record_id.encode()
    sealed = SEALER.seal(other, entropy=urandom, context=context)
    refused(lambda: open_file(kept(sealed), KEYS, SEALER), "mismatch")
    elsewhere = SEALER.seal(given_subject(history), entropy=urandom, context=b"another")
    refused(lambda: open_file(kept(elsewhere), KEYS, SEALER), "mismatch", "sealed")
    refused(lambda: open_file(kept(given_subject(history).decode()), KEYS, SEALER), "malformed", "sealed")


def given_subject(history: ConsentHistory) -> bytes:
    """Return the person's signature in ``history``."""
    subject = history.revisions[0].subject
    assert subject is not None
    return subject.raw


def test_the_row_names_nobody(history: ConsentHistory) -> None:
    """The certificate is sealed in the store: who holds a copy of it does not learn who consented."""
    assert PERSON.subject(history.revisions[0].signed.raw).record.certificate[:30].encode() not in history.to_file()
    assert b"subject" in history.to_file()


def test_a_file_from_before_opens(record: ConsentRecord) -> None:
    """A row that was written before anybody could sign is read, byte for byte as it was."""
    alone = sign_revision(record.model_copy(update={"signer_role": "collector"}), SIGNER)
    history = ConsentHistory(link="link", revisions=(alone,), uses=0)
    before = parse_strict_object(history.to_file(), max_bytes=1 << 16)
    assert before.pop("subject") == ""
    assert open_file(canonical_json_of(before), KEYS, SEALER) == history


def test_history_without_its_signature_is_not_written(given: Revision) -> None:
    """A bug that loses the signature stops before the store does."""
    history = ConsentHistory(link="link", revisions=(replace(given, subject=None),), uses=0)
    with pytest.raises(ValueError, match="signature"):
        history.to_file()
    unsealed = ConsentHistory(link="link", revisions=(given,), uses=0)
    with pytest.raises(ValueError, match="sealed"):
        unsealed.to_file()


@pytest.mark.parametrize(("states", "index"), [(("refused",), 0), (("given", "withdrawn"), 1)])
def test_only_the_giving_is_signed_by_the_person(record: ConsentRecord, states: tuple[str, ...], index: int) -> None:
    """A refusal or an end that claims the person's signature is nothing that we would have made."""
    revisions: list[Revision] = []
    for state in states:
        before = revisions[-1].digest if revisions else ""
        changed = record.model_copy(update={"event_state": state, "predecessor": before})
        revisions.append(sign_revision(changed, SIGNER))
    with pytest.raises(TamperDetected) as caught:
        verify_chain(tuple(revisions))
    assert (caught.value.claim, caught.value.reason, caught.value.index) == ("consent_chain", "illegal_signer", index)


def test_an_older_reader_refuses_what_it_cannot_know(record: ConsentRecord) -> None:
    """The word "collector-and-subject" is new in a closed list; the bytes of every other record are as before."""
    assert SubjectSignature.model_fields["v"].annotation is not None
    old = canonical_json(record.model_copy(update={"signer_role": "collector"}))
    new = canonical_json(record)
    assert new == old.replace(b'"signer_role":"collector"', b'"signer_role":"collector-and-subject"')
