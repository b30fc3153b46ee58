"""The code lists that rules speak in: places, party kinds, categories, purposes, mechanisms, channels, legal bases.

Law as data, from dossier policy.md part (b) "Code lists".  Codes are compared exactly, never case-folded: ``hk`` is not
a place.  Nothing here decides anything.
"""

from __future__ import annotations

from typing import Literal

Jurisdiction = Literal["CN", "HK", "MO", "X"]

# --- Places (GB/T 2260; SAR and country codes per ISO 3166-1 alpha-2) --------------------------------------------

GUANGDONG_PROVINCE = "440000"
"""Organs of the province itself.  Not one of the nine cities, so not a place the GBA contract names (OPEN 3)."""

GBA9: frozenset[str] = frozenset({
    "440100",  # Guangzhou
    "440300",  # Shenzhen
    "440400",  # Zhuhai
    "440600",  # Foshan
    "440700",  # Jiangmen (INFERRED: the only one of the nine not seen in public code)
    "441200",  # Zhaoqing
    "441300",  # Huizhou
    "441900",  # Dongguan
    "442000",  # Zhongshan
})  # fmt: skip

MAINLAND_PROVINCES: frozenset[str] = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split()
)
"""The first two digits of a Mainland division code (GB/T 2260)."""

SAR_CODES: dict[str, Jurisdiction] = {"HK": "HK", "810000": "HK", "MO": "MO", "820000": "MO"}


def jurisdiction_of(place: str) -> Jurisdiction | None:
    """Return the legal system of ``place``: CN, HK, MO, X for any other country, None if it is no place code."""
    if place in SAR_CODES:
        return SAR_CODES[place]
    if not place.isascii():
        return None
    if len(place) == 6 and place.isdigit() and place[:2] in MAINLAND_PROVINCES:
        return "CN"
    # "CN" alone names no division; a flow has to say where in the Mainland, because the GBA rules turn on it.
    if len(place) == 2 and place.isalpha() and place.isupper() and place != "CN":
        return "X"
    return None


# --- Parties ------------------------------------------------------------------------------------------------------

PARTY_KINDS: frozenset[str] = frozenset({
    "company", "individual", "bank", "credit_agency", "hospital", "university", "hk_bureau", "state_organ",
    "authorised_public_body", "contractor", "platform_operator",
})  # fmt: skip
MAINLAND_STATE: frozenset[str] = frozenset({"state_organ", "authorised_public_body"})
"""Kinds that PIPL articles 36 and 37 bind."""

# --- Data categories ----------------------------------------------------------------------------------------------

SENSITIVE: frozenset[str] = frozenset({
    "face_image", "fingerprint", "voiceprint", "genetic", "religion", "specific_identity", "health_record",
    "prescription", "bank_card_no", "transaction", "credit_report", "whereabouts", "under14_any",
})  # fmt: skip
"""Sensitive in Mainland law (PIPL article 28; GB/T 45574-2025).  Hong Kong law has no such class."""

HARM_GROUNDS: frozenset[str] = frozenset({
    "hkid", "cn_resident_id", "home_return_permit", "passport", "id_document", "social_security",
})  # fmt: skip
"""Not a sensitive class as such, but to be treated with the care of one because of the harm a leak would do."""

ORDINARY: frozenset[str] = frozenset({
    "name", "contact", "address", "nationality", "gender", "birth_date", "education_record", "employment_record",
    "tax_record", "property_record", "vehicle_record", "assertion", "pairwise_id", "loa", "digest", "issuer",
    "doc_type",
})  # fmt: skip

CATEGORIES: frozenset[str] = SENSITIVE | HARM_GROUNDS | ORDINARY

IDENTITY_PAYLOAD: frozenset[str] = frozenset({"assertion", "pairwise_id", "loa"})
"""All that an account binding may carry (GOV-ID-1)."""

VALIDATION_PAYLOAD: frozenset[str] = frozenset({"digest", "issuer", "doc_type"})
"""All that a hash validation may carry (GOV-VAL-1); the algorithm and issue time are properties of the digest."""

# --- Purposes -----------------------------------------------------------------------------------------------------

PURPOSES: frozenset[str] = frozenset(
    "xb:" + code
    for code in (
        "service-delivery identity-authentication identity-verification credential-verification visa-handling "
        "account-opening remittance booking exam-service contract-performance treatment emergency-care billing "
        "hr-management social-benefit taxation licensing company-registration property-registration "
        "complaint-handling law-enforcement immigration-control rescue research statistics credit-assessment "
        "direct-marketing automated-profiling archiving"
    ).split()
)

# --- Mechanisms, channels, bases ----------------------------------------------------------------------------------

MECHANISMS: frozenset[str] = frozenset({
    "none", "exempt", "gba_sc_hk", "gba_sc_mo", "gba_cert", "cn_scc", "cert", "cac_sa", "ftz_list",
})  # fmt: skip
GBA_MECHANISMS: frozenset[str] = frozenset({"gba_sc_hk", "gba_sc_mo", "gba_cert"})
FILING_AUTHORITIES: dict[str, frozenset[str]] = {
    "CN": frozenset({"GD-CAC", "CN-GD-CAC"}),
    # The OGCIO became part of the Digital Policy Office in July 2024; both names stand for the same desk.
    "HK": frozenset({"HK-DPO", "HK-OGCIO"}),
}
CHANNELS: frozenset[str] = frozenset({
    "push", "query", "remote_access", "shared_drive", "patient_mediated", "ehr_direct", "identity_binding", "cdeg",
    "hash_validation",
})  # fmt: skip
CONSENT_CHANNELS: frozenset[str] = frozenset({"patient_mediated", "ehr_direct", "identity_binding", "cdeg"})
"""Channels that exist only on the person's own authorisation."""

CONSENT_BASIS = "PIPL-13.1.1"
MAINLAND_BASES: frozenset[str] = frozenset({f"PIPL-13.1.{n}" for n in range(1, 8)})
STATUTORY_EXPORT = "NDSR-35.6"
PRESCRIBED_CONSENT = "prescribed-consent"
HONG_KONG_EXEMPTIONS: frozenset[str] = frozenset({"s58", "s59", "s60B", "s62", "s63C"})
"""Exemptions of PDPO Part 8 that the rules can examine; any other one is referred to a person."""

SUPPORTING_STATES: frozenset[str] = frozenset({"given", "renewed"})
"""The only consent states that support a flow (list S)."""

# --- Notices ------------------------------------------------------------------------------------------------------

NOTICE_GENERAL: frozenset[str] = frozenset(
    {"handler", "contact", "purpose", "method", "categories", "retention", "rights"}
)
NOTICE_RECIPIENT: frozenset[str] = frozenset({"recipient_name", "recipient_contact", "purpose", "method", "categories"})
NOTICE_EXPORT: frozenset[str] = NOTICE_RECIPIENT | {"rights_vs_recipient"}
NOTICE_SENSITIVE: frozenset[str] = frozenset({"necessity", "impact"})
NOTICE_HONG_KONG: frozenset[str] = frozenset(
    {"purpose", "classes_of_transferees", "obligatory_or_voluntary", "access_rights", "contact"}
)
