"""What a filled form reads as: every field of the section, both languages, spelling variants, and nothing in a ``repr``."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.providers.iamsmart_side import JSON
from xbridge.core.errors import ProtocolError, TamperDetected
from xbridge.providers.iamsmart.form import FormData, parse_form

PDF = b"%PDF-1.4 synthetic"
ENGLISH = {
    "EngPremisesAddress": {
        "Region": "KLN",
        "EngDistrict": {"DcDistrict": "Sham Shui Po", "Sub-district": "Mei Foo"},
        "BuildingName": "Sample House",
        "EngEstate": {"EstateName": "Sample Garden", "EngPhase": {"PhaseName": "Phase One", "PhaseNo": 1}},
        "EngStreet": {"StreetName": "Sample Street", "BuildingNoFrom": "8"},
        "EngBlock": {"BlockDescriptor": "Tower", "BlockNo": "3"},
        "Eng3dAddress": {"EngFloor": {"FloorNum": "12"}, "EngUnit": {"UnitDescriptor": "Flat", "UnitNo": "B"}},
    }
}
CHINESE = {
    "ChiPremisesAddress": {
        "Region": "九龍",
        "ChiDistrict": {"DcDistrict": "深水埗"},
        "ChiEstate": {"EstateName": "樣本花園", "ChiPhase": {"PhaseNo": "1"}},
        "Chi3dAddress": {"Floor": {"FloorNum": "12"}, "ChiUnit": {"UnitDescriptor": "室", "UnitNo": "B"}},
    }
}
LOT = {"DdType": "DD", "DdNo": "123", "LotType": "L", "LotNo": 456, "LotSection1": "A", "LotSubsection4": "ss4"}
WHOLE = {
    "idNo": {"Identification": "A123456", "CheckDigit": "3"},
    "enName": {"UnstructuredName": "SAMPLE, Person"},
    "chName": {"ChineseName": "樣本人"},
    "chNameVerified": "樣本人",
    "birthDate": "199001",
    "gender": "F",
    "prefix": "Ms",
    "maritalStatus": "S",
    "educationLevel": "T",
    "employmentStatus": "E",
    "homeTelNumber": {"CountryCode": "852", "SubscriberNumber": "20000001"},
    "officeTelNumber": {"CountryCode": "86", "NationalDestinationCode": 755, "SubscriberNumber": "80000002"},
    "mobileNumber": {"CountryCode": "852", "SubscriberNumber": "50000003"},
    "emailAddress": "person@svc.test",
    "residentialAddress": ENGLISH,
    "postalAddress": {"PostBoxAddress": {"EngPostBox": {"PoBoxNo": 24700, "PostOffice": "GPO", "PostOfficeRegion": "HK"}}},
    "addressDocInfo": {
        "enProviderName": "Sample Power", "tcProviderName": "樣本電力", "enUserName": "SAMPLE PERSON",
        "enServiceAddress": {"addressLine1": "Flat B", "addressLine4": "KLN"}, "lastRetrievalDate": 1_780_286_400_000,
    },
    "addressDocFile": {
        "docFile": b64encode(PDF).decode(), "docHash": hashlib.sha256(PDF).hexdigest().upper(), "billDate": 1_780_000_000_000,
    },
    "passportNumber": "K00000001",
    "passportExpiry": "20300101",
    "carOwner": False,
    "propertyOwner": "Y",
}  # fmt: skip


def form(**content: object) -> FormData:
    """The form with ``content``."""
    return parse_form(content, step="form_callback")


def test_every_field_is_typed():
    """The whole of section 8.3 reads as values with names; nothing is left over as unknown."""
    made = form(**WHOLE)
    assert made.model_extra == {}
    assert made.model_fields_set == set(FormData.model_fields)
    assert made.id_no is not None
    assert made.id_no.printed() == "A123456(3)"
    assert made.birth_date == "199001"
    assert made.office_tel_number is not None
    assert made.office_tel_number.national_destination_code == "755"
    assert made.car_owner is False
    assert made.address_doc_file is not None
    assert made.address_doc_file.document() == PDF


def test_an_address_in_english():
    """Every part of an English address is under its name, without the language in it."""
    made = form(residentialAddress=ENGLISH).residential_address
    assert made is not None
    place = made.english
    assert place is not None
    assert [made.chinese, made.free_format, made.post_box] == [None] * 3
    assert (place.region, place.building_name) == ("KLN", "Sample House")
    assert place.district is not None
    assert (place.district.dc_district, place.district.sub_district) == ("Sham Shui Po", "Mei Foo")
    assert place.estate is not None
    assert place.estate.phase is not None
    assert (place.estate.estate_name, place.estate.phase.phase_no) == ("Sample Garden", "1")
    assert place.street is not None
    assert (place.street.street_name, place.street.building_no_from) == ("Sample Street", "8")
    assert place.block is not None
    assert place.block.block_descriptor == "Tower"
    assert place.indoors is not None
    assert place.indoors.floor is not None
    assert place.indoors.floor.floor_num == "12"
    assert place.model_extra == {}


def test_an_address_in_chinese_with_the_old_spelling_of_a_floor():
    """Chinese parts are the same models; ``Floor`` without its language is read too."""
    made = form(residentialAddress=CHINESE).residential_address
    assert made is not None
    assert made.chinese is not None
    assert made.chinese.region == "九龍"
    assert made.chinese.indoors is not None
    assert made.chinese.indoors.floor is not None
    assert made.chinese.indoors.floor.floor_num == "12"


@pytest.mark.parametrize("spelling", ["EngStructuredLot", "EngStructureLot"])
def test_a_lot_in_both_spellings(spelling):
    """An older client spells the lot without a letter; numbers come as text."""
    made = form(residentialAddress={"EngPremisesAddress": {"EngLot": {spelling: LOT}}}).residential_address
    assert made is not None
    assert made.english is not None
    assert made.english.lot is not None
    lot = made.english.lot.structured_lot
    assert lot is not None
    assert (lot.lot_no, lot.lot_section1, lot.lot_subsection4) == ("456", "A", "ss4")


def test_an_address_elsewhere_and_a_post_box_in_chinese():
    """Free format lines and post office boxes are addresses too; a box number may be text."""
    made = form(
        residentialAddress={"FreeFormatAddress": {"LanguageCode": "en", "AddressLine1": "1 Sample Road", "AddressLine3": "X"}},
        postalAddress={"PostBoxAddress": {"ChiPostBox": {"PoBoxNo": "24700", "PostOffice": "郵政總局"}}},
    )  # fmt: skip
    assert made.residential_address is not None
    assert made.residential_address.free_format is not None
    assert made.residential_address.free_format.address_line3 == "X"
    assert made.postal_address is not None
    assert made.postal_address.post_box is not None
    assert made.postal_address.post_box.chinese is not None
    assert made.postal_address.post_box.chinese.po_box_no == "24700"


def test_what_is_empty_is_not_held():
    """Absent, empty and null fields are the same."""
    assert form(idNo={}, enName=None, emailAddress="", residentialAddress={}, gender="") == form()


def test_unknown_members_are_tolerated_and_kept():
    """A member that nobody told us about breaks nothing and can still be had."""
    made = form(newField="x", mobileNumber={"CountryCode": "852", "Extension": "9"})
    assert made.model_extra == {"newField": "x"}
    assert made.mobile_number is not None
    assert made.mobile_number.model_extra == {"Extension": "9"}


def test_nothing_shows():
    """Neither the form nor a part of it prints what it holds."""
    made = form(**WHOLE, newField="seen?")
    parts = [
        made,
        *(getattr(made, name) for name in FormData.model_fields if hasattr(getattr(made, name), "model_extra")),
    ]
    assert len(parts) > 8
    for part in parts:
        assert f"{part!r}{part}" == f"{type(part).__name__}(…)" * 2


@pytest.mark.parametrize(
    "content",
    [
        {"idNo": {"Identification": "A123456", "CheckDigit": "4"}},
        {"idNo": {"Identification": "A123456"}},
        {"idNo": "A123456(3)"},
        {"emailAddress": ["a"]},
        {"emailAddress": "x" * 1025},
        {"birthDate": True},
        {"residentialAddress": {"EngPremisesAddress": "text"}},
        {"residentialAddress": {"EngPremisesAddress": {"Eng3dAddress": {"EngFloor": {}, "Floor": {}}}}},
        {"addressDocInfo": {"lastRetrievalDate": "yesterday"}},
    ],
)
def test_a_wrong_form_breaks_the_protocol(content):
    """A wrong check digit, type or length is refused, and the error's whole chain holds none of it."""
    with pytest.raises(ProtocolError) as caught:
        form(**content)
    assert caught.value.step == "form_callback"
    assert caught.value.__cause__ is None
    assert "A123456" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"docHash": "0" * 64}, "mismatch"), ({"docFile": "?"}, "malformed"), ({"docFile": "é"}, "malformed")],
)
def test_a_bill_is_checked_when_it_is_opened(changes, reason):
    """A file whose digest is another's, or that is not base64, is never handed out."""
    document = form(addressDocFile={**WHOLE["addressDocFile"], **changes}).address_doc_file  # type: ignore[dict-item]
    assert document is not None
    with pytest.raises(TamperDetected) as caught:
        document.document()
    assert caught.value.reason == reason


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), JSON, max_size=5))
def test_any_form_is_read_or_refused(content):
    """Arbitrary values are a form or a ``ProtocolError``."""
    try:
        made = form(**content)
    except ProtocolError:
        return
    assert repr(made) == "FormData(…)"
