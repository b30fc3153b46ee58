"""Organisation codes, alone and inside unified social credit codes."""

from __future__ import annotations

import pytest

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.credit_code import check_character as credit_check
from xbridge.protocols.identity_document.credit_code import organisation_code, parse_credit_code
from xbridge.protocols.identity_document.organisation_code import (
    check_character,
    mask_organisation_code,
    parse_organisation_code,
)

# Dossier guangdong.md 4.6: characters 9 to 17 of its credit codes.
VECTORS = [
    ("91512081MA62K0260E", "MA62K026-0"),
    ("11320000MB151840XJ", "MB151840-X"),
    ("91350100M000100Y43", "M000100Y-4"),
]


@pytest.mark.parametrize(("credit_code", "code"), VECTORS)
def test_vectors(credit_code: str, code: str) -> None:
    """The code inside a credit code is read with and without its hyphen, and any one changed digit is found."""
    assert organisation_code(parse_credit_code(credit_code)) == code
    for text in (code, code.replace("-", ""), f" {code.lower()} "):
        assert parse_organisation_code(text) == code
    for place, character in enumerate(code):
        if character.isdigit():
            for digit in set("0123456789") - {character}:
                with pytest.raises(DocumentInvalid, match="organisation_code: mismatch"):
                    parse_organisation_code(code[:place] + digit + code[place + 1 :])


def test_a_credit_code_without_one() -> None:
    """Where those characters are no organisation code the credit code still stands, and the question is refused."""
    first_17 = "91512081MA62K026A"
    with pytest.raises(DocumentInvalid, match="organisation_code: malformed"):
        organisation_code(parse_credit_code(first_17 + credit_check(first_17)))


def test_ten_and_eleven() -> None:
    """A remainder of one is written X and of nought 0, as the standard says."""
    assert {check_character(f"{number:08}") for number in range(200)} == set("0123456789X")
    assert check_character("00000000") == "0"


@pytest.mark.parametrize(
    "text", ["", "MA62K02-0", "MA62K026--0", "MA62K026-A", "MA62K026-00", "\u0661A62K026-0", "M" * 99]
)
def test_other_forms_are_malformed(text: str) -> None:
    """Other lengths, check letters, hyphens and digits are refused."""
    with pytest.raises(DocumentInvalid, match="organisation_code: malformed"):
        parse_organisation_code(text)


def test_mask() -> None:
    """A mask hides the middle."""
    assert mask_organisation_code("MA62K026-0") == "MA*****6-0"
