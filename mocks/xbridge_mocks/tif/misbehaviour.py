"""The faults the TIF gateway mock can show, and what each one is for. A catalogue, not behaviour."""

from __future__ import annotations

from xbridge_mocks.fault import Fault

__all__ = ["FORWARD", "FORWARD_FAULTS", "KNOWN_FAULTS", "TOLERATED"]

FORWARD = "forward"
"""The operation of requests that are forwarded to the developer's own service."""
_SERVICES = (
    "oneOffUser", "miniProgramLogin", "appLogin", "getSession", "getCorpCode", "corpCodeToSession", "codeToSession",
    "tianjinUser", "medicalInsurance", "xbridgeEnvelope", "publicAppLogin", "sidToSession",
)  # fmt: skip
_ENVELOPED = ("medicalInsurance", "xbridgeEnvelope")
_USERS = (
    "oneOffUser", "miniProgramLogin", "appLogin", "getSession", "corpCodeToSession", "codeToSession",
    "publicAppLogin", "sidToSession",
)  # fmt: skip
_CODES = ("oneOffUser", "miniProgramLogin", "appLogin", "publicAppLogin", "corpCodeToSession", "codeToSession")
_LOGINS = ("miniProgramLogin", "appLogin", "publicAppLogin")

_Rows = tuple[tuple[str, str, str], ...]
_OUTAGE: _Rows = (
    ("http_500", "HTTP 500 instead of working", "an outage"),
    ("http_503", "HTTP 503 instead of working", "maintenance"),
)
_GATEWAY: _Rows = (
    ("out_of_date", "refused as out of date although it is not", "clocks that differ; the five texts of 5.3"),
    ("invalid_nonce", "refused because of its nonce although it is new", "a nonce cache of another node"),
)
_REPLY: _Rows = (
    ("html_instead_of_json", "HTTP 200 with an HTML page", "portals and gateways in front of the service"),
    ("json_truncated", "the JSON text ends in the middle", "a broken connection"),
    ("json_duplicate_members", "errcode stands twice, first as an error", "parsers that take the last value"),
    ("json_not_object", "the object stands in a JSON array", "type confusion"),
    ("errcode_missing", "neither errcode nor an error", "a success that nobody stated"),
    ("body_over_limit", "the reply is longer than 2 MiB", "memory exhaustion"),
    ("errcode_text", "errcode is the text of a number", "numbers as text were seen on this platform"),
)
_USER: _Rows = (
    ("uid_missing", "the object has no uid", "an account without its key"),
    ("level_missing", "the object states no level", "an assurance nobody stated"),
    ("account_type_unknown", "account_type is neither human nor corp", "a kind outside the table"),
    ("times_as_text", "every number is the text of a number", "numbers as text were seen on this platform"),
)
_SWAPPED: _Rows = (("swapped_user", "the object of another person is returned", "a mixed-up cache at the platform"),)
_DATA: _Rows = (("data_missing", "errcode 0 and no data", "an empty success"),)
_HEADER: _Rows = (
    ("login_header_missing", "the reply has no login header", "a proxy that drops names with underscores"),
    ("login_header_garbled", "the login header is not base64", "a header that is no session"),
    ("login_header_twice", "the login header stands twice", "two truths in one reply"),
)
_ENVELOPE: _Rows = (
    ("envelope_bad_signature", "the reply's envelope is signed over other bytes", "a forged reply"),
    ("envelope_wrong_key", "its content is under another key than the agreed or wrapped one", "a mixed-up key store"),
    ("envelope_truncated", "its ciphertext is cut before it is signed", "a broken writer"),
    ("envelope_stale", "it was made longer ago than any window", "an old reply, kept"),
)
_OTHER_CALL: _Rows = (("envelope_other_call", "it names another call as the one it answers", "replies mixed up"),)
FORWARD_FAULTS: _Rows = (
    ("wrong_signature", "the last digit of the signature is another", "a request that the gateway did not sign"),
    ("stale_timestamp", "signed longer ago than any window", "an old request, kept"),
    ("future_timestamp", "signed far ahead of the clock", "a clock that is wrong"),
    ("replayed_nonce", "the same signed headers are sent twice; the second answer is returned", "a replay"),
    ("missing_header", "the nonce is left out", "an incomplete request"),
    ("swapped_user", "the uid of another person stands in the place of the signed one", "a changed request"),
    ("two_uids", "a second uid, of another person, stands beside the signed one", "parsers that take the last value"),
    ("unsigned_user", "uinfo and ext without uid, under a signature that covers neither", "a user that nobody signed"),
    ("user_in_nonce", "the user moved into the nonce; the same signature holds for it", "fields without separators"),
    ("garbled_ext", "ext is not base64, and signed so", "a broken identity service"),
    ("predecessor_headers", "the headers are named x-rio-*", "a gateway of the predecessor"),
    ("upper_case_hex", "the signature is written in the other case", "both were seen (5.1)"),
)

TOLERATED = frozenset({"errcode_text", "times_as_text", "upper_case_hex"})
"""The answer is odd but says what it must: a correct service bears these."""
_ELSEWHERE = {"swapped_user": "refuses a forwarded request; cannot tell from a reply alone"}


def _faults(rows: _Rows, operations: tuple[str, ...], correct: str) -> tuple[Fault, ...]:
    return tuple(
        Fault(
            name=name,
            what_happens=what,
            why=why,
            correct_service_does=_ELSEWHERE.get(name, "goes on as usual" if name in TOLERATED else correct),
            operations=operations,
        )
        for name, what, why in rows
    )


KNOWN_FAULTS: tuple[Fault, ...] = (
    *_faults(_OUTAGE, _SERVICES, "reports the provider as unavailable and repeats nothing by itself"),
    *_faults(_GATEWAY, _SERVICES, "reports the gateway's refusal with its code"),
    *_faults(_REPLY, _SERVICES, "refuses the reply as a protocol error and believes nobody"),
    *_faults(_DATA, tuple(each for each in _SERVICES if each not in _LOGINS), "refuses the reply as a protocol error"),
    *_faults(_USER, _USERS, "refuses the reply as a protocol error and believes nobody"),
    *_faults(_SWAPPED, (*_CODES, FORWARD), ""),
    *_faults(_ENVELOPE, _ENVELOPED, "refuses the reply as a protocol error and reads nothing of it"),
    *_faults(_OTHER_CALL, ("xbridgeEnvelope",), "refuses the reply as a protocol error and reads nothing of it"),
    *_faults(_HEADER, _LOGINS, "refuses the reply as a protocol error and believes nobody"),
    *_faults(
        tuple(row for row in FORWARD_FAULTS if row[0] != "swapped_user"),
        (FORWARD,),
        "refuses the request in the gateway's shape, and its application never sees it",
    ),
)
