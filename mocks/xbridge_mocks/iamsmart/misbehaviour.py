"""Every way in which this mock misbehaves on request, and what a correct service then does.

A catalogue only: each fault is played where the mock would otherwise behave, in ``api``, ``reply``, ``callback`` and
``delivery``. Faults of asking a person and of the callback that answers are ``asking_fault``, those of signing
``signing_fault`` and ``bulk_fault``.
"""

from __future__ import annotations

from xbridge_mocks.fault import Fault
from xbridge_mocks.iamsmart.acknowledgement import ACKNOWLEDGEMENTS
from xbridge_mocks.iamsmart.anonymous import ANONYMOUS_REQUESTS, ANONYMOUS_RESULTS
from xbridge_mocks.iamsmart.asking_fault import ASKING_FAULTS
from xbridge_mocks.iamsmart.bulk_fault import BULK_FAULTS, PART_FAULTS
from xbridge_mocks.iamsmart.initiation import INITIATIONS
from xbridge_mocks.iamsmart.signing_fault import SIGNING_FAULTS

__all__ = ["FAULTS", "OPERATIONS"]

_REPLY_SEALED = (
    "getToken", "profiles", *INITIATIONS, *ANONYMOUS_REQUESTS, *ANONYMOUS_RESULTS, "bulkToken", "bulkSignStatus",
)  # fmt: skip
_SEALED = (*_REPLY_SEALED, *ACKNOWLEDGEMENTS, "bulkSignCancel")
_API = ("getKey", "revokeKey", *_SEALED)
_BACK = ("callback",)
_BACK_WITH_CODE = (*_BACK, "directLogin", "getState")
_POSTED = ("delivery",)
_CONTENT = (*_REPLY_SEALED, *_POSTED)
OPERATIONS = ("getQR", *_BACK_WITH_CODE, *_API, *_POSTED)


def _fault(
    name: str, operations: tuple[str, ...], happens: str, why: str, does: str, *, lasting: bool = False
) -> Fault:
    return Fault(
        name=name, what_happens=happens, why=why, correct_service_does=does, operations=operations, lasting=lasting
    )


_DECLINED = "reports that the person declined: a normal outcome, nothing to retry"
_BAD_CALLBACK = "refuses the callback and exchanges nothing"
_BAD_REPLY = "reports a protocol error and uses nothing of the reply"
_BAD_KEY = "refuses the key and reports a protocol error"
_BAD_CONTENT = "refuses the envelope before it reads a byte of plaintext"

FAULTS: tuple[Fault, ...] = (
    _fault("user_refuses", _BACK, "the callback carries D40001 whatever was pressed", "people say no", _DECLINED),
    _fault("user_cancels", _BACK, "the callback carries D40000 whatever was pressed", "people turn back", _DECLINED),
    _fault("auth_timeout", _BACK, "the callback carries D40003", "people walk away", "offers to start again"),
    _fault("state_missing", _BACK, "the callback has no state", "login CSRF looks like this", _BAD_CALLBACK),
    _fault("state_wrong", _BACK, "the callback has another state", "login CSRF looks like this", _BAD_CALLBACK),
    _fault(
        "state_duplicated",
        _BACK,
        "the callback has state twice, the right one last",
        "parsers disagree on which one counts",
        _BAD_CALLBACK,
    ),
    _fault(
        "code_missing",
        _BACK_WITH_CODE,
        "the callback has neither code nor error",
        "a broken broker page",
        _BAD_CALLBACK,
    ),
    _fault(
        "code_duplicated",
        _BACK,
        "the callback has code twice, the right one last",
        "parsers disagree on which one counts",
        _BAD_CALLBACK,
    ),
    _fault(
        "code_expired",
        _BACK_WITH_CODE,
        "the code is too old when it arrives",
        "slow networks",
        "reports D40004 and does not retry the code",
    ),
    _fault(
        "code_wrong",
        _BACK_WITH_CODE,
        "the code was never issued",
        "code injection",
        "reports D40004 and does not retry the code",
    ),
    _fault(
        "verifier_missing",
        ("directLogin",),
        "an app is opened with a code and no verifier",
        "a downgrade",
        _BAD_CALLBACK,
    ),
    _fault(
        "verifier_wrong",
        ("directLogin",),
        "an app is opened with another login's verifier",
        "a stolen code",
        "reports D40004 and does not retry the code",
    ),
    _fault(
        "unknown_error_code",
        (*_BACK, *_API, *_POSTED),
        "the result is D99999",
        "code lists grow",
        "keeps the raw code in a typed error",
    ),
    _fault(
        "cek_unknown",
        _SEALED,
        "the content key is lost: D30002 until the client fetches a new one",
        "keys expire and are revoked",
        "fetches a new key once and retries once",
    ),
    _fault(
        "cek_unknown_always",
        _SEALED,
        "every content key is lost at once: D30002 for ever",
        "a key server out of step",
        "stops after one retry",
        lasting=True,
    ),
    _fault("envelope_truncated", _CONTENT, "half of the tag is cut off", "short tags are easy to forge", _BAD_CONTENT),
    _fault("envelope_bit_flipped", _CONTENT, "one bit of the ciphertext is changed", "tampering", _BAD_CONTENT),
    _fault("iv_length_0", _CONTENT, "the frame announces an IV of no bytes", "a frame that lies", _BAD_CONTENT),
    _fault("iv_length_11", _CONTENT, "the IV has 11 bytes, and fits", "a lax reader would accept it", _BAD_CONTENT),
    _fault("iv_length_13", _CONTENT, "the IV has 13 bytes, and fits", "a lax reader would accept it", _BAD_CONTENT),
    _fault("iv_length_huge", _CONTENT, "the frame announces an IV of 2^31 bytes", "signed arithmetic", _BAD_CONTENT),
    _fault("content_not_base64", _CONTENT, "content is not base64", "a broken encoder", _BAD_CONTENT),
    _fault(
        "content_missing",
        ("getKey", *_CONTENT),
        "a success without content",
        "an empty answer is not an answer",
        _BAD_REPLY,
    ),
    _fault(
        "content_nested",
        _CONTENT,
        "the plaintext is wrapped in one more content object",
        "seen in one client (dossier 4)",
        "unwraps it",
    ),
    _fault("html_instead_of_json", _API, "a gateway page comes with HTTP 200", "gateways do that", _BAD_REPLY),
    _fault(
        "json_duplicate_members",
        (*_API, *_POSTED),
        "code appears twice, an error and a success",
        "parsers disagree on which one counts",
        _BAD_REPLY,
    ),
    _fault("json_truncated", (*_API, *_POSTED), "the JSON stops half way", "a cut connection", _BAD_REPLY),
    _fault(
        "body_over_limit",
        (*_API, *_POSTED),
        "the reply is larger than 2 MiB",
        "memory is not free",
        "stops reading and reports a protocol error",
    ),
    _fault(
        "wrong_tx_shape",
        _API,
        "txID is not of the form <T=...>",
        "it is for troubleshooting only",
        "does not fall over it",
    ),
    _fault(
        "message_not_success",
        _API,
        "code D00000 with another message",
        "the code decides, the text is for people",
        "goes by the code",
    ),
    _fault("http_500", _API, "HTTP 500, nothing was done", "servers fail", "reports that the provider is unavailable"),
    _fault(
        "http_503",
        _API,
        "HTTP 503, nothing was done",
        "servers are maintained",
        "reports that the provider is unavailable",
    ),
    _fault(
        "kek_wrap_wrong_key",
        ("getKey",),
        "the content key is wrapped for another key than pubKey says",
        "a mixed-up rotation",
        _BAD_KEY,
    ),
    _fault("cek_31_bytes", ("getKey",), "the wrapped content key has 31 bytes", "a stripped leading zero", _BAD_KEY),
    _fault(
        "pub_key_of_stranger", ("getKey",), "pubKey is a key the client never registered", "a mixed-up client", _BAD_KEY
    ),
    _fault(
        "expires_absolute",
        ("getKey", "getToken"),
        "expiresIn is a moment instead of a duration",
        "one official sample looks so",
        "takes a huge number as a moment",
    ),
    _fault("openid_missing", ("getToken",), "the token reply has no openID", "a login without a subject", _BAD_REPLY),
    _fault(
        "swapped_user",
        ("getToken", "profiles", *ANONYMOUS_RESULTS, *_POSTED),
        "the reply is about another person",
        "a cache shared by mistake",
        "cannot see it at login; later notices that the openID or profile changed",
    ),
    *ASKING_FAULTS,
    *SIGNING_FAULTS,
    *BULK_FAULTS,
    *PART_FAULTS,
)
