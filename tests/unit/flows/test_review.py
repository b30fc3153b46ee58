"""Names that do not agree never bind by themselves: a person looks, approves one pair once, and the resident comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journey.traveller import bent
from tests.unit.flows.binder import Binder
from xbridge.core.errors import ConfigError, LinkRefused
from xbridge.core.matching import Agreement
from xbridge.flows.link import Link
from xbridge.ledger.entry import parse_entry
from xbridge.linking.link import LinkRecord
from xbridge.linking.review import Review

STAFF = "duty-officer-7"


@pytest.fixture
def binder() -> Binder:
    """Somebody whose names do not agree."""
    return Binder()


def attempt(binder: Binder, *, names: Agreement = "differ", account: str = "one", **changes: Any) -> Link:
    """Bind with fresh logins and a fresh matching in which only the names do not agree."""
    proved = binder.proved(account=account)
    return binder.bind(proved, binder.matched(names=names, account=account, **changes))


def refused(binder: Binder, **options: Any) -> str:
    """Attempt, which must be refused, and return the reason."""
    with pytest.raises(LinkRefused) as caught:
        attempt(binder, **options)
    assert binder.rows("subject/") == 0
    return caught.value.reason


def opened(binder: Binder, **options: Any) -> Review:
    """Attempt, and return the one review that this opens."""
    assert refused(binder, **options) == "name"
    (review,) = binder.bridge.reviews()
    return review


def decided(binder: Binder, *, approve: bool = True, **options: Any) -> Review:
    """Open a review and decide it."""
    return binder.bridge.decide_review(opened(binder, **options).id, approve=approve, reviewer=STAFF)


@pytest.mark.parametrize("names", ["differ", "not_compared"])
def test_names_that_do_not_agree_wait_for_a_person(binder: Binder, names: Agreement) -> None:
    """One review is opened and recorded; it holds references, levels and a moment."""
    review = opened(binder, names=names)
    assert binder.kinds() == ["review.opened"]
    assert (review.state, review.names, review.hk_level, review.cn_gd_level) == ("waiting", names, "L2", "L2")
    assert (review.reviewer, review.decided_at) == ("", "")
    assert dict(parse_entry(binder.store.entries(0, 1)[0]).detail) == {"names": names, "review": review.id}


def test_trying_again_opens_no_second_review(binder: Binder) -> None:
    """While one waits, the pair is refused and the ledger stays as it is."""
    review = opened(binder)
    assert refused(binder) == "name"
    assert binder.bridge.reviews() == (review,)
    assert binder.kinds() == ["review.opened"]


def test_an_approval_binds_once_on_fresh_logins(binder: Binder) -> None:
    """The resident logs in again, and the link names the review; the approval is used up with it."""
    review = decided(binder)
    binder.clock.advance(60)
    link = attempt(binder)
    (row,) = binder.store.scan("link/")
    assert LinkRecord.model_validate_json(row.value).matched.review == review.id
    assert binder.kinds() == ["review.opened", "review.approved", "consent.granted", "decision", "link.created"]
    assert binder.bridge.reviews() == ()
    binder.bridge.withdraw(link.consent or "", requested_by=binder.proof(), session="session-1")
    binder.clock.advance(60)
    assert refused(binder) == "name"
    assert [each.state for each in binder.bridge.reviews()] == ["waiting"]


def test_the_ledger_says_who_decided(binder: Binder) -> None:
    """By staff reference, in the entry of the decision."""
    review = decided(binder)
    told = dict(parse_entry(binder.store.entries(1, 2)[0]).detail)
    assert told == {"names": "differ", "review": review.id, "reviewer": STAFF}


def test_logins_from_before_the_approval_do_not_bind(binder: Binder) -> None:
    """What was refused is not kept and handed in again: the resident comes back for it."""
    proved = binder.proved()
    matched = binder.matched(names="differ")
    with pytest.raises(LinkRefused):
        binder.bind(proved, matched)
    (review,) = binder.bridge.reviews()
    binder.clock.advance(1)
    binder.bridge.decide_review(review.id, approve=True, reviewer=STAFF)
    with pytest.raises(LinkRefused) as caught:
        binder.bind(proved, matched)
    assert caught.value.reason == "stale"


def test_the_second_of_the_approval_is_not_after_it(binder: Binder) -> None:
    """Moments are whole seconds: what was refused and what was approved in one of them cannot be told apart, so no link."""
    proved, matched = binder.proved(), binder.matched(names="differ")
    with pytest.raises(LinkRefused):
        binder.bind(proved, matched)
    (review,) = binder.bridge.reviews()
    binder.bridge.decide_review(review.id, approve=True, reviewer=STAFF)
    with pytest.raises(LinkRefused) as caught:
        binder.bind(proved, matched)
    assert caught.value.reason == "stale"
    assert binder.rows("link/") == 0


@pytest.mark.parametrize("side", ["hk", "cn_gd", "matching"])
def test_each_part_must_be_fresh(binder: Binder, side: str) -> None:
    """One part from before the approval is enough to refuse."""
    before = int(binder.clock.now().timestamp())
    decided_late = opened(binder)
    binder.clock.advance(5)
    binder.bridge.decide_review(decided_late.id, approve=True, reviewer=STAFF)
    old = bent(authenticated_at=before)
    hk = binder.proof(change=old if side == "hk" else None)
    cn_gd = binder.proof("CN-GD", change=old if side == "cn_gd" else None)
    proved = binder.proved(hk, cn_gd)
    matched_at = before if side == "matching" else int(binder.clock.now().timestamp())
    matched = binder.matched(names="differ", matched_at=matched_at)
    with pytest.raises(LinkRefused) as caught:
        binder.bind(proved, matched)
    assert caught.value.reason == "stale"


def test_an_approval_is_for_that_pair_only(binder: Binder) -> None:
    """Another Guangdong account, or another of iAM Smart, opens a review of its own."""
    decided(binder)
    binder.clock.advance(60)
    for hk, cn_gd in (("one", "two"), ("two", "one")):
        proved = binder.proved(binder.proof(account=hk), binder.proof("CN-GD", account=cn_gd))
        with pytest.raises(LinkRefused) as caught:
            binder.bind(proved, binder.matched(names="differ", account=hk))
        assert caught.value.reason == "name"
    assert sorted(each.state for each in binder.bridge.reviews()) == ["approved", "waiting", "waiting"]


def test_an_approval_covers_what_was_looked_at(binder: Binder) -> None:
    """Names that could not be compared were approved; names that differ were not."""
    decided(binder, names="not_compared")
    binder.clock.advance(60)
    assert refused(binder, names="differ") == "name"


def test_an_approval_never_covers_a_document(binder: Binder) -> None:
    """The document must agree after an approval as before it."""
    decided(binder)
    binder.clock.advance(60)
    assert refused(binder, document="differ") == "document"


def test_a_refused_pair_stays_refused(binder: Binder) -> None:
    """Until the review expires; then another may be opened."""
    decided(binder, approve=False)
    binder.clock.advance(60)
    assert refused(binder) == "name"
    assert binder.kinds() == ["review.opened", "review.refused"]
    binder.clock.advance(binder.config.limits.review_s)
    assert refused(binder) == "name"
    assert [each.state for each in binder.bridge.reviews()] == ["waiting"]


@pytest.mark.parametrize("approve", [True, False])
def test_a_review_is_decided_once(binder: Binder, approve: bool) -> None:
    """The second decision finds nothing that waits, whatever it is."""
    review = decided(binder)
    with pytest.raises(LinkRefused) as caught:
        binder.bridge.decide_review(review.id, approve=approve, reviewer=STAFF)
    assert caught.value.reason == "unknown"
    assert binder.kinds() == ["review.opened", "review.approved"]


def test_a_review_that_nobody_decided_expires(binder: Binder) -> None:
    """It is then no longer shown, and cannot be decided."""
    review = opened(binder)
    binder.clock.advance(binder.config.limits.review_s)
    assert binder.bridge.reviews() == ()
    with pytest.raises(LinkRefused):
        binder.bridge.decide_review(review.id, approve=True, reviewer=STAFF)


def test_an_approval_expires(binder: Binder) -> None:
    """Whoever comes back too late is looked at again."""
    decided(binder)
    binder.clock.advance(binder.config.limits.review_s)
    assert refused(binder) == "name"


def test_no_such_review(binder: Binder) -> None:
    """A made-up id decides nothing."""
    opened(binder)
    with pytest.raises(LinkRefused) as caught:
        binder.bridge.decide_review("019e8156-a600-7026-835e-7a95cdb94a62", approve=True, reviewer=STAFF)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize(
    "reviewer", ["", "Chan Tai Man", "陳大文", "a1234567", "x" * 33, "A123456(7)", "officer-1234567"]
)
def test_a_reviewer_is_a_staff_reference(binder: Binder, reviewer: str) -> None:
    """A name or a number does not enter the ledger."""
    review = opened(binder)
    with pytest.raises(ConfigError):
        binder.bridge.decide_review(review.id, approve=True, reviewer=reviewer)
    assert binder.kinds() == ["review.opened"]


def test_ten_decisions_at_once(binder: Binder) -> None:
    """One stands, whoever was first."""
    review = opened(binder)

    def one(number: int) -> str:
        try:
            return binder.bridge.decide_review(review.id, approve=number % 2 == 0, reviewer=STAFF).state
        except LinkRefused:
            return "late"

    with ThreadPoolExecutor(max_workers=5) as pool:
        ends = list(pool.map(one, range(10)))
    assert sum(end != "late" for end in ends) == 1
    assert len(binder.kinds()) == 2
