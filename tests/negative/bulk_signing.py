"""The negative catalogue of bulk signing: the token, the request, its answer in two parts, and the calls around it.

Rows only; ``test_bulk_signing`` plays them.  Together with the other catalogues they cover every fault of the iAM Smart mock.
"""

from __future__ import annotations

from tests.negative.asking import STEPS, Asking, asked, sealed
from tests.negative.signing import ENDED

Refusal = tuple[str, str]
"""Claim and reason of a refused answer; without a claim, the reason of ``ProtocolError``."""

_STEPS = {"bulkSignAck": "acknowledge_bulk_signing", "bulkSignCancel": "cancel_bulk_signing"}


def plain(operation: str) -> list[Asking]:
    """The rows of a call whose reply has no content: refused, or harmlessly odd."""
    step = {"step": _STEPS[operation]}
    rows = [
        Asking(fault=fault, operation=operation, code="provider_rejected", details={**step, "provider_code": code})
        for fault, code in (("unknown_error_code", "D99999"), ("cek_unknown_always", "D30002"))
    ]
    rows += [
        Asking(fault=fault, operation=operation, code="protocol_error", details={**step, "reason": reason})
        for fault, reason in (
            ("html_instead_of_json", "not_json"),
            ("json_truncated", "not_json"),
            ("body_over_limit", "too_large"),
            ("json_duplicate_members", "duplicated"),
        )
    ]
    rows += [Asking(fault=name, operation=operation, code="provider_unavailable") for name in ("http_500", "http_503")]
    harmless = ("cek_unknown", "wrong_tx_shape", "message_not_success")
    return rows + [Asking(fault=name, operation=operation, status="done") for name in harmless]


ASKED = (
    *sealed("bulkToken"),
    # Another token is fetched, and the person signs.
    Asking(fault="bulk_token_expired", operation="bulkToken", status="done"),
    Asking(
        fault="bulk_token_missing",
        operation="bulkToken",
        code="protocol_error",
        details={"step": STEPS["bulkToken"], "reason": "shape"},
    ),
    *asked("bulkSignRequest"),
)
AROUND = (
    *sealed("bulkSignStatus"),
    Asking(
        fault="bulk_status_unknown",
        operation="bulkSignStatus",
        code="protocol_error",
        details={"step": STEPS["bulkSignStatus"], "reason": "status"},
    ),
    *plain("bulkSignCancel"),
    Asking(
        fault="bulk_too_late",
        operation="bulkSignCancel",
        code="provider_rejected",
        details={"step": _STEPS["bulkSignCancel"], "provider_code": "D71007"},
    ),
    *plain("bulkSignAck"),
    Asking(
        fault="acknowledgement_refused",
        operation="bulkSignAck",
        code="provider_rejected",
        details={"step": _STEPS["bulkSignAck"], "provider_code": "D71006"},
    ),
)
BULK = (*ASKED, *AROUND)

_FORGED: Refusal = ("signature", "mismatch")
SPOILED: dict[str, Refusal] = {
    "bulk_document_missing": ("document", "mismatch"),
    "bulk_document_twice": ("document", "duplicated"),
    "bulk_document_foreign": ("document", "mismatch"),
    "bulk_signature_bad": _FORGED,
    "bulk_signatures_exchanged": _FORGED,
    "bulk_hash_other": ("digest", "mismatch"),
    "signature_foreign_key": _FORGED,
    "certificate_foreign": _FORGED,
    "certificate_expired": ("certificate", "expired"),
    "certificate_not_yet_valid": ("certificate", "not_yet_valid"),
    "certificate_unknown_authority": ("certificate", "unknown"),
    "certificate_other_use": ("certificate", "key_usage"),
    "certificate_missing": ("", "shape"),
    "signing_time_off": ("timestamp", "expired"),
    "algorithm_other": _FORGED,
    "algorithm_other_key": ("certificate", "mismatch"),
    "parts_swapped": ("callback", "malformed"),
    "metadata_part_missing": ("callback", "malformed"),
    "file_part_missing": ("content_type", "mismatch"),
    "file_part_twice": ("callback", "duplicated"),
}
"""What is wrong with an answer.  One document that is, makes all of it worthless."""

CODES = {"request_not_plus": "D71004", "request_other_card": "D71005"}
assert CODES.keys() == ENDED.keys()
DELIVERED = frozenset((fault, "delivery") for fault in SPOILED)
