"""Hong Kong identity card numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.hkid import check_character, join_hkid, mask_hkid, parse_hkid

# Dossier guangdong.md 4.5.
VECTORS = ["A123456(3)", "AB987654(3)", "E364912(5)", "D288754(2)", "AB123456(9)", "Z683365(A)", "C668668(9)"]


@pytest.mark.parametrize("number", VECTORS)
def test_vectors(number: str) -> None:
    """Each published number is valid, however it is typed, and comes back in its printed form."""
    narrow = number.replace("(", "").replace(")", "")
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    for text in (number, narrow, number.lower(), f" {number[0]} {number[1:]}\u3000", wide):
        assert parse_hkid(text) == number
    assert join_hkid(number[:-3], number[-2]) == number


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.integers(0, 999_999), st.sampled_from("0123456789A"))
def test_exactly_one_check_character_is_right(letter: str, digits: int, check: str) -> None:
    """Of the eleven check characters one fits; the weighted sum with it is a multiple of eleven."""
    body = f"{letter}{digits:06}"
    if check == check_character(body):
        assert parse_hkid(f"{body}({check})") == f"{body}({check})"
        values = [36, *(int(character, 36) for character in body + check)]
        assert sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11 == 0
    else:
        with pytest.raises(DocumentInvalid) as caught:
            parse_hkid(f"{body}({check})")
        assert (caught.value.code, caught.value.claim, caught.value.reason) == ("document_invalid", "hkid", "mismatch")


@pytest.mark.parametrize("text", [
    "", "A123456", "A123456(3", "A1234563)", "A123456()", "A123456(33)", "ABC12345(6)", "1234567(8)",
    "A12345(6)", "Á123456(3)",
    "A١٢٣٤٥٦(3)", "A123456[3]", "A123456(3)\n", "A-123456(3)", "A123456(B)", "A" * 1000,
])  # fmt: skip
def test_other_forms_are_malformed(text: str) -> None:
    """Half brackets, other scripts' digits, line breaks and long text are refused."""
    with pytest.raises(DocumentInvalid, match="hkid: malformed"):
        parse_hkid(text)


def test_mask() -> None:
    """A mask keeps the letters and one digit."""
    assert mask_hkid("A123456(3)") == "A1*****(*)"
    assert mask_hkid("AB987654(3)") == "AB9*****(*)"
