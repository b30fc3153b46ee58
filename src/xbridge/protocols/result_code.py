"""Every result code of the iAM Smart family, as data: what it means, which step it belongs to, who must act.

One table of numbers (iamsmart.md section 5): iAM Smart writes a D before them, CorpID an M (VERIFIED).
``enveloped_reply`` turns a meaning into an error; an unknown code keeps its number and means "failed".  Meanings are
VERIFIED where two sources agree; ``inferred`` marks those that were seen with the other letter only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
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


def _rows(family: Family, *rows: tuple[str, Result, Actor, str]) -> list[Meaning]:
    return [
        Meaning(code=code, family=family, result=result, actor=actor, text=text) for code, result, actor, text in rows
    ]


_TABLE = [
    *_rows("success", ("00000", "success", "nobody", "success")),
    *_rows(
        "general",
        ("20000", "failed", "provider", "the platform met an exception"),
        ("20001", "failed", "developer", "a parameter is missing"),
        ("20002", "failed", "developer", "a parameter is empty"),
        ("20003", "failed", "developer", "a parameter is invalid"),
        ("20004", "failed", "nobody", "the request is a duplicate or was overtaken"),
        ("20005", "failed", "developer", "the signature method is not supported"),
        ("20006", "failed", "operator", "the signature does not verify; check client_secret"),
        ("20007", "failed", "operator", "the source is not supported"),
        ("20008", "failed", "operator", "the redirect or callback address is not registered"),
        ("20009", "failed", "person", "the access token is unknown or has expired; log in again"),
        ("20010", "failed", "person", "the openID is unknown; log in again"),
        ("20011", "failed", "developer", "the businessID was used before"),
        ("20012", "failed", "operator", "the service has no permission for this scope or call"),
        ("20015", "failed", "operator", "the scope does not match"),
    ),
    *_rows(
        "key",
        ("30001", "failed", "operator", "the key-encryption key is unknown or has expired"),
        ("30002", "failed", "nobody", "the content key is unknown or has expired"),
        ("30003", "failed", "provider", "the platform could not encrypt"),
        ("30004", "failed", "nobody", "the platform could not decrypt"),
    ),
    *_rows(
        "login",
        ("40000", "declined", "person", "the person cancelled the login"),
        ("40001", "declined", "person", "the person refused the login"),
        ("40002", "failed", "person", "the person could not be authenticated"),
        ("40003", "timed_out", "person", "the person did not answer in time; start again"),
        ("40004", "failed", "person", "the authorisation code is unknown or has expired; start again"),
    ),
    *_rows(
        "profile",
        ("50001", "declined", "person", "the person refused to give the profile"),
        ("50002", "failed", "provider", "the profile could not be given"),
        ("50003", "timed_out", "person", "the person did not answer in time; start again"),
    ),
    *_rows(
        "form",
        ("60000", "declined", "person", "the person cancelled the form filling"),
        ("60001", "declined", "person", "the person refused the form filling"),
        ("60002", "failed", "provider", "the form could not be filled"),
        ("60003", "timed_out", "person", "the person did not answer in time; start again"),
    ),
    *_rows(
        "signing",
        ("70000", "declined", "person", "the person cancelled the signing"),
        ("70001", "declined", "person", "the person refused to sign"),
        ("70002", "failed", "provider", "the signing failed"),
        ("70003", "timed_out", "person", "the person did not answer in time; start again"),
        ("70004", "failed", "person", "the person may not sign: they have no iAM Smart+"),
        ("70005", "failed", "person", "the identity card number is not the one of this account"),
        ("70006", "failed", "developer", "the acknowledgement of the signing failed"),
    ),
    *_rows(
        "bulk_signing",
        ("71000", "declined", "person", "the person cancelled the bulk signing"),
        ("71001", "declined", "person", "the person refused the bulk signing"),
        ("71002", "failed", "provider", "the bulk signing failed"),
        ("71003", "timed_out", "person", "the person did not answer in time; start again"),
        ("71004", "failed", "person", "the person may not sign: they have no iAM Smart+"),
        ("71005", "failed", "person", "the identity card number is not the one of this account"),
        ("71006", "failed", "developer", "the acknowledgement of the bulk signing failed"),
        ("71007", "failed", "developer", "the bulk signing is not pending, so it cannot be cancelled"),
        ("71008", "failed", "developer", "the token of the bulk signing was not found"),
        ("71009", "failed", "developer", "the department or service name is not the one of the token"),
    ),
    *_rows(
        "step_up",
        ("80001", "declined", "person", "the person refused to authenticate again"),
        ("80002", "failed", "person", "the person could not be authenticated again"),
        ("80003", "timed_out", "person", "the person did not answer in time; start again"),
    ),
]


def code_table(prefix: str, *, inferred: Collection[str] = ()) -> Mapping[str, Meaning]:
    """Return all known codes with ``prefix`` before their numbers; the numbers in ``inferred`` are marked so."""
    rows = (replace(row, code=prefix + row.code, inferred=row.code in inferred) for row in _TABLE)
    return MappingProxyType({row.code: row for row in rows})
