"""How signing can go wrong on request: in the signature, in the certificate, in what is said about the document.

Part of the catalogue in ``misbehaviour``. They strike where a signature leaves: in the callback, or in the reply that
fetches an anonymous one; ``signer`` plays them.
"""

from __future__ import annotations

from xbridge_mocks.fault import Fault

__all__ = ["SIGNING_FAULTS"]

_POSTED = ("delivery",)
_HASH = (*_POSTED, "anonymousHashSignResult")
_PDF = (*_POSTED, "anonymousPdfSignResult")
_BOTH = (*_POSTED, "anonymousHashSignResult", "anonymousPdfSignResult")
_REFUSES = "refuses the signature, and says so in its acknowledgement (SR002)"
_NONE = "reports a protocol error, and acknowledges that there was no signature (SR003)"

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = (
    (
        "signature_foreign_key", _BOTH, "another person's key signed; the certificate is the signer's", "a mixed-up key store",
        _REFUSES,
    ),
    (
        "certificate_foreign", _BOTH, "the certificate is another person's; the signer's key signed", "a mixed-up directory",
        _REFUSES,
    ),
    ("certificate_expired", _BOTH, "the certificate ended yesterday", "nobody renewed it", _REFUSES),
    ("certificate_not_yet_valid", _BOTH, "the certificate begins tomorrow", "a clock that is wrong", _REFUSES),
    (
        "certificate_unknown_authority", _BOTH,
        "a stranger's authority issued the certificate, under the very name of the real one", "forgery", _REFUSES,
    ),
    (
        "certificate_other_use", _BOTH, "the certificate is for encryption, not for signing", "the wrong one of two", _REFUSES,
    ),
    (
        "certificate_missing", _BOTH, "there is no certificate; in a PDF signature, none inside it", "a gap in the answer",
        "refuses: without it nobody can say whose signature it is",
    ),
    ("signature_truncated", _BOTH, "the last byte of the signature is cut off", "a lossy column", _REFUSES),
    ("signature_missing", _BOTH, "a success without a signature", "a gap in the answer", _NONE),
    (
        "signing_time_off", _BOTH, "the time of signing is a year ago", "a clock that is wrong",
        "refuses: the certificate did not exist then, and nobody had asked",
    ),
    (
        "other_document", _BOTH, "hashCode or docDigest is another one, and that one was signed",
        "an answer to another request", "refuses: it compares with the digest it sent, not with the one that came back",
    ),
    (
        "algorithm_other", _HASH, "the same key signed by the other algorithm of its kind", "a name misread", _REFUSES,
    ),
    (
        "algorithm_other_key", _HASH, "SM2 signed where RSA was asked for, or RSA where SM2 was, with a fitting certificate",
        "a default that overrides", "refuses: the service chose the algorithm",
    ),
    ("cms_digest_wrong", _PDF, "the signed attributes hold the digest of another document", "a mixed-up answer", _REFUSES),
    (
        "cms_attached", _PDF, "a content is inside the CMS, where the signature should be detached",
        "a careless verifier looks at that content instead of the document", _REFUSES,
    ),
    (
        "request_not_plus", _POSTED, "the person is said not to have iAM Smart+ (D70004), whatever was pressed",
        "accounts are downgraded", "reports that this person cannot sign",
    ),
    (
        "request_other_card", _POSTED, "the person is said to hold another identity card (D70005)", "a wrong HKICHash",
        "reports that the signer is not the person it meant",
    ),
    (
        "acknowledgement_refused", ("signAck", "bulkSignAck"), "the reply is D70006, or D71006", "the platform lost the request",
        "reports it, and keeps the signature all the same",
    ),
)  # fmt: skip

SIGNING_FAULTS = tuple(
    Fault(name=name, operations=operations, what_happens=happens, why=why, correct_service_does=does)
    for name, operations, happens, why, does in _ROWS
)
