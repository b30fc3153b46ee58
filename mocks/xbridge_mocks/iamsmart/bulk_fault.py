"""How bulk signing, and any answer in several parts, can go wrong on request.

Part of the catalogue in ``misbehaviour``. What can be wrong with one signature or its certificate is ``signing_fault``,
and strikes here as well where it concerns all documents.
"""

from __future__ import annotations

from xbridge_mocks.fault import Fault

__all__ = ["BULK_FAULTS", "PART_FAULTS"]

_POSTED = ("delivery",)
_ALL_OR_NOTHING = "refuses the whole answer: it asked for every document and for no other"
_UNREADABLE = "refuses the callback and leaves the pending request as it is, until its time is over"

_BULK: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = (
    ("bulk_document_missing", _POSTED, "the last document has no signature in the list", "a list cut short", _ALL_OR_NOTHING),
    ("bulk_document_twice", _POSTED, "the first document stands in the list twice", "a list joined badly", _ALL_OR_NOTHING),
    (
        "bulk_document_foreign", _POSTED, "a document that nobody asked for is signed too", "an answer to another request",
        _ALL_OR_NOTHING,
    ),
    ("bulk_signature_bad", _POSTED, "the last byte of the first signature is cut off", "a lossy column", _ALL_OR_NOTHING),
    (
        "bulk_signatures_exchanged", _POSTED, "the first two documents have each other's signature", "two lists out of step",
        _ALL_OR_NOTHING,
    ),
    (
        "bulk_hash_other", _POSTED, "the first document comes with another digest, which was signed", "a mixed-up answer",
        "refuses: it compares every digest with the one it sent under that documentID",
    ),
    (
        "bulk_token_expired", ("bulkToken",), "the token is too old when it comes", "slow networks",
        "hears D71008 and fetches another token",
    ),
    ("bulk_token_missing", ("bulkToken",), "the reply has no bsqcToken", "a gap in the reply", "reports a protocol error"),
    (
        "bulk_status_unknown", ("bulkSignStatus",), "the status is SS099", "code lists grow",
        "keeps the raw status and does not take it for an outcome",
    ),
    (
        "bulk_too_late", ("bulkSignCancel",), "the reply is D71007 although nobody has opened the request", "two events race",
        "goes on waiting for the answer",
    ),
)  # fmt: skip
_PARTS: tuple[tuple[str, str, str, str], ...] = (
    ("parts_swapped", "each part has the other's content", "a mixed-up writer", _UNREADABLE),
    ("metadata_part_missing", "there is no part with the envelope", "a lost part", _UNREADABLE),
    (
        "file_part_missing", "there is no part with the file or the signatures", "a lost part",
        "refuses an answer without signatures; a form without the document is one in which nobody keeps it",
    ),
    (
        "file_part_twice", "the part with the file or the signatures comes twice", "parsers disagree on which one counts",
        _UNREADABLE,
    ),
)  # fmt: skip

BULK_FAULTS = tuple(
    Fault(name=name, operations=operations, what_happens=happens, why=why, correct_service_does=does)
    for name, operations, happens, why, does in _BULK
)
PART_FAULTS = tuple(
    Fault(name=name, operations=_POSTED, what_happens=happens, why=why, correct_service_does=does)
    for name, happens, why, does in _PARTS
)
