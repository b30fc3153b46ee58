"""The rules for making a link, on proofs that were opened already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.linking.test_proof import PROOF
from xbridge.core.errors import LinkRefused
from xbridge.linking.link import link_end, new_link, verify_pair

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
HK = PROOF
CN_GD = PROOF.model_copy(
    update={"id": "login-2", "jurisdiction": "CN-GD", "provider": "guangdong", "subject_ref": "gd"}
)


@pytest.mark.parametrize("pair", [(HK, CN_GD), (CN_GD, HK)])
def test_the_order_of_the_proofs_does_not_matter(pair: Any) -> None:
    """Whichever login came first, the pair is (Hong Kong, Guangdong)."""
    assert verify_pair(*pair) == (HK, CN_GD)


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ((HK, HK), "same_side"),
        ((CN_GD, CN_GD), "same_side"),
        ((HK, HK.model_copy(update={"id": "login-3", "subject_ref": "somebody"})), "same_side"),
        ((HK, CN_GD.model_copy(update={"id": HK.id})), "used"),
        ((HK.model_copy(update={"started_by": "direct_login"}), CN_GD), "direct_login"),
        ((HK, CN_GD.model_copy(update={"started_by": "direct_login"})), "direct_login"),
        ((HK.model_copy(update={"holder": "organisation"}), CN_GD), "organisation"),
        ((HK, CN_GD.model_copy(update={"holder": "organisation"})), "organisation"),
    ],
    ids=[
        "the same login twice",
        "twice Guangdong",
        "two people of one side",
        "one login for both",
        "direct HK",
        "direct GD",
        "a company in HK",
        "a company in GD",
    ],
)
def test_a_pair_that_proves_nothing_is_refused(pair: Any, reason: str) -> None:
    """One login of each side, two different ones, both started here, both of a person."""
    with pytest.raises(LinkRefused) as caught:
        verify_pair(*pair)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("kinds", "has_permit"),
    [
        ((), False),
        (("hkid",), False),
        (("passport",), False),
        (("home_return_permit",), True),
        (("home_return_permits",), False),
    ],
)
def test_only_a_home_return_permit_is_one(kinds: tuple[str, ...], has_permit: bool) -> None:
    """What GOV-ID-1 asks for is read from the kinds of document, by exact name."""
    assert link_end(CN_GD.model_copy(update={"document_kinds": kinds}), account="sealed").has_permit is has_permit


def test_an_account_is_found_by_its_whole_reference() -> None:
    """Neither end answers to a prefix, to another case, or to nothing."""
    link = new_link("link-1", link_end(HK, account="a"), link_end(CN_GD, account="b"), now=NOON)
    assert link.end_of("subject-ref") == link.hk
    assert link.end_of("gd") == link.cn_gd
    assert [link.end_of(ref) for ref in ("", "subject", "GD", "gd ")] == [None] * 4


def test_a_link_record_holds_no_subject() -> None:
    """The row names accounts by reference; the subject itself is only inside the sealed account."""
    marked = HK.model_copy(update={"subject": "MARKED-SUBJECT"})
    link = new_link("link-1", link_end(marked, account="sealed"), link_end(CN_GD, account="sealed"), now=NOON)
    assert "MARKED" not in link.model_dump_json()
