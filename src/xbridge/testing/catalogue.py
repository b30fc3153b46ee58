"""A synthetic catalogue: four parties, a service in each direction, for tests and the demo.

Every standing fact here is invented for a demonstration, above all that the security assessments were passed: whether a
public body may export on such a footing is an open legal question (dossier policy.md 0.3, OPEN 2).
"""

from __future__ import annotations

from typing import Any

_HONG_KONG = {"en": "Hong Kong", "zh_Hans": "香港", "zh_Hant": "香港"}
_GUANGDONG = {"en": "Guangdong Province", "zh_Hans": "广东省", "zh_Hant": "廣東省"}


def parties(jwks: dict[str, dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the parties; ``jwks`` maps a party's id to the public keys with which it authenticates."""
    found: list[dict[str, Any]] = [
        {
            "id": "hk-portal",
            "names": {
                "en": "Cross-boundary Services Portal (sample)",
                "zh_Hans": "跨境服务门户（示例）",
                "zh_Hant": "跨境服務入門網站（示例）",
            },
            "kind": "hk_bureau",
            "place": "HK",
            "contact": "privacy@portal.example",
            "address": {"en": "1 Sample Road, Hong Kong", "zh_Hans": "香港示例道1号", "zh_Hant": "香港示例道1號"},
        },
        {
            "id": "gd-identity",
            "names": {
                "en": "Guangdong Unified Identity Authentication Platform (mock)",
                "zh_Hans": "广东省统一身份认证平台（模拟）",
                "zh_Hant": "廣東省統一身份認證平台（模擬）",
            },
            "kind": "state_organ",
            "place": "440000",
            "ciio": False,
            "contact": "privacy@identity.example",
            "address": {"en": "1 Sample Street, Guangzhou", "zh_Hans": "广州市示例路1号", "zh_Hant": "廣州市示例路1號"},
        },
        {
            "id": "gd-hrss",
            "names": {
                "en": "Guangdong Social Insurance Enquiry Service (sample)",
                "zh_Hans": "广东社会保险查询服务（示例）",
                "zh_Hant": "廣東社會保險查詢服務（示例）",
            },
            "kind": "authorised_public_body",
            "place": "440000",
            "ciio": False,
            "contact": "privacy@hrss.example",
            "address": {"en": "2 Sample Street, Guangzhou", "zh_Hans": "广州市示例路2号", "zh_Hant": "廣州市示例路2號"},
        },
        {
            "id": "hk-address",
            "names": {
                "en": "Hong Kong Address Proof Service (sample)",
                "zh_Hans": "香港地址证明服务（示例）",
                "zh_Hant": "香港地址證明服務（示例）",
            },
            "kind": "hk_bureau",
            "place": "HK",
            "contact": "privacy@address.example",
            "address": {"en": "2 Sample Road, Hong Kong", "zh_Hans": "香港示例道2号", "zh_Hant": "香港示例道2號"},
        },
    ]
    return [{**party, "jwks": (jwks or {}).get(party["id"], {})} for party in found]


def services() -> list[dict[str, Any]]:
    """Return the services: linking, one record from Guangdong to Hong Kong, one the other way."""
    return [
        {
            "id": "identity-binding",
            "audience": "gd:identity",
            "exporter": "hk-portal",
            "recipient": "gd-identity",
            "purpose": "xb:identity-authentication",
            "categories": ["assertion", "loa", "pairwise_id"],
            "channel": "identity_binding",
            "min_level": "L1",
            "consent_days": 365,
            "retention_days": 365,
            "storage_place": _GUANGDONG,
            "facts": _facts(hk_basis="prescribed-consent", purposes=["xb:identity-authentication"]),
        },
        {
            "id": "social-insurance-enquiry",
            "audience": "gd:hrss",
            "exporter": "gd-hrss",
            "recipient": "hk-portal",
            "purpose": "xb:social-benefit",
            "categories": ["name", "social_security"],
            "channel": "query",
            "min_level": "L1",
            "consent_days": 30,
            "retention_days": 7,
            "storage_place": _HONG_KONG,
            "facts": {
                **_facts(hk_basis="prescribed-consent", purposes=["xb:social-benefit"]),
                "mechanism": "cac_sa",
                "security_assessment": {"done": True, "valid_until": "2029-06-30"},
                "state_security_assessment": {"done": True},
                "ytd": {"nonsensitive": 1200, "sensitive": 300},
            },
        },
        {
            "id": "address-proof",
            "audience": "hk:address",
            "exporter": "hk-address",
            "recipient": "gd-hrss",
            "purpose": "xb:service-delivery",
            "categories": ["address", "name"],
            "channel": "query",
            "min_level": "L1",
            "consent_days": 30,
            "retention_days": 30,
            "storage_place": _GUANGDONG,
            "facts": _facts(hk_basis="original-purpose", purposes=["xb:service-delivery"]),
        },
    ]


def binding(*, matching_party: str) -> dict[str, Any]:
    """Return the service for the second way to link: as the first, after a matching with ``matching_party``."""
    (linking,) = (each for each in services() if each["id"] == "identity-binding")
    return {
        **linking,
        "id": "guangdong-binding",
        "audience": "gd:binding",
        "matching_party": matching_party,
    }


def _facts(*, hk_basis: str, purposes: list[str]) -> dict[str, Any]:
    """Return the standing facts that all services share."""
    return {
        "legal_basis": {"cn": "PIPL-13.1.1", "hk": hk_basis, "exemption_cn": None, "exemption_hk": None},
        "collection": {"purposes": purposes, "directly_related": [], "fair": True},
        "transfer": {"important_data": "no", "direct_marketing": False, "automated_decision": False, "matching": False},
        "mechanism": "none",
        "pipia": {
            "done": True,
            "date": "2026-05-01",
            "topics": ["necessity", "impact", "safeguards", "recipient"],
        },
        "security": {"encryption": True, "access_control": True},
        "consent": {"written_required": False},
        "access": {"performed_outside_mainland": True},
    }
