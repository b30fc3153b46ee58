"""Home Return Permit numbers."""

from __future__ import annotations

import pytest

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.home_return_permit import (
    format_home_return_permit,
    mask_home_return_permit,
    parse_home_return_permit,
    person_key,
    reissue_count,
)


@pytest.mark.parametrize(("text", "number", "key", "count"), [
    ("H12345678", "H12345678", "H12345678", None), ("h1234567801", "H1234567801", "H12345678", 1),
    ("M00000001 00", "M0000000100", "M00000001", 0), ("ha1234567", "HA1234567", "HA1234567", None),
    ("ＭＡ７６５４３２１", "MA7654321", "MA7654321", None),
])  # fmt: skip
def test_forms(text: str, number: str, key: str, count: int | None) -> None:
    """The three published forms are read; the first nine characters name the person, the rest counts reissues."""
    parsed = parse_home_return_permit(text)
    assert (parsed, person_key(parsed), reissue_count(parsed)) == (number, key, count)


@pytest.mark.parametrize("text", [
    "", "H1234567", "H123456789", "H123456789012", "C12345678", "HA12345678", "HB1234567", "HA123456701",
    "MA123456", "12345678",
    "H1234567A", "H12345678\n", "H١2345678",
])  # fmt: skip
def test_other_forms_are_malformed(text: str) -> None:
    """Other letters (the Mainland's own exit permit has a C), lengths and digits are refused."""
    with pytest.raises(DocumentInvalid, match="home_return_permit: malformed"):
        parse_home_return_permit(text)


def test_styles() -> None:
    """Nine or eleven characters as a peer wants; a reissue count is never guessed."""
    assert format_home_return_permit("H1234567801", "9") == "H12345678"
    assert format_home_return_permit("H1234567801", "11") == "H1234567801"
    assert format_home_return_permit("H12345678", "as_given") == "H12345678"
    for short in ("H12345678", "HA1234567"):
        with pytest.raises(DocumentInvalid, match="missing"):
            format_home_return_permit(short, "11")


def test_mask() -> None:
    """A mask keeps the first character and the person's last two digits."""
    assert mask_home_return_permit("H12345678") == "H******78"
    assert mask_home_return_permit("H1234567801") == "H******78**"
