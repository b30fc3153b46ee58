"""Documents as values, and the codes by which peers call them."""

from __future__ import annotations

import pickle
import traceback
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.document import DOCUMENT_KINDS, DocumentKind, IdentityDocument, parse_document
from xbridge.protocols.identity_document.document_code import (
    GAT517_CODES,
    TYRZ_CODES,
    CidTypeCode,
    GAT517Code,
    TyrzCode,
    parse_tyrz_document,
)

NUMBERS: dict[DocumentKind, str] = {
    "credit_code": "91512081MA62K0260E", "hkid": "A123456(3)", "home_return_permit": "H1234567801",
    "residence_permit": "810000199001010019", "resident_id": "11010519491231002X",
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
    for bad in ("", NUMBERS[kind] + " ", "\uff11" + NUMBERS[kind][1:], NUMBERS[kind][:-1].lower(), "x"):
        with pytest.raises(DocumentInvalid):
            IdentityDocument(kind=kind, number=bad)
    assert pickle.loads(pickle.dumps(parse_document(kind, NUMBERS[kind]))).number == NUMBERS[kind]


def test_kinds_are_never_guessed() -> None:
    """A number of one kind is not accepted as another, and an unknown kind is named so."""
    # One in 31 all-digit numbers is a credit code by chance, this permit's among them: a form does not tell the kind.
    assert parse_document("credit_code", NUMBERS["residence_permit"]).number == NUMBERS["residence_permit"]
    for left, right in set(combinations(DOCUMENT_KINDS, 2)) - {("credit_code", "residence_permit")}:
        for kind, other in ((left, right), (right, left)):
            with pytest.raises(DocumentInvalid):
                parse_document(kind, NUMBERS[other])
    with pytest.raises(DocumentInvalid, match="kind: unknown"):
        parse_document("passport", "K12345678")


def test_people_are_matched_across_renewals() -> None:
    """A renewed permit has another number and the same matching key; other documents match by their number."""
    old, new = (parse_document("home_return_permit", f"H12345678{count}") for count in ("00", "01"))
    assert old != new
    assert old.matching_key == new.matching_key == "H12345678"
    assert parse_document("hkid", "A123456(3)").matching_key == "A123456(3)"


@given(st.sampled_from(DOCUMENT_KINDS), st.text(max_size=30))
def test_errors_never_hold_the_number(kind: DocumentKind, text: str) -> None:
    """Whatever was typed, no part of an error or its traceback repeats it (lesson I1)."""
    marked = f"CANARY{text}77"
    with pytest.raises(DocumentInvalid) as caught:
        parse_document(kind, marked)
    error = caught.value
    shown = "".join(traceback.format_exception_only(error)) + repr(error) + repr(error.diagnostics())
    assert "CANARY" not in shown
    assert error.__cause__ is None


def test_code_tables_never_mix() -> None:
    """Codes of different tables are different values even where their text agrees, and are no text themselves."""
    tables: tuple[Any, ...] = (TyrzCode, GAT517Code, CidTypeCode)
    for left, right in combinations(tables, 2):
        assert not set(left) & set(right)
    assert TyrzCode.RESIDENT_ID.value == "10"
    assert not isinstance(TyrzCode.RESIDENT_ID, str)
    assert GAT517_CODES["home_return_permit"].value == "516"
    assert "hkid" not in TYRZ_CODES


@pytest.mark.parametrize(("code", "number", "kind"), [
    ("10", "11010519491231002x", "resident_id"), ("10", "810000199001010019", "residence_permit"),
    ("40", "H12345678", "home_return_permit"), ("49", "91512081MA62K0260E", "credit_code"),
])  # fmt: skip
def test_reading_what_the_platform_says(code: str, number: str, kind: str) -> None:
    """The code picks the kinds, and where two share a code the number's own form decides."""
    assert parse_tyrz_document(code, number).kind == kind


@pytest.mark.parametrize(("code", "number", "claim", "reason"), [
    ("10", "H12345678", "idcardnumber", "malformed"), ("40", "810000199001010019", "idcardnumber", "malformed"),
    ("20", "K12345678", "idcardtype", "unknown"), ("111", "11010519491231002X", "idcardtype", "unknown"),
    ("", "11010519491231002X", "idcardtype", "unknown"), ("10", "", "idcardnumber", "malformed"),
    ("10 ", "x", "idcardtype", "unknown"),
])  # fmt: skip
def test_codes_of_other_tables_and_wrong_numbers(code: str, number: str, claim: str, reason: str) -> None:
    """A code of another table is unknown here, and a number that does not fit its code is malformed."""
    with pytest.raises(DocumentInvalid) as caught:
        parse_tyrz_document(code, number)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


def test_the_unknown_codes_are_settings() -> None:
    """A deployment that learns the permit's real code says so, and the default no longer applies."""
    codes = {**TYRZ_CODES, "home_return_permit": TyrzCode.PASSPORT}
    assert parse_tyrz_document("20", "H12345678", codes=codes).kind == "home_return_permit"
    with pytest.raises(DocumentInvalid):
        parse_tyrz_document("40", "H12345678", codes=codes)
