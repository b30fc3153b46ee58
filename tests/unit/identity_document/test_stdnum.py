"""Where python-stdnum and this library differ about Mainland numbers, and who is right; elsewhere they agree (see the kinds).

stdnum has no module for the numbers of Hong Kong, for permits or for organisation codes.
"""

from __future__ import annotations

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
import stdnum.iso7064.mod_11_2
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document import credit_code, resident_id
from xbridge.protocols.identity_document.document import parse_document

_DIGITS_17 = st.integers(10**16, 10**17 - 1).map(str)


def ours(kind: str, text: str) -> bool:
    """Whether this library reads the number."""
    try:
        return bool(parse_document(kind, text).number)
    except DocumentInvalid:
        return False


@given(_DIGITS_17, st.sampled_from("0123456789X"))
def test_a_third_opinion_of_the_check_character(first_17: str, check: str) -> None:
    """The check character is that of ISO 7064 MOD 11-2, by the general algorithm and not by the weights of GB 11643."""
    assert resident_id.check_character(first_17) == stdnum.iso7064.mod_11_2.calc_check_digit(first_17)
    assert (resident_id.check_character(first_17) == check) == stdnum.iso7064.mod_11_2.is_valid(first_17 + check)


@pytest.mark.parametrize("number", ["440524188001010014"])
def test_areas_of_the_past(number: str) -> None:
    """A list of areas that begins in 1980 makes stdnum refuse an example of the standard itself: it is wrong there."""
    assert ours("resident_id", number)
    assert not stdnum.cn.ric.is_valid(number)


@pytest.mark.parametrize("number", ["810000199001010019", "820000199202020020", "830000199103030030"])
def test_permits(number: str) -> None:
    """The areas of residence permits are unknown to stdnum; as resident identity numbers neither reads them, which is right."""
    assert ours("residence_permit", number)
    assert not ours("resident_id", number)
    assert not stdnum.cn.ric.is_valid(number)


def test_areas_that_never_were() -> None:
    """Outside its list of areas stdnum refuses and we accept: its answer is better, and ours needs no list to grow old."""
    number = "99999919900101001" + resident_id.check_character("99999919900101001")
    assert ours("resident_id", number)
    assert not stdnum.cn.ric.is_valid(number)


@pytest.mark.parametrize(("kind", "text", "stdnum_reads"), [
    ("resident_id", "110105 19491231002X", False), ("resident_id", "１１０１０５１９４９１２３１００２X", True),
    ("credit_code", "9151 2081MA62K0260E", True), ("credit_code", "91512081-MA62K026-0E", True),
])  # fmt: skip
def test_typing(kind: str, text: str, stdnum_reads: bool) -> None:
    """What is forgiven differs and no standard settles it: we drop blanks everywhere and hyphens of credit codes nowhere."""
    module = stdnum.cn.ric if kind == "resident_id" else stdnum.cn.uscc
    assert module.is_valid(text) == stdnum_reads
    assert ours(kind, text) == ("-" not in text)


@pytest.mark.parametrize("first_17", ["N2440300MF0000000", "A1440300MF0000000", "Y1440300MF0000000"])
def test_departments_with_a_letter(first_17: str) -> None:
    """GB 32100 has departments with letters (A, N, Y) and stdnum takes digits only: we are right to read them (INFERRED)."""
    code = first_17 + credit_code.check_character(first_17)
    assert code[17] == stdnum.cn.uscc.calc_check_digit(first_17)
    assert ours("credit_code", code)
    assert not stdnum.cn.uscc.is_valid(code)
