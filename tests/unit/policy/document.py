"""Two complete fact documents, one for each direction, and a way to change one fact of them.

Everything is stated, so that a test which takes a fact away or alters it sees the effect of that fact alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

Document = dict[str, Any]
NOW: Final = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
GONE: Final = object()
"""As a value in :func:`changed`: nobody states this fact."""

_CONSENT: Final[Document] = {
    "state": "given",
    "explicit": True,
    "voluntary": True,
    "separate": True,
    "bundled": False,
    "written": False,
    "cross_border": True,
    "by": "subject",
    "given_at": "2026-05-20T09:00:00+08:00",
    "valid_until": "2027-05-20T09:00:00+08:00",
    "withdrawn_at": None,
    "withdrawn_in_writing": None,
    "notice_digest_ok": True,
    "notice_shown_before": True,
    "conditional_on_service": False,
    "record_missing": [],
    "signature_valid": True,
    "signature_covers_record": True,
    "timestamp_valid": True,
    "signer_role": "subject",
    "recipients": ["rec"],
}
_SHARED: Final[Document] = {
    "at": "2026-06-01T10:00:00+08:00",
    "subjects": {"minor_u14": False, "role": "resident"},
    "legal_basis": {"cn": "PIPL-13.1.1", "hk": None, "exemption_cn": None, "exemption_hk": None},
    "notice": {
        "fields": [
            "handler", "contact", "purpose", "method", "categories", "retention", "rights", "recipient_name",
            "recipient_contact", "rights_vs_recipient", "necessity", "impact",
        ],
        "hk_fields": ["purpose", "classes_of_transferees", "obligatory_or_voluntary", "access_rights", "contact"],
        "hk_classes_vague": False,
        "hk_class_includes_recipient": True,
    },
    "mechanism": "none",
    "security_assessment": None,
    "ytd": {"nonsensitive": 0, "sensitive": 0},
    "pipia": {"done": True, "date": "2026-05-01", "topics": ["necessity", "impact", "safeguards"]},
    "security": {"encryption": True, "access_control": True},
}  # fmt: skip


def _transfer(channel: str, purpose: str, categories: list[str]) -> Document:
    """Return a transfer of one person's data."""
    return {
        "channel": channel,
        "purpose": purpose,
        "categories": categories,
        "states": ["identified"],
        "n_subjects": 1,
        "important_data": "no",
        "origin": "mainland",
        "mixed_with_mainland_pi": True,
        "necessary": True,
        "direct_marketing": False,
        "automated_decision": False,
        "matching": False,
    }


def hk_to_gd() -> Document:
    """Return an account binding: a Hong Kong bureau asserts an identity to the Guangdong platform."""
    categories = ["assertion", "pairwise_id", "loa"]
    return {
        **deepcopy(_SHARED),
        "exporter": {"id": "exp", "kind": "hk_bureau", "place": "HK", "sector": "other", "ciio": False},
        "recipient": {"id": "rec", "kind": "state_organ", "place": "440000", "role": "controller", "sector": "other"},
        "transfer": _transfer("identity_binding", "xb:identity-authentication", categories),
        "collection": {"purposes": ["xb:identity-authentication"], "directly_related": []},
        "consent": {**_CONSENT, "purposes": ["xb:identity-authentication"], "categories": categories},
        "credential": {"hrp": True},
    }


def gd_to_hk() -> Document:
    """Return a small export: a Shenzhen company sends a customer's name and contact to a Hong Kong company."""
    categories = ["name", "contact"]
    return {
        **deepcopy(_SHARED),
        "exporter": {"id": "exp", "kind": "company", "place": "440300", "sector": "other", "ciio": False},
        "recipient": {"id": "rec", "kind": "company", "place": "HK", "role": "controller", "sector": "other"},
        "transfer": _transfer("push", "xb:service-delivery", categories),
        "collection": {"purposes": ["xb:service-delivery"], "directly_related": []},
        "consent": {**_CONSENT, "purposes": ["xb:service-delivery"], "categories": categories},
    }


def changed(document: Document, changes: Mapping[str, object]) -> Document:
    """Return a copy of ``document`` with each dotted name set, or taken away where the value is :data:`GONE`."""
    copy = deepcopy(document)
    for name, value in changes.items():
        *parents, last = name.split(".")
        place: Any = copy
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is GONE:
            place.pop(last, None)
        else:
            place[last] = deepcopy(value)
    return copy
