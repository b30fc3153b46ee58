"""Binding as an application meets it: one intent, two logins, a matching, one authorisation, one link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.journey.traveller import PROVIDERS, SESSION, Traveller, bent
from tests.unit.flows.binder import Binder
from xbridge.core.errors import ConsentMissing, LinkRefused, TamperDetected, Unsupported, XBridgeError
from xbridge.core.identity import Jurisdiction
from xbridge.core.matching import Agreement
from xbridge.ledger.entry import parse_entry
from xbridge.linking.link import UNMATCHED, LinkRecord
from xbridge.linking.proof import LoginProof


@pytest.fixture
def binder() -> Binder:
    """Somebody who has bound nothing yet."""
    return Binder()


def detail(binder: Binder, number: int = -1) -> dict[str, str]:
    """Return the details of a ledger entry."""
    return dict(parse_entry(binder.store.entries(0, 99)[number]).detail)


def refusal(binder: Binder, proved: str = "", matched: str = "", **options: Any) -> LinkRefused:
    """Bind, which must be refused, and return the refusal; no link and no account row may be left."""
    with pytest.raises(LinkRefused) as caught:
        binder.bind(proved, matched, **options)
    assert binder.rows("link/") == binder.rows("subject/") == 0
    return caught.value


def test_a_binding_stands_as_a_link_does(binder: Binder) -> None:
    """The same story in the ledger as for two logins, and the row says how it was made and what agreed."""
    link = binder.bind()
    assert binder.kinds() == ["consent.granted", "decision", "link.created"]
    assert [row.value.decode() for row in binder.store.scan("subject/")] == [link.id] * 2
    assert link.origin == "binding"
    (row,) = binder.store.scan("link/")
    record = LinkRecord.model_validate_json(row.value)
    assert (record.origin, record.matched.document, record.matched.names) == ("binding", "agree", "agree")
    told = detail(binder)
    assert (told["origin"], told["names"], told["run"]) == ("binding", "agree", record.matched.run)


def test_a_bound_pair_consents_and_exchanges_as_any_other(binder: Binder) -> None:
    """What comes after a link does not know how it was made."""
    link = binder.bind()
    consent = binder.consent(link)
    assert binder.release(link, consent).token
    ended = binder.bridge.withdraw(link.consent or "", requested_by=binder.proof(), session=SESSION)
    assert ended.state == "withdrawn"
    assert binder.rows("subject/") == 0


def test_a_row_from_before_is_of_two_logins() -> None:
    """A link that was stored without origin and matching reads as one of two logins that compared nothing."""
    traveller = Traveller()
    traveller.link()
    (row,) = traveller.store.scan("link/")
    record = LinkRecord.model_validate_json(row.value)
    old = record.model_dump_json(exclude={"origin", "matched"})
    assert "origin" not in old
    assert LinkRecord.model_validate_json(old) == record
    assert (record.origin, record.matched) == ("two_logins", UNMATCHED)


@pytest.mark.parametrize("side", ["HK", "CN-GD"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (bent(started_by="direct_login"), "direct_login"),
        (bent(started_by="relying_party_stateless"), "stateless"),
        (bent(holder="organisation"), "organisation"),
        (bent(session_ref="x" * 43), "session"),
        (lambda proof: proof.model_copy(update={"authenticated_at": proof.authenticated_at - 601}), "stale"),
        (lambda proof: proof.model_copy(update={"authenticated_at": proof.authenticated_at + 1}), "stale"),
        (bent(assurance="L0"), "level"),
        (bent(provider="eidas"), "provider"),
        (bent(issuer="https://another.example"), "provider"),
    ],
    ids=["direct", "stateless", "company", "session", "stale", "future", "level", "provider", "issuer"],
)
def test_no_login_binds_that_could_not_link(
    binder: Binder, side: Jurisdiction, change: Callable[[LoginProof], LoginProof], reason: str
) -> None:
    """Whatever a login must be for the first way to link, it must be for the second (one core, no check in one alone)."""
    hk, cn_gd = (binder.proof(each, change=change if each == side else None) for each in PROVIDERS)
    assert refusal(binder, binder.proved(hk, cn_gd)).reason == reason
    assert binder.kinds() == []


def test_without_a_home_return_permit_nothing_begins_and_nothing_binds(binder: Binder) -> None:
    """The holder of another document is told so before going to iAM Smart, and again if they got past that."""
    cn_gd = binder.proof("CN-GD", change=bent(document_kinds=("passport",)))
    with pytest.raises(LinkRefused) as caught:
        binder.bridge.begin_binding(cn_gd, return_to="https://svc.test/cb/hk", session=SESSION)
    assert caught.value.reason == "permit"
    assert refusal(binder, binder.proved(cn_gd=cn_gd)).reason == "permit"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (bent(started_by="direct_login"), "direct_login"),
        (bent(started_by="relying_party_stateless"), "stateless"),
        (bent(holder="organisation"), "organisation"),
        (bent(session_ref="x" * 43), "session"),
        (lambda proof: proof.model_copy(update={"authenticated_at": proof.authenticated_at - 601}), "stale"),
        (bent(assurance="L0"), "level"),
        (bent(provider="eidas"), "provider"),
        (bent(jurisdiction="HK"), "same_side"),
    ],
    ids=["direct", "stateless", "company", "session", "stale", "level", "provider", "hong kong"],
)
def test_a_login_that_may_not_begin(binder: Binder, change: Callable[[LoginProof], LoginProof], reason: str) -> None:
    """A binding begins with a fresh login at Guangdong, of this session and of a person, and with no other."""
    with pytest.raises(LinkRefused) as caught:
        binder.bridge.begin_binding(
            binder.proof("CN-GD", change=change), return_to="https://svc.test/cb/hk", session=SESSION
        )
    assert caught.value.reason == reason


def test_a_catalogue_without_a_matching_party_binds_nobody() -> None:
    """Where nobody is named to match with, no resident is sent off, and the notice of the other way is not offered."""
    traveller = Traveller()
    with pytest.raises(Unsupported):
        traveller.bridge.begin_binding(traveller.proof("CN-GD"), return_to="https://svc.test/cb/hk", session=SESSION)
    with pytest.raises(Unsupported):
        traveller.bridge.offer_binding(session=SESSION)


@pytest.mark.parametrize(("ages", "reason"), [({"expires_at": 0}, "stale"), ({"session_ref": "x" * 43}, "session")])
def test_an_intent_that_is_too_old_or_of_another_session(binder: Binder, ages: dict[str, Any], reason: str) -> None:
    """The intent dies with the session that began it, and ten minutes after the first login."""
    assert refusal(binder, binder.proved(**ages)).reason == reason


def test_the_end_of_the_intent_is_exact(binder: Binder) -> None:
    """At its last second it binds, one later it does not."""
    now = int(binder.clock.now().timestamp())
    assert refusal(binder, binder.proved(expires_at=now)).reason == "stale"
    assert binder.bind(binder.proved(expires_at=now + 1)).origin == "binding"


def test_another_session_cannot_use_it(binder: Binder) -> None:
    """Binding, matching and notice of one session do nothing in another."""
    assert refusal(binder, session="session-of-the-attacker").reason == "session"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reference": "another"}, "matching"),
        ({"peer": "gd-hrss"}, "matching"),
        ({"whom": "iamsmart-somebody-else"}, "matching"),
        ({"matched_at": 0}, "stale"),
    ],
    ids=["another binding", "another party", "another person", "old"],
)
def test_a_matching_that_is_about_something_else(binder: Binder, changes: dict[str, Any], reason: str) -> None:
    """It must be of this binding, with the party of the catalogue, about this iAM Smart account, and fresh."""
    proved = binder.proved()
    with pytest.raises((LinkRefused, TamperDetected)) as caught:
        binder.bind(proved, binder.matched(**changes))
    if isinstance(caught.value, LinkRefused):
        assert caught.value.reason == reason
    assert binder.rows("link/") == 0
    assert binder.kinds() == []


def test_a_matching_from_the_future(binder: Binder) -> None:
    """A matching later than now was not made here."""
    proved = binder.proved()
    later = int(binder.clock.now().timestamp()) + 1
    assert refusal(binder, proved, binder.matched(matched_at=later)).reason == "stale"


@pytest.mark.parametrize("which", ["binding", "matching"])
@pytest.mark.parametrize("position", [0, 8, 20, 60, -1])
def test_a_changed_seal_is_refused(binder: Binder, which: str, position: int) -> None:
    """One character changed, and neither the binding nor the matching is anybody's."""
    sealed = {"binding": binder.proved(), "matching": binder.matched()}
    changed = list(sealed[which])
    changed[position] = "A" if changed[position] != "A" else "B"
    sealed[which] = "".join(changed)
    with pytest.raises(TamperDetected):
        binder.bind(sealed["binding"], sealed["matching"])
    assert binder.rows("link/") == 0


def test_the_seals_of_the_stages_do_not_open_for_one_another(binder: Binder) -> None:
    """A login proof, a matching or a pending binding in the place of a proved one opens nothing."""
    hop = binder.bridge.begin_binding(binder.proof("CN-GD"), return_to="https://svc.test/cb/hk", session=SESSION)
    proved = binder.proved()
    for sealed in (hop.pending, binder.proof(), binder.matched()):
        with pytest.raises(TamperDetected):
            binder.bind(sealed, binder.matched())
    with pytest.raises(XBridgeError):
        binder.bridge.finish_binding(proved, callback_url="https://svc.test/cb/hk?code=x&state=y", session=SESSION)
    with pytest.raises(XBridgeError):
        binder.bridge.finish_login(hop.pending, callback_url="https://svc.test/cb/hk?code=x&state=y", session=SESSION)


@pytest.mark.parametrize("document", ["differ", "not_compared"])
def test_a_document_that_does_not_agree(binder: Binder, document: Agreement) -> None:
    """Refused and recorded, once, without a word about either side; where nothing was compared, nothing agrees."""
    proved = binder.proved()
    matched = binder.matched(document=document, names="agree")
    refused = refusal(binder, proved, matched)
    assert refused.reason == "document"
    assert not {"differ", "number", "birth", "hong", "guangdong"} & set(refused.message.lower().split())
    assert binder.kinds() == ["link.refused"]
    assert detail(binder)["document"] == document
    assert refusal(binder, proved, matched).reason == "used"
    assert binder.kinds() == ["link.refused"]


def test_a_document_that_differs_opens_no_review(binder: Binder) -> None:
    """Nobody can approve another person's document, whatever the names say."""
    refusal(binder, binder.proved(), binder.matched(document="differ", names="differ"))
    assert binder.bridge.reviews() == ()


def test_the_authorisation_of_one_way_is_none_for_the_other(binder: Binder) -> None:
    """A notice that said nothing of matching binds nobody, and the notice of a binding links no two logins."""
    linking = binder.bridge.offer_link(session=SESSION, lang="en")
    assert refusal(binder, binder.proved(), binder.matched(), offer=linking).reason == "authorisation"
    with pytest.raises(LinkRefused) as caught:
        binder.bridge.link(binder.proof(), binder.proof("CN-GD"), agreed_to=binder.notice(), session=SESSION)
    assert caught.value.reason == "authorisation"


def test_the_notice_is_the_one_that_was_shown(binder: Binder) -> None:
    """Expired, of another session, changed by a character, or answered before: nothing is bound."""
    old = binder.notice()
    binder.clock.advance(binder.config.limits.offer_s)
    with pytest.raises(ConsentMissing):
        binder.bind(offer=old)
    assert refusal(binder, offer=binder.notice(session="another")).reason == "session"
    with pytest.raises(TamperDetected):
        binder.bind(offer=replace(binder.notice(), text=binder.notice().text + " "))
    offer = binder.notice()
    binder.bind(offer=offer)
    with pytest.raises(TamperDetected):
        binder.bind(binder.proved(account="two"), binder.matched(account="two", under=offer), offer=offer)


def test_an_intent_binds_once(binder: Binder) -> None:
    """Neither binding, matching nor login makes a second link once the first has ended."""
    hk, cn_gd = binder.proof(), binder.proof("CN-GD")
    proved = binder.proved(hk, cn_gd)
    agreed = binder.notice()
    matched = binder.matched(under=agreed)
    first = binder.bind(proved, matched)
    assert binder.bind(proved, matched).id == first.id
    binder.bridge.withdraw(first.consent or "", requested_by=binder.proof(), session=SESSION)
    offer = binder.notice()
    another = binder.matched(under=offer)
    for again, match in ((proved, matched), (proved, another), (binder.proved(hk, cn_gd), binder.matched(under=offer))):
        with pytest.raises(LinkRefused) as caught:
            binder.bind(again, match, offer=agreed if match == matched else offer)
        assert caught.value.reason == "used"
    assert binder.kinds().count("link.created") == 1


@pytest.mark.parametrize(("hk", "cn_gd"), [("one", "two"), ("two", "one"), ("one", "three")])
def test_an_account_that_is_linked_elsewhere_conflicts(binder: Binder, hk: str, cn_gd: str) -> None:
    """Also where the standing link was made by two logins; the refusal is word for word the one of ``link``."""
    binder.link(account="one")
    binder.link(account="three")
    with pytest.raises(LinkRefused) as by_link:
        binder.bridge.link(
            binder.proof(account=hk),
            binder.proof("CN-GD", account=cn_gd),
            agreed_to=binder.bridge.offer_link(session=SESSION, lang="en"),
            session=SESSION,
        )
    proved = binder.proved(binder.proof(account=hk), binder.proof("CN-GD", account=cn_gd))
    with pytest.raises(LinkRefused) as by_binding:
        binder.bind(proved, binder.matched(account=hk))
    assert (by_binding.value.reason, str(by_binding.value)) == ("conflict", str(by_link.value))


def test_binding_a_pair_that_is_linked_returns_that_link(binder: Binder) -> None:
    """The way in which it was made stays what it was, and nothing is written."""
    link = binder.link()
    entries = binder.kinds()
    again = binder.bind()
    assert (again.id, again.origin) == (link.id, "two_logins")
    assert binder.kinds() == entries


def test_twenty_bindings_of_one_intent_at_once(binder: Binder) -> None:
    """However many requests carry the same binding, there is one link row."""
    proved = binder.proved()
    offers = [binder.notice() for _ in range(20)]
    matchings = [binder.matched(under=offer) for offer in offers]

    def one(number: int) -> str:
        try:
            return binder.bind(proved, matchings[number], offer=offers[number]).origin
        except LinkRefused as refused:
            return refused.reason

    with ThreadPoolExecutor(max_workers=8) as pool:
        ends = Counter(pool.map(one, range(20)))
    assert binder.rows("link/") == 1
    assert ends["binding"] >= 1
    assert set(ends) <= {"binding", "used", "conflict"}


def test_the_store_holds_no_account_in_clear(binder: Binder) -> None:
    """Rows, reviews and ledger name accounts by keyed reference, on this way too."""
    proved = binder.proved(account="MARKED")
    with pytest.raises(LinkRefused):
        binder.bind(proved, binder.matched(account="MARKED", names="differ"))
    proved = binder.proved(account="MARKED-TOO")
    binder.bind(proved, binder.matched(account="MARKED-TOO"))
    kept = [row.value for row in binder.store.scan("")] + list(binder.store.entries(0, 99))
    assert len(kept) > 5
    assert not [value for value in kept if b"MARKED" in value]


def test_a_matching_and_an_intent_are_used_up_with_fresh_logins_too(binder: Binder) -> None:
    """After a link has ended, neither its matching nor its intent serves logins that nobody has used."""
    proved_once = binder.proved()
    agreed = binder.notice()
    matched = binder.matched(under=agreed)
    first = binder.bind(proved_once, matched)
    binder.bridge.withdraw(first.consent or "", requested_by=binder.proof(), session=SESSION)
    again, offer = binder.proved(id=binder.id), binder.notice()
    for match, offered in ((matched, agreed), (binder.matched(under=offer), offer)):
        with pytest.raises(LinkRefused) as caught:
            binder.bind(again, match, offer=offered)
        assert caught.value.reason == "used"
    assert binder.kinds().count("link.created") == 1
