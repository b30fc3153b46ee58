"""Pseudonyms: equal for the same account only, different for each audience, and telling nothing."""

from __future__ import annotations

from itertools import product

from xbridge.linking.pseudonym import ledger_subject, pairwise_subject, session_ref, subject_ref

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SUBJECTS = (
    "abc", "ABC", "abc ", " abc", "abc\n", "abc\u200b", "ａｂｃ", "a\u0062\u0301c", "a\u1e03c", "é", "e\u0301",
    "\u1100\u1161", "가", "0123", "123", "",
)  # fmt: skip
ISSUERS = (
    "https://a.example", "https://a.example/", "https://A.example", "https://a.example:443", "http://a.example",
    "https://a.example//", "https://a.example/%7E", "https://a.example/~", "https://b.example",
)  # fmt: skip


def test_subjects_are_compared_byte_for_byte() -> None:
    """Case, width, normal form and space make another account; nothing is folded (lessons.md A3)."""
    refs = {subject_ref(KEY, issuer="https://a.example", subject=subject) for subject in SUBJECTS}
    assert len(refs) == len(SUBJECTS)


def test_the_same_subject_of_two_issuers_is_two_accounts() -> None:
    """Issuers are compared exactly: slash, case, port and scheme count (lessons.md A10)."""
    refs = {subject_ref(KEY, issuer=issuer, subject="abc") for issuer in ISSUERS}
    assert len(refs) == len(ISSUERS)


def test_no_border_can_be_moved() -> None:
    """Characters that wander from issuer to subject give another reference (lessons.md E2)."""
    pairs = [("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc")]
    assert len({subject_ref(KEY, issuer=issuer, subject=subject) for issuer, subject in pairs}) == len(pairs)


def test_two_audiences_cannot_join_their_pseudonyms() -> None:
    """The same link has another name for each audience, and for the ledger."""
    names = {pairwise_subject(KEY, link_id=link, audience=to) for link, to in product(("l1", "l2"), ("a", "b", "c"))}
    names |= {ledger_subject(KEY, link_id=link) for link in ("l1", "l2")}
    assert len(names) == 8


def test_kinds_of_reference_never_meet() -> None:
    """A session id that equals a link id still has another reference."""
    assert len({ledger_subject(KEY, link_id="x"), session_ref(KEY, session="x")}) == 2


def test_a_pseudonym_needs_the_key() -> None:
    """Under another key everybody has another name, so a dictionary of subjects tells nothing without it."""
    assert subject_ref(KEY, issuer="i", subject="s") != subject_ref(OTHER_KEY, issuer="i", subject="s")


def test_a_pseudonym_is_stable() -> None:
    """The same inputs always give the same 43 characters."""
    names = {pairwise_subject(KEY, link_id="l", audience="a") for _ in range(3)}
    assert [len(name) for name in names] == [43]
