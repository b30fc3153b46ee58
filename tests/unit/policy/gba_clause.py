"""Cases for the rules of the GBA contract: one that each bites and one that it leaves alone, from the clause.

Each starts from a complete export under a contract in effect since 25 May 2026, filed by both sides on 28 May.
"""

from __future__ import annotations

from typing import Any

_PAPERS = ["legal_rep_id", "undertaking", "contract"]
BY_EXPORTER = {"by": "exporter", "authority": "GD-CAC", "filed_on": "2026-05-28", "docs": _PAPERS}
BY_RECIPIENT = {"by": "recipient", "authority": "HK-DPO", "filed_on": "2026-05-28", "docs": _PAPERS}
ROUTE: dict[str, Any] = {
    "mechanism": "gba_sc_hk",
    "contract": {
        "template": "gba_sc_hk_2023",
        "modified": False,
        "signed": ["exporter", "recipient"],
        "effective_from": "2026-05-25",
        "status": "active",
        "annex1": {
            "purposes": ["xb:service-delivery"],
            "categories": ["name", "contact"],
            "retention_end": "2028-05-25",
        },
    },
    "filings": [BY_EXPORTER, BY_RECIPIENT],
    "pipia.topics": ["necessity", "impact", "recipient"],
    "transfer.retention_end": "2027-06-01",
}


def _on_route(rule: str, changes: dict[str, Any], effect: str | None) -> tuple[str, str, dict[str, Any], str | None]:
    """Return a row that starts from the complete export under the contract."""
    return rule, "gd", {**ROUTE, **changes}, effect


ROWS = [
    _on_route("GBA-G-2.1", {}, "pass"),
    _on_route("GBA-G-2.1", {"exporter.place": "310000"}, "deny"),
    _on_route("GBA-G-2.1", {"exporter.place": "440000"}, "deny"),
    _on_route("GBA-G-2.1", {"recipient.place": "440100"}, "deny"),
    _on_route("GBA-G-2.2", {}, "pass"),
    _on_route("GBA-G-2.2", {"transfer.important_data": "notified"}, "deny"),
    _on_route("GBA-G-2.3", {}, "pass"),
    _on_route("GBA-G-2.3", {"recipient.place": "MO"}, "deny"),
    _on_route("GBA-T-1", {"contract.effective_from": "2024-10-31", "exporter.sector": "retail"}, "warn"),
    _on_route("GBA-T-1", {"contract.effective_from": "2024-10-31", "exporter.sector": "banking"}, None),
    _on_route("GBA-T-1", {"contract.effective_from": "2024-11-01", "exporter.sector": "retail"}, None),
    _on_route("GBA-G-5", {}, "pass"),
    _on_route("GBA-G-5", {"pipia.done": False}, "deny"),
    _on_route("GBA-G-5", {"pipia.topics": ["necessity", "impact", "safeguards"]}, "deny"),
    _on_route("GBA-IG-6.1a", {}, "pass"),
    _on_route("GBA-IG-6.1a", {"contract.template": "custom_dpa"}, "deny"),
    _on_route("GBA-IG-6.1b", {}, "pass"),
    _on_route("GBA-IG-6.1b", {"contract.effective_from": "2026-06-02"}, "deny"),
    _on_route("GBA-IG-6.1b", {"contract.signed": ["exporter"]}, "deny"),
    _on_route("GBA-IG-6.1b", {"contract.status": "terminated"}, "deny"),
    _on_route("GBA-IG-6.2", {}, "pass"),
    _on_route("GBA-IG-6.2", {"contract.modified": True}, "deny"),
    _on_route("GBA-IG-7", {}, "pass"),
    _on_route("GBA-IG-7", {"transfer.purpose": "xb:research"}, "deny"),
    _on_route("GBA-IG-7", {"transfer.categories": ["name", "address"]}, "deny"),
    _on_route("GBA-IG-7", {"transfer.retention_end": "2028-05-26"}, "deny"),
    _on_route("GBA-G-8.1", {}, "pass"),
    # Effect on Monday 25 May: the tenth working day is Monday 8 June.
    _on_route("GBA-G-8.1", {"filings": [BY_EXPORTER], "at": "2026-06-08T23:00:00+08:00"}, "obligation"),
    _on_route("GBA-G-8.1", {"filings": [BY_EXPORTER], "at": "2026-06-09T00:00:00+08:00"}, "deny"),
    _on_route("GBA-G-8.1", {"filings": None}, "obligation"),
    _on_route(
        "GBA-G-8.1",
        {"filings": [BY_EXPORTER, {**BY_RECIPIENT, "authority": "GD-CAC"}], "at": "2026-06-09T09:00:00+08:00"},
        "deny",
    ),
    _on_route("GBA-G-8.1", {"filings": [BY_EXPORTER, {**BY_RECIPIENT, "filed_on": "2026-06-09"}]}, "deny"),
    _on_route(
        "GBA-G-8.1",
        {"filings": [BY_EXPORTER, {**BY_RECIPIENT, "filed_on": "2026-06-09"}], "config.late_filing": "warn"},
        "warn",
    ),
    _on_route("GBA-G-8.1", {"filings": [{"by": "exporter"}]}, "deny"),
    _on_route("GBA-G-8.2", {}, "pass"),
    _on_route("GBA-G-8.2", {"filings": [{**BY_EXPORTER, "docs": ["contract"]}]}, "deny"),
    _on_route("GBA-UT-3", {}, "pass"),
    _on_route("GBA-UT-3", {"pipia.date": "2026-02-28"}, "pass"),
    _on_route("GBA-UT-3", {"pipia.date": "2026-02-27"}, "deny"),
    _on_route("GBA-UT-3", {"pipia.date": "2026-05-29"}, "deny"),
    _on_route("GBA-UT-3", {"filings": []}, None),
    _on_route("GBA-SC-3.1", {"recipient.use.purposes": ["xb:service-delivery"]}, "pass"),
    _on_route("GBA-SC-3.1", {"recipient.use.purposes": ["xb:credit-assessment"]}, "deny"),
    _on_route("GBA-SC-3.1", {"recipient.use.purposes": ["xb:research"], "contract.supplement": "s-1"}, "pass"),
    _on_route("GBA-SC-3.11", {}, "obligation"),
    _on_route("GOV-PTY-1", {"recipient.kind": "hk_bureau"}, "refer"),
    _on_route("GOV-PTY-1", {}, None),
    ("GBA-SC-3.11", "gd", {}, None),
]
