"""Documents as values, and the codes by which peers call them."""

from __future__ import annotations

import pickle
import traceback
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.document import DOCUMENT_KINDS, DocumentKind, IdentityDocument, parse_document

NUMBERS: dict[DocumentKind, str] = {
    "credit_code": "91512081MA62K0260E", "hkid": "A123456(3)", "hksar_passport": "K12345678",
    "home_return_permit": "H1234567801", "macao_passport": "MA1234567", "organisation_code": "MA62K026-0",
    "passport": "XY1234567", "residence_permit": "810000199001010019", "resident_id": "11010519491231002X",
    "taiwan_permit": "12345678",
}  # fmt: skip


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
def test_a_document_does_not_show_its_number(kind: DocumentKind) -> None:
    """Neither repr nor mask gives the number away; the value compares and hashes (lesson I1)."""
    document = parse_document(kind, NUMBERS[kind])
    assert document.number == NUMBERS[kind]
    assert document.number not in repr(document) + str(document) + document.masked
    assert "*****" in document.masked
    assert document == IdentityDocument(kind=kind, number=NUMBERS[kind])
    assert len({document, parse_document(kind, NUMBERS[kind].lower())}) == 1


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
def test_a_value_cannot_be_made_with_a_bad_number(kind: DocumentKind) -> None:
    """The class itself refuses what is not in normal form, so that a document at hand is always sound."""
    wide = chr(ord(NUMBERS[kind][0]) + 0xFEE0)
    for bad in ("", NUMBERS[kind] + " ", wide + NUMBERS[kind][1:], f" {NUMBERS[kind]}", "x"):
        with pytest.raises(DocumentInvalid):
            IdentityDocument(kind=kind, number=bad)
    assert pickle.loads(pickle.dumps(parse_document(kind, NUMBERS[kind]))).number == NUMBERS[kind]


FORM_ONLY = {"hksar_passport", "macao_passport", "passport", "taiwan_permit"}
CHECKED = tuple(kind for kind in DOCUMENT_KINDS if kind not in FORM_ONLY)


def test_kinds_are_never_guessed() -> None:
    """A number of one kind is not accepted as another of a form of its own, and an unknown kind is named so."""
    # One in 31 all-digit numbers is a credit code by chance, this permit's among them: a form does not tell the kind.
    assert parse_document("credit_code", NUMBERS["residence_permit"]).number == NUMBERS["residence_permit"]
    for left, right in set(combinations(CHECKED, 2)) - {("credit_code", "residence_permit")}:
        for kind, other in ((left, right), (right, left)):
            with pytest.raises(DocumentInvalid):
                parse_document(kind, NUMBERS[other])
    for unknown in ("driving_licence", "", "PASSPORT"):
        with pytest.raises(DocumentInvalid, match="kind: unknown"):
            parse_document(unknown, "K12345678")


@pytest.mark.parametrize("kind", sorted(FORM_ONLY))
def test_a_wide_form_says_nothing(kind: DocumentKind) -> None:
    """Where no check character is known, a mistyped digit passes: the number is only ever what somebody stated."""
    number = NUMBERS[kind]
    assert parse_document(kind, number[:-1] + str((int(number[-1]) + 1) % 10)).number != number


@pytest.mark.parametrize(("kind", "number", "told"), [
    ("resident_id", "11010519491231002X", (date(1949, 12, 31), "female", None, None)),
    ("residence_permit", "810000199001010019", (date(1990, 1, 1), "male", "HK", None)),
    ("residence_permit", "820000199202020020", (date(1992, 2, 2), "female", "MO", None)),
    ("residence_permit", "830000199103030030", (date(1991, 3, 3), "male", "TW", None)),
    ("home_return_permit", "H1234567801", (None, None, "HK", 1)),
    ("home_return_permit", "MA1234567", (None, None, "MO", None)),
    ("taiwan_permit", "12345678", (None, None, None, None)), ("hkid", "A123456(3)", (None, None, None, None)),
    ("credit_code", "91512081MA62K0260E", (None, None, None, None)), ("passport", "K1234567", (None, None, None, None)),
])  # fmt: skip
def test_what_a_number_tells(kind: str, number: str, told: tuple[object, ...]) -> None:
    """Birth date, sex, origin and reissues come from the numbers that hold them, and from no other."""
    document = parse_document(kind, number)
    assert (document.birth_date, document.sex, document.origin, document.reissue_count) == told


def test_styles() -> None:
    """A peer gets a Home Return Permit in its own style and every other number as it is."""
    permit = parse_document("home_return_permit", "H1234567801")
    assert [permit.styled(style) for style in ("9", "11", "as_given")] == ["H12345678", "H1234567801", "H1234567801"]
    assert parse_document("hkid", "A123456(3)").styled("11") == "A123456(3)"
    with pytest.raises(DocumentInvalid, match="home_return_permit: missing"):
        parse_document("home_return_permit", "H12345678").styled("11")


def test_people_are_matched_across_renewals() -> None:
    """A renewed permit has another number and the same matching key; other documents match by their number."""
    old, new = (parse_document("home_return_permit", f"H12345678{count}") for count in ("00", "01"))
    assert old != new
    assert old.matching_key == new.matching_key == "H12345678"
    assert parse_document("hkid", "A123456(3)").matching_key == "A123456(3)"


@given(st.sampled_from(DOCUMENT_KINDS), st.text(max_size=30))
def test_errors_never_hold_the_number(kind: DocumentKind, text: str) -> None:
    """Whatever was typed, no part of an error or its traceback repeats it (lesson I1)."""
    # A hyphen, which no number has at that place, lets none of the wide forms read the mark as a number.
    marked = f"-CANARY{text}77"
    with pytest.raises(DocumentInvalid) as caught:
        parse_document(kind, marked)
    error = caught.value
    shown = "".join(traceback.format_exception_only(error)) + repr(error) + repr(error.diagnostics())
    assert "CANARY" not in shown
    assert error.__cause__ is None
