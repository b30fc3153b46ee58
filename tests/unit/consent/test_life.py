"""The life of a consent: signed revisions, a chain without gaps, and only the moves that exist."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from os import urandom
from typing import get_args

import pytest

from tests.journey.traveller import Traveller
from tests.unit.consent.collector import ended, sign_revision
from xbridge.consent.life import (
    MOVES,
    SUBJECT_PURPOSE,
    ConsentFile,
    ConsentHistory,
    Revision,
    open_file,
    verify_chain,
    verify_revision,
)
from xbridge.consent.record import MANDATORY, SUPPORTING, ConsentRecord, State, missing_fields
from xbridge.core.errors import ConsentMissing, TamperDetected
from xbridge.core.moment import from_text, to_text
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.sealing import Sealer
from xbridge.crypto.signing import SignedRecord, from_envelope, sign_record, to_envelope

SIGNER = SigningKey.generate("EdDSA", urandom)
KEYS = KeySet([SIGNER.public()])
SEALER = Sealer(urandom(32), purpose=SUBJECT_PURPOSE)
STATES: tuple[State, ...] = get_args(State)


@pytest.fixture(scope="module")
def record() -> ConsentRecord:
    """A first revision as the journey makes it."""
    traveller = Traveller()
    _, consent = traveller.agreed()
    return verify_revision(from_envelope(consent.receipt), traveller.deps.record_keys).record


def history(record: ConsentRecord, *states: State) -> ConsentHistory:
    """Return a history through ``states``, each revision signed and chained, without asking whether it is allowed."""
    revisions: list[Revision] = []
    for state in states:
        predecessor = revisions[-1].digest if revisions else ""
        changed = record.model_copy(update={"event_state": state, "predecessor": predecessor})
        revisions.append(sign_revision(changed, SIGNER))
    return ConsentHistory(link="link", revisions=tuple(revisions), uses=0)


def given_at(record: ConsentRecord) -> datetime:
    """Return when it was given."""
    return from_text(record.event_time)


PATHS: tuple[tuple[State, ...], ...] = (
    *((first,) for first in STATES),
    *((first, second) for first, second in product(STATES, STATES)),
    *(("given", second, third) for second, third in product(STATES, STATES)),
)
LEGAL: frozenset[tuple[State, ...]] = frozenset(
    {
        ("given",),
        ("refused",),
        ("given", "withdrawn"),
        ("given", "terminated_by_controller"),
        ("given", "invalidated"),
    }
)


@pytest.mark.parametrize("path", PATHS, ids=" to ".join)
def test_only_these_lives_exist(record: ConsentRecord, path: tuple[State, ...]) -> None:
    """Of all ways through up to three states exactly five are a consent's life (lessons.md E5)."""
    revisions = history(record, *path).revisions
    if path in LEGAL:
        assert verify_chain(revisions) == revisions
        return
    with pytest.raises(TamperDetected) as caught:
        verify_chain(revisions)
    assert (caught.value.claim, caught.value.reason) == ("consent_chain", "illegal_move")


def test_nothing_follows_an_end() -> None:
    """Withdrawn, refused, terminated and invalidated are final, and nothing is ever moved to "expired"."""
    assert set(MOVES) == {"", *SUPPORTING}
    assert "expired" not in set().union(*MOVES.values())


@pytest.mark.parametrize("state", ["withdrawn", "terminated_by_controller", "invalidated"])
def test_an_end_is_a_signed_revision_that_names_its_predecessor(record: ConsentRecord, state: State) -> None:
    """Only the state, its time and the predecessor change; everything that was agreed stays."""
    start = history(record, "given")
    later = given_at(record) + timedelta(hours=1)
    over = ended(start, state, SIGNER, now=later)
    assert verify_chain(over.revisions) == over.revisions
    last = over.current.record
    assert (last.event_state, last.event_time, last.predecessor) == (state, to_text(later), start.current.digest)
    changed = {name for name in ConsentRecord.model_fields if getattr(last, name) != getattr(start.first, name)}
    assert changed == {"event_state", "event_time", "predecessor"}


@pytest.mark.parametrize("states", [("refused",), ("given", "withdrawn"), ("given", "invalidated")])
def test_nothing_ends_twice(record: ConsentRecord, states: tuple[State, ...]) -> None:
    """A consent that is over refuses with the state that it is in."""
    with pytest.raises(ConsentMissing) as caught:
        ended(history(record, *states), "withdrawn", SIGNER, now=given_at(record))
    assert caught.value.status == states[-1]


@pytest.mark.parametrize(("seconds", "state"), [(-1, "given"), (0, "expired"), (1, "expired"), (10**7, "expired")])
def test_expiry_is_worked_out_when_read(record: ConsentRecord, seconds: int, state: State) -> None:
    """To the second, without a job and without a write; the last valid second is the one before ``valid_until``."""
    now = from_text(record.valid_until) + timedelta(seconds=seconds)
    assert history(record, "given").state(now) == state


def test_an_expired_consent_cannot_be_withdrawn(record: ConsentRecord) -> None:
    """An end that came by itself is not rewritten as a withdrawal (lessons.md E5)."""
    with pytest.raises(ConsentMissing) as caught:
        ended(history(record, "given"), "withdrawn", SIGNER, now=from_text(record.valid_until))
    assert caught.value.status == "expired"


def test_a_withdrawn_consent_stays_withdrawn_after_its_end(record: ConsentRecord) -> None:
    """Expiry does not hide that the person withdrew."""
    over = history(record, "given", "withdrawn")
    assert over.state(from_text(record.valid_until) + timedelta(days=1)) == "withdrawn"


def test_every_byte_of_a_receipt_counts(record: ConsentRecord) -> None:
    """No byte of a signed receipt can change without the signature, or the form, refusing (lessons.md E9)."""
    receipt = to_envelope(history(record, "given").current.signed)
    assert verify_revision(from_envelope(receipt), KEYS).record == record
    for position in range(len(receipt)):
        for flip in (0x01, 0x20):
            changed = bytearray(receipt)
            changed[position] ^= flip
            with pytest.raises(TamperDetected):
                verify_revision(from_envelope(bytes(changed)), KEYS)


def test_a_chain_is_of_one_consent(record: ConsentRecord) -> None:
    """A revision of another consent does not continue this one, although both are signed (lessons.md E8)."""
    mine = history(record, "given").revisions
    stranger = record.model_copy(
        update={"record_id": "another", "event_state": "withdrawn", "predecessor": mine[0].digest}
    )
    with pytest.raises(TamperDetected) as caught:
        verify_chain((*mine, sign_revision(stranger, SIGNER)))
    assert (caught.value.claim, caught.value.index) == ("consent_chain", 1)


@pytest.mark.parametrize("order", [(1,), (1, 0), (0, 0), (0, 1, 1), ()], ids=str)
def test_revisions_cannot_be_dropped_repeated_or_reordered(record: ConsentRecord, order: tuple[int, ...]) -> None:
    """Each revision names the one before it."""
    revisions = history(record, "given", "withdrawn").revisions
    with pytest.raises(TamperDetected):
        verify_chain(tuple(revisions[index] for index in order))


def test_another_record_under_the_signature_is_refused(record: ConsentRecord) -> None:
    """A valid signature moved onto another body proves nothing (lessons.md E8)."""
    one = history(record, "given").current.signed
    other = sign_revision(record.model_copy(update={"pii_principal_id": "somebody"}), SIGNER).signed
    swapped = SignedRecord(raw=other.raw, signatures=one.signatures)
    with pytest.raises(TamperDetected):
        verify_revision(swapped, KEYS)


def test_only_the_record_key_signs_consents(record: ConsentRecord) -> None:
    """A consent signed by a key that nobody trusts for it is unknown, however well it is signed."""
    stranger = SigningKey.generate("EdDSA", urandom)
    with pytest.raises(TamperDetected) as caught:
        verify_revision(sign_revision(record, stranger).signed, KEYS)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize(
    ("record_type", "version", "role"),
    [("decision", 1, "collector"), ("consent", 2, "collector"), ("consent", 1, "issuer")],
)
def test_a_record_of_another_kind_is_no_consent(
    record: ConsentRecord, record_type: str, version: int, role: str
) -> None:
    """Type, version and role are part of what is signed and of what is asked for (lessons.md C15)."""
    with pytest.raises(TamperDetected):
        verify_revision(sign_record(record_type, version, record, SIGNER, role), KEYS)


def test_a_file_opens_to_what_was_kept(record: ConsentRecord) -> None:
    """The row in the store carries everything."""
    kept = history(record, "given", "withdrawn")
    assert open_file(kept.to_file(), KEYS, SEALER) == kept


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b'{"link":"l","revisions":[],"uses":0,"v":1}',
        b'{"link":"l","revisions":["x"],"uses":0,"v":1}',
    ],
    ids=["empty", "no members", "null", "a list", "no revisions", "no envelope"],
)
def test_a_file_that_is_not_one_is_refused(raw: bytes) -> None:
    """A row that was written by somebody else is tampering, not an empty consent."""
    with pytest.raises(TamperDetected):
        open_file(raw, KEYS, SEALER)


def test_the_first_revision_cannot_be_removed_from_the_file(record: ConsentRecord) -> None:
    """A file that begins in the middle of the chain is refused."""
    kept = history(record, "given", "withdrawn")
    texts = tuple(to_envelope(revision.signed).decode() for revision in kept.revisions)
    gap = ConsentFile(link="link", revisions=texts[1:], uses=0, v=1)
    with pytest.raises(TamperDetected):
        open_file(canonical_json(gap), KEYS, SEALER)


@pytest.mark.parametrize("name", MANDATORY)
def test_no_mandatory_field_may_be_empty(record: ConsentRecord, name: str) -> None:
    """Each mandatory field of ISO/IEC TS 27560, emptied, is reported by name (REC-1)."""
    assert missing_fields(record) == ()
    empty: object = () if isinstance(getattr(record, name), tuple) else ""
    assert name in missing_fields(record.model_copy(update={name: empty}))


@pytest.mark.parametrize("name", ["party_id", "party_contact", "party_type"])
def test_no_party_may_be_nameless(record: ConsentRecord, name: str) -> None:
    """Fields of the parties count too, on both sides."""
    for side in ("pii_controllers", "recipient_third_parties"):
        (party,) = getattr(record, side)
        emptied = record.model_copy(update={side: (party.model_copy(update={name: ""}),)})
        assert missing_fields(emptied) == (name,)
