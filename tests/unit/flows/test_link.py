"""Linking as an application meets it: one session, two fresh logins, one authorisation, one link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journey.traveller import HOLDER, PROVIDERS, SESSION, Traveller, bent, shared_config
from xbridge.core.errors import ConsentMissing, LinkRefused, PolicyDenied, TamperDetected, XBridgeError
from xbridge.core.identity import LEVELS, Jurisdiction
from xbridge.flows.consent import ConsentOffer
from xbridge.ledger.entry import parse_entry
from xbridge.linking.proof import LoginProof


@pytest.fixture
def traveller() -> Traveller:
    """Somebody who has linked nothing yet."""
    return Traveller()


def attempt(
    traveller: Traveller, hk: str, cn_gd: str, *, offer: ConsentOffer | None = None, session: str = SESSION
) -> Any:
    """Link two proofs, with a fresh offer unless one is given."""
    agreed_to = offer or traveller.bridge.offer_link(session=SESSION, lang="en")
    return traveller.bridge.link(hk, cn_gd, agreed_to=agreed_to, session=session)


def links(traveller: Traveller) -> int:
    """Return how many link rows there are."""
    return len(traveller.store.scan("link/"))


def assert_refused(traveller: Traveller, error: XBridgeError, code: str) -> None:
    """Check what every refusal must be: a stable code, no link, no ledger entry, one audit event."""
    assert error.code == code
    assert links(traveller) == 0
    assert traveller.store.scan("subject/") == ()
    assert traveller.kinds() == []
    refused = [event for event in traveller.events if event.outcome == "refused"]
    assert [(event.operation, event.code) for event in refused] == [("link", code)]


def test_a_link_stands_for_both_accounts(traveller: Traveller) -> None:
    """One link row, one row for each account, and the story in the ledger in order."""
    link = traveller.link()
    assert traveller.kinds() == ["consent.granted", "decision", "link.created"]
    assert [row.key for row in traveller.store.scan("link/")] == [f"link/{link.id}"]
    assert [row.value.decode() for row in traveller.store.scan("subject/")] == [link.id] * 2
    assert link.consent is not None
    assert link.consent.state == "given"


def test_the_store_holds_no_account_in_clear(traveller: Traveller) -> None:
    """Rows and ledger name accounts by keyed reference; the key of the account is sealed (lessons.md I1)."""
    traveller.link(account="MARKED")
    kept = [row.value for row in traveller.store.scan("")] + list(traveller.store.entries(0, 99))
    assert kept
    assert not [value for value in kept if b"MARKED" in value]


@pytest.mark.parametrize("side", ["HK", "CN-GD"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (bent(started_by="direct_login"), "direct_login"),
        (bent(holder="organisation"), "organisation"),
        (bent(session_ref="x" * 43), "session"),
        (lambda proof: proof.model_copy(update={"authenticated_at": proof.authenticated_at - 601}), "stale"),
        (lambda proof: proof.model_copy(update={"authenticated_at": proof.authenticated_at + 1}), "stale"),
        (bent(assurance="L0"), "level"),
        (bent(provider="eidas"), "provider"),
        (bent(issuer="https://another.example"), "provider"),
    ],
    ids=[
        "direct login",
        "a company's account",
        "another session",
        "stale",
        "from the future",
        "known to nobody",
        "provider gone",
        "issuer changed",
    ],
)
def test_a_login_that_may_not_link(
    traveller: Traveller, side: Jurisdiction, change: Callable[[LoginProof], LoginProof], reason: str
) -> None:
    """On either side: started elsewhere, of another session, too old, of a provider no longer in use (A6, A11)."""
    proofs = {each: traveller.proof(each, change=change if each == side else None) for each in PROVIDERS}
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, proofs["HK"], proofs["CN-GD"])
    assert caught.value.reason == reason
    assert_refused(traveller, caught.value, "link_refused")


@pytest.mark.parametrize("side", ["HK", "CN-GD"])
@pytest.mark.parametrize("wanted", ["L1", "L2", "L3"])
@pytest.mark.parametrize("level", LEVELS)
def test_both_sides_reach_the_level_that_is_asked_for(side: Jurisdiction, wanted: Any, level: Any) -> None:
    """The better login does not lift the other: each side must reach ``link_min_level`` by itself."""
    config = shared_config()
    limits = config.limits.model_copy(update={"link_min_level": wanted})
    traveller = Traveller(config=config.model_copy(update={"limits": limits}))
    levels = {each: level if each == side else "L3" for each in PROVIDERS}
    hk, cn_gd = (traveller.proof(each, change=bent(assurance=levels[each])) for each in PROVIDERS)
    if level >= wanted:
        assert attempt(traveller, hk, cn_gd).id
        return
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, hk, cn_gd)
    assert caught.value.reason == "level"
    assert_refused(traveller, caught.value, "link_refused")


@pytest.mark.parametrize("side", ["HK", "CN-GD"])
def test_two_logins_of_one_side_are_refused(traveller: Traveller, side: Jurisdiction) -> None:
    """The other side's account cannot be proved by a second login here (lessons.md A1)."""
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, traveller.proof(side), traveller.proof(side, account="two"))
    assert caught.value.reason == "same_side"
    assert_refused(traveller, caught.value, "link_refused")


def test_the_same_login_twice_is_refused(traveller: Traveller) -> None:
    """One login is one proof, however often it is handed over."""
    proof = traveller.proof()
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, proof, proof)
    assert caught.value.reason == "same_side"


def test_a_link_started_by_another_browser_is_refused(traveller: Traveller) -> None:
    """Proofs and offer of one session do nothing in another: nobody can be made to finish a stranger's link (A11)."""
    hk, cn_gd = traveller.proof("HK"), traveller.proof("CN-GD")
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, hk, cn_gd, session="session-of-the-attacker")
    assert caught.value.reason == "session"
    assert_refused(traveller, caught.value, "link_refused")


@pytest.mark.parametrize("position", [0, 8, 20, 60, -1])
def test_a_changed_proof_is_refused(traveller: Traveller, position: int) -> None:
    """A proof with one character changed is nobody's."""
    hk = traveller.proof()
    changed = list(hk)
    changed[position] = "A" if changed[position] != "A" else "B"
    with pytest.raises(TamperDetected) as caught:
        attempt(traveller, "".join(changed), traveller.proof("CN-GD"))
    assert_refused(traveller, caught.value, "tamper_detected")


def test_a_proof_of_another_installation_is_refused(traveller: Traveller) -> None:
    """Another Bridge's keys seal nothing for ours."""
    from tests.journey.traveller import shared_config
    from xbridge.testing import new_keys

    keys = type(traveller.config.keys).model_validate(new_keys())
    stranger = Traveller(config=shared_config().model_copy(update={"keys": keys}))
    with pytest.raises(TamperDetected):
        attempt(traveller, stranger.proof(), traveller.proof("CN-GD"))


def test_an_offer_of_another_session_is_refused(traveller: Traveller) -> None:
    """What somebody else was shown is not this person's authorisation."""
    offer = traveller.bridge.offer_link(session="another", lang="en")
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, traveller.proof(), traveller.proof("CN-GD"), offer=offer)
    assert caught.value.reason == "session"


def test_an_expired_offer_is_refused(traveller: Traveller) -> None:
    """A notice that was shown an hour ago must be shown again."""
    offer = traveller.bridge.offer_link(session=SESSION, lang="en")
    traveller.clock.advance(traveller.config.limits.offer_s)
    with pytest.raises(ConsentMissing) as caught:
        attempt(traveller, traveller.proof(), traveller.proof("CN-GD"), offer=offer)
    assert caught.value.status == "expired"


def test_an_offer_for_something_else_is_refused(traveller: Traveller) -> None:
    """Agreeing to a data flow is not agreeing to a link."""
    link = traveller.link()
    offer = traveller.offer(link)
    with pytest.raises(LinkRefused) as caught:
        attempt(traveller, traveller.proof(account="two"), traveller.proof("CN-GD", account="two"), offer=offer)
    assert caught.value.reason == "authorisation"
    assert links(traveller) == 1


def test_an_offer_makes_one_link(traveller: Traveller) -> None:
    """The same authorisation does not serve for two other accounts."""
    offer = traveller.bridge.offer_link(session=SESSION, lang="en")
    attempt(traveller, traveller.proof(), traveller.proof("CN-GD"), offer=offer)
    with pytest.raises(TamperDetected) as caught:
        attempt(traveller, traveller.proof(account="two"), traveller.proof("CN-GD", account="two"), offer=offer)
    assert (caught.value.claim, caught.value.reason) == ("offer", "replayed")
    assert links(traveller) == 1


@pytest.mark.parametrize("change", ["{} ", " {}", "{}\n", "{}x"])
def test_a_changed_authorisation_is_refused(traveller: Traveller, change: str) -> None:
    """A text that differs from the notice by one character links nothing."""
    offer = traveller.bridge.offer_link(session=SESSION, lang="en")
    shown = type(offer)(
        text=change.format(offer.text), language=offer.language, sealed=offer.sealed, expires_at=offer.expires_at
    )
    with pytest.raises(TamperDetected) as caught:
        attempt(traveller, traveller.proof(), traveller.proof("CN-GD"), offer=shown)
    assert_refused(traveller, caught.value, "tamper_detected")


def test_without_a_home_return_permit_the_policy_denies(traveller: Traveller) -> None:
    """GOV-ID-1 asks for a Home Return Permit; its absence denies, is recorded with its reason, and links nothing."""
    passport = bent(document_kinds=("passport",))
    with pytest.raises(PolicyDenied) as caught:
        attempt(traveller, traveller.proof(), traveller.proof("CN-GD", change=passport))
    denied = {reason.rule: reason for reason in caught.value.decision.reasons if reason.effect == "deny"}
    assert set(denied) == {"GOV-ID-1"}
    assert denied["GOV-ID-1"].failed == ("credential.hrp",)
    assert traveller.kinds() == ["consent.granted", "decision"]
    assert dict(parse_entry(traveller.store.entries(1, 2)[0]).detail)["outcome"] == "deny"
    assert links(traveller) == 0
    assert [event.code for event in traveller.events if event.outcome == "refused"] == ["policy_denied"]


def test_linking_again_returns_the_link_that_stands(traveller: Traveller) -> None:
    """With fresh logins of the same two accounts nothing is written and the same link comes back (lessons.md A9)."""
    link = traveller.link()
    entries = traveller.kinds()
    again = traveller.link()
    assert again.id == link.id
    assert traveller.kinds() == entries


def test_a_login_links_once(traveller: Traveller) -> None:
    """A proof that made a link makes no second one with another account, however fresh it is (lessons.md A4)."""
    hk = traveller.proof()
    attempt(traveller, hk, traveller.proof("CN-GD"))
    with pytest.raises(LinkRefused):
        attempt(traveller, hk, traveller.proof("CN-GD", account="two"))
    assert links(traveller) == 1


@pytest.mark.parametrize(("hk", "cn_gd"), [("one", "two"), ("two", "one")])
def test_an_account_that_is_linked_elsewhere_conflicts(traveller: Traveller, hk: str, cn_gd: str) -> None:
    """In both directions the refusal is the same word for word, and names neither side nor person (lessons.md A13)."""
    traveller.link(account="one")
    traveller.link(account="three")
    told = set()
    for first, second in ((hk, cn_gd), ("one", "three"), ("three", "one")):
        with pytest.raises(LinkRefused) as caught:
            attempt(traveller, traveller.proof(account=first), traveller.proof("CN-GD", account=second))
        told.add((str(caught.value), caught.value.reason, repr(caught.value.diagnostics())))
    assert len(told) == 1
    ((text, reason, _),) = told
    assert reason == "conflict"
    assert not {"hong kong", "guangdong", "iamsmart", "hk", "gd"} & set(text.lower().replace(",", " ").split())
    assert links(traveller) == 2


def raced(traveller: Traveller, pairs: list[tuple[str, str]]) -> Counter[str]:
    """Link all pairs of proofs at once, each with an offer of its own, and count how the calls ended."""
    offers = [traveller.bridge.offer_link(session=SESSION, lang="en") for _ in pairs]

    def one(number: int) -> str:
        try:
            return str(attempt(traveller, *pairs[number], offer=offers[number]).id)
        except LinkRefused as refused:
            return refused.reason

    with ThreadPoolExecutor(max_workers=16) as pool:
        return Counter(pool.map(one, range(len(pairs))))


def test_fifty_links_of_the_same_logins_at_once(traveller: Traveller) -> None:
    """However many requests carry the same two proofs, there is exactly one link row (lessons.md A12)."""
    pair = (traveller.proof(), traveller.proof("CN-GD"))
    ends = raced(traveller, [pair] * 50)
    (row,) = traveller.store.scan("link/")
    assert ends[row.key.removeprefix("link/")] >= 1
    assert set(ends) <= {row.key.removeprefix("link/"), "used", "conflict"}
    assert traveller.kinds().count("link.created") == 1


def test_fifty_links_of_fresh_logins_at_once(traveller: Traveller) -> None:
    """The same person logging in fifty times at once still gets one link, and one row for each account."""
    ends = raced(traveller, [(traveller.proof(), traveller.proof("CN-GD")) for _ in range(50)])
    (row,) = traveller.store.scan("link/")
    assert set(ends) <= {row.key.removeprefix("link/"), "conflict"}
    assert len(traveller.store.scan("subject/")) == 2


def test_fifty_people_cannot_share_an_account(traveller: Traveller) -> None:
    """Fifty Hong Kong accounts racing for one Guangdong account: one wins, forty-nine hear of a conflict."""
    pairs = [(traveller.proof(account=f"hk-{n}"), traveller.proof("CN-GD", account="wanted")) for n in range(50)]
    ends = raced(traveller, pairs)
    assert ends["conflict"] == 49
    assert links(traveller) == 1


def test_a_child_is_no_secret_to_the_policy(traveller: Traveller) -> None:
    """One side that says "under 14" is enough for the rules to know it."""
    with pytest.raises(XBridgeError) as caught:
        attempt(traveller, traveller.proof(change=bent(under_14="yes")), traveller.proof("CN-GD"))
    assert caught.value.code in {"policy_denied", "policy_referred"}
    assert links(traveller) == 0


def test_the_service_learns_only_its_own_side(traveller: Traveller) -> None:
    """Each service gets the account on its own side of the boundary and no hint of the other one."""
    link, consent = traveller.agreed()
    told = traveller.ask(traveller.release(link, consent).token, party=HOLDER)
    assert told.account == "guangdong-one"
    assert "iamsmart" not in repr(told) + told.subject
