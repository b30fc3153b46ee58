"""Consent as an application meets it: the exact text, the right person, one answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.journey.traveller import (
    ADDRESS,
    AUDIENCE,
    ENQUIRY,
    SESSION,
    Traveller,
    bent,
    changed_service,
    shared_config,
)
from xbridge.consent.life import verify_revision
from xbridge.core.errors import ConfigError, ConsentMissing, LinkRefused, TamperDetected, Unsupported, XBridgeError
from xbridge.core.language import LANGUAGES
from xbridge.crypto.signing import from_envelope
from xbridge.flows.consent import ConsentOffer
from xbridge.flows.link import Link
from xbridge.linking.proof import LoginProof


@pytest.fixture
def traveller() -> Traveller:
    """Somebody who is about to be asked."""
    return Traveller()


@pytest.fixture
def link(traveller: Traveller) -> Link:
    """Their link."""
    return traveller.link()


def grant(traveller: Traveller, offer: ConsentOffer, *, proof: str = "", session: str = SESSION) -> object:
    """Answer yes."""
    return traveller.bridge.grant_consent(offer, approved_by=proof or traveller.proof(), session=session)


def assert_nothing_given(traveller: Traveller, error: XBridgeError, operation: str = "grant_consent") -> None:
    """Check that the refusal changed nothing: no consent but the link's own, no entry, one audit event."""
    assert len(traveller.store.scan("consent/")) == 1
    assert traveller.kinds() == ["consent.granted", "decision", "link.created", "consent.offered"]
    refused = [(event.operation, event.code) for event in traveller.events if event.outcome == "refused"]
    assert refused == [(operation, error.code)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_consent_is_bound_to_the_text_that_was_shown(traveller: Traveller, link: Link, lang: str) -> None:
    """The signed receipt names language and digest of exactly the text in the offer, and the store keeps that text."""
    offer = traveller.offer(link, lang=lang)
    consent = traveller.bridge.grant_consent(offer, approved_by=traveller.proof(), session=SESSION)
    record = verify_revision(from_envelope(consent.receipt), traveller.deps.record_keys).record
    assert (record.language, record.event_state) == (lang, "given")
    kept = traveller.store.read(f"notice/{record.notice_digest}")
    assert kept is not None
    assert kept.value.decode() == offer.text


CHANGES: dict[str, Callable[[str], str]] = {
    "one more blank at the end": lambda text: text + " ",
    "one more line feed": lambda text: text + "\n",
    "last character gone": lambda text: text[:-1],
    "first character gone": lambda text: text[1:],
    "one digit": lambda text: text.replace("7", "8", 1),
    "one letter": lambda text: text.replace("e", "a", 1),
    "other case": lambda text: text.replace("Y", "y", 1),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "a zero-width space": lambda text: text.replace(" ", " \u200b", 1),
    "a no-break space": lambda text: text.replace(" ", "\u00a0", 1),
    "a letter of another script": lambda text: text.replace("a", "\u0430", 1),
    "a direction mark": lambda text: text.replace(":", ":\u202e", 1),
    "a combining accent": lambda text: text.replace("e", "e\u0301", 1),
    "nothing": lambda text: "",
    "a lone surrogate": lambda text: text + "\ud800",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_text_that_differs_by_one_character_is_refused(
    traveller: Traveller, link: Link, change: Callable[[str], str]
) -> None:
    """Whatever was shown instead, nobody agreed to it (issue 2; lessons.md E8)."""
    offer = traveller.offer(link)
    shown = replace(offer, text=change(offer.text))
    assert shown.text != offer.text
    with pytest.raises(TamperDetected) as caught:
        grant(traveller, shown)
    assert (caught.value.claim, caught.value.reason) == ("notice", "mismatch")
    assert_nothing_given(traveller, caught.value)


def test_every_position_of_the_text_counts(traveller: Traveller, link: Link) -> None:
    """Deleting or replacing any single character of the notice refuses; the untouched text still goes through."""
    offer = traveller.offer(link)
    proof = traveller.proof()
    for position in range(len(offer.text)):
        for middle in ("", "¤"):
            shown = replace(offer, text=offer.text[:position] + middle + offer.text[position + 1 :])
            with pytest.raises(TamperDetected):
                grant(traveller, shown, proof=proof)
    assert grant(traveller, offer, proof=proof)


def test_normal_forms_are_different_texts(link: Link, traveller: Traveller) -> None:
    """A text is not normalised before it is compared: a party's accented name keeps its spelling."""
    config = shared_config()
    names = {"en": "Caf\u00e9 Service", "zh_Hans": "服务", "zh_Hant": "服務"}
    parties = tuple(
        party.model_copy(update={"names": type(party.names).model_validate(names)})
        if party.id == "hk-portal"
        else party
        for party in config.parties
    )
    other = Traveller(config=config.model_copy(update={"parties": parties}))
    offer = other.offer(other.link())
    decomposed = replace(offer, text=unicodedata.normalize("NFD", offer.text))
    assert decomposed.text != offer.text
    with pytest.raises(TamperDetected):
        grant(other, decomposed)
    assert grant(other, offer)


def test_a_text_in_another_language_is_another_text(traveller: Traveller, link: Link) -> None:
    """Showing the translation and answering the original is refused (lessons.md E8)."""
    offered, shown = traveller.offer(link, lang="zh-Hant"), traveller.offer(link, lang="zh-Hans")
    with pytest.raises(TamperDetected):
        grant(traveller, replace(offered, text=shown.text))


def test_a_changed_offer_is_refused(traveller: Traveller, link: Link) -> None:
    """No character of the sealed offer can change."""
    offer = traveller.offer(link)
    proof = traveller.proof()
    for position, old in enumerate(offer.sealed):
        sealed = offer.sealed[:position] + ("A" if old != "A" else "B") + offer.sealed[position + 1 :]
        with pytest.raises(TamperDetected):
            grant(traveller, replace(offer, sealed=sealed), proof=proof)
    assert len(traveller.store.scan("consent/")) == 1


def test_an_offer_is_answered_once(traveller: Traveller, link: Link) -> None:
    """The second yes, or a no after the yes, is refused; the first answer stands."""
    offer = traveller.offer(link)
    grant(traveller, offer)
    for answer in (
        lambda: grant(traveller, offer),
        lambda: traveller.bridge.refuse_consent(offer, refused_by=traveller.proof(), session=SESSION),
    ):
        with pytest.raises(TamperDetected) as caught:
            answer()
        assert (caught.value.claim, caught.value.reason) == ("offer", "replayed")
    assert traveller.kinds().count("consent.granted") == 2  # The link's own, and this one.


def test_a_refusal_is_recorded_and_supports_nothing(traveller: Traveller, link: Link) -> None:
    """No is an answer: signed, in the ledger, final, and no ground for a release."""
    offer = traveller.offer(link)
    refusal = traveller.bridge.refuse_consent(offer, refused_by=traveller.proof(), session=SESSION)
    assert refusal.state == "refused"
    assert traveller.kinds()[-1] == "consent.refused"
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, refusal)
    assert caught.value.status == "refused"
    with pytest.raises(ConsentMissing):
        traveller.withdraw(refusal)


@pytest.mark.parametrize(("seconds", "accepted"), [(3599, True), (3600, False), (3601, False)])
def test_an_offer_lives_for_an_hour(traveller: Traveller, link: Link, seconds: int, accepted: bool) -> None:
    """A notice that was shown too long ago must be shown again."""
    offer = traveller.offer(link)
    traveller.clock.advance(seconds)
    if accepted:
        assert grant(traveller, offer)
        return
    with pytest.raises(ConsentMissing) as caught:
        grant(traveller, offer)
    assert caught.value.status == "expired"
    assert_nothing_given(traveller, caught.value)


def test_an_offer_of_another_session_is_refused(traveller: Traveller, link: Link) -> None:
    """An offer is answered in the browser that saw it."""
    offer = traveller.offer(link)
    with pytest.raises(LinkRefused) as caught:
        grant(traveller, offer, proof=traveller.proof(session="other"), session="other")
    assert caught.value.reason == "session"
    assert_nothing_given(traveller, caught.value)


@pytest.mark.parametrize(
    ("account", "change", "reason"),
    [
        ("two", None, "unknown"),
        ("one", bent(session_ref="x" * 43), "session"),
        ("one", lambda proof: proof.model_copy(update={"authenticated_at": proof.authenticated_at - 1801}), "stale"),
    ],
    ids=["another person", "another session", "stale"],
)
def test_only_the_person_of_the_link_answers(
    traveller: Traveller, link: Link, account: str, change: Callable[[LoginProof], LoginProof] | None, reason: str
) -> None:
    """Somebody else who logs in, in the same flow, ends it; nothing about either person leaks (lessons.md E14)."""
    offer = traveller.offer(link)
    with pytest.raises(LinkRefused) as caught:
        grant(traveller, offer, proof=traveller.proof(account=account, change=change))
    assert caught.value.reason == reason
    assert_nothing_given(traveller, caught.value)


def test_either_account_of_the_link_may_answer(traveller: Traveller, link: Link) -> None:
    """A person who is logged in on the Guangdong side is the same person."""
    assert grant(traveller, traveller.offer(link), proof=traveller.proof("CN-GD"))


Change = Callable[[LoginProof], LoginProof]
WEAK: list[tuple[Change, str]] = [
    (bent(started_by="relying_party_stateless"), "stateless"),
    (bent(started_by="direct_login"), "direct_login"),
    (bent(provider="eidas"), "provider"),
    (bent(issuer="https://another.example"), "provider"),
]


@pytest.mark.parametrize(("answer", "by"), [("grant_consent", "approved_by"), ("refuse_consent", "refused_by")])
@pytest.mark.parametrize("side", ["HK", "CN-GD"])
@pytest.mark.parametrize(("change", "reason"), WEAK, ids=["stateless", "direct", "provider", "issuer"])
def test_a_login_that_cannot_link_cannot_answer(
    traveller: Traveller, link: Link, change: Change, reason: str, side: Any, answer: str, by: str
) -> None:
    """A login that somebody else may have begun, or of a provider no longer in use, neither agrees nor refuses."""
    offer = traveller.offer(link)
    with pytest.raises(LinkRefused) as caught:
        getattr(traveller.bridge, answer)(offer, **{by: traveller.proof(side, change=change)}, session=SESSION)
    assert caught.value.reason == reason
    assert_nothing_given(traveller, caught.value, answer)


@pytest.mark.parametrize("change", [change for change, _ in WEAK[:2]], ids=["stateless", "direct"])
def test_a_weak_login_can_take_away(traveller: Traveller, link: Link, change: Change) -> None:
    """Withdrawing asks for less than agreeing: a person who can only log in weakly is not held to what they agreed to."""
    consent = traveller.consent(link)
    withdrawn = traveller.bridge.withdraw(consent, requested_by=traveller.proof(change=change), session=SESSION)
    assert withdrawn.state == "withdrawn"


def test_an_offer_to_link_is_not_a_consent(traveller: Traveller, link: Link) -> None:
    """The link's own authorisation answers for no data flow."""
    with pytest.raises(LinkRefused) as caught:
        grant(traveller, traveller.bridge.offer_link(session=SESSION, lang="en"))
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize(
    "changes", [{"retention_days": 3650}, {"consent_days": 365}], ids=lambda each: next(iter(each))
)
def test_a_superseded_notice_is_refused(traveller: Traveller, link: Link, changes: dict[str, int]) -> None:
    """If the catalogue changed between showing and answering, the person must read the new notice."""
    offer = traveller.offer(link)
    config = changed_service(traveller.config, "social-insurance-enquiry", **changes)
    later = Traveller(config=config, store=traveller.store, clock=traveller.clock)
    with pytest.raises(TamperDetected) as caught:
        grant(later, offer, proof=traveller.proof())
    assert (caught.value.claim, caught.value.reason) == ("notice", "superseded")
    assert len(traveller.store.scan("consent/")) == 1


@pytest.mark.parametrize(
    "flow",
    [replace(ENQUIRY, purpose="xb:taxation"), replace(ENQUIRY, source="HK", target="440000"), ADDRESS],
    ids=["purpose", "direction", "another service"],
)
def test_only_the_catalogue_is_offered(traveller: Traveller, link: Link, flow: object) -> None:
    """A flow that the operator did not put into the catalogue has no notice."""
    with pytest.raises(Unsupported) as caught:
        traveller.bridge.offer_consent(link, flow, audience=AUDIENCE, session=SESSION)  # type: ignore[arg-type]
    assert caught.value.capabilities


def test_an_unknown_category_has_no_notice(traveller: Traveller, link: Link) -> None:
    """A category without words cannot be shown, so nobody can be asked."""
    with pytest.raises(ConfigError):
        traveller.offer(link, replace(ENQUIRY, categories=("name", "shoe_size")))


def test_an_unknown_link_is_offered_nothing(traveller: Traveller) -> None:
    """There is no notice without a link."""
    with pytest.raises(LinkRefused) as caught:
        traveller.bridge.offer_consent("no-such-link", ENQUIRY, audience=AUDIENCE, session=SESSION)
    assert caught.value.reason == "unknown"


def test_two_offers_are_two_consents(traveller: Traveller, link: Link) -> None:
    """Agreeing twice to the same text is two records with two ids."""
    assert traveller.consent(link).id != traveller.consent(link).id


def test_the_receipt_of_an_end_verifies(traveller: Traveller, link: Link) -> None:
    """Withdrawing gives a signed record that names the one it ends."""
    consent = traveller.consent(link)
    over = traveller.withdraw(consent)
    first = verify_revision(from_envelope(consent.receipt), traveller.deps.record_keys)
    last = verify_revision(from_envelope(over.receipt), traveller.deps.record_keys)
    assert (last.record.event_state, last.record.predecessor) == ("withdrawn", first.digest)


def test_a_withdrawal_by_somebody_else_is_refused(traveller: Traveller, link: Link) -> None:
    """Another person's login withdraws nothing, and the consent still stands."""
    consent = traveller.consent(link)
    with pytest.raises(LinkRefused) as caught:
        traveller.bridge.withdraw(consent, requested_by=traveller.proof(account="two"), session=SESSION)
    assert caught.value.reason == "unknown"
    assert traveller.release(link, consent).token


def test_a_second_withdrawal_says_so(traveller: Traveller, link: Link) -> None:
    """What is withdrawn is withdrawn: the second request changes nothing and tells the state."""
    consent = traveller.consent(link)
    traveller.withdraw(consent)
    entries = traveller.kinds()
    with pytest.raises(ConsentMissing) as caught:
        traveller.withdraw(consent)
    assert caught.value.status == "withdrawn"
    assert traveller.kinds() == entries


def test_an_unknown_consent_cannot_be_withdrawn(traveller: Traveller, link: Link) -> None:
    """There is nothing to end."""
    with pytest.raises(ConsentMissing) as caught:
        traveller.bridge.withdraw("no-such-consent", requested_by=traveller.proof(), session=SESSION)
    assert caught.value.status == "none"
