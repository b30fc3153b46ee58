"""The negative catalogue of signing: asking, the answer, fetching it, acknowledging it (dossier iamsmart.md section 10).

Rows only; ``test_signing`` plays them.  Together with ``asking`` and ``catalogue`` they cover every fault of the iAM Smart
mock.
"""

from __future__ import annotations

from tests.negative.asking import STEPS, Asking, asked, sealed

Refusal = tuple[str, str]
"""Claim and reason of ``TamperDetected``; without a claim, the reason of ``ProtocolError``."""

KINDS = ("hash", "document")
REQUESTS = {"hash": "hashSignRequest", "document": "pdfSignRequest"}
ANONYMOUS = {"hash": "anonymousHashSignRequest", "document": "anonymousPdfSignRequest"}
RESULTS = {"hash": "anonymousHashSignResult", "document": "anonymousPdfSignResult"}

_FORGED: Refusal = ("signature", "mismatch")
_GAP: Refusal = ("", "shape")

SPOILED: dict[str, dict[str, Refusal]] = {
    "signature_foreign_key": {"hash": _FORGED, "document": _FORGED},
    "certificate_foreign": {"hash": _FORGED, "document": _FORGED},
    "certificate_expired": dict.fromkeys(KINDS, ("certificate", "expired")),
    "certificate_not_yet_valid": dict.fromkeys(KINDS, ("certificate", "not_yet_valid")),
    "certificate_unknown_authority": dict.fromkeys(KINDS, ("certificate", "unknown")),
    "certificate_other_use": dict.fromkeys(KINDS, ("certificate", "key_usage")),
    "certificate_missing": {"hash": _GAP, "document": ("signature", "malformed")},
    "signature_truncated": {"hash": _FORGED, "document": _FORGED},
    "signature_missing": {"hash": _GAP, "document": _GAP},
    "signing_time_off": dict.fromkeys(KINDS, ("timestamp", "expired")),
    "other_document": dict.fromkeys(KINDS, ("digest", "mismatch")),
    "algorithm_other": {"hash": _FORGED},
    "algorithm_other_key": {"hash": ("certificate", "mismatch")},
    "cms_digest_wrong": {"document": _FORGED},
    "cms_attached": {"document": ("signature", "malformed")},
}
"""What is wrong with a signature, by the kind of it that can be wrong in this way."""

ENDED = {"request_not_plus": "D70004", "request_other_card": "D70005"}
"""Answers that are none: the page learns why."""

_ACK = {"step": "acknowledge_signing"}
ACKNOWLEDGED = (
    *(
        Asking(fault=fault, operation="signAck", code="provider_rejected", details={**_ACK, "provider_code": code})
        for fault, code in (
            ("unknown_error_code", "D99999"), ("cek_unknown_always", "D30002"), ("acknowledgement_refused", "D70006"),
        )
    ),
    *(
        Asking(fault=fault, operation="signAck", code="protocol_error", details={**_ACK, "reason": reason})
        for fault, reason in (
            ("html_instead_of_json", "not_json"), ("json_truncated", "not_json"), ("body_over_limit", "too_large"),
            ("json_duplicate_members", "duplicated"),
        )
    ),
    *(Asking(fault=fault, operation="signAck", code="provider_unavailable") for fault in ("http_500", "http_503")),
    *(
        Asking(fault=fault, operation="signAck", status="accepted")
        for fault in ("cek_unknown", "wrong_tx_shape", "message_not_success")
    ),
)  # fmt: skip

ASKED = tuple(row for operation in REQUESTS.values() for row in asked(operation))
BEGUN = tuple(
    row
    for operation in ANONYMOUS.values()
    for row in (
        *sealed(operation),
        Asking(
            fault="business_id_taken", operation=operation, code="provider_rejected",
            details={"step": STEPS[operation], "provider_code": "D20011"},
        ),
        Asking(
            fault="ticket_missing", operation=operation, code="protocol_error",
            details={"step": STEPS[operation], "reason": "shape"},
        ),
    )
)  # fmt: skip
FETCHED = tuple(
    row
    for kind, operation in RESULTS.items()
    for row in (
        *sealed(operation),
        Asking(fault="body_over_limit", operation=operation, status="done"),
        # Nobody can see it: what in a certificate says whose it is, is UNKNOWN (docs/limitations.md).
        Asking(fault="swapped_user", operation=operation, status="done"),
        *(
            Asking(
                fault=fault, operation=operation, code="tamper_detected" if kinds[kind][0] else "protocol_error",
                details=(
                    {"claim": kinds[kind][0], "reason": kinds[kind][1]} if kinds[kind][0]
                    else {"step": STEPS[operation], "reason": kinds[kind][1]}
                ),
            )
            for fault, kinds in SPOILED.items() if kind in kinds
        ),
    )
)  # fmt: skip

SIGNING = (*ASKED, *BEGUN, *FETCHED, *ACKNOWLEDGED)
DELIVERED = frozenset((fault, "delivery") for fault in (*SPOILED, *ENDED))
STOPPED = frozenset(
    (fault, operation) for operation in ANONYMOUS.values() for fault in ("ticket_expired", "ticket_unknown")
)
"""The platform's own page refuses these before anything comes back to us."""
