"""From a link, a consent and a catalogue entry to the facts that the policy reads.

The names are the vocabulary of ``specs/policy.md``.  What the catalogue states (legal basis, mechanism, assessments) is
the operator's statement; what can be worked out from records is worked out here and prevails.  Nothing is guessed: a
fact that nobody stated stays unknown, and the policy then refers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from xbridge.consent.life import ConsentHistory
from xbridge.consent.notice import FIELDS, HK_FIELDS, build_notice
from xbridge.consent.record import SUPPORTING, missing_fields
from xbridge.core.config import Config, Party, Service
from xbridge.core.flow import DataFlow
from xbridge.core.moment import to_text
from xbridge.linking.link import LinkRecord


def build_facts(
    config: Config, service: Service, flow: DataFlow, link: LinkRecord, consent: ConsentHistory, *, now: datetime
) -> dict[str, Any]:
    """Return the fact document for ``flow`` at ``now`` on ``consent``."""
    exporter, recipient = config.party(service.exporter), config.party(service.recipient)
    mainland = exporter.jurisdiction == "CN"
    return merged(
        service.facts,
        {
            "at": to_text(now),
            "exporter": _party(exporter),
            "recipient": {**_party(recipient), "role": "controller"},
            "transfer": {
                "channel": service.channel,
                "purpose": flow.purpose,
                "categories": list(flow.categories),
                "states": ["identified"],
                "n_subjects": 1,
                "origin": "mainland" if mainland else "outside_mainland",
                "mixed_with_mainland_pi": mainland,
                "necessary": set(flow.categories) <= set(service.categories),
                "retention_end": to_text(now + timedelta(days=service.retention_days))[:10],
            },
            "subjects": _subjects(link),
            "notice": {
                "fields": list(FIELDS),
                "hk_fields": list(HK_FIELDS),
                # The notice names the one recipient instead of a class.
                "hk_classes_vague": False,
                "hk_class_includes_recipient": recipient.id in consent.first.recipients(),
                "given_at": consent.first.event_time,
            },
            "consent": _consent(config, service, consent, now=now),
            "credential": {"hrp": link.cn_gd.has_permit},
        },
    )


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``over`` on top; mappings merge, everything else replaces."""
    result = dict(base)
    for name, value in over.items():
        present = result.get(name)
        result[name] = merged(present, value) if isinstance(present, Mapping) and isinstance(value, Mapping) else value
    return result


def _party(party: Party) -> dict[str, Any]:
    facts: dict[str, Any] = {"id": party.id, "kind": party.kind, "place": party.place, "sector": party.sector}
    if party.ciio is not None:
        facts["ciio"] = party.ciio
    return facts


def _subjects(link: LinkRecord) -> dict[str, Any]:
    facts: dict[str, Any] = {"role": "resident"}
    known = {link.hk.under_14, link.cn_gd.under_14} - {"unknown"}
    if known:
        # One side that says "child" is enough.
        facts["minor_u14"] = "yes" in known
    return facts


def _consent(config: Config, service: Service, history: ConsentHistory, *, now: datetime) -> dict[str, Any]:
    """Return what the verified revisions say; the signature was checked when they were opened."""
    first = history.first
    state = history.state(now)
    ended_at = history.ended_at()
    return {
        "state": state,
        "explicit": first.explicit,
        "voluntary": first.voluntary,
        "separate": first.separate,
        "bundled": first.bundled,
        "written": first.written,
        "cross_border": first.cross_border,
        "by": first.by,
        "given_at": first.event_time,
        "valid_until": first.valid_until,
        "purposes": [first.purpose],
        "categories": list(first.categories),
        "recipients": list(first.recipients()),
        "withdrawn_at": ended_at if state not in SUPPORTING and ended_at else None,
        "withdrawn_in_writing": True if state == "withdrawn" else None,
        "conditional_on_service": first.conditional_on_service,
        "notice_digest_ok": _notice_is_unchanged(config, service, history),
        "notice_shown_before": True,
        "record_missing": list(missing_fields(first)),
        "signature_valid": True,
        "signature_covers_record": True,
        # The giving entered the ledger in the same transaction, under a signed checkpoint (reading of REC-4: INFERRED).
        "timestamp_valid": True,
        "signer_role": "collector" if first.signer_role == "collector" else "subject",
    }


def _notice_is_unchanged(config: Config, service: Service, history: ConsentHistory) -> bool:
    """Make the notice again and compare (REC-3); another text or version than the one shown is not the same consent."""
    first = history.first
    notice = build_notice(
        service,
        config.party(service.exporter),
        config.party(service.recipient),
        DataFlow(source=first.source, target=first.target, purpose=first.purpose, categories=first.categories),
        first.language,
    )
    same_place = (notice.id, notice.version) == (first.privacy_notice, first.notice_version)
    return same_place and notice.digest == first.notice_digest
