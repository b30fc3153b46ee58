"""The profile fields of iAM Smart and how a persona fills them (dossier 8.3, VERIFIED shapes).

Fields a person does not hold are left out (INFERRED). The verified fields are here; what a person keeps in e-ME is
``eme``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xbridge_mocks.iamsmart.eme import eme_data
from xbridge_mocks.persona import Persona

__all__ = ["EME_FIELDS", "FORM_FIELDS", "PROFILE_FIELDS", "profile"]

PROFILE_FIELDS = ("idNo", "enName", "chName", "birthDate", "gender")
EME_FIELDS = (
    *PROFILE_FIELDS, "prefix", "maritalStatus", "homeTelNumber", "officeTelNumber", "mobileNumber", "emailAddress",
    "residentialAddress", "postalAddress", "educationLevel", "addressDocInfo", "addressDocFile",
)  # fmt: skip
FORM_FIELDS = (*EME_FIELDS, "employmentStatus", "passportNumber", "passportExpiry", "carOwner", "propertyOwner")
"""Form filling of generation 1 knows five fields more (CODE-EHS)."""


def profile(person: Persona, fields: Iterable[str], *, now_ms: int = 0) -> dict[str, object]:
    """The named fields of ``person``, without those the person does not hold; ``now_ms`` dates an electronic bill."""
    filled: dict[str, object] = {}
    kept = eme_data(person.key, now_ms=now_ms)
    for name in fields:
        fill = _FILL.get(name)
        if fill is not None:
            filled.update(fill(person))
        elif name in kept:
            filled[name] = kept[name]
    return filled


def _chinese_name(person: Persona) -> dict[str, object]:
    if not person.name_zh_hant:
        return {}
    return {"chName": {"ChineseName": person.name_zh_hant}, "chNameVerified": person.name_zh_hant}


_FILL: dict[str, Callable[[Persona], dict[str, object]]] = {
    "idNo": lambda p: {"idNo": {"Identification": p.hkid, "CheckDigit": p.hkid_check}},
    "enName": lambda p: {"enName": {"UnstructuredName": p.name_en}},
    "chName": _chinese_name,
    "birthDate": lambda p: {"birthDate": p.birth_date},
    "gender": lambda p: {"gender": p.gender},
}
