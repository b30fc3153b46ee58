"""The negative catalogue: every misbehaviour that is known, and what we must answer.

Rows only.  ``test_catalogue`` plays them in both colours, ``tests/house/test_personal_data.py`` plays them again with
marked people.  A fault that the mocks learn must find its row here, or a test says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault at one operation of one platform.

    ``code`` is the stable code we raise and ``details`` are the diagnostics that must come with it; an empty code means
    that the login completes all the same.  ``times`` None keeps the fault armed.
    """

    provider: str
    fault: str
    operation: str
    code: str = ""
    details: dict[str, str] = field(default_factory=dict)
    times: int | None = 1

    def __str__(self) -> str:
        """Name the case in a test report."""
        return f"{self.provider}-{self.fault}-{self.operation}"


HK, GD, CORP, OFFICE = "iamsmart", "guangdong", "corpid", "zwrz"
FAMILY = {HK: "D", CORP: "DM"}
"""The providers that speak iAM Smart's protocol, with the letters of their result codes."""
BOUND_CODES = {GD: "40030", CORP: "M40004"}
"""Where a code works in its own login only, and with which code the platform says so.

Guangdong compares the redirect URI, in which the state travels; CorpID the person of its code with that of the token.
"""


def _callback(claim: str, reason: str) -> tuple[str, dict[str, str]]:
    return "callback_invalid", {"claim": claim, "reason": reason}


def _rows(
    provider: str, faults: str, operations: str, code: str = "", *, times: int | None = 1, **details: str
) -> tuple[Row, ...]:
    """One row for each fault at each operation; ``step`` becomes the operation where it is given as ``*``."""
    return tuple(
        Row(
            provider=provider, fault=fault, operation=operation, code=code, times=times,
            details={name: operation if value == "*" else value for name, value in details.items()},
        )
        for fault in faults.split()
        for operation in operations.split()
    )  # fmt: skip


_CALLBACK_ROWS = (
    ("state_missing", *_callback("state", "missing")),
    ("state_wrong", *_callback("state", "mismatch")),
    ("state_duplicated", *_callback("state", "duplicated")),
    ("code_missing", *_callback("code", "missing")),
    ("code_duplicated", *_callback("code", "duplicated")),
)
_SEALED, _API = "getToken profiles", "getKey getToken profiles"
_SERVER, _BROWSER = "access_token tokeninfo", "login authorize"

IAMSMART: tuple[Row, ...] = (
    *(
        Row(provider=HK, fault=fault, operation="callback", code=code, details=details)
        for fault, code, details in _CALLBACK_ROWS
    ),
    *_rows(HK, "user_refuses user_cancels", "callback", "user_declined"),
    *_rows(HK, "auth_timeout", "callback", "provider_rejected", provider_code="D40003", step="login"),
    *_rows(HK, "code_expired code_wrong", "callback", "provider_rejected", provider_code="D40004", step="getToken"),
    *_rows(HK, "unknown_error_code", "callback", "provider_rejected", provider_code="D99999", step="login"),
    *_rows(HK, "unknown_error_code", _API, "provider_rejected", provider_code="D99999", step="*"),
    *_rows(HK, "cek_unknown", _SEALED),
    *_rows(HK, "cek_unknown_always", _SEALED, "provider_rejected", provider_code="D30002", step="*"),
    *_rows(HK, "envelope_truncated envelope_bit_flipped", _SEALED, "protocol_error", reason="envelope", step="*"),
    *_rows(HK, "iv_length_0 iv_length_11 iv_length_13", _SEALED, "protocol_error", reason="envelope", step="*"),
    *_rows(HK, "iv_length_huge content_not_base64", _SEALED, "protocol_error", reason="envelope", step="*"),
    *_rows(HK, "content_missing", _API, "protocol_error", reason="shape", step="*"),
    *_rows(HK, "content_nested", _SEALED),
    *_rows(HK, "html_instead_of_json json_truncated", _API, "protocol_error", reason="not_json", step="*"),
    *_rows(HK, "json_duplicate_members", _API, "protocol_error", reason="duplicated", step="*"),
    *_rows(HK, "body_over_limit", _API, "protocol_error", reason="too_large", step="*"),
    *_rows(HK, "wrong_tx_shape message_not_success", _API),
    *_rows(HK, "http_500 http_503", _API, "provider_unavailable"),
    # PKCS#1 v1.5 turns a foreign ciphertext into random bytes, now and then 32 of them; the platform then refuses what
    # they encrypt.  Armed for good, the fault strikes the fetch after that as well.
    *_rows(HK, "kek_wrap_wrong_key", "getKey", "protocol_error", times=None, reason="envelope", step="*"),
    *_rows(HK, "cek_31_bytes", "getKey", "protocol_error", reason="envelope", step="*"),
    *_rows(HK, "pub_key_of_stranger", "getKey", "protocol_error", reason="unknown_kek", step="*"),
    *_rows(HK, "expires_absolute", "getKey getToken"),
    *_rows(HK, "openid_missing", "getToken", "protocol_error", reason="shape", step="*"),
    # At getToken the token and the openID disagree, and profiles says so; at profiles nobody can see it.
    *_rows(HK, "swapped_user", "getToken", "provider_rejected", provider_code="D20010", step="profiles"),
    *_rows(HK, "swapped_user", "profiles"),
)

GUANGDONG: tuple[Row, ...] = (
    *(
        Row(provider=GD, fault=fault, operation=operation, code=code, details=details)
        for fault, code, details in _CALLBACK_ROWS
        for operation in _BROWSER.split()
    ),
    *_rows(
        GD, "code_wrong code_expired code_spent", _BROWSER, "provider_rejected", provider_code="40029",
        step="access_token",
    ),
    *_rows(GD, "error_in_callback", _BROWSER, "user_declined"),
    *_rows(GD, "extra_callback_fields", _BROWSER),
    *_rows(GD, "http_500 http_503", _SERVER, "provider_unavailable"),
    *_rows(GD, "errcode_shape error_code_shape error_http_200", "access_token", "provider_rejected", step="*",
           provider_code="40029"),
    *_rows(GD, "errcode_shape error_code_shape error_http_200", "tokeninfo", "provider_rejected", step="*",
           provider_code="40014"),
    *_rows(GD, "oauth_error_shape", "access_token", "provider_rejected", step="*", provider_code="invalid_grant"),
    *_rows(GD, "oauth_error_shape", "tokeninfo", "provider_rejected", step="*", provider_code="invalid_token"),
    *_rows(GD, "html_instead_of_json json_truncated", _SERVER, "protocol_error", step="*", reason="not_json"),
    *_rows(GD, "json_duplicate_members", _SERVER, "protocol_error", step="*", reason="duplicated"),
    *_rows(GD, "json_not_object", _SERVER, "protocol_error", step="*", reason="shape"),
    *_rows(GD, "body_over_limit", _SERVER, "protocol_error", step="*", reason="too_large"),
    *_rows(GD, "redirect_instead_of_json", _SERVER, "protocol_error", step="*", reason="not_json"),
    # The one answer after which the same code goes out again, as a POST.
    *_rows(GD, "get_405", "access_token"),
    *_rows(GD, "expires_in_text node_suffix", "access_token"),
    *_rows(GD, "expires_in_negative", "access_token", "protocol_error", step="*", reason="expires_in"),
    *_rows(GD, "access_token_missing", "access_token", "protocol_error", step="*", reason="shape"),
    *_rows(GD, "camel_case_keys userobj_as_text wrapper_document", "tokeninfo"),
    *_rows(GD, "pareobj_null pareobj_missing pareobj_empty swapped_user", "tokeninfo"),
    *_rows(GD, "missing_useridcode malformed_useridcode", "tokeninfo", "protocol_error", step="*",
           reason="useridcode"),
    *_rows(GD, "level_missing level_unknown level_conflict", "tokeninfo", "protocol_error", step="*", reason="level"),
    *_rows(GD, "errcode_zero", "access_token"),
    *_rows(GD, "errcode_beside_token", "access_token", "provider_rejected", step="*", provider_code="40029"),
    *_rows(GD, "way_list_missing way_list_malformed way_text_malformed extproperties_missing", "tokeninfo"),
    *_rows(GD, "extproperties_malformed extproperties_repeated", "tokeninfo", "protocol_error", step="*",
           reason="extproperties"),
    *_rows(GD, "pareobj_malformed", "tokeninfo", "protocol_error", step="*", reason="pareobj"),
    *_rows(GD, "legal_person", "tokeninfo", "verification_failed", claim="usertype", reason="mismatch"),
)  # fmt: skip

COMPANY_SIDE = {"getKey": "corpGetKey", "getToken": "corpGetToken"}


def _person_side(row: Row) -> Row:
    """The same misbehaviour of iAM Smart in a login that CorpID ends."""
    if row.fault == "swapped_user":
        # Here the token and the openID meet again at CorpID.
        return replace(row, provider=CORP, details={"step": "corpGetToken", "provider_code": "M20010"})
    return replace(row, provider=CORP)


def _company_side(row: Row) -> Row:
    """The same misbehaviour of CorpID, in its own dialect and at its own operations."""
    operation = COMPANY_SIDE[row.operation]
    if row.fault == "swapped_user":
        # Nobody can see which company it should have been.
        return Row(provider=CORP, fault=row.fault, operation=operation)
    details = {**row.details, "step": operation} if "step" in row.details else row.details
    if "provider_code" in details:
        details = {**details, "provider_code": "M" + details["provider_code"][1:]}
    return replace(row, provider=CORP, operation=operation, details=details)


CORPID: tuple[Row, ...] = (
    *(_person_side(row) for row in IAMSMART if row.operation in ("callback", *COMPANY_SIDE)),
    *(_company_side(row) for row in IAMSMART if row.operation in COMPANY_SIDE),
    *_rows(CORP, "company_refused", "callback", "user_declined"),
    *_rows(CORP, "company_code_missing", "callback", "callback_invalid", claim="corpMockCode", reason="missing"),
    *_rows(CORP, "company_code_duplicated", "callback", "callback_invalid", claim="corpMockCode", reason="duplicated"),
    *_rows(
        CORP, "company_code_expired company_code_wrong", "callback", "provider_rejected", provider_code="M40004",
        step="corpGetToken",
    ),
    *_rows(CORP, "company_scope_missing", "corpGetToken", "protocol_error", step="*", reason="scope"),
)  # fmt: skip

_FORMS = "token user"
ZWRZ: tuple[Row, ...] = (
    *(
        Row(provider=OFFICE, fault=fault, operation="callback", code=code, details=details)
        for fault, code, details in _CALLBACK_ROWS
    ),
    *_rows(
        OFFICE,
        "code_wrong code_expired code_spent",
        "callback",
        "provider_rejected",
        provider_code="4004",
        step="token",
    ),
    *_rows(OFFICE, "error_in_callback", "callback", "user_declined"),
    *_rows(OFFICE, "extra_callback_fields", "callback"),
    *_rows(OFFICE, "http_500 http_503", _FORMS, "provider_unavailable"),
    *_rows(OFFICE, "refused_with_200", "token", "provider_rejected", step="*", provider_code="4004"),
    *_rows(OFFICE, "refused_with_200", "user", "provider_rejected", step="*", provider_code="4006"),
    *_rows(OFFICE, "status_as_text", _FORMS),
    *_rows(OFFICE, "status_missing data_missing json_not_object", _FORMS, "protocol_error", step="*", reason="shape"),
    *_rows(OFFICE, "html_instead_of_json json_truncated", _FORMS, "protocol_error", step="*", reason="not_json"),
    *_rows(OFFICE, "redirect_instead_of_json", _FORMS, "protocol_error", step="*", reason="not_json"),
    *_rows(OFFICE, "json_duplicate_members", _FORMS, "protocol_error", step="*", reason="duplicated"),
    *_rows(OFFICE, "body_over_limit", _FORMS, "protocol_error", step="*", reason="too_large"),
    *_rows(OFFICE, "access_token_missing", "token", "protocol_error", step="*", reason="shape"),
    *_rows(OFFICE, "subject_missing subject_not_text", "user", "protocol_error", step="*", reason="subject"),
    *_rows(OFFICE, "swapped_user", "user"),
)

CATALOGUE = (*IAMSMART, *GUANGDONG, *CORPID, *ZWRZ)
REFUSED = tuple(row for row in CATALOGUE if row.code)
TOLERATED = tuple(row for row in CATALOGUE if not row.code)
NO_CALLBACK = frozenset({("guangdong", "user_leaves", "login")})
"""The person never comes back: nothing to answer but an expired login (``test_login_path``)."""
NOT_OURS = frozenset({"revokeKey", "corpRevokeKey"})
"""Operations of the mocks that this release does not call."""
