"""Resident identity and residence permit numbers, beside python-stdnum."""

from __future__ import annotations

from datetime import date

import pytest
import stdnum.cn.ric
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document import residence_permit, resident_id
from xbridge.protocols.identity_document.residence_permit import parse_residence_permit
from xbridge.protocols.identity_document.resident_id import birth_date, mask_citizen_number, parse_resident_id, sex

# Dossier guangdong.md 4.2 and 4.3.
RESIDENTS = [("11010519491231002X", date(1949, 12, 31), "female"), ("440524188001010014", date(1880, 1, 1), "male")]
PERMITS = [("810000199001010019", "HK"), ("820000199202020020", "MO"), ("830000199103030030", "TW")]


@pytest.mark.parametrize(("number", "born", "expected_sex"), RESIDENTS)
def test_resident_vectors(number: str, born: date, expected_sex: str) -> None:
    """The published examples are valid and tell birth date and sex; they are no residence permits."""
    assert parse_resident_id(f" {number.lower()} ") == number
    assert (birth_date(number), sex(number)) == (born, expected_sex)
    with pytest.raises(DocumentInvalid, match="residence_permit: malformed"):
        parse_residence_permit(number)


@pytest.mark.parametrize(("number", "place"), PERMITS)
def test_permit_vectors(number: str, place: str) -> None:
    """Each permit tells where its holder comes from, and is no resident identity number."""
    assert parse_residence_permit(number) == number
    assert residence_permit.origin(number) == place
    with pytest.raises(DocumentInvalid, match="resident_id: malformed"):
        parse_resident_id(number)


@given(st.integers(10**16, 10**17 - 1))
def test_check_character_agrees_with_stdnum(first_17: int) -> None:
    """Our check character is python-stdnum's for every number."""
    assert resident_id.check_character(str(first_17)) == stdnum.cn.ric.calc_check_digit(f"{first_17}0")


@given(
    st.sampled_from(["110101", "440106", "310115",
    "440305"]), st.dates(date(1995, 1, 1), date(2020, 12, 31)), st.integers(1, 999),
    st.sampled_from("0123456789X"),
)  # fmt: skip
def test_verdicts_agree_with_stdnum(area: str, born: date, sequence: int, check: str) -> None:
    """For areas that exist, both libraries accept and refuse the same numbers."""
    number = f"{area}{born:%Y%m%d}{sequence:03}{check}"
    try:
        ours = parse_resident_id(number) == number
    except DocumentInvalid:
        ours = False
    assert ours == stdnum.cn.ric.is_valid(number)
    if ours:
        assert birth_date(number) == stdnum.cn.ric.get_birth_date(number) == born


def test_every_single_typing_error_is_found() -> None:
    """Changing any one digit, or exchanging two different neighbours, never gives another valid number."""
    for number, *_ in RESIDENTS:
        for i in range(18):
            for digit in "0123456789X":
                if digit != number[i]:
                    with pytest.raises(DocumentInvalid):
                        parse_resident_id(number[:i] + digit + number[i + 1 :])
            if i and number[i] != number[i - 1]:
                with pytest.raises(DocumentInvalid):
                    parse_resident_id(number[: i - 1] + number[i] + number[i - 1] + number[i + 1 :])


def _with_check(first_17: str) -> str:
    """Return the 18 characters."""
    return first_17 + resident_id.check_character(first_17)


@pytest.mark.parametrize("number", [
    "", "130503670401001", _with_check("11010519490230002"), _with_check("11010519491331002"),
    _with_check("11010500000101002"),
    _with_check("01010519491231002"), "11010519491231002X1", "1101051949123100", "11010519491231002×",
    "1101051949123100２X9",
    "11010519491231002X\n",
])  # fmt: skip
def test_other_forms_are_malformed(number: str) -> None:
    """Fifteen digits, impossible dates, an area that starts with nought and stray characters are refused."""
    with pytest.raises(DocumentInvalid, match="resident_id: malformed") as caught:
        parse_resident_id(number)
    assert caught.value.__cause__ is None


def test_mask_hides_the_birth_date() -> None:
    """A mask keeps two characters at each end."""
    assert mask_citizen_number("11010519491231002X") == "11**************2X"
