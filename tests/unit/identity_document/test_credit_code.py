"""Unified social credit codes, beside python-stdnum."""

from __future__ import annotations

import pytest
import stdnum.cn.uscc
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.credit_code import (
    ALPHABET,
    check_character,
    mask_credit_code,
    organisation_code,
    parse_credit_code,
)

# Dossier guangdong.md 4.6.
VECTORS = ["91512081MA62K0260E", "11320000MB151840XJ", "91350100M000100Y43"]


@pytest.mark.parametrize("code", VECTORS)
def test_vectors(code: str) -> None:
    """The published codes are valid however they are typed, and every single changed character is found."""
    assert parse_credit_code(f" {code.lower()}") == code == stdnum.cn.uscc.validate(code)
    for i in range(18):
        for character in ALPHABET:
            if character != code[i]:
                with pytest.raises(DocumentInvalid):
                    parse_credit_code(code[:i] + character + code[i + 1 :])


def test_organisation_codes() -> None:
    """The organisation code inside is written as GB 11714 does, and its own check character is held to."""
    assert organisation_code(VECTORS[0]) == "MA62K026-0"
    assert organisation_code(VECTORS[1]) == "MB151840-X"
    with pytest.raises(DocumentInvalid, match="organisation_code: mismatch"):
        organisation_code("91512081MA62K0261E")


@given(st.from_regex(rf"[0-9]{{8}}[{ALPHABET}]{{9}}", fullmatch=True), st.sampled_from(ALPHABET))
def test_verdicts_agree_with_stdnum(first_17: str, check: str) -> None:
    """Both libraries compute the same check character and accept the same codes."""
    assert check_character(first_17) == stdnum.cn.uscc.calc_check_digit(first_17)
    try:
        ours = parse_credit_code(first_17 + check) == first_17 + check
    except DocumentInvalid:
        ours = False
    assert ours == stdnum.cn.uscc.is_valid(first_17 + check)


@pytest.mark.parametrize(
    "text", ["", "91350100M000100Y4Z", "9135010OM000100Y43", "91350100M000100Y4", "9135X100M000100Y43", "I" * 18]
)
def test_other_forms_are_malformed(text: str) -> None:
    """Letters that are not used, letters in the area and other lengths are refused."""
    with pytest.raises(DocumentInvalid, match="credit_code: malformed"):
        parse_credit_code(text)


def test_mask() -> None:
    """A mask hides the middle."""
    assert mask_credit_code(VECTORS[0]) == "91************260E"
