"""The exchange as an application meets it: no record no release, and never more than was agreed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.journey.traveller import (
    ADDRESS,
    AUDIENCE,
    ENQUIRY,
    HOLDER,
    Traveller,
    bent,
    changed_service,
    shared_config,
)
from xbridge.core.config import Config
from xbridge.core.errors import (
    ConsentMissing,
    LinkRefused,
    PolicyDenied,
    PolicyReferred,
    StoreConflict,
    TokenInvalid,
    Unsupported,
    VerificationError,
    XBridgeError,
)
from xbridge.core.flow import DataFlow
from xbridge.evidence.trust import parse_trust
from xbridge.exchange.access_token import verify_access_token
from xbridge.flows.verification import verify_bundle
from xbridge.ledger.entry import parse_entry
from xbridge.stores.memory import MemoryStore


@pytest.fixture
def traveller() -> Traveller:
    """Somebody who has linked nothing yet."""
    return Traveller()


def tokens(traveller: Traveller) -> int:
    """Return how many tokens were ever issued."""
    return len(traveller.store.scan("token/"))


def last_decision(traveller: Traveller) -> dict[str, str]:
    """Return the details of the newest decision in the ledger."""
    entries = [parse_entry(raw) for raw in traveller.store.entries(0, 999)]
    return dict([entry for entry in entries if entry.kind == "decision"][-1].detail)


def outcome(traveller: Traveller) -> tuple[str, str]:
    """Return operation and code of the newest audit event."""
    return traveller.events[-1].operation, traveller.events[-1].code


def test_a_release_stands_on_a_recorded_decision(traveller: Traveller) -> None:
    """The token names the decision and the consent that the ledger holds, and verifies for its audience only."""
    link, consent = traveller.agreed()
    release = traveller.release(link, consent)
    assert traveller.kinds()[-2:] == ["decision", "token.issued"]
    token = verify_access_token(
        release.token,
        traveller.deps.token_keys,
        expected_issuer=traveller.config.issuer,
        expected_audience=AUDIENCE,
        now=traveller.clock.now(),
    )
    assert (token.transaction, token.consent) == (release.decision_id, consent.id)
    assert traveller.store.read(f"decision/{release.decision_id}") is not None


# --- Only what was agreed to ---------------------------------------------------------------------------------------


def test_a_category_that_was_not_agreed_to_is_denied_and_recorded(traveller: Traveller) -> None:
    """Consent to the name is no consent to the social-security record."""
    link = traveller.link()
    consent = traveller.consent(link, replace(ENQUIRY, categories=("name",)))
    with pytest.raises(PolicyDenied) as caught:
        traveller.release(link, consent)
    assert any("consent.categories" in reason.failed for reason in caught.value.decision.reasons)
    assert last_decision(traveller)["outcome"] == "deny"
    assert outcome(traveller) == ("exchange", "policy_denied")
    assert tokens(traveller) == 0


def test_a_category_beyond_the_service_is_denied_and_recorded(traveller: Traveller) -> None:
    """Agreeing to more than the purpose needs does not make it necessary (PIPL 6, DPP1)."""
    link = traveller.link()
    wide = replace(ENQUIRY, categories=("name", "social_security", "tax_record"))
    consent = traveller.consent(link, wide)
    with pytest.raises(PolicyDenied) as caught:
        traveller.release(link, consent, wide)
    assert any("transfer.necessary" in reason.failed for reason in caught.value.decision.reasons)
    assert tokens(traveller) == 0


def two_of_everything() -> Config:
    """Return a catalogue in which one audience serves two purposes, and one purpose goes two ways."""
    config = shared_config()
    service = next(each for each in config.services if each.id == "social-insurance-enquiry")
    facts = {**service.facts, "collection": {"purposes": ["xb:taxation"], "directly_related": [], "fair": True}}
    tax = service.model_copy(update={"id": "tax", "purpose": "xb:taxation", "facts": facts})
    back = service.model_copy(update={"id": "back", "exporter": "hk-portal", "recipient": "gd-hrss"})
    return config.model_copy(update={"services": (*config.services, tax, back)})


@pytest.mark.parametrize(
    "flow",
    [replace(ENQUIRY, purpose="xb:taxation"), replace(ENQUIRY, source="HK", target="440000")],
    ids=["another purpose", "the other direction"],
)
def test_a_consent_serves_its_own_purpose_and_direction_only(flow: DataFlow) -> None:
    """Another catalogue entry of the same audience refuses on this consent, and the refusal is recorded."""
    traveller = Traveller(config=two_of_everything())
    link, consent = traveller.agreed()
    with pytest.raises((PolicyDenied, PolicyReferred)):
        traveller.release(link, consent, flow)
    assert last_decision(traveller)["outcome"] in {"deny", "indeterminate", "not_applicable"}
    assert tokens(traveller) == 0


@pytest.mark.parametrize("flow", [ADDRESS, replace(ENQUIRY, target="MO"), replace(ENQUIRY, purpose="xb:taxation")])
def test_a_flow_outside_the_catalogue_is_unsupported(traveller: Traveller, flow: DataFlow) -> None:
    """The catalogue is the list of what may be asked at all; the refusal is one audit event."""
    link, consent = traveller.agreed()
    with pytest.raises(Unsupported):
        traveller.release(link, consent, flow)
    assert outcome(traveller) == ("exchange", "unsupported")


def test_a_consent_for_another_audience_is_none(traveller: Traveller) -> None:
    """A consent names its audience, and a token goes to that one or to nobody."""
    link, consent = traveller.agreed()
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, consent, ADDRESS, audience="hk:address")
    assert caught.value.status == "none"
    assert outcome(traveller) == ("exchange", "consent_missing")
    assert tokens(traveller) == 0


def test_a_consent_of_another_person_is_none(traveller: Traveller) -> None:
    """Somebody else's consent looks exactly like one that does not exist (lessons.md E14)."""
    _, consent = traveller.agreed()
    stranger = traveller.link(account="two")
    told = set()
    for wanted in (consent.id, "no-such-consent"):
        with pytest.raises(ConsentMissing) as caught:
            traveller.bridge.exchange(stranger, wanted, ENQUIRY, audience=AUDIENCE)
        told.add((caught.value.code, caught.value.status))
    assert told == {("consent_missing", "none")}
    assert tokens(traveller) == 0


def test_an_unknown_link_is_refused(traveller: Traveller) -> None:
    """Without a link there is nobody to release anything about."""
    _, consent = traveller.agreed()
    with pytest.raises(LinkRefused) as caught:
        traveller.bridge.exchange("no-such-link", consent, ENQUIRY, audience=AUDIENCE)
    assert caught.value.reason == "unknown"


def test_the_authorisation_of_a_link_is_no_consent_to_a_flow(traveller: Traveller) -> None:
    """Having agreed to be linked is not having agreed to a transfer."""
    link = traveller.link()
    assert link.consent is not None
    with pytest.raises(ConsentMissing):
        traveller.release(link, link.consent)


# --- Only while it stands ------------------------------------------------------------------------------------------


def test_a_withdrawn_consent_releases_nothing(traveller: Traveller) -> None:
    """From the moment of withdrawal every exchange refuses, with the state, and the refusal is recorded (E11)."""
    link, consent = traveller.agreed()
    traveller.release(link, consent)
    traveller.withdraw(consent)
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, consent)
    assert caught.value.status == "withdrawn"
    assert last_decision(traveller)["outcome"] == "deny"
    assert tokens(traveller) == 1


def test_an_expired_consent_releases_nothing(traveller: Traveller) -> None:
    """The same at the end of its time: a clean refusal that says "expired" (lessons.md E6)."""
    link, consent = traveller.agreed()
    traveller.clock.set(consent.valid_until)
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, consent)
    assert caught.value.status == "expired"
    assert last_decision(traveller)["outcome"] == "deny"


def test_a_lower_consent_does_not_revive_a_higher_one(traveller: Traveller) -> None:
    """Withdraw, agree to less, ask for more: nothing of the old consent comes back (lessons.md E1)."""
    link, wide = traveller.agreed()
    traveller.withdraw(wide)
    narrow = traveller.consent(link, replace(ENQUIRY, categories=("name",)))
    for consent in (wide, narrow):
        with pytest.raises((ConsentMissing, PolicyDenied)):
            traveller.release(link, consent)
    assert tokens(traveller) == 0


def test_a_legal_basis_does_not_replace_the_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rules would permit without consent, a withdrawn one still releases nothing (lessons.md D3, D7)."""
    permit_everything(monkeypatch)
    traveller = Traveller()
    link, consent = traveller.agreed()
    traveller.withdraw(consent)
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, consent)
    assert caught.value.status == "withdrawn"
    assert last_decision(traveller)["outcome"] == "permit"
    assert tokens(traveller) == 0


@pytest.mark.parametrize(
    "flow",
    [
        replace(ENQUIRY, categories=("name", "social_security", "tax_record")),
        replace(ENQUIRY, purpose="xb:taxation"),
        replace(ENQUIRY, source="HK", target="440000"),
    ],
    ids=["categories", "purpose", "direction"],
)
def test_the_token_never_exceeds_the_consent_whatever_the_rules_say(
    monkeypatch: pytest.MonkeyPatch, flow: DataFlow
) -> None:
    """Under rules that permit everything, a token beyond what was agreed to is still not made (lessons.md D7)."""
    permit_everything(monkeypatch)
    traveller = Traveller(config=two_of_everything())
    link, consent = traveller.agreed()
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, consent, flow)
    assert caught.value.status == "none"
    assert tokens(traveller) == 0


def permit_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the policy say "permit" to whatever it is asked."""
    from xbridge.flows import deciding
    from xbridge.policy import decide

    def permit(facts: Any, pack: Any, *, now: Any) -> Any:
        return decide(facts, pack, now=now).model_copy(update={"outcome": "permit"})

    monkeypatch.setattr(deciding, "decide", permit)


# --- Level, lifetime, providers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("hk", ["L1", "L2", "L3"])
@pytest.mark.parametrize("cn_gd", ["L1", "L2", "L3"])
@pytest.mark.parametrize("needed", ["L1", "L2", "L3"])
def test_the_lower_side_counts(hk: Any, cn_gd: Any, needed: Any) -> None:
    """Every pair of levels against what the service asks for: too low on either side refuses (lessons.md B9)."""
    traveller = Traveller(config=changed_service(shared_config(), "social-insurance-enquiry", min_level=needed))
    link = traveller.bridge.link(
        traveller.proof("HK", change=bent(assurance=hk)),
        traveller.proof("CN-GD", change=bent(assurance=cn_gd)),
        agreed_to=traveller.bridge.offer_link(session="session-1", lang="en"),
        session="session-1",
    )
    consent = traveller.consent(link)
    if min(hk, cn_gd) >= needed:
        assert traveller.release(link, consent).token
        return
    with pytest.raises(VerificationError) as caught:
        traveller.release(link, consent)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "too_low")
    assert outcome(traveller) == ("exchange", "verification_failed")
    assert tokens(traveller) == 0


@pytest.mark.parametrize(("seconds_left", "lifetime"), [(1000, 120), (121, 120), (120, 120), (30, 30), (1, 1)])
def test_a_token_ends_with_its_consent(traveller: Traveller, seconds_left: int, lifetime: int) -> None:
    """Close to the end of the consent the token is shorter, to the second."""
    link, consent = traveller.agreed()
    traveller.clock.set(consent.valid_until - timedelta(seconds=seconds_left))
    release = traveller.release(link, consent)
    assert release.expires_in_s == lifetime
    token = verify_access_token(
        release.token,
        traveller.deps.token_keys,
        expected_issuer=traveller.config.issuer,
        expected_audience=AUDIENCE,
        now=traveller.clock.now(),
    )
    assert token.expires_at <= consent.valid_until


def test_a_fraction_of_a_second_makes_no_token(traveller: Traveller) -> None:
    """A consent that ends within this second gives a typed refusal, not a token of no length."""
    link, consent = traveller.agreed()
    traveller.clock.set(consent.valid_until - timedelta(milliseconds=300))
    with pytest.raises(TokenInvalid) as caught:
        traveller.release(link, consent)
    assert (caught.value.claim, caught.value.reason) == ("exp", "expired")
    assert tokens(traveller) == 0


@pytest.mark.parametrize("provider", ["iamsmart", "guangdong"])
def test_a_provider_that_was_switched_off_is_believed_no_longer(traveller: Traveller, provider: str) -> None:
    """An existing link stands on both providers; without one of them it releases nothing (lessons.md A6, D3)."""
    link, consent = traveller.agreed()
    left = {name: section for name, section in traveller.config.providers.items() if name != provider}
    config = traveller.config.model_copy(update={"providers": left})
    later = Traveller(config=config, store=traveller.store, clock=traveller.clock)
    with pytest.raises(LinkRefused) as caught:
        later.release(link, consent)
    assert caught.value.reason == "provider"


# --- Races ---------------------------------------------------------------------------------------------------------


class MeddledStore(MemoryStore):
    """A store that lets something happen just before the append of an entry of one kind, once."""

    def __init__(self) -> None:
        """Meddle with nothing until told to."""
        super().__init__()
        self.kind = ""
        self.meddle: Callable[[], object] = lambda: None

    def append(self, entries: Any, writes: Any, *, marks: Any = (), now: Any) -> Any:
        """Append, after whatever was asked for."""
        if self.kind and entries and parse_entry(entries[0]).kind == self.kind:
            self.kind = ""
            self.meddle()
        return super().append(entries, writes, marks=marks, now=now)


@pytest.mark.parametrize("kind", ["decision", "token.issued"])
def test_a_withdrawal_wins_against_an_exchange_under_way(kind: str) -> None:
    """Before the decision or before the issue: the exchange refuses, no token exists, and the evidence holds (E11)."""
    store = MeddledStore()
    traveller = Traveller(store=store)
    link, consent = traveller.agreed()
    store.meddle = lambda: traveller.withdraw(consent)
    store.kind = kind
    with pytest.raises(ConsentMissing) as caught:
        traveller.release(link, consent)
    assert caught.value.status == "withdrawn"
    assert tokens(traveller) == 0
    bundle = verify_bundle(traveller.bridge.evidence(consent), parse_trust(traveller.bridge.trust))
    kinds = [entry.kind for _, entry in bundle.story]
    assert kinds[kinds.index("consent.withdrawn") :].count("token.issued") == 0


def test_a_withdrawal_wins_against_an_enquiry_under_way() -> None:
    """Between the service's question and the record of the answer, a withdrawal makes the token inactive."""
    store = MeddledStore()
    traveller = Traveller(store=store)
    link, consent = traveller.agreed()
    token = traveller.release(link, consent).token
    store.meddle = lambda: traveller.withdraw(consent)
    store.kind = "release"
    assert traveller.ask(token).active is False
    verify_bundle(traveller.bridge.evidence(consent), parse_trust(traveller.bridge.trust))


def test_a_withdrawal_wins_against_many_exchanges_at_once(traveller: Traveller) -> None:
    """Sixteen threads exchange while one withdraws: nothing is issued after the withdrawal, and the evidence holds."""
    link, consent = traveller.agreed()
    proof = traveller.proof()

    def exchange(_: int) -> str:
        try:
            return traveller.release(link, consent).token and "released"
        except (ConsentMissing, StoreConflict) as refused:
            return refused.code

    with ThreadPoolExecutor(max_workers=16) as pool:
        ends = [pool.submit(exchange, number) for number in range(20)]
        while True:
            try:
                traveller.bridge.withdraw(consent, requested_by=proof, session="session-1")
                break
            except StoreConflict:
                continue
        ends += [pool.submit(exchange, number) for number in range(20)]
    told = {end.result() for end in ends}
    assert told <= {"released", "consent_missing", "store_conflict"}
    kinds = traveller.kinds()
    assert "token.issued" not in kinds[kinds.index("consent.withdrawn") :]
    verify_bundle(traveller.bridge.evidence(consent), parse_trust(traveller.bridge.trust))


def test_every_refusal_is_one_audit_event_without_personal_data(traveller: Traveller) -> None:
    """Operations see what was refused and why, and never about whom (lessons.md I1)."""
    link = traveller.link(account="MARKED")
    consent = traveller.consent(link, account="MARKED")
    before = len(traveller.events)
    attempts: list[Callable[[], object]] = [
        lambda: traveller.release(link, consent, ADDRESS),
        lambda: traveller.release(link, consent, replace(ENQUIRY, categories=("name", "tax_record"))),
        lambda: traveller.bridge.exchange("MARKED-link", consent, ENQUIRY, audience=AUDIENCE),
        lambda: traveller.bridge.exchange(link, "MARKED-consent", ENQUIRY, audience=AUDIENCE),
        lambda: traveller.bridge.introspect("MARKED.token", party=HOLDER, assertion="MARKED"),
    ]
    for attempt in attempts:
        with pytest.raises(XBridgeError) as caught:
            attempt()
        assert "MARKED" not in f"{caught.value!r} {caught.value} {caught.value.diagnostics()}"
    assert len(traveller.events) == before + len(attempts)
    assert "MARKED" not in repr(traveller.events)
