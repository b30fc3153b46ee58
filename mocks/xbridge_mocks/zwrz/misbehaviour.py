"""The faults the zwrz mock can be asked to show, and what each one is for.  A catalogue, not behaviour."""

from __future__ import annotations

from xbridge_mocks.fault import Fault

__all__ = ["FAULTS"]

_Rows = tuple[tuple[str, str, str], ...]
_SERVER = ("token", "user")

_CALLBACK: _Rows = (
    ("state_missing", "the callback carries no state", "whether it always comes back is UNKNOWN"),
    ("state_wrong", "the state in the callback is another value", "login CSRF"),
    ("state_duplicated", "a second state is added to the callback", "parsers that take the first or last value"),
    ("code_missing", "the callback carries no code", "the person came back without a login"),
    ("code_duplicated", "the callback carries two codes", "parsers that take the first or last value"),
    ("code_wrong", "the callback carries a code that was never issued", "code injection"),
    ("code_expired", "the callback carries a code whose lifetime is over", "a slow browser"),
    ("code_spent", "the callback carries a code that was used before", "code replay"),
    ("error_in_callback", "the callback carries error and no code", "UNKNOWN; a client must bear it"),
    ("extra_callback_fields", "ticket and sp are added", "seen on the sibling platform (dossier 2.1)"),
)
_OUTAGE: _Rows = (
    ("http_500", "HTTP 500 instead of working", "an outage"),
    ("http_503", "HTTP 503 with Retry-After instead of working", "maintenance"),
)
_REPLY: _Rows = (
    ("refused_with_200", "refused in the envelope with HTTP status 200", "the HTTP status of a refusal is UNKNOWN"),
    ("status_as_text", "status is the text of a number", "seen on the sibling platform (dossier 2.2)"),
    ("status_missing", "the envelope has no status", "a reply that says neither yes nor no"),
    ("data_missing", "the envelope has no data", "success about nothing"),
    ("html_instead_of_json", "HTTP 200 with an HTML page", "portals and gateways in front of the service"),
    ("json_duplicate_members", "data stands twice, first empty", "parsers that take the last value"),
    ("json_truncated", "the JSON text ends in the middle", "a broken connection"),
    ("json_not_object", "the object stands in a JSON array", "type confusion"),
    ("body_over_limit", "the reply is longer than 2 MiB", "memory exhaustion"),
    ("redirect_instead_of_json", "HTTP 302 to another host, instead of working", "a secret in a followed redirect"),
)
_TOKEN: _Rows = (("access_token_missing", "data holds no access token", "the member's name is UNKNOWN"),)
_USER: _Rows = (
    ("subject_missing", "data holds no id", "an account without its key"),
    ("subject_not_text", "the id is an object", "type confusion"),
    ("swapped_user", "the account of another officer is returned", "a mixed-up session at the platform"),
)
_OWN_DUTY = {
    "extra_callback_fields": "completes the login",
    "status_as_text": "completes the login",
    "swapped_user": "cannot tell from the reply alone",
    "refused_with_200": "reports the provider's refusal",
}


def _faults(rows: _Rows, operations: tuple[str, ...], correct: str) -> tuple[Fault, ...]:
    """Give each row of a table its places and the duty of a correct service."""
    return tuple(
        Fault(
            name=name,
            what_happens=what,
            why=why,
            correct_service_does=_OWN_DUTY.get(name, correct),
            operations=operations,
        )
        for name, what, why in rows
    )


FAULTS: tuple[Fault, ...] = (
    *_faults(_CALLBACK, ("callback",), "refuses the login, at the callback where it can see the fault there"),
    *_faults(_OUTAGE, _SERVER, "reports the provider as unavailable; never repeats a code it got an answer for"),
    *_faults(_REPLY, _SERVER, "refuses the reply as a protocol error and signs nobody in"),
    *_faults(_TOKEN, ("token",), "refuses the reply as a protocol error and signs nobody in"),
    *_faults(_USER, ("user",), "refuses the reply as a protocol error and signs nobody in"),
)
