"""A consent that the resident signs: asked, signed, granted once; every no, every delay, every crash and every swap."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.journey.traveller import AUDIENCE, ENQUIRY, changed_service
from tests.unit.flows.consent_desk import ConsentDesk
from tests.unit.flows.remote_key import with_keys
from tests.unit.flows.signing_desk import INITIATE
from tests.unit.providers.signing_person import NAME, NOON, hash_answer
from tests.unit.providers.signing_person import authority as authority_of
from tests.unit.providers.signing_person import person as signatory
from xbridge.consent.life import verify_revision, with_subject
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    ConsentMissing,
    LinkRefused,
    StoreUnavailable,
    TamperDetected,
    Unsupported,
    VerificationError,
    XBridgeError,
)
from xbridge.core.moment import to_text
from xbridge.core.signing import SIGNATURE_ALGORITHMS, HashSignature
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.signing import from_envelope
from xbridge.crypto.sm2 import has_sm2
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.evidence.trust import parse_trust
from xbridge.flows.consent import Consent
from xbridge.flows.story import SUBJECT_DETAIL
from xbridge.flows.verification import verify_bundle
from xbridge.ledger.entry import parse_entry


@pytest.fixture
def desk() -> ConsentDesk:
    """Somebody with iAM Smart+."""
    return ConsentDesk()


def record_of(desk: ConsentDesk, consent: Consent) -> Any:
    """Return the verified record of a giving, with the person's signature where there is one."""
    revision = verify_revision(from_envelope(consent.receipt), desk.bridge._deps.record_keys)
    return with_subject(revision, consent.signature or None)


def verified(desk: ConsentDesk, consent: Consent) -> Any:
    """Return what a stranger with our trust file finds in the evidence."""
    return verify_bundle(desk.bridge.evidence(consent), parse_trust(desk.bridge.trust))


def refused(call: Any, kind: type[XBridgeError], **expected: str) -> None:
    """Check that ``call`` is refused in this way."""
    with pytest.raises(kind) as caught:
        call()
    assert {name: getattr(caught.value, name) for name in expected} == expected


# --- The way it goes -------------------------------------------------------------------------------------------------


def test_both_sign_the_same_bytes(desk: ConsentDesk) -> None:
    """What the phone is asked to sign is the digest of the very bytes that the collector signs and the ledger names."""
    link = desk.link()
    offer = desk.offer(link)
    request = desk.ask_consent(offer)
    assert len(request.identification_code) == 4
    assert desk.bridge.collect(request, session="s").status == "waiting"
    desk.clock.advance(240)
    desk.sign()
    collected = desk.bridge.collect(request, session="s")
    assert collected.status == "done"
    assert isinstance(collected.data, HashSignature)
    desk.clock.advance(30)
    consent = desk.grant(offer, request)
    revision = record_of(desk, consent)
    assert desk.asked() == sha256(revision.signed.raw).digest() == collected.data.hash_code
    assert (revision.record.signer_role, revision.record.event_time) == ("collector-and-subject", to_text(NOON))
    entry = parse_entry(desk.store.entries(0, 100)[-1])
    assert (entry.kind, entry.body_digest, entry.at) == (
        "consent.granted", revision.digest, to_text(NOON + timedelta(seconds=270)),
    )  # fmt: skip
    assert dict(entry.detail)[SUBJECT_DETAIL] == sha256_hex(consent.signature)


def test_a_stranger_learns_that_the_person_signed(desk: ConsentDesk) -> None:
    """The evidence of a whole life verifies with our trust file, which names the authority that the operator trusts."""
    link, consent = desk.signed_consent()
    desk.bridge.exchange(link, consent, ENQUIRY, audience=AUDIENCE)
    withdrawn = desk.bridge.withdraw(consent, requested_by=desk.login("CN-GD"), session="s")
    assert withdrawn.signature == b""
    found = verified(desk, consent)
    assert found.everybody_known
    assert found.resident is not None
    assert found.resident.certificate == signatory().certificate
    assert found.resident.anchor == sha256_hex(authority_of().certificate)
    assert [each.record.signer_role for each in found.revisions] == ["collector-and-subject", "collector"]
    assert [entry.kind for _, entry in found.story] == [
        "consent.offered", "consent.granted", "decision", "token.issued", "consent.withdrawn",
    ]  # fmt: skip


def test_the_policy_reads_who_signed(desk: ConsentDesk) -> None:
    """The rule about signed records (REC-4) is told whether the person's key or the collector's stands behind it."""
    link, consent = desk.signed_consent()
    release = desk.bridge.exchange(link, consent, ENQUIRY, audience=AUDIENCE)
    facts = json.loads(desk.store.read(f"facts/{release.decision_id}").value)  # type: ignore[union-attr]
    assert facts["consent"]["signer_role"] == "subject"


def test_the_ledger_names_nobody(desk: ConsentDesk) -> None:
    """Neither ledger nor audit events nor the receipt hold the certificate, the signature or the person's name."""
    _, consent = desk.signed_consent()
    document = json.loads(consent.signature)
    texts = desk.everything() + consent.receipt.decode() + repr(consent)
    for secret in (document["certificate"][:40], document["signature"][:40], NAME, "CHAN"):
        assert secret not in texts


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_the_phone_names_what_is_signed(desk: ConsentDesk, lang: str) -> None:
    """Document and service have the names that the page shows, in the language of the notice."""
    link = desk.link()
    offer = desk.offer(link, lang=lang)
    desk.ask_consent(offer)
    plain = [plain for path, plain in desk.calls if path == INITIATE][-1]
    operator = desk.config.party(desk.config.operator).names.get(offer.language)
    assert (plain["documentName"], plain["serviceName"]) == (offer.text.splitlines()[0], operator)


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_every_algorithm_is_kept_as_proof(desk: ConsentDesk, algorithm: Any) -> None:
    """What was asked for is what is recorded, and what readers check."""
    link = desk.link()
    offer = desk.offer(link)
    request = desk.ask_consent(offer, algorithm=algorithm)
    desk.sign(**hash_answer(desk.asked(), algorithm=algorithm))
    consent = desk.grant(offer, request)
    assert json.loads(consent.signature)["algorithm"] == algorithm
    assert verified(desk, consent).everybody_known


# --- No --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"), [("D70000", "declined"), ("D70001", "declined"), ("D70002", "failed"), ("D70004", "failed")]
)
def test_who_does_not_sign_has_not_answered(desk: ConsentDesk, code: str, status: str) -> None:
    """The offer stays open; the person may agree without signing, and the record says that the collector alone did."""
    link = desk.link()
    offer = desk.offer(link)
    request = desk.ask_consent(offer)
    desk.refuse(code)
    before = desk.kinds()
    refused(lambda: desk.grant(offer, request), CallbackInvalid, claim="request", reason="unknown")
    collected = desk.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == (status, code)
    assert desk.kinds() == before
    consent = desk.grant(offer)
    assert (record_of(desk, consent).record.signer_role, consent.signature) == ("collector", b"")
    found = verified(desk, consent)
    assert found.resident is None
    assert found.everybody_known


def test_without_iam_smart_plus_nothing_is_asked(desk: ConsentDesk) -> None:
    """An account that cannot sign is not asked; the ordinary grant works as ever."""
    link = desk.link()
    offer = desk.offer(link)
    person = desk.login(assurance_source="default")
    refused(lambda: desk.ask_consent(offer, person=person), VerificationError, claim="assurance", reason="cannot_sign")
    assert not desk.calls
    assert desk.grant(offer, approved_by=person).state == "given"


def test_the_other_side_cannot_sign(desk: ConsentDesk) -> None:
    """Guangdong's platform has no signing service; the person logs in with iAM Smart for it."""
    offer = desk.offer(desk.link())
    refused(lambda: desk.ask_consent(offer, person=desk.login("CN-GD")), Unsupported)


def test_nobody_answers(desk: ConsentDesk) -> None:
    """After eighteen minutes the signature does not come any more, and the offer is still there to be answered."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.clock.advance(18 * 60)
    with pytest.raises(CallbackInvalid):
        desk.sign()
    assert desk.bridge.collect(request, session="s").status == "expired"
    refused(lambda: desk.grant(offer, request), CallbackInvalid, claim="request", reason="unknown")
    assert desk.grant(offer).signature == b""


def test_the_person_may_sign_after_a_first_no(desk: ConsentDesk) -> None:
    """Asked again, the same offer is signed; the record has the time of the second asking."""
    offer = desk.offer(desk.link())
    first = desk.ask_consent(offer)
    desk.refuse()
    desk.clock.advance(120)
    second = desk.ask_consent(offer)
    desk.sign()
    refused(lambda: desk.grant(offer, first), CallbackInvalid)
    consent = desk.grant(offer, second)
    assert record_of(desk, consent).record.event_time == to_text(NOON + timedelta(seconds=120))


# --- Once ------------------------------------------------------------------------------------------------------------


def test_a_signature_is_shown_as_often_as_it_is_asked_and_used_once(desk: ConsentDesk) -> None:
    """Polling takes nothing away; granting does, and nothing is granted twice."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    shown = [desk.bridge.collect(request, session="s") for _ in range(3)]
    assert shown[0] == shown[1] == shown[2]
    desk.grant(offer, request)
    entries = desk.kinds()
    refused(lambda: desk.grant(offer, request), CallbackInvalid, claim="request", reason="unknown")
    refused(lambda: desk.grant(offer), TamperDetected, claim="offer", reason="replayed")
    refused(
        lambda: desk.bridge.refuse_consent(offer, refused_by=desk.login(), session="s"),
        TamperDetected, claim="offer", reason="replayed",
    )  # fmt: skip
    refused(lambda: desk.ask_consent(offer), TamperDetected, claim="offer", reason="replayed")
    refused(lambda: desk.bridge.collect(request, session="s"), CallbackInvalid)
    assert desk.kinds() == entries


@pytest.mark.parametrize("answer", ["given", "refused"])
def test_an_offer_that_was_answered_otherwise_cannot_be_signed(desk: ConsentDesk, answer: str) -> None:
    """Whoever answers while the phone still asks has answered; the signature that comes later changes nothing."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    if answer == "given":
        desk.grant(offer)
    else:
        desk.bridge.refuse_consent(offer, refused_by=desk.login(), session="s")
    desk.sign()
    refused(lambda: desk.grant(offer, request), TamperDetected, claim="offer", reason="replayed")
    assert len(desk.store.scan("consent/")) == 2


def test_two_workers_grant_it_once(desk: ConsentDesk) -> None:
    """Sixteen grants at once enter one giving, and all of them that succeed return the same consent."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    other, person = desk.another_bridge(), desk.login()

    def grant(bridge: Any) -> Consent | None:
        try:
            granted: Consent = bridge.grant_consent(offer, approved_by=person, session="s", signed_by=request)
        except CallbackInvalid:
            return None
        return granted

    with ThreadPoolExecutor(8) as pool:
        found = [each for each in pool.map(grant, [desk.bridge, other] * 8) if each]
    assert found
    assert len(set(found)) == 1
    assert desk.kinds().count("consent.granted") == 2
    other.close()


def test_after_a_crash_the_same_call_returns_the_consent(desk: ConsentDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process dies between entering the consent and letting the signature go, asking again does no harm."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    person = desk.login()
    real = desk.store.take_pending

    def dies(key: str, **named: Any) -> Any:
        raise StoreUnavailable("down")

    monkeypatch.setattr(desk.store, "take_pending", dies)
    with pytest.raises(StoreUnavailable):
        desk.grant(offer, request, approved_by=person)
    monkeypatch.setattr(desk.store, "take_pending", real)
    entries = desk.kinds()
    consent = desk.grant(offer, request, approved_by=person)
    assert desk.kinds() == entries
    assert verified(desk, consent).everybody_known


def test_a_signature_can_be_acknowledged_when_it_is_part_of_the_record(desk: ConsentDesk) -> None:
    """Before the grant there is nothing to accept; afterwards the platform is told, once."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    refused(lambda: desk.bridge.acknowledge_signature(request, session="s"), CallbackInvalid)
    desk.grant(offer, request)
    assert desk.bridge.acknowledge_signature(request, session="s") == "accepted"
    assert desk.told == [{"businessID": request.business_id, "signingResult": "SR001"}]


# --- Time ------------------------------------------------------------------------------------------------------------


def test_the_offer_may_run_out_while_the_person_signs(desk: ConsentDesk) -> None:
    """What counts is that it lived when the signature was asked for; the person has eighteen minutes and the page ten."""
    offer = desk.offer(desk.link())
    desk.clock.advance(3599)
    person = desk.login()
    request = desk.ask_consent(offer, person=person)
    desk.clock.advance(18 * 60 - 1)
    desk.sign()
    desk.clock.advance(599)
    refused(lambda: desk.grant(offer), ConsentMissing, status="expired")
    consent = desk.grant(offer, request, approved_by=person)
    assert verified(desk, consent).everybody_known


def test_an_offer_that_has_run_out_is_not_signed(desk: ConsentDesk) -> None:
    """Nothing is asked for a notice that was shown too long ago."""
    offer = desk.offer(desk.link())
    desk.clock.advance(3600)
    refused(lambda: desk.ask_consent(offer), ConsentMissing, status="expired")
    assert not desk.calls


def test_a_signature_waits_for_ten_minutes(desk: ConsentDesk) -> None:
    """After that it is gone, and the person would have to sign again."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    desk.clock.advance(600)
    refused(lambda: desk.grant(offer, request), CallbackInvalid, claim="request", reason="unknown")


@pytest.mark.parametrize(("age", "accepted"), [(1800, True), (1801, False)])
def test_the_login_is_fresh_when_the_signature_is_asked_for(desk: ConsentDesk, age: int, accepted: bool) -> None:
    """Its half hour is counted until the asking; signing is a proof of presence of its own."""
    link, person = desk.link(), desk.login()
    desk.clock.advance(age)
    offer = desk.offer(link)
    if not accepted:
        refused(lambda: desk.ask_consent(offer, person=person), LinkRefused, reason="stale")
        return
    request = desk.ask_consent(offer, person=person)
    desk.clock.advance(1000)
    desk.sign()
    assert desk.grant(offer, request, approved_by=person).state == "given"


def test_who_grants_had_a_fresh_login_when_the_signature_was_asked_for(desk: ConsentDesk) -> None:
    """An older login of the same person does not grant what a fresh one asked for."""
    link, old = desk.link(), desk.login()
    desk.clock.advance(1801)
    offer = desk.offer(link)
    request = desk.ask_consent(offer)
    desk.clock.advance(60)
    desk.sign()
    refused(lambda: desk.grant(offer, request, approved_by=old), LinkRefused, reason="stale")
    assert desk.grant(offer, request).state == "given"


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (NOON + timedelta(seconds=1), NOON + timedelta(days=1), "not_yet_valid"),
        (NOON - timedelta(days=1), NOON + timedelta(seconds=90), "expired"),
    ],
    ids=["began after the asking", "ends before the granting"],
)
def test_the_certificate_is_good_from_the_asking_to_the_granting(
    desk: ConsentDesk, start: Any, end: Any, reason: str
) -> None:
    """A certificate that was good when the signature came, and not at both ends, would not convince a later reader."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.clock.advance(60)
    desk.sign(signer=signatory(start=start, end=end))
    desk.clock.advance(60)
    refused(lambda: desk.grant(offer, request), TamperDetected, claim="certificate", reason=reason)
    assert desk.grant(offer).signature == b""


# --- Who and what ----------------------------------------------------------------------------------------------------


def test_a_signature_belongs_to_one_offer(desk: ConsentDesk) -> None:
    """Signing one consent does not sign another, although the same person was shown the same text twice."""
    link = desk.link()
    first, second = desk.offer(link), desk.offer(link)
    request = desk.ask_consent(first)
    desk.sign()
    refused(lambda: desk.grant(second, request), TamperDetected, claim="subject", reason="mismatch")
    assert desk.grant(first, request).state == "given"


def test_answers_that_cross_do_not_mix(desk: ConsentDesk) -> None:
    """Two consents asked at once are signed in either order; the bytes of each are signed by its own answer only."""
    link = desk.link()
    offers = [desk.offer(link), desk.offer(link)]
    desk.clock.advance(1)
    requests = [desk.ask_consent(offer) for offer in offers]
    # The signature over the first record, sent as the answer to the second request, is not believed.
    with pytest.raises(TamperDetected):
        desk.sign(call=1, **hash_answer(desk.asked(0)))
    assert desk.bridge.collect(requests[1], session="s").status == "waiting"
    desk.sign(call=1)
    desk.sign(call=0)
    granted = [desk.grant(offer, request) for offer, request in zip(offers, requests, strict=True)]
    assert granted[0].signature != granted[1].signature
    assert all(verified(desk, consent).everybody_known for consent in granted)


@pytest.mark.parametrize(
    ("account", "side", "kind", "reason"),
    [("two", "HK", LinkRefused, "unknown"), ("one", "CN-GD", LinkRefused, "unknown")],
    ids=["another person", "the person's other account"],
)
def test_who_approves_is_who_was_asked(desk: ConsentDesk, account: str, side: str, kind: Any, reason: str) -> None:
    """The grant is made by the login that asked, not by somebody who found the browser open."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    refused(lambda: desk.grant(offer, request, approved_by=desk.login(side, account=account)), kind, reason=reason)
    assert desk.grant(offer, request).state == "given"


WEAK = [
    ({"started_by": "direct_login"}, "direct_login"),
    ({"started_by": "relying_party_stateless"}, "stateless"),
    ({"provider": "eidas"}, "provider"),
]


@pytest.mark.parametrize(("changes", "reason"), WEAK, ids=["direct", "stateless", "provider"])
def test_a_login_that_cannot_link_is_not_asked_to_sign(desk: ConsentDesk, changes: Any, reason: str) -> None:
    """Where the login is too weak to agree, no phone rings."""
    offer = desk.offer(desk.link())
    refused(lambda: desk.ask_consent(offer, person=desk.login(**changes)), LinkRefused, reason=reason)
    assert not [path for path, _ in desk.calls if path == INITIATE]


@pytest.mark.parametrize(("changes", "reason"), WEAK, ids=["direct", "stateless", "provider"])
def test_a_login_that_cannot_link_does_not_grant_what_was_signed(desk: ConsentDesk, changes: Any, reason: str) -> None:
    """Whoever comes for the signature with a weaker login than it was asked with gets no consent."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    refused(lambda: desk.grant(offer, request, approved_by=desk.login(**changes)), LinkRefused, reason=reason)
    assert desk.grant(offer, request).state == "given"


def test_only_the_person_of_the_link_is_asked(desk: ConsentDesk) -> None:
    """Somebody else who is logged in cannot sign for the person of this link."""
    offer = desk.offer(desk.link())
    refused(lambda: desk.ask_consent(offer, person=desk.login(account="two")), LinkRefused, reason="unknown")
    assert not desk.calls


def test_another_session_gets_nothing(desk: ConsentDesk) -> None:
    """Offer, request and signature are of one session; another learns nothing from any of them."""
    offer = desk.offer(desk.link())
    refused(lambda: desk.ask_consent(offer, person=desk.login(session="t"), session="t"), LinkRefused, reason="session")
    request = desk.ask_consent(offer)
    stranger = {"approved_by": desk.login(session="t"), "session": "t"}
    refused(lambda: desk.grant(offer, request, **stranger), CallbackInvalid, claim="request", reason="unknown")
    desk.sign()
    refused(lambda: desk.grant(offer, request, **stranger), CallbackInvalid, claim="request", reason="unknown")
    refused(lambda: desk.bridge.collect(request, session="t"), CallbackInvalid)


def test_nothing_is_granted_that_nobody_could_prove(desk: ConsentDesk) -> None:
    """A clock that runs behind the asking, or a record key that began after it, would make evidence that never verifies."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    login, later = desk.login(), to_text(desk.clock.now() + timedelta(seconds=1))
    newer = [with_keys(desk.config, valid_from=later)]
    if has_sm2():
        pem = Sm2SigningKey.generate().to_pem().decode()
        newer.append(with_keys(desk.config, record_sm2=pem, record_sm2_valid_from=later))
    for config in newer:
        with pytest.raises(ConsentMissing, match="ask again"):
            desk.another_bridge(config).grant_consent(
                offer, approved_by=login, session="s", signed_by=request.business_id
            )
    desk.clock.advance(-5)
    with pytest.raises((ConsentMissing, LinkRefused)):
        desk.grant(offer, request, approved_by=login)
    desk.clock.advance(5)
    assert desk.grant(offer, request).state == "given"


def test_a_grant_that_is_too_early_says_so(desk: ConsentDesk) -> None:
    """While the person has not answered yet nothing is granted, and nothing is lost."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    refused(lambda: desk.grant(offer, request), CallbackInvalid, claim="request", reason="waiting")
    desk.sign()
    assert desk.grant(offer, request).state == "given"


def test_a_signature_over_something_else_is_no_consent(desk: ConsentDesk) -> None:
    """What was asked with ``request_hash_signature`` signs no consent, not even over the right digest."""
    offer = desk.offer(desk.link())
    desk.ask_consent(offer)
    request = desk.ask(desk.login(), digest=desk.asked())
    desk.sign()
    refused(lambda: desk.grant(offer, request), CallbackInvalid, claim="request", reason="unknown")
    assert desk.bridge.collect(request, session="s").status == "done"


def test_another_text_is_not_granted(desk: ConsentDesk) -> None:
    """One character more or less in what was shown, before or after signing, and nobody agreed to it."""
    offer = desk.offer(desk.link())
    changed = replace(offer, text=offer.text + " ")
    refused(lambda: desk.ask_consent(changed), TamperDetected, claim="notice", reason="mismatch")
    request = desk.ask_consent(offer)
    desk.sign()
    refused(lambda: desk.grant(changed, request), TamperDetected, claim="notice", reason="mismatch")


def test_a_notice_that_changed_while_the_person_signed_is_refused(desk: ConsentDesk) -> None:
    """The catalogue's new notice must be read first, as without a signature."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    later = desk.another_bridge(changed_service(desk.config, "social-insurance-enquiry", retention_days=3650))
    refused(
        lambda: later.grant_consent(offer, approved_by=desk.login(), session="s", signed_by=request),
        TamperDetected, claim="notice", reason="superseded",
    )  # fmt: skip
    later.close()


def test_a_link_that_ended_while_the_person_signed_is_refused(desk: ConsentDesk) -> None:
    """There is nothing to consent under any more."""
    link = desk.link()
    offer = desk.offer(link)
    request = desk.ask_consent(offer)
    desk.sign()
    assert link.consent is not None
    desk.bridge.withdraw(link.consent, requested_by=desk.login(), session="s")
    refused(lambda: desk.grant(offer, request), LinkRefused, reason="unknown")


def test_an_offer_to_link_is_not_signed(desk: ConsentDesk) -> None:
    """The link's own authorisation is the collector's record alone, for now."""
    desk.link()
    refused(lambda: desk.ask_consent(desk.bridge.offer_link(session="s", lang="en")), LinkRefused, reason="unknown")


def test_anchors_that_were_taken_away_stop_the_grant(desk: ConsentDesk) -> None:
    """An operator who no longer trusts the authority takes in no signature under it."""
    offer = desk.offer(desk.link())
    request = desk.ask_consent(offer)
    desk.sign()
    document = {**desk.config.providers["iamsmart"], "signing": {"trust_anchors": [authority_of(3).anchor_pem]}}
    config = desk.config.model_copy(update={"providers": {**desk.config.providers, "iamsmart": document}})
    later = desk.another_bridge(config)
    refused(
        lambda: later.grant_consent(offer, approved_by=desk.login(), session="s", signed_by=request),
        TamperDetected, claim="certificate", reason="unknown",
    )  # fmt: skip
    document = {**document, "signing": {}}
    without = desk.another_bridge(config.model_copy(update={"providers": {**config.providers, "iamsmart": document}}))
    refused(lambda: without.grant_consent(offer, approved_by=desk.login(), session="s", signed_by=request), ConfigError)
    for bridge in (later, without):
        bridge.close()


def test_the_store_names_nobody(desk: ConsentDesk) -> None:
    """Who holds a copy of the store, without the keys, does not learn who signed: the certificate is sealed there."""
    _, consent = desk.signed_consent()
    document = json.loads(consent.signature)
    rows = b"".join(row.value for row in desk.store.scan(""))
    assert consent.id.encode() in b"".join(row.key.encode() for row in desk.store.scan(""))
    assert document["certificate"][:40].encode() not in rows
    assert document["signature"][:40].encode() not in rows


def test_a_row_without_its_signature_is_refused(desk: ConsentDesk) -> None:
    """Whoever edits the store cannot take the person's signature away from a consent that is in use."""
    link, consent = desk.signed_consent()
    key = f"consent/{consent.id}"
    row = desk.store.read(key)
    assert row is not None
    document = json.loads(row.value)
    document["subject"] = ""
    desk.store._rows[key] = replace(row, value=json.dumps(document).encode())  # type: ignore[attr-defined]
    refused(
        lambda: desk.bridge.exchange(link, consent, ENQUIRY, audience=AUDIENCE),
        TamperDetected, claim="subject", reason="missing",
    )  # fmt: skip
