"""What is compared: each side's values in the one form in which they go into the function.  Knows no run and no key."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.core.matching import MatchSubject
from xbridge.core.ports import Entropy
from xbridge.linking.matching_message import ItemName, Opening
from xbridge.linking.person_name import ROMAN_FORM, han_form, normalise_han, normalise_roman
from xbridge.protocols.identity_document.document import DOCUMENT_KINDS, parse_document

DOMAIN: Final = "xbridge/matching/v1"
CHANCE_BYTES: Final = 32
_DATE: Final = re.compile(r"[0-9]{8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One value that a side brings: which item, in which normal form, and the bytes that go into the function."""

    name: ItemName
    form: str
    value: bytes = field(repr=False)


def brought_by(subject: MatchSubject) -> tuple[Brought, ...]:
    """Return the values that ``subject`` has something to compare for, in order of their names.

    A document without a whole birth date, or whose number has no valid form, is not brought.
    """
    found = [
        _document(subject),
        _brought("name_han", han_form() if subject.name_han else "", normalise_han(subject.name_han)),
        _brought("name_roman", ROMAN_FORM, normalise_roman(subject.name_roman)),
    ]
    return tuple(each for each in found if each is not None)


def responding(opening: Opening, subject: MatchSubject | None, entropy: Entropy) -> tuple[Brought, ...]:
    """Return what the responder brings to the items that were asked about, in the forms that were asked for.

    Somebody it does not know brings chance values to every item, and so does a document that is not there or of another
    kind: both end as ``differ``, as for anybody else who differs, so that asking does not tell who is known here.  One
    exception: a name that is not there, or in another form, is not brought, and that tells that the person is known.
    """
    own = {each.name: each for each in brought_by(subject)} if subject is not None else {}
    answered = []
    for asked in opening.items:
        mine = own.get(asked.name)
        if mine is not None and mine.form == asked.form:
            answered.append(mine)
        elif (subject is None or asked.name == "document") and asked.form in _known_forms(asked.name):
            answered.append(Brought(name=asked.name, form=asked.form, value=entropy(CHANCE_BYTES)))
    return tuple(answered)


def _known_forms(name: ItemName) -> tuple[str, ...]:
    """Return the forms in which this side could bring the item."""
    if name == "document":
        return tuple(map(_document_form, DOCUMENT_KINDS))
    return (han_form(),) if name == "name_han" else (ROMAN_FORM,)


def _document(subject: MatchSubject) -> Brought | None:
    """Return kind, person's key and birth date as one value: a guess must have all of it right."""
    if subject.document is None or not _is_whole_date(subject.birth_date):
        return None
    kind, number = subject.document
    try:
        # A permit is compared by its first nine characters, whatever the caller gave of it.
        key = parse_document(kind, number).matching_key
    except DocumentInvalid:
        return None
    return _brought("document", _document_form(kind), key, subject.birth_date)


def _document_form(kind: str) -> str:
    return f"{kind}-1"


def _is_whole_date(text: str) -> bool:
    """Return whether ``text`` is a day, YYYYMMDD; ``00`` for a month or day that nobody knows is none."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _brought(name: ItemName, form: str, *parts: str) -> Brought | None:
    """Return an item, or None where a part of it is empty."""
    return Brought(name=name, form=form, value=packed(DOMAIN, "value", name, form, *parts)) if all(parts) else None


def packed(*parts: str | bytes) -> bytes:
    """Return the parts, each behind its length: two different lists never give the same bytes."""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)
