"""The negative catalogue of asking a person: initiateRequest, its callbacks, anonymous forms (issue 2, lessons.md B, H).

Rows only; ``test_asking`` plays them.  Together with ``catalogue`` they cover every fault of the iAM Smart mock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ASKS = {"profileRequest": "initiate_profile", "formRequest": "initiate_form", "stepUpRequest": "initiate_step_up"}
STEPS = {
    **ASKS, "anonymousRequest": "initiate_anonymous_form", "anonymousResult": "anonymous_form_result",
    "hashSignRequest": "initiate_hash_signing", "pdfSignRequest": "initiate_document_signing",
    "anonymousHashSignRequest": "initiate_anonymous_hash_signing",
    "anonymousPdfSignRequest": "initiate_anonymous_document_signing",
    "anonymousHashSignResult": "anonymous_hash_signing_result",
    "anonymousPdfSignResult": "anonymous_document_signing_result",
    "bulkToken": "bulk_signing_token", "bulkSignRequest": "initiate_bulk_signing", "bulkSignStatus": "bulk_signing_status",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One fault at one operation.

    ``code`` and ``details`` are the refusal of the call itself, empty where it completes.  ``refusal`` is the claim and
    reason with which a callback is refused, and ``status`` what the waiting page then sees.
    """

    fault: str
    operation: str
    code: str = ""
    details: dict[str, str] = field(default_factory=dict)
    refusal: tuple[str, str] = ("", "")
    status: str = ""

    def __str__(self) -> str:
        """Name the case in a test report."""
        return f"{self.operation}-{self.fault}"


_PROTOCOL = {
    "envelope": "envelope_truncated envelope_bit_flipped iv_length_0 iv_length_11 iv_length_13 iv_length_huge "
    "content_not_base64",
    "shape": "content_missing",
    "not_json": "html_instead_of_json json_truncated",
    "duplicated": "json_duplicate_members",
    "too_large": "body_over_limit",
}
_REJECTED = {"unknown_error_code": "D99999", "cek_unknown_always": "D30002"}
_HARMLESS = "cek_unknown content_nested message_not_success wrong_tx_shape"


def sealed(operation: str) -> list[Asking]:
    """The rows that every encrypted call shares: its reply is garbled, refused or harmlessly odd."""
    step = {"step": STEPS[operation]}
    rows = [
        Asking(fault=fault, operation=operation, code="protocol_error", details={**step, "reason": reason})
        for reason, faults in _PROTOCOL.items()
        for fault in faults.split()
        # A form may bring an electricity bill with it, so what is fetched may be larger than other replies.
        if not (fault == "body_over_limit" and operation.endswith("Result"))
    ]
    rows += [
        Asking(fault=fault, operation=operation, code="provider_rejected", details={**step, "provider_code": code})
        for fault, code in _REJECTED.items()
    ]
    rows += [Asking(fault=name, operation=operation, code="provider_unavailable") for name in ("http_500", "http_503")]
    return rows + [Asking(fault=name, operation=operation, status="done") for name in _HARMLESS.split()]


def asked(operation: str) -> list[Asking]:
    """The rows of a request that somebody who is logged in makes; how the app is opened changes nothing for the result."""
    rejected = {"step": STEPS[operation], "provider_code": "D20011"}
    return [
        *sealed(operation),
        Asking(fault="business_id_taken", operation=operation, code="provider_rejected", details=rejected),
        *(
            Asking(fault=name, operation=operation, status="done")
            for name in (
                "auth_by_qr_flipped",
                "callback_before_reply",
                "ticket_expired",
                "ticket_missing",
                "ticket_unknown",
            )
        ),
    ]


_UNREADABLE = (
    "callback_key_missing callback_plain callback_wrong_kek callback_wrong_key content_missing content_not_base64 "
    "envelope_bit_flipped envelope_truncated iv_length_0 iv_length_11 iv_length_13 iv_length_huge"
)
_DELIVERY = [
    *(
        Asking(fault=name, operation="delivery", refusal=("envelope", "unreadable"), status="waiting")
        for name in _UNREADABLE.split()
    ),
    *(
        Asking(fault=name, operation="delivery", refusal=refusal, status="waiting")
        for name, refusal in (
            ("callback_state_missing", ("state", "missing")),
            ("callback_wrong_state", ("state", "mismatch")),
            ("callback_wrong_business_id", ("request", "unknown")),
            ("json_duplicate_members", ("callback", "duplicated")),
            ("json_truncated", ("callback", "malformed")),
        )
    ),
    # The first delivery counts, and the second is told that there is nothing to take.
    Asking(fault="callback_twice", operation="delivery", refusal=("request", "unknown"), status="done"),
    *(Asking(fault=name, operation="delivery", status="waiting") for name in ("callback_late", "callback_never")),
    *(
        Asking(fault=name, operation="delivery", status="done")
        for name in (
            "body_over_limit", "callback_extra_fields", "callback_fresh_key", "content_nested",
            # Nobody can see it: a callback carries no openID (docs/limitations.md).
            "swapped_user",
        )
    ),
    *(Asking(fault=name, operation="delivery", status="declined") for name in ("request_refused", "request_cancelled")),
    *(
        Asking(fault=name, operation="delivery", status="failed")
        for name in ("request_failed", "request_timed_out", "unknown_error_code")
    ),
]  # fmt: skip

ASKING = (
    *(row for operation in ASKS for row in asked(operation)),
    *sealed("anonymousRequest"),
    Asking(
        fault="business_id_taken", operation="anonymousRequest", code="provider_rejected",
        details={"step": STEPS["anonymousRequest"], "provider_code": "D20011"},
    ),
    Asking(
        fault="ticket_missing", operation="anonymousRequest", code="protocol_error",
        details={"step": STEPS["anonymousRequest"], "reason": "shape"},
    ),
    *sealed("anonymousResult"),
    Asking(fault="body_over_limit", operation="anonymousResult", status="done"),
    Asking(fault="swapped_user", operation="anonymousResult", status="done"),
    Asking(
        fault="callback_wrong_business_id", operation="callback", code="callback_invalid",
        details={"claim": "business_id", "reason": "mismatch"},
    ),
    *_DELIVERY,
)  # fmt: skip
PARTS = (
    *(
        Asking(fault=fault, operation="delivery", refusal=("callback", reason), status="waiting")
        for fault, reason in (
            ("parts_swapped", "malformed"), ("metadata_part_missing", "missing"), ("file_part_twice", "duplicated"),
        )
    ),
    # As from somebody who keeps no bill: the form is there, and it has none.
    Asking(fault="file_part_missing", operation="delivery", status="done"),
)  # fmt: skip
"""Answers in several parts, which only a form with a file brings; every row of a plain answer is played in parts too."""
STOPPED_BY_THE_PLATFORM = frozenset({
    ("ticket_expired", "anonymousRequest"), ("ticket_unknown", "anonymousRequest"),
})  # fmt: skip
"""The platform's own page refuses these before anything comes back to us."""
DIRECT = frozenset(
    (fault, operation)
    for operation in ("directLogin", "getState")
    for fault in ("code_expired", "code_missing", "code_wrong")
) | {(fault, "directLogin") for fault in ("verifier_missing", "verifier_wrong")}
"""Logins that start in the app; ``test_asking`` plays them as well."""
