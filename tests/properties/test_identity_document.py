"""Laws of identity document numbers: what a scheme promises holds for every number, not for the published ones alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document import credit_code, hkid, organisation_code, resident_id
from xbridge.protocols.identity_document.document import DOCUMENT_KINDS, DocumentKind, IdentityDocument, parse_document
from xbridge.protocols.identity_document.document_code import (
    GAT517_CODES,
    TYRZ_CODES,
    parse_gat517_document,
    parse_tyrz_document,
)
from xbridge.protocols.identity_document.normal_form import normal_form

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALNUM = "0123456789" + _LETTERS
_AREAS = st.from_regex(r"[1-7][0-9]{5}", fullmatch=True)
_BORN = st.dates(date(1850, 1, 1), date(2026, 11, 22)).map(lambda born: f"{born:%Y%m%d}")
_SEQUENCE = st.from_regex(r"[0-9]{3}", fullmatch=True)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _checked(stem: st.SearchStrategy[str], check: object) -> st.SearchStrategy[str]:
    return stem.map(lambda text: text + check(text))  # type: ignore[operator]


NUMBERS: dict[DocumentKind, st.SearchStrategy[str]] = {
    "credit_code": _checked(
        st.from_regex(rf"[{credit_code.ALPHABET}]{{2}}[0-9]{{6}}[{credit_code.ALPHABET}]{{9}}", fullmatch=True),
        credit_code.check_character,
    ),
    "hkid": st.from_regex(r"[A-Z]{1,2}[0-9]{6}", fullmatch=True).map(lambda stem: f"{stem}({hkid.check_character(stem)})"),
    "hksar_passport": st.from_regex(r"[HK][A-Z]?[0-9]{7,8}", fullmatch=True),
    "home_return_permit": st.from_regex(r"[HM]([0-9]{8}([0-9]{2})?|A[0-9]{7})", fullmatch=True),
    "macao_passport": st.from_regex(r"M[A-Z]?[0-9]{6,8}", fullmatch=True),
    "organisation_code": st.text(_ALNUM, min_size=8, max_size=8).map(
        lambda stem: f"{stem}-{organisation_code.check_character(stem)}"
    ),
    "passport": _joined(st.sampled_from("0123456789"), st.text(_ALNUM, min_size=4, max_size=19)),
    "residence_permit": _checked(
        _joined(st.sampled_from(sorted(resident_id.PERMIT_AREAS)), _BORN, _SEQUENCE), resident_id.check_character
    ),
    "resident_id": _checked(_joined(_AREAS, _BORN, _SEQUENCE), resident_id.check_character),
    "taiwan_permit": st.from_regex(r"[0-9]{8}([0-9]{2}[A-Z]?)?", fullmatch=True),
}  # fmt: skip
DOCUMENTS = st.sampled_from(DOCUMENT_KINDS).flatmap(lambda kind: st.tuples(st.just(kind), NUMBERS[kind]))
PROMISING: tuple[DocumentKind, ...] = ("credit_code", "hkid", "organisation_code", "residence_permit", "resident_id")
"""Kinds whose check character finds any one wrong digit."""


def test_every_kind_is_covered() -> None:
    """A kind that is added gets its numbers here."""
    assert set(NUMBERS) == set(DOCUMENT_KINDS)


@given(DOCUMENTS)
def test_round_trip(drawn: tuple[DocumentKind, str]) -> None:
    """A number in normal form is read as itself, and reading what was read changes nothing."""
    kind, number = drawn
    document = parse_document(kind, number)
    assert document.number == number
    assert parse_document(kind, document.number) == document == IdentityDocument(kind=kind, number=number)


@given(DOCUMENTS, st.data())
def test_typing_is_forgiven(drawn: tuple[DocumentKind, str], data: st.DataObject) -> None:
    """Blanks, small letters and full-width forms, anywhere and mixed, lead to the same document."""
    kind, number = drawn
    typed = "".join(
        data.draw(st.sampled_from([char, char.lower(), chr(ord(char) + 0xFEE0), f" {char}", f"{char}\u3000"]))
        for char in number
    )
    assert parse_document(kind, typed).number == number


@given(st.text(max_size=70))
def test_normalising_is_idempotent(text: str) -> None:
    """Normalising a second time changes nothing, whatever was typed."""
    once = normal_form(text)
    assert normal_form(once) == once
    assert once.isascii()


@given(st.sampled_from(PROMISING).flatmap(lambda kind: st.tuples(st.just(kind), NUMBERS[kind])), st.data())
def test_any_one_wrong_digit_is_found(drawn: tuple[DocumentKind, str], data: st.DataObject) -> None:
    """One digit put in the place of another is never overlooked by a scheme with a check character."""
    kind, number = drawn
    digits = [i for i, char in enumerate(number) if char.isdigit()]
    # An organisation code may be letters from end to end.
    assume(digits)
    place = data.draw(st.sampled_from(digits))
    digit = data.draw(st.sampled_from([char for char in "0123456789" if char != number[place]]))
    with pytest.raises(DocumentInvalid):
        parse_document(kind, number[:place] + digit + number[place + 1 :])


@given(DOCUMENTS)
def test_a_mask_hides(drawn: tuple[DocumentKind, str]) -> None:
    """A mask is as long as the number, shows at most six of its characters in their places and hides at least four."""
    kind, number = drawn
    masked = parse_document(kind, number).masked
    shown = [char for char in masked if char not in "*()-"]
    assert len(masked) == len(number)
    assert all(mask in ("*", char) for mask, char in zip(masked, number, strict=True))
    assert len(shown) <= 6
    assert masked.count("*") >= 4
    assert number not in repr(parse_document(kind, number)) + masked


@given(NUMBERS["residence_permit"] | NUMBERS["resident_id"])
def test_birth_date_and_sex_are_in_the_number(number: str) -> None:
    """What is told as birth date and sex is exactly what the number's own characters say."""
    kind = "residence_permit" if number[:6] in resident_id.PERMIT_AREAS else "resident_id"
    document = parse_document(kind, number)
    assert document.birth_date is not None
    assert f"{document.birth_date:%Y%m%d}" == number[6:14]
    assert document.sex == ("male" if number[16] in "13579" else "female")


@given(NUMBERS["home_return_permit"])
def test_a_permit_keeps_its_person(number: str) -> None:
    """The first nine characters match across renewals, the rest is the count, and both together are the number."""
    document = parse_document("home_return_permit", number)
    count = "" if document.reissue_count is None else f"{document.reissue_count:02}"
    assert document.matching_key + count == number == document.styled("as_given")
    assert document.styled("9") == document.matching_key == parse_document("home_return_permit", number[:9]).number
    assert document.origin == {"H": "HK", "M": "MO"}[number[0]]


@given(DOCUMENTS)
def test_tables_lead_to_the_same_document(drawn: tuple[DocumentKind, str]) -> None:
    """A document that a table has a code for is read under that code as what it is."""
    kind, number = drawn
    if kind in GAT517_CODES:
        assert parse_gat517_document(GAT517_CODES[kind].value, number) == parse_document(kind, number)
    if kind in TYRZ_CODES:
        assert parse_tyrz_document(TYRZ_CODES[kind].value, number) == parse_document(kind, number)
