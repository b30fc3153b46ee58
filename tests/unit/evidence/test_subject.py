"""The person's own signature in a bundle: what a stranger learns about it, and everything that must not pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import Traveller
from tests.unit.consent.collector import sign_revision
from tests.unit.consent.signatory import NOON, Authority, Signatory
from tests.unit.evidence.binder import Binder, bound
from tests.unit.evidence.test_verification import flipped, refused
from xbridge.core.errors import ConfigError
from xbridge.core.moment import to_text
from xbridge.crypto.canonical import canonical_json, canonical_json_of, parse_strict_object
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import SigningKey
from xbridge.evidence.bundle import read_bundle
from xbridge.evidence.manifest import NAME, SIGNATURE_NAME
from xbridge.evidence.trust import Trust, parse_trust, resident_anchor, trust_bytes
from xbridge.flows.verification import verify_bundle

AUTHORITY, STRANGE = Authority(), Authority("Somebody else")
PERSON = AUTHORITY.issue("Chan Tai Man")
MEMBER = "subject/0001.json"


@pytest.fixture(scope="module")
def parts() -> tuple[dict[str, bytes], Traveller]:
    """The members of an honest bundle about a consent that was used and withdrawn, signed by the collector alone."""
    traveller = Traveller()
    link, consent = traveller.agreed()
    traveller.ask(traveller.release(link, consent).token)
    traveller.clock.advance(60)
    traveller.withdraw(consent)
    return read_bundle(traveller.bridge.evidence(consent)), traveller


@pytest.fixture
def binder(parts: tuple[dict[str, bytes], Traveller]) -> Binder:
    """The same, signed by the person as well, twelve minutes after they were asked."""
    binder = Binder.of(parts[0], parts[1].deps.record_keys)
    binder.signed_by(PERSON)
    asked = to_text(NOON - timedelta(minutes=12))
    binder.records[0] = binder.records[0].model_copy(update={"event_time": asked})
    return binder


def trusting(trust: Trust, *authorities: Authority, since: str = "2026-01-01T00:00:00Z", until: str = "") -> Trust:
    """Return ``trust`` with ``authorities`` for residents."""
    anchors = tuple(resident_anchor(each.certificate, valid_from=since) for each in authorities)
    anchors = tuple(each.model_copy(update={"valid_until": until}) for each in anchors)
    return trust.model_copy(update={"resident_anchors": anchors})


def test_a_reader_with_the_authority_knows_who_signed(binder: Binder) -> None:
    """Everything leads to the reader's trust file; the certificate is named by its fingerprint."""
    found = verify_bundle(binder.bind(), trusting(binder.trust(), AUTHORITY))
    assert found.resident is not None
    assert found.everybody_known
    assert found.resident.fingerprint == sha256_hex(PERSON.certificate)
    assert found.resident.anchor == sha256_hex(AUTHORITY.certificate)
    assert found.resident.certificate == PERSON.certificate
    assert found.revisions[0].subject is not None
    assert found.revisions[1].subject is None
    assert "under a trusted authority" in dict(found.checks)["subject"]


def test_a_reader_without_an_authority_is_told_so(binder: Binder) -> None:
    """The signature holds under the key in its certificate; whose that is the trust file does not say."""
    found = verify_bundle(binder.bind(), binder.trust())
    assert found.resident is not None
    assert (found.signer_known, found.resident.anchor, found.everybody_known) == (True, "", False)
    assert "whose certificate it is nobody said" in dict(found.checks)["subject"]


def test_a_bundle_s_own_authorities_vouch_for_nobody(binder: Binder) -> None:
    """An authority that comes with the bundle is not one that the reader relies on."""

    def bring(members: dict[str, bytes]) -> None:
        members["keys.json"] = trust_bytes(trusting(binder.trust(), AUTHORITY))

    for trust in (None, binder.trust()):
        found = verify_bundle(binder.bind(bring), trust)
        assert found.resident is not None
        assert found.resident.anchor == ""


def test_a_record_that_the_collector_alone_signed_says_so(parts: tuple[dict[str, bytes], Traveller]) -> None:
    """Without iAM Smart+ there is one signature; nothing is missing, and everybody is known."""
    binder = Binder.of(parts[0], parts[1].deps.record_keys)
    found = verify_bundle(binder.bind(), trusting(binder.trust(), AUTHORITY))
    assert found.resident is None
    assert found.everybody_known
    assert dict(found.checks)["subject"] == "the collecting party alone signed, and the record says so"


@pytest.mark.parametrize(
    ("person", "trusted", "reason"),
    [
        (STRANGE.issue("Chan Tai Man"), AUTHORITY, "unknown"),
        (PERSON, STRANGE, "unknown"),
        (AUTHORITY.issue("Chan Tai Man", begin=NOON - timedelta(minutes=6)), AUTHORITY, "not_yet_valid"),
        (AUTHORITY.issue("Chan Tai Man", begin=NOON - timedelta(days=1, minutes=6), days=1), AUTHORITY, "expired"),
    ],
    ids=["another authority's", "the reader trusts another", "began while signing", "ended while signing"],
)
def test_a_certificate_that_the_authorities_do_not_cover_fails(
    binder: Binder, person: Signatory, trusted: Authority, reason: str
) -> None:
    """Where the reader names authorities, one of them must have certified the person, for the whole time of signing."""
    binder.signed_by(person)
    failure = refused(binder.bind(), trusting(binder.trust(), trusted))
    assert (failure.claim, failure.reason) == ("subject", reason)
    # Whoever names none learns no more than that the key in the certificate signed.
    assert not verify_bundle(binder.bind(), binder.trust()).everybody_known


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        ("2026-06-01T03:48:00Z", "2026-06-01T04:00:01Z", ""),
        ("2026-06-01T03:48:01Z", "", "not_yet_valid"),
        ("2026-06-01T04:00:01Z", "", "not_yet_valid"),
        ("2026-01-01T00:00:00Z", "2026-06-01T04:00:00Z", "expired"),
        ("2026-01-01T00:00:00Z", "2026-06-01T03:48:00Z", "expired"),
    ],
    ids=["exactly", "from after the asking", "from after the granting", "over at the granting", "over at the asking"],
)
def test_an_authority_counts_in_its_own_time(binder: Binder, since: str, until: str, reason: str) -> None:
    """The reader says from when until when they rely on an authority, to the second."""
    trust = trusting(binder.trust(), AUTHORITY, since=since, until=until)
    if not reason:
        assert verify_bundle(binder.bind(), trust).everybody_known
        return
    failure = refused(binder.bind(), trust)
    assert (failure.claim, failure.reason) == ("subject", reason)


def test_of_several_authorities_one_is_enough(binder: Binder) -> None:
    """Authorities change; a file that names the old one and the new one reads both."""
    assert verify_bundle(binder.bind(), trusting(binder.trust(), STRANGE, AUTHORITY)).everybody_known


# --- What a dishonest exporter may try: everything is signed and logged properly -------------------------------------


def drop_it(binder: Binder) -> None:
    """The record says that the person signed; the signature is left out and the ledger told nothing."""
    binder.resident = None


def drop_it_and_keep_the_ledger(binder: Binder) -> None:
    """The signature is left out although the ledger names it."""
    binder.resident, binder.named = None, "sha256:" + "1" * 64


def deny_it(binder: Binder) -> None:
    """The record is rewritten to say that the collector alone signed, and the ledger still names a signature."""
    binder.records[0] = binder.records[0].model_copy(update={"signer_role": "collector", "event_time": to_text(NOON)})
    binder.named = "sha256:" + "1" * 64


def add_one(binder: Binder) -> None:
    """A signature is put beside a record that says that the collector alone signed."""
    binder.records[0] = binder.records[0].model_copy(update={"signer_role": "collector", "event_time": to_text(NOON)})
    binder.subjects[1] = PERSON.subject(raw_of(binder)).raw


def another_person_s(binder: Binder) -> None:
    """Somebody else, properly certified, signed the same bytes later; the ledger names the first signature."""
    binder.named = sha256_hex(PERSON.subject(raw_of(binder)).raw)
    binder.resident = AUTHORITY.issue("Lee Siu Ming")


def of_another_consent(binder: Binder) -> None:
    """The same person's signature over another of their consents."""
    other = binder.records[0].model_copy(update={"record_id": "019e8156-a600-7463-b918-ff50b92dc3f0"})
    kept, binder.records[0] = binder.records[0], other
    binder.subjects[1] = PERSON.subject(raw_of(binder)).raw
    binder.records[0] = kept


def of_another_consent_relabelled(binder: Binder) -> None:
    """The same, with the digest of this record written into it."""
    of_another_consent(binder)
    document = parse_strict_object(binder.subjects[1], max_bytes=1 << 16)
    binder.subjects[1] = canonical_json_of({**document, "record": sha256_hex(raw_of(binder))})


def another_time_of_signing(binder: Binder) -> None:
    """The platform's own time, which nobody signed, is changed after the ledger was written."""
    honest = PERSON.subject(raw_of(binder))
    binder.named = honest.digest
    binder.subjects[1] = canonical_json(honest.record.model_copy(update={"signed_at": "2026-06-01T03:59:59Z"}))


def signed_withdrawal(binder: Binder) -> None:
    """A person's signature stands beside the withdrawal, which never has one."""
    binder.subjects[2] = PERSON.subject(raw_of(binder)).raw


def a_signature_of_nothing(binder: Binder) -> None:
    """A member without a revision."""
    binder.subjects[1] = PERSON.subject(raw_of(binder)).raw
    binder.bodies["subject/0003.json"] = binder.subjects[1]


def not_named_by_the_ledger(binder: Binder) -> None:
    """A signature that came after the giving was entered."""
    binder.named = ""


FORGERIES: list[tuple[Callable[[Binder], None], str, str]] = [
    (drop_it, "subject", "missing"),
    (drop_it_and_keep_the_ledger, "subject", "missing"),
    (deny_it, "subject", "missing"),
    (add_one, "subject", "unknown"),
    (another_person_s, "subject", "mismatch"),
    (of_another_consent, "subject", "mismatch"),
    (of_another_consent_relabelled, "subject", "mismatch"),
    (another_time_of_signing, "subject", "mismatch"),
    (signed_withdrawal, "subject", "unknown"),
    (a_signature_of_nothing, "story", "unknown"),
    (not_named_by_the_ledger, "subject", "mismatch"),
]


def raw_of(binder: Binder) -> bytes:
    """Return the exact bytes of the giving."""
    return sign_revision(binder.records[0], binder.record_key).signed.raw


@pytest.mark.parametrize(("forge", "check", "reason"), FORGERIES, ids=lambda value: getattr(value, "__name__", ""))
def test_who_signed_cannot_be_bent(binder: Binder, forge: Callable[[Binder], None], check: str, reason: str) -> None:
    """With every one of our own keys, nobody can drop, add, move or replace the person's signature."""
    forge(binder)
    for trust in (trusting(binder.trust(), AUTHORITY), binder.trust(), None):
        failure = refused(binder.bind(), trust)
        assert (failure.claim, failure.reason) == (check, reason)


@pytest.mark.parametrize(
    ("minutes", "passes"),
    [(0, True), (12, True), (30, True), (31, False), (24 * 60, False), (-1, False)],
    ids=["at once", "twelve minutes", "half an hour", "longer", "a day", "before it was asked"],
)
def test_the_granting_follows_the_asking(binder: Binder, minutes: int, passes: bool) -> None:
    """The time of the record is when the person was asked; it enters the ledger within half an hour."""
    asked = to_text(NOON - timedelta(minutes=minutes))
    binder.records[0] = binder.records[0].model_copy(update={"event_time": asked})
    trust = trusting(binder.trust(), AUTHORITY)
    if passes:
        assert verify_bundle(binder.bind(), trust).everybody_known
    else:
        assert refused(binder.bind(), trust).claim == "story"


def test_without_the_person_there_is_no_gap(parts: tuple[dict[str, bytes], Traveller]) -> None:
    """A record that the collector alone signed enters the ledger in the second in which it is made."""
    binder = Binder.of(parts[0], parts[1].deps.record_keys)
    asked = to_text(NOON - timedelta(seconds=1))
    binder.records[0] = binder.records[0].model_copy(update={"event_time": asked})
    assert refused(binder.bind(), binder.trust()).claim == "story"


# --- Bytes -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_byte_of_the_signature_counts(binder: Binder) -> None:
    """Any byte of the new member changed: refused by the manifest, and by the check itself when that is corrected."""
    trust = trusting(binder.trust(), AUTHORITY)
    members = read_bundle(binder.bind())
    consent = str(parse_strict_object(members[NAME], max_bytes=1 << 20)["consent"])
    for position in range(len(members[MEMBER])):
        changed = {**members, MEMBER: flipped(members[MEMBER], position)}
        assert refused(bound(changed, consent=consent, exporter=binder.record_key), trust).claim == "subject"
        rest = {name: content for name, content in changed.items() if name != SIGNATURE_NAME}
        stranger = bound(rest, consent=consent, exporter=SigningKey.generate("EdDSA", urandom))
        assert refused(stranger, trust).claim == "manifest"


def test_every_byte_of_the_giving_counts(binder: Binder) -> None:
    """A changed envelope is refused although the person's signature beside it is intact."""
    trust = trusting(binder.trust(), AUTHORITY)
    members = read_bundle(binder.bind())
    consent = str(parse_strict_object(members[NAME], max_bytes=1 << 20)["consent"])
    name = "consent/0001.json"
    for position in range(0, len(members[name]), 7):
        changed = {**members, name: flipped(members[name], position)}
        refused(bound(changed, consent=consent, exporter=binder.record_key), trust)


# --- The trust file --------------------------------------------------------------------------------------------------


def test_a_trust_file_without_authorities_is_what_it_was(binder: Binder) -> None:
    """Old files are read, and a file that names no authority is written byte for byte as before there were any."""
    trust = binder.trust()
    raw = trust_bytes(trust)
    assert b"resident_anchors" not in raw
    assert parse_trust(raw) == trust
    more = trusting(trust, AUTHORITY)
    assert parse_trust(trust_bytes(more)) == more


@pytest.mark.parametrize(
    "change",
    [
        {"certificate": ""},
        {"certificate": "AAAA"},
        {"certificate": "not base64"},
        {"certificate": "-----BEGIN CERTIFICATE-----"},
        {"valid_from": "soon"},
        {"valid_until": "later"},
        {"valid_until": None},
        {"name": "x"},
    ],
    ids=["nothing", "no certificate", "no base64", "PEM", "no beginning", "no end", "null", "a member more"],
)
def test_a_bad_authority_is_the_readers_problem(binder: Binder, change: dict[str, Any]) -> None:
    """An authority that cannot be read makes the file none; it is never passed over."""
    document = parse_strict_object(trust_bytes(trusting(binder.trust(), AUTHORITY)), max_bytes=1 << 20)
    (anchor,) = document["resident_anchors"]  # type: ignore[misc]
    anchor.update(change)  # type: ignore[has-type]
    with pytest.raises(ConfigError):
        parse_trust(canonical_json_of(document))


def test_a_certificate_of_a_person_is_no_authority(binder: Binder) -> None:
    """Nobody becomes their own authority by standing in the list."""
    anchors = (resident_anchor(PERSON.certificate, valid_from="2026-01-01T00:00:00Z"),)
    trust = binder.trust().model_copy(update={"resident_anchors": anchors})
    with pytest.raises(ConfigError):
        parse_trust(trust_bytes(trust))
