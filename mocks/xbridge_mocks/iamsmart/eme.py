"""What the people of the mock world keep in e-ME: self-maintained data, field by field (dossier 8.3, VERIFIED shapes).

Each kind of address occurs at least once, and some people keep nothing. Everything is invented: streets and buildings
do not exist, numbers lie in ranges never issued. The verified fields of a person are ``profile``.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from xbridge_mocks.iamsmart.pdf import one_page_pdf

__all__ = ["eme_data"]

_DAY_MS = 86_400_000
_Data = dict[str, object]


def eme_data(persona: str, *, now_ms: int) -> dict[str, object]:
    """The e-ME data of the person with this key; an electronic bill is dated thirty days before ``now_ms``."""
    keep = _KEPT.get(persona)
    return {} if keep is None else keep(now_ms)


def _telephone(number: str, *, country: str = "852", area: str = "") -> _Data:
    middle = {"NationalDestinationCode": area} if area else {}
    return {"CountryCode": country, **middle, "SubscriberNumber": number}


def _chan_tai_man(now_ms: int) -> _Data:
    """Everything, in English: an estate with phase, block and flat, a post box, an electronic bill."""
    return {
        "prefix": "Mr",
        "maritalStatus": "S",
        "educationLevel": "T",
        "employmentStatus": "E",
        "passportNumber": "KZ0000101",
        "passportExpiry": "20300131",
        "carOwner": "N",
        "propertyOwner": "Y",
        "homeTelNumber": _telephone("10000101"),
        "officeTelNumber": _telephone("10000201"),
        "mobileNumber": _telephone("10000301"),
        "emailAddress": "chan.tai.man@mail.example",
        "residentialAddress": {
            "EngPremisesAddress": {
                "Region": "NT",
                "EngDistrict": {"DcDistrict": "SHA TIN DISTRICT", "Sub-district": "SPECIMEN BAY"},
                "BuildingName": "MOCK COURT",
                "EngEstate": {"EstateName": "SAMPLE GARDEN", "EngPhase": {"PhaseName": "PHASE", "PhaseNo": "2"}},
                "EngStreet": {"StreetName": "EXAMPLE ROAD", "BuildingNoFrom": "8"},
                "EngBlock": {"BlockDescriptor": "BLOCK", "BlockNo": "3"},
                "Eng3dAddress": {
                    "EngFloor": {"FloorNum": "10"},
                    "EngUnit": {"UnitDescriptor": "FLAT", "UnitNo": "C"},
                },
            }
        },
        "postalAddress": {
            "PostBoxAddress": {
                "EngPostBox": {"PoBoxNo": 24700, "PostOffice": "Specimen Post Office", "PostOfficeRegion": "KLN"}
            }
        },
        **_bill(now_ms, "CHAN, Tai Man", "陳大文"),
    }


def _lee_siu_ming(_: int) -> _Data:
    """Everything, in Chinese: a street and a block; the number of the post box is text."""
    return {
        "prefix": "Mr",
        "homeTelNumber": _telephone("10000102"),
        "mobileNumber": _telephone("10000302"),
        "emailAddress": "lee.siu.ming@mail.example",
        "residentialAddress": {
            "ChiPremisesAddress": {
                "Region": "九龍",
                "ChiDistrict": {"DcDistrict": "油尖旺區", "Sub-district": "樣本里"},
                "BuildingName": "模擬大廈",
                "ChiStreet": {"StreetName": "示例街", "BuildingNoFrom": "12"},
                "ChiBlock": {"BlockDescriptor": "座", "BlockNo": "A"},
                "Chi3dAddress": {
                    "ChiFloor": {"FloorNum": "5"},
                    "ChiUnit": {"UnitDescriptor": "室", "UnitNo": "502"},
                },
            }
        },
        "postalAddress": {
            "PostBoxAddress": {
                "ChiPostBox": {"PoBoxNo": "00123", "PostOffice": "樣本郵政局", "PostOfficeRegion": "香港"}
            }
        },
    }


def _wong_mei_ling(_: int) -> _Data:
    """A lot instead of a street, in Chinese."""
    return {
        "prefix": "Ms",
        "mobileNumber": _telephone("10000303"),
        "residentialAddress": {
            "ChiPremisesAddress": {
                "Region": "新界",
                "ChiDistrict": {"DcDistrict": "元朗區", "Sub-district": "示範村"},
                "ChiLot": {
                    "ChiStructuredLot": {
                        "DdType": "丈量約份",
                        "DdNo": "999",
                        "LotType": "地段",
                        "LotNo": "12",
                        "LotSection1": "A",
                        "LotSubsection1": "1",
                        "LotExtendPortionCode": "RP",
                    }
                },
            }
        },
    }


def _cheung_ka_yan(_: int) -> _Data:
    """A lot with several sections, in English; no telephone."""
    sections = {"LotSection1": "B", "LotSection2": "C", "LotSubsection1": "2", "LotSubsection2": "4"}
    lot = {"DdType": "DD", "DdNo": "998", "LotType": "LOT", "LotNo": "7", **sections}
    return {
        "emailAddress": "cheung.ka.yan@mail.example",
        "residentialAddress": {
            "EngPremisesAddress": {
                "Region": "NT",
                "EngDistrict": {"DcDistrict": "NORTH DISTRICT", "Sub-district": "SPECIMEN VILLAGE"},
                "EngLot": {"EngStructuredLot": lot},
            }
        },
    }


def _ho_chi_keung(_: int) -> _Data:
    """The spellings of an old client: ``EngStructureLot``, and the floor under ``Floor`` (dossier 8.3)."""
    return {
        "mobileNumber": _telephone("10000305"),
        "residentialAddress": {
            "EngPremisesAddress": {
                "Region": "HK",
                "EngDistrict": {"DcDistrict": "ISLANDS DISTRICT"},
                "EngLot": {"EngStructureLot": {"DdType": "DD", "DdNo": "997", "LotType": "LOT", "LotNo": "3"}},
                "Eng3dAddress": {"Floor": {"FloorNum": "1"}, "EngUnit": {"UnitDescriptor": "FLAT", "UnitNo": "B"}},
            }
        },
    }


def _fernandes_maria(_: int) -> _Data:
    """An address outside Hong Kong, in free lines, and a number with an area code."""
    free = {
        "FreeFormatAddress": {
            "LanguageCode": "EN",
            "AddressLine1": "Room 1, 2/F, Mock Building",
            "AddressLine2": "99 Sample Avenue",
            "AddressLine3": "Specimen City",
        }
    }
    return {
        "prefix": "Mrs",
        "maritalStatus": "M",
        "homeTelNumber": _telephone("1000307", country="999", area="20"),
        "residentialAddress": free,
        "postalAddress": free,
    }


def _chow_kat_cheung(_: int) -> _Data:
    """One field and no more."""
    return {"mobileNumber": _telephone("10000313")}


def _bill(now_ms: int, english: str, chinese: str) -> _Data:
    """An electronic bill of an invented utility: what it says, and the document with its SHA-256."""
    document = one_page_pdf(
        ("MOCK bill - not a real document", "Mock Power Company", english, "Flat C, 10/F, Mock Court")
    )
    english_lines = {
        "addressLine1": "FLAT C, 10/F, BLOCK 3",
        "addressLine2": "MOCK COURT",
        "addressLine3": "8 EXAMPLE ROAD",
    }
    chinese_lines = {"addressLine1": "示例道8號", "addressLine2": "模擬閣3座", "addressLine3": "10樓C室"}
    return {
        "addressDocInfo": {
            "enProviderName": "Mock Power Company",
            "tcProviderName": "模擬電力公司",
            "scProviderName": "模拟电力公司",
            "enUserName": english,
            "tcUserName": chinese,
            "enServiceAddress": {**english_lines, "addressLine4": "NT"},
            "tcServiceAddress": {**chinese_lines, "addressLine4": "新界"},
            "enPostalAddress": {**english_lines, "addressLine4": "NT"},
            "tcPostalAddress": {**chinese_lines, "addressLine4": "新界"},
            "lastRetrievalDate": now_ms,
        },
        "addressDocFile": {
            "docFile": base64.b64encode(document).decode("ascii"),
            "docHash": hashlib.sha256(document).hexdigest(),
            "billDate": now_ms - 30 * _DAY_MS,
        },
    }


_KEPT: dict[str, Callable[[int], _Data]] = {
    "chan-tai-man": _chan_tai_man,
    "lee-siu-ming": _lee_siu_ming,
    "wong-mei-ling": _wong_mei_ling,
    "cheung-ka-yan": _cheung_ka_yan,
    "ho-chi-keung": _ho_chi_keung,
    "fernandes-maria": _fernandes_maria,
    "chow-kat-cheung": _chow_kat_cheung,
}
