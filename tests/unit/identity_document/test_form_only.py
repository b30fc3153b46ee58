"""Passports and the permit of Taiwan residents: numbers with a form and no known check character."""

from __future__ import annotations

import pytest

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.document import parse_document
from xbridge.protocols.identity_document.passport import mask_passport
from xbridge.protocols.identity_document.taiwan_permit import mask_taiwan_permit

PASSPORTS = ["passport", "hksar_passport", "macao_passport"]


@pytest.mark.parametrize("kind", PASSPORTS)
@pytest.mark.parametrize(("text", "number"), [
    ("K12345678", "K12345678"), (" ha 1234567", "HA1234567"), ("\uff11\uff12\uff13\uff14\uff15", "12345"),
    ("A" * 19 + "1", "A" * 19 + "1"),
])  # fmt: skip
def test_passports(kind: str, text: str, number: str) -> None:
    """Letters and digits are read however they are typed, for each of the three kinds."""
    assert parse_document(kind, text).number == number


@pytest.mark.parametrize("kind", PASSPORTS)
@pytest.mark.parametrize(
    "text", ["", "1234", "PASSPORT", "1" * 21, "K1234-5678", "K12345678\n", "護照12345", "\u0661" * 8]
)
def test_no_passports(kind: str, text: str) -> None:
    """Too short, too long, without any digit or with other characters is refused, and the kind is named."""
    with pytest.raises(DocumentInvalid, match=f"{kind}: malformed"):
        parse_document(kind, text)


@pytest.mark.parametrize("text", ["12345678", "1234567890", "0012345601A", "123456789012"])
def test_taiwan_permits(text: str) -> None:
    """The wide form admits what is known to be printed, and changes nothing in it."""
    assert parse_document("taiwan_permit", text.lower()).number == text


@pytest.mark.parametrize("text", ["", "1234567", "1234567890123", "H12345678", "12345678(A)", "\u0661" * 8])
def test_no_taiwan_permits(text: str) -> None:
    """A Home Return Permit, whose number begins with a letter, is never taken for one."""
    with pytest.raises(DocumentInvalid, match="taiwan_permit: malformed"):
        parse_document("taiwan_permit", text)


def test_masks() -> None:
    """A mask keeps little: of a short number only its first character."""
    assert mask_passport("K12345678") == "K******78"
    assert mask_passport("12345") == "1****"
    assert mask_taiwan_permit("12345678") == "1*****78"
