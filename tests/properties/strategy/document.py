"""Sound documents of both platforms, each with everything in it; marked texts stand where personal data would."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

from tests.properties.strategy.mark import MARK
from tests.unit.providers.online_service import ACCOUNT, NOON_MS, TOKEN

PDF = b"%PDF-1.4 synthetic"
TELEPHONE = {"CountryCode": "852", "NationalDestinationCode": "1", "SubscriberNumber": "10000301"}
PREMISES: dict[str, Any] = {
    "Region": "NT",
    "BuildingName": MARK,
    "EngDistrict": {"DcDistrict": "SHA TIN DISTRICT", "Sub-district": MARK},
    "EngEstate": {"EstateName": "SAMPLE GARDEN", "EngPhase": {"PhaseName": "PHASE", "PhaseNo": "2"}},
    "EngStreet": {"StreetName": "EXAMPLE ROAD", "BuildingNoFrom": "8"},
    "EngBlock": {"BlockDescriptor": "BLOCK", "BlockNo": "3"},
    "Eng3dAddress": {"EngFloor": {"FloorNum": "10"}, "EngUnit": {"UnitDescriptor": "FLAT", "UnitNo": "C"}},
    "EngLot": {"EngStructuredLot": {"DdType": "DD", "DdNo": "998", "LotSection1": "B", "LotSubsection4": "4"}},
}
PROFILE: dict[str, Any] = {
    "idNo": {"Identification": "A123456", "CheckDigit": "3"},
    "enName": {"UnstructuredName": MARK},
    "chName": {"ChineseName": MARK},
    "birthDate": "19900101",
    "gender": "M",
}
FORM: dict[str, Any] = {
    **PROFILE,
    "chNameVerified": MARK,
    "prefix": "Mr",
    "maritalStatus": "S",
    "homeTelNumber": TELEPHONE,
    "mobileNumber": TELEPHONE,
    "emailAddress": MARK,
    "residentialAddress": {"EngPremisesAddress": PREMISES},
    "postalAddress": {
        "PostBoxAddress": {"EngPostBox": {"PoBoxNo": 24700, "PostOffice": MARK, "PostOfficeRegion": "KLN"}},
        "FreeFormatAddress": {"LanguageCode": "EN", "AddressLine1": MARK},
    },
    "addressDocInfo": {"enUserName": MARK, "enServiceAddress": {"addressLine1": MARK}, "lastRetrievalDate": NOON_MS},
    "addressDocFile": {
        "docFile": b64encode(PDF).decode(), "docHash": hashlib.sha256(PDF).hexdigest(), "billDate": NOON_MS,
    },
    "passportNumber": MARK,
    "carOwner": True,
}  # fmt: skip
TOKEN_REPLY: dict[str, Any] = {**TOKEN, "openID": MARK, "accessToken": MARK}
TOKENINFO: dict[str, Any] = {
    "signdata": "AAAA",
    "userobj": {
        **ACCOUNT,
        "cn": MARK,
        "mail": MARK,
        "createtime": "20240102030405",
        "link_person_name": MARK,
        "anon_flag": False,
        "creditable_level_of_account_way": f"L1@IDV@{MARK}||L2@YSS@{MARK}||",
        "extproperties": [f"address={MARK}", "accout_type=3", "parent_uidcode=-1"],
    },
    "pareobj": {**ACCOUNT, "useridcode": "f" * 32, "usertype": "2", "cn": MARK},
    "user_creditable_level": {
        "creditable_level_of_account": "L2",
        "creditable_level_of_account_way_list": [
            {"auth_time": "2024-01-02 03:04:05", "identity_level": "L2", "way_code": "YSS", "user_name": MARK}
        ],
    },
}
ACCESS_TOKEN: dict[str, Any] = {"access_token": MARK, "expires_in": "59", "token_type": "Bearer", "scope": "all"}
