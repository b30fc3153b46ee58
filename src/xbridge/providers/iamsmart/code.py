"""Every result code of iAM Smart, as data: what it means, which step it belongs to, who must act (section 5).

A table and a look-up.  ``reply.py`` turns a meaning into an error; an unknown code keeps its number and means "failed".
Meanings are VERIFIED where two sources agree; ``inferred`` marks those that only the CorpID table has.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Family = Literal["success", "general", "key", "login", "profile", "form", "signing", "bulk_signing", "step_up"]
Result = Literal["success", "declined", "timed_out", "failed"]
Actor = Literal["nobody", "person", "operator", "developer", "provider"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one code says.  ``actor`` is who can change the outcome; ``text`` goes into messages."""

    code: str
    family: Family
    result: Result
    actor: Actor
    text: str
    inferred: bool = False


def _rows(family: Family, *rows: tuple[str, Result, Actor, str], inferred: bool = False) -> list[Meaning]:
    return [
        Meaning(code=code, family=family, result=result, actor=actor, text=text, inferred=inferred)
        for code, result, actor, text in rows
    ]


_TABLE = [
    *_rows("success", ("D00000", "success", "nobody", "success")),
    *_rows(
        "general",
        ("D20000", "failed", "provider", "the platform met an exception"),
        ("D20001", "failed", "developer", "a parameter is missing"),
        ("D20002", "failed", "developer", "a parameter is empty"),
        ("D20003", "failed", "developer", "a parameter is invalid"),
        ("D20004", "failed", "nobody", "the request is a duplicate or was overtaken"),
        ("D20005", "failed", "developer", "the signature method is not supported"),
        ("D20006", "failed", "operator", "the signature does not verify; check client_secret"),
        ("D20007", "failed", "operator", "the source is not supported"),
        ("D20008", "failed", "operator", "the redirect or callback address is not registered"),
        ("D20009", "failed", "person", "the access token is unknown or has expired; log in again"),
        ("D20010", "failed", "person", "the openID is unknown; log in again"),
        ("D20011", "failed", "developer", "the businessID was used before"),
        ("D20012", "failed", "operator", "the service has no permission for this scope or call"),
    ),
    *_rows("general", ("D20015", "failed", "operator", "the scope does not match"), inferred=True),
    *_rows(
        "key",
        ("D30001", "failed", "operator", "the key-encryption key is unknown or has expired"),
        ("D30002", "failed", "nobody", "the content key is unknown or has expired"),
        ("D30003", "failed", "provider", "the platform could not encrypt"),
        ("D30004", "failed", "nobody", "the platform could not decrypt"),
    ),
    *_rows(
        "login",
        ("D40000", "declined", "person", "the person cancelled the login"),
        ("D40001", "declined", "person", "the person refused the login"),
        ("D40002", "failed", "person", "the person could not be authenticated"),
        ("D40003", "timed_out", "person", "the person did not answer in time; start again"),
        ("D40004", "failed", "person", "the authorisation code is unknown or has expired; start again"),
    ),
    *_rows(
        "profile",
        ("D50001", "declined", "person", "the person refused to give the profile"),
        ("D50002", "failed", "provider", "the profile could not be given"),
        ("D50003", "timed_out", "person", "the person did not answer in time; start again"),
    ),
    *_rows(
        "form",
        ("D60000", "declined", "person", "the person cancelled the form filling"),
        ("D60001", "declined", "person", "the person refused the form filling"),
        ("D60002", "failed", "provider", "the form could not be filled"),
        ("D60003", "timed_out", "person", "the person did not answer in time; start again"),
    ),
    *_rows(
        "signing",
        ("D70000", "declined", "person", "the person cancelled the signing"),
        ("D70001", "declined", "person", "the person refused to sign"),
        ("D70002", "failed", "provider", "the signing failed"),
        ("D70003", "timed_out", "person", "the person did not answer in time; start again"),
        ("D70004", "failed", "person", "the person may not sign: they have no iAM Smart+"),
        ("D70005", "failed", "person", "the identity card number is not the one of this account"),
        ("D70006", "failed", "developer", "the acknowledgement of the signing failed"),
    ),
    *_rows("bulk_signing", ("D71002", "failed", "provider", "the bulk signing failed")),
    *_rows(
        "bulk_signing",
        ("D71000", "declined", "person", "the person cancelled the bulk signing"),
        ("D71001", "declined", "person", "the person refused the bulk signing"),
        ("D71003", "timed_out", "person", "the person did not answer in time; start again"),
        ("D71004", "failed", "person", "the person may not sign: they have no iAM Smart+"),
        ("D71005", "failed", "person", "the identity card number is not the one of this account"),
        ("D71006", "failed", "developer", "the acknowledgement of the bulk signing failed"),
        ("D71007", "failed", "developer", "the bulk signing is not pending, so it cannot be cancelled"),
        ("D71008", "failed", "developer", "the token of the bulk signing was not found"),
        ("D71009", "failed", "developer", "the department or service name is not the one of the token"),
        inferred=True,
    ),
    *_rows(
        "step_up",
        ("D80001", "declined", "person", "the person refused to authenticate again"),
        ("D80002", "failed", "person", "the person could not be authenticated again"),
        ("D80003", "timed_out", "person", "the person did not answer in time; start again"),
    ),
]

MEANINGS = MappingProxyType({row.code: row for row in _TABLE})
"""All known codes."""


def meaning(code: str) -> Meaning | None:
    """Return what ``code`` means, or None for a code that nobody told us about."""
    return MEANINGS.get(code)
