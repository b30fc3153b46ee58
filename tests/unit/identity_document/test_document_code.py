"""The codes by which peers call documents: four tables that never meet but through the document itself."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, permutations
from typing import Any

import pytest

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.document import DOCUMENT_KINDS, IdentityDocument, parse_document
from xbridge.protocols.identity_document.document_code import (
    CID_TYPE_CODES,
    CTYPE_CODES,
    GAT517_CODES,
    TYRZ_CODES,
    CidTypeCode,
    CtypeCode,
    GAT517Code,
    TyrzCode,
    code_of,
    parse_cid_document,
    parse_ctype_document,
    parse_gat517_document,
    parse_tyrz_document,
)

TYPES: tuple[Any, ...] = (TyrzCode, CtypeCode, GAT517Code, CidTypeCode)
TABLES: tuple[Any, ...] = (TYRZ_CODES, CTYPE_CODES, GAT517_CODES, CID_TYPE_CODES)
READERS: tuple[Callable[..., IdentityDocument], ...] = (
    parse_tyrz_document, parse_ctype_document, parse_gat517_document, parse_cid_document,
)  # fmt: skip


def test_tables_are_the_published_ones() -> None:
    """Each table holds exactly the codes of section 4.1; ``ctype`` has the platform's codes under its own type."""
    assert {code.value for code in TyrzCode} == {"10", "20", "40", "49", "50", "51", "60", "80"}
    assert {(code.name, code.value) for code in CtypeCode} == {(code.name, code.value) for code in TyrzCode}
    assert {code.value for code in GAT517Code} == {"111", "114", "335", "414", "420", "421", "511", "516"}
    assert {code.value for code in CidTypeCode} == {"1000"}
    assert {kind: code.value for kind, code in GAT517_CODES.items()} == {
        "resident_id": "111", "passport": "414", "hksar_passport": "420", "macao_passport": "421",
        "taiwan_permit": "511", "home_return_permit": "516",
    }  # fmt: skip
    assert "hkid" not in {kind for table in TABLES for kind in table}


def test_codes_never_compare_equal() -> None:
    """Codes of different tables are different values even where their text agrees, and are no text themselves."""
    for left, right in combinations(TYPES, 2):
        assert not set(left) & set(right)
    for table in TYPES:
        assert all(not isinstance(code, str) and code != code.value for code in table)


def test_types_never_mix() -> None:
    """The type checker refuses each mixture below: an ignore that had become idle would fail its run."""
    assert TyrzCode.RESIDENT_ID != CtypeCode.RESIDENT_ID  # type: ignore[comparison-overlap]
    with pytest.raises(DocumentInvalid, match="idcardtype: unknown"):
        parse_tyrz_document("10", "11010519491231002X", codes=CTYPE_CODES)  # type: ignore[arg-type]
    with pytest.raises(DocumentInvalid, match="ctype: unknown"):
        parse_ctype_document("10", "11010519491231002X", codes=TYRZ_CODES)  # type: ignore[arg-type]
    with pytest.raises(DocumentInvalid, match="cid_type: unknown"):
        parse_cid_document("1000", "11010519491231002X", codes=GAT517_CODES)  # type: ignore[arg-type]
    with pytest.raises(DocumentInvalid, match="gat517_code: unknown"):
        parse_gat517_document("111", "11010519491231002X", codes=CID_TYPE_CODES)  # type: ignore[arg-type]
    mixed: GAT517Code = code_of("resident_id", TYRZ_CODES)  # type: ignore[assignment]
    assert not isinstance(mixed, GAT517Code)


@pytest.mark.parametrize(("reader", "table"), list(permutations(range(4), 2)))
def test_a_code_of_another_table_is_unknown(reader: int, table: int) -> None:
    """Whatever another table calls a document means nothing here, unless both are the platform's own table."""
    if {reader, table} == {0, 1}:
        # The same table by design: what keeps them apart are their types, above.
        return
    for code in TYPES[table]:
        with pytest.raises(DocumentInvalid) as caught:
            READERS[reader](code.value, "11010519491231002X")
        assert caught.value.reason == "unknown"


def test_from_table_to_table() -> None:
    """A code is turned into another table's through the document that was read, never by itself."""
    permit = parse_tyrz_document("40", "H12345678")
    assert code_of(permit.kind, GAT517_CODES) is GAT517Code.HOME_RETURN_PERMIT
    resident = parse_cid_document("1000", "11010519491231002X")
    assert [code_of(resident.kind, table).value for table in TABLES] == ["10", "10", "111", "1000"]
    assert code_of(parse_gat517_document("516", "H12345678").kind, TYRZ_CODES) is TyrzCode.OTHER_PERSON
    # Another document behind the same code 10: the public security table has no code for it.
    with pytest.raises(DocumentInvalid, match="kind: unknown"):
        code_of(parse_tyrz_document("10", "810000199001010019").kind, GAT517_CODES)
    for kind in DOCUMENT_KINDS:
        for table, reader in zip(TABLES, READERS, strict=True):
            if kind in table:
                assert code_of(kind, table) is table[kind]
            else:
                with pytest.raises(DocumentInvalid):
                    code_of(kind, table)
            assert callable(reader)


@pytest.mark.parametrize(("code", "number", "kind"), [
    ("10", "11010519491231002x", "resident_id"), ("10", "810000199001010019", "residence_permit"),
    ("20", "k12345678", "passport"), ("40", "H12345678", "home_return_permit"),
    ("49", "91512081MA62K0260E", "credit_code"), ("50", "MA62K0260", "organisation_code"),
])  # fmt: skip
def test_reading_what_the_platform_says(code: str, number: str, kind: str) -> None:
    """The code picks the kinds, and where two share a code the number's own form decides; ``ctype`` reads alike."""
    assert parse_tyrz_document(code, number).kind == parse_ctype_document(code, number).kind == kind


@pytest.mark.parametrize(("code", "number", "kind"), [
    ("111", "11010519491231002X", "resident_id"), ("414", "XY1234567", "passport"), ("420", "K12345678", "hksar_passport"),
    ("421", "MA1234567", "macao_passport"), ("511", "12345678", "taiwan_permit"), ("516", "H12345678", "home_return_permit"),
])  # fmt: skip
def test_reading_public_security_codes(code: str, number: str, kind: str) -> None:
    """Each code of GA/T 517 with a kind here reads its own document."""
    assert parse_gat517_document(code, number) == parse_document(kind, number)


@pytest.mark.parametrize(("code", "number", "claim", "reason"), [
    ("10", "H12345678", "idcardnumber", "malformed"), ("40", "810000199001010019", "idcardnumber", "malformed"),
    ("40", "12345678", "idcardnumber", "malformed"), ("51", "440000000000001", "idcardtype", "unknown"),
    ("60", "91512081MA62K0260E", "idcardtype", "unknown"), ("80", "x", "idcardtype", "unknown"),
    ("111", "11010519491231002X", "idcardtype", "unknown"),
    ("", "11010519491231002X", "idcardtype", "unknown"), ("10", "", "idcardnumber", "malformed"),
    ("10 ", "x", "idcardtype", "unknown"),
])  # fmt: skip
def test_codes_of_other_tables_and_wrong_numbers(code: str, number: str, claim: str, reason: str) -> None:
    """A code of another table or without a kind is unknown here, and a number that does not fit its code is malformed."""
    with pytest.raises(DocumentInvalid) as caught:
        parse_tyrz_document(code, number)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


@pytest.mark.parametrize("code", ["114", "335"])
def test_codes_without_a_number_form(code: str) -> None:
    """Officer's cards and driving licences have a code and no known form, so they are not read."""
    with pytest.raises(DocumentInvalid, match="gat517_code: unknown"):
        parse_gat517_document(code, "1234567")


def test_the_unknown_codes_are_settings() -> None:
    """A deployment that learns the permit's real code says so, and the default no longer applies."""
    codes = {**TYRZ_CODES, "home_return_permit": TyrzCode.OTHER_LEGAL}
    assert parse_tyrz_document("80", "H12345678", codes=codes).kind == "home_return_permit"
    with pytest.raises(DocumentInvalid):
        parse_tyrz_document("40", "H12345678", codes=codes)
    # Two kinds whose forms both fit the number are told apart by nobody, so neither is taken.
    codes["home_return_permit"] = TyrzCode.PASSPORT
    with pytest.raises(DocumentInvalid, match="idcardnumber: malformed"):
        parse_tyrz_document("20", "H12345678", codes=codes)
