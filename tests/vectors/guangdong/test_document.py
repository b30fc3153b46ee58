"""Our client reads every published document number, and refuses its neighbours (guangdong.md section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transcripts.script import play
from tests.unit.providers.online_service import ACCOUNT, NOON, RETURN_TO, entropy, guangdong_settings, reply
from xbridge.core.effects import ReadClock
from xbridge.core.errors import DocumentInvalid, ProtocolError
from xbridge.core.identity import Authentication
from xbridge.protocols.identity_document.credit_code import parse_credit_code
from xbridge.protocols.identity_document.document import parse_document
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.guangdong import PROVIDER

VALID = [
    ("resident_id", "11010519491231002X"), ("resident_id", "440524188001010014"),
    ("residence_permit", "810000199001010019"), ("residence_permit", "820000199202020020"),
    ("residence_permit", "830000199103030030"),
    ("home_return_permit", "H00000101"), ("home_return_permit", "M00000101"), ("home_return_permit", "H0000010100"),
    ("home_return_permit", "HA0000107"), ("home_return_permit", "MA0000107"),
    ("hkid", "A123456(3)"), ("hkid", "AB987654(3)"), ("hkid", "E364912(5)"), ("hkid", "D288754(2)"),
    ("hkid", "AB123456(9)"), ("hkid", "Z683365(A)"), ("hkid", "C668668(9)"),
    ("credit_code", "91512081MA62K0260E"), ("credit_code", "11320000MB151840XJ"), ("credit_code", "91350100M000100Y43"),
    ("organisation_code", "MA62K026-0"), ("organisation_code", "MB151840-X"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "number"), VALID)
def test_valid(kind: str, number: str) -> None:
    """Each published number is what it says it is, and stays as it is."""
    assert parse_document(kind, number).number == number


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, number) for kind, number in VALID if kind not in ("home_return_permit", "hkid")]
)
def test_one_digit_off(kind: str, number: str) -> None:
    """Any single digit exchanged for its neighbour is noticed by the check character."""
    for place, character in enumerate(number):
        if character.isdigit():
            changed = number[:place] + str((int(character) + 1) % 10) + number[place + 1 :]
            with pytest.raises(DocumentInvalid):
                parse_document(kind, changed)


def test_the_widely_copied_wrong_code() -> None:
    """The much repeated ``…Y4Z`` is not a valid credit code (section 4.6)."""
    with pytest.raises(DocumentInvalid):
        parse_credit_code("91350100M000100Y4Z")


def account(idcardtype: str, idcardnumber: str, **settings: Any) -> Authentication:
    """What a login makes of an account that holds this document."""
    user = {**ACCOUNT, "idcardtype": idcardtype, "idcardnumber": idcardnumber}
    return play(
        PROVIDER.finish(
            guangdong_settings(**settings), parse_callback("/cb?code=c"), return_to=RETURN_TO, state="s", now=NOON,
            entropy=entropy,
        ),
        [
            (lambda _: None, reply({"access_token": "t"})), (ReadClock(), NOON),
            (lambda _: None, reply({"userobj": user})), (ReadClock(), NOON),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("idcardtype", "number", "documents"),
    [
        ("10", "11010519491231002X", (("resident_id", "11010519491231002X"),)),
        ("10", "11010519491231002x", (("resident_id", "11010519491231002X"),)),
        ("10", "810000199001010019", (("residence_permit", "810000199001010019"),)),
        ("10", "820000199202020020", (("residence_permit", "820000199202020020"),)),
        ("10", "830000199103030030", (("residence_permit", "830000199103030030"),)),
        ("40", "H00000101", (("home_return_permit", "H00000101"),)),
        ("20", "KZ0000108", (("passport", "KZ0000108"),)),
        ("20", "KZ 0000108", (("passport", "KZ0000108"),)),
        ("49", "91512081MA62K0260E", (("credit_code", "91512081MA62K0260E"),)),
        ("50", "MA62K026-0", ()),
        ("516", "H00000101", ()),
        ("", "H00000101", ()),
        ("10", "", ()),
    ],
)  # fmt: skip
def test_from_an_account(idcardtype: str, number: str, documents: tuple[tuple[str, str], ...]) -> None:
    """The platform's code says which document it is; a code of another table, or without a setting, is left out."""
    assert account(idcardtype, number).profile.documents == documents


def test_the_unknown_code_is_a_setting() -> None:
    """Whichever code the platform uses for the Home Return Permit, one line of settings tells us (section 4.1, UNKNOWN)."""
    found = account("516", "H00000101", idcardtype_map={"516": "home_return_permit"})
    assert found.profile.documents == (("home_return_permit", "H00000101"),)


@pytest.mark.parametrize(
    ("idcardtype", "number"),
    [
        ("10", "110105194912310021"),
        ("10", "810000199001010018"),
        ("10", "陳"),
    ],
)
def test_a_number_that_does_not_fit(idcardtype: str, number: str) -> None:
    """A number that breaks the rules of its own kind breaks the protocol; the error does not hold it."""
    with pytest.raises(ProtocolError) as caught:
        account(idcardtype, number)
    assert (caught.value.step, caught.value.reason) == ("tokeninfo", "document")
    assert number not in f"{caught.value} {caught.value.diagnostics()} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("idcardtype", "number"),
    [("40", "H0000010"), ("40", "X00000101"), ("20", "KZ-0000108"), ("20", "護照")],
)
def test_a_number_of_no_known_form(idcardtype: str, number: str) -> None:
    """Under "other", or where every country has a form of its own, a number that fits none is no document and no lockout."""
    assert account(idcardtype, number).profile.documents == ()
