"""The people: invented, different in useful ways, with valid check digits."""

from __future__ import annotations

import re

import pytest

from xbridge_mocks.check_digit import credit_code_check_character, hkid_check_digit, resident_check_character
from xbridge_mocks.persona import POPULATION, persona


@pytest.mark.parametrize(
    ("number", "digit"),
    [
        ("A123456", "3"), ("AB987654", "3"), ("E364912", "5"), ("D288754", "2"), ("AB123456", "9"), ("Z683365", "A"),
        ("C668668", "9"),
    ],
)  # fmt: skip
def test_hkid_vectors(number, digit):
    """The published identity-card examples (dossier guangdong.md 4.5)."""
    assert hkid_check_digit(number) == digit


@pytest.mark.parametrize(
    "number",
    ["11010519491231002X", "440524188001010014", "810000199001010019", "820000199202020020", "830000199103030030"],
)
def test_resident_number_vectors(number):
    """The published resident-number and residence-permit examples (4.2, 4.3)."""
    assert resident_check_character(number[:17]) == number[17]


@pytest.mark.parametrize("code", ["91512081MA62K0260E", "11320000MB151840XJ", "91350100M000100Y43"])
def test_credit_code_vectors(code):
    """The published unified-social-credit-code examples (4.6)."""
    assert credit_code_check_character(code[:17]) == code[17]


def test_order_and_keys():
    """The ordinary resident comes first, and every key is found again."""
    assert [person.key for person in POPULATION[:2]] == ["chan-tai-man", "lee-siu-ming"]
    assert len({person.key for person in POPULATION}) == len(POPULATION) >= 10
    assert all(persona(person.key) is person for person in POPULATION)
    with pytest.raises(KeyError, match="chan-tai-man"):
        persona("nobody")


def test_numbers_are_valid_and_unissued():
    """Check digits fit, and every number lies in a range that looks never issued (G8)."""
    for person in POPULATION:
        assert person.hkid.startswith("ZZ000")
        assert person.hkid_check == hkid_check_digit(person.hkid)
        assert re.fullmatch(r"(19|20)\d{6}", person.birth_date)
        if person.home_return_permit is not None:
            assert re.fullmatch(r"H\d{8}(\d{2})?|HA\d{7}", person.home_return_permit)
            assert person.home_return_permit[:6] in ("H00000", "HA0000")
        if person.guangdong is not None:
            assert person.guangdong.telephonenumber.startswith("100000")
            assert re.fullmatch(r"[0-9a-f]{32}", person.guangdong.useridcode)


def test_accounts_are_distinct():
    """No two people share an identity-card number, an account key or a login name."""
    accounts = [person.guangdong for person in POPULATION if person.guangdong]
    assert len({person.hkid for person in POPULATION}) == len(POPULATION)
    assert len({account.useridcode for account in accounts}) == len(accounts)
    assert len({account.uid for account in accounts}) == len(accounts)


def test_every_useful_case_is_there():
    """Levels, account kinds and absences: each occurs at least once."""
    accounts = [person.guangdong for person in POPULATION if person.guangdong]
    assert {account.level for account in accounts} == {"L0", "L1", "L2", "L3"}
    assert {account.usertype for account in accounts} == {"1", "2"}
    assert {account.isreal for account in accounts} == {True, False}
    assert any(account.parent for account in accounts)
    assert {person.iamsmart.user_type for person in POPULATION if person.iamsmart} == {"default", "sign"}
    assert any(person.iamsmart is None for person in POPULATION)
    assert any(person.guangdong is None for person in POPULATION)
    assert any(person.home_return_permit is None for person in POPULATION)
    assert {person.gender for person in POPULATION} == {"M", "F"}
    names = [person.name_zh_hant for person in POPULATION if person.name_zh_hant]
    assert len(set(names)) < len(names)


def test_company_and_sub_account():
    """The company's code is valid, and its sub-account names it as parent."""
    company, worker = persona("yeung-man-yee").guangdong, persona("tsang-ho-yin").guangdong
    assert company is not None
    assert worker is not None
    assert worker.parent == company
    assert credit_code_check_character(company.idcardnumber[:17]) == company.idcardnumber[17]


def test_companies_of_hong_kong():
    """Each company has an unissued number and a name in each language; some have two people, and some people two."""
    people = [person for person in POPULATION if person.companies]
    companies = {company.key: company for person in people for company in person.companies}
    assert all(person.iamsmart for person in people)
    assert all(re.fullmatch(r"00000[0-9]{3}", company.number) for company in companies.values())
    assert len({company.number for company in companies.values()}) == len(companies)
    for company in companies.values():
        assert len({company.name_en, company.name_zh_hant, company.name_zh_hans}) == 3
    acting = [company.key for person in people for company in person.companies]
    assert len(acting) > len(companies)
    assert any(len(person.companies) > 1 for person in people)
    assert any(person.iamsmart and not person.companies for person in POPULATION)
