"""The four messages of matching without disclosure, as they are signed.  Shapes only; what they do is in ``matching.py``.

Ours, version 1 (docs/matching.md).  Each is a signed record in the role ``matching``, with a type of its own, and each
but the first holds the digest of the one before: a run is one chain, and no message of another run fits into it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from xbridge.core.decision import Record

ROLE: Final = "matching"
OPENING: Final = "matching-opening"
REPLY: Final = "matching-reply"
EVALUATION: Final = "matching-evaluation"
RESULT: Final = "matching-result"
MAX_MESSAGE_BYTES: Final = 16 * 1024
"""The longest envelope that either side reads."""

_LAST_SECOND: Final = 253_402_300_799
_DOCUMENT_NUMBER: Final = re.compile(r"[A-Za-z]{1,3}[0-9]{6,}[A-Za-z]?|[0-9]{7,}[A-Za-z]?")


def _no_document(text: str) -> str:
    """Refuse what has the shape of a document or telephone number: messages travel and stay in logs of others."""
    if _DOCUMENT_NUMBER.fullmatch(text):
        raise ValueError("this has the shape of a document or telephone number")
    return text


ItemName = Literal["document", "name_han", "name_roman"]
Form = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Octets = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
MessageDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
PartyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
MatchReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$"), AfterValidator(_no_document)]
Whom = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:~%+/=-]{1,128}$"), AfterValidator(_no_document)]


class AskedItem(Record):
    """What the initiator would compare: which item, in which normal form, and its blinded value (32 bytes, base64url)."""

    blinded: Octets
    form: Form
    name: ItemName


class AnsweredItem(Record):
    """The responder's evaluation of the initiator's value, and its own value blinded."""

    blinded: Octets
    evaluated: Octets
    name: ItemName


class EvaluatedItem(Record):
    """The initiator's evaluation of the responder's value, and its confirmation of what it holds."""

    confirm: Octets
    evaluated: Octets
    name: ItemName


class ComparedItem(Record):
    """Whether the item agrees (1 or 0, so that both messages are of one length), and the responder's confirmation."""

    agrees: int = Field(ge=0, le=1)
    confirm: Octets
    name: ItemName


def _in_order(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Refuse items out of order or repeated: each may be evaluated once."""
    if any(left.name >= right.name for left, right in pairwise(items)):
        raise ValueError("items must be sorted by name and different")
    return items


Item = AskedItem | AnsweredItem | EvaluatedItem | ComparedItem
_ITEMS: Final = Field(max_length=3)


class Opening(Record):
    """First message, initiator to responder.  ``at`` is seconds since 1970; ``whom`` what the responder looks up."""

    at: int = Field(ge=0, le=_LAST_SECOND)
    initiator: PartyId
    items: Annotated[tuple[AskedItem, ...], Field(min_length=1, max_length=3), AfterValidator(_in_order)]
    reference: MatchReference
    responder: PartyId
    run: RunId
    v: Literal[1]
    whom: Whom = Field(repr=False)


class Reply(Record):
    """Second message: those of the items that the responder compares, perhaps none, which ends the run."""

    items: Annotated[tuple[AnsweredItem, ...], _ITEMS, AfterValidator(_in_order)]
    previous: MessageDigest
    run: RunId
    v: Literal[1]


class Evaluation(Record):
    """Third message: exactly the items of the second."""

    items: Annotated[tuple[EvaluatedItem, ...], Field(min_length=1, max_length=3), AfterValidator(_in_order)]
    previous: MessageDigest
    run: RunId
    v: Literal[1]


class Result(Record):
    """Fourth message: exactly the items of the third."""

    items: Annotated[tuple[ComparedItem, ...], Field(min_length=1, max_length=3), AfterValidator(_in_order)]
    previous: MessageDigest
    run: RunId
    v: Literal[1]
