"""The faults the Guangdong mock can be asked to show, and what each one is for.

A catalogue, not behaviour: the endpoint that plays a fault takes it by name. Where a fault garbles a reply the work
behind the reply has been done (the code is spent); the faults that answer *instead* of working say so.
"""

from __future__ import annotations

from xbridge_mocks.fault import Fault

# Where a fault can strike. A callback leaves from the login page (a scan that began there counts as it), or from authorize
# when a session is alive.
BROWSER = ("authorize", "login")
SERVER = ("access_token", "tokeninfo")

_Rows = tuple[tuple[str, str, str], ...]

_LOGIN: _Rows = (
    ("user_leaves", "the login page stays and never redirects", "no error redirect was ever seen (dossier 2.1)"),
)
_CALLBACK: _Rows = (
    ("state_missing", "the query the service added to its redirect URI is dropped", "whether it is kept is UNKNOWN"),
    ("state_wrong", "the state in the callback is another value", "login CSRF"),
    ("state_duplicated", "a second state is added to the callback", "parsers that take the first or last value"),
    ("code_missing", "the callback carries no code", "the person came back without a login"),
    ("code_duplicated", "the callback carries two codes", "parsers that take the first or last value"),
    ("code_wrong", "the callback carries a code that was never issued", "code injection"),
    ("code_expired", "the callback carries a code whose lifetime is over", "a slow browser"),
    ("code_spent", "the callback carries a code that was used before", "code replay"),
    ("error_in_callback", "the callback carries error and no code", "UNKNOWN; a client must bear it (dossier 2.1)"),
    ("extra_callback_fields", "gdbsTokenId, tokenId, random, ticket, sp, gdbstoken are added", "seen (dossier 2.1)"),
)
_OUTAGE: _Rows = (
    ("http_500", "HTTP 500 instead of working", "an outage"),
    ("http_503", "HTTP 503 with Retry-After instead of working", "maintenance"),
)
_REFUSAL: _Rows = (
    ("errcode_shape", "refused as errcode and errmsg (generations 2 and 3)", "three error shapes (dossier 2.4)"),
    ("error_code_shape", "refused as error_code and error_msg (generation 1)", "three error shapes (dossier 2.4)"),
    ("oauth_error_shape", "refused as error and error_description (OpenAM)", "three error shapes (dossier 2.4)"),
    ("error_http_200", "refused with HTTP status 200", "errors can come with HTTP 200 (dossier 2.4)"),
)
_REPLY: _Rows = (
    ("html_instead_of_json", "HTTP 200 with an HTML page", "portals and gateways in front of the service"),
    ("json_duplicate_members", "one member stands twice, first with another value", "parsers that take the last value"),
    ("json_truncated", "the JSON text ends in the middle", "a broken connection"),
    ("json_not_object", "the object stands in a JSON array", "type confusion"),
    ("body_over_limit", "the reply is longer than 2 MiB", "memory exhaustion"),
    ("redirect_instead_of_json", "HTTP 302 to another host, instead of working", "a secret in a followed redirect"),
)
_TOKEN: _Rows = (
    ("get_405", "GET is answered 405; POST works", "one generation 1 deployment (dossier 2.2)"),
    ("expires_in_text", "expires_in is the text of a number", "seen (dossier 2.2)"),
    ("expires_in_negative", "expires_in is -1", "a lifetime nobody can use"),
    ("node_suffix", "the access token ends in @node5 and must be percent-encoded", "seen (dossier 2.2)"),
    ("errcode_zero", "errcode 0 stands beside the token", "0 means no error (dossier 2.4)"),
    ("errcode_beside_token", "errcode 40029 stands beside the token", "an error that a client must not pass over"),
    ("access_token_missing", "neither access_token nor an error", "seen (dossier 2.4)"),
)
_ACCOUNT: _Rows = (
    ("camel_case_keys", "userIdCode, idCardNumber and others in camel case, orgInfo added", "seen (dossier 2.3)"),
    ("missing_useridcode", "userobj has no useridcode", "an account without its key"),
    ("malformed_useridcode", "useridcode is not 32 hexadecimal digits", "a key that is no key"),
    ("userobj_as_text", "userobj is a JSON text inside a string", "INFERRED (dossier 2.3)"),
    ("wrapper_document", "the object stands inside biz_content", "seen (dossier 2.3)"),
    ("pareobj_null", "pareobj is JSON null instead of the text", "seen (dossier 2.3)"),
    ("pareobj_missing", "pareobj is absent", "seen (dossier 2.3)"),
    ("pareobj_empty", "pareobj is the empty text", "seen (dossier 2.3)"),
    ("pareobj_malformed", "pareobj is a text that is neither null nor an object", "a parent nobody can tell"),
    ("extproperties_missing", "userobj has no extproperties", "any field may be absent (dossier 2.3)"),
    ("extproperties_malformed", "an item of extproperties has no equals sign", "a list that cannot be split"),
    ("extproperties_repeated", "one key stands twice in extproperties", "which of the two counts would be chance"),
    ("way_list_missing", "there is no user_creditable_level", "any field may be absent (dossier 2.3)"),
    ("way_list_malformed", "the list of ways holds a text, and a time that is none", "a freshness nobody can tell"),
    ("way_text_malformed", "the text form of the ways names no level and no way", "history that says nothing"),
    ("legal_person", "usertype is 2, a legal person", "an enterprise where a person was asked for"),
    ("swapped_user", "the account of another person is returned", "a mixed-up session at the platform"),
    ("level_missing", "no creditable_level_of_account anywhere", "an assurance nobody stated"),
    ("level_unknown", "creditable_level_of_account is L9", "a level outside the table"),
    ("level_conflict", "userobj and user_creditable_level state different levels", "two truths in one reply"),
)

# The reply is odd but says what it must: a correct service bears these.
TOLERATED = frozenset(
    {
        "extra_callback_fields", "get_405", "expires_in_text", "node_suffix", "camel_case_keys", "userobj_as_text",
        "wrapper_document", "pareobj_null", "pareobj_missing", "pareobj_empty", "errcode_zero", "extproperties_missing",
        "way_list_missing", "way_list_malformed", "way_text_malformed",
    }
)  # fmt: skip
# What the service cannot see by itself in this one reply; it must notice elsewhere.
_ELSEWHERE = {
    "swapped_user": "cannot tell from the reply alone: linking refuses when the other side's evidence disagrees",
    "legal_person": "refuses the account where it asks for a natural person",
    "way_list_missing": "completes the login and takes no freshness from it",
    "way_list_malformed": "completes the login and takes no freshness from what cannot be read",
    "errcode_beside_token": "raises the typed error of the step and does not use the token",
    "get_405": "repeats as POST if it supports that, else reports the provider's refusal",
}


def _faults(rows: _Rows, operations: tuple[str, ...], correct: str) -> tuple[Fault, ...]:
    """Give each row of a table its places and the duty of a correct service."""
    return tuple(
        Fault(
            name=name,
            what_happens=what,
            why=why,
            correct_service_does=_ELSEWHERE.get(name, "completes the login" if name in TOLERATED else correct),
            operations=operations,
        )
        for name, what, why in rows
    )


KNOWN_FAULTS: tuple[Fault, ...] = (
    *_faults(_LOGIN, ("login",), "lets the pending login lapse"),
    *_faults(_CALLBACK, BROWSER, "refuses the login, at the callback where it can see the fault there"),
    *_faults(_OUTAGE, SERVER, "reports the provider as unavailable; never repeats a code it got an answer for"),
    *_faults(_REFUSAL, SERVER, "raises the typed error of the step and shows no secret"),
    *_faults(_REPLY, SERVER, "refuses the reply as a protocol error and signs nobody in"),
    *_faults(_TOKEN, ("access_token",), "refuses the reply as a protocol error and signs nobody in"),
    *_faults(_ACCOUNT, ("tokeninfo",), "refuses the reply as a protocol error and signs nobody in"),
)
