"""Matching without disclosure, as values: what one side brings, and what both sides learn.

Neither side's values are in what comes out.  The protocol is in ``linking/matching.py``; docs/matching.md says what each
side can and cannot learn from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Agreement = Literal["agree", "differ", "not_compared"]
"""``not_compared``: one side or both had nothing to compare.  That is never agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSubject:
    """What one side holds about the person; ``repr`` shows none of it.

    ``document`` is the kind and the person's key of one identity document (``IdentityDocument.kind`` and
    ``matching_key``), or None; ``birth_date`` is ``YYYYMMDD``, and a date that is not whole leaves the document out.
    ``name_han`` is the name in Chinese characters and ``name_roman`` the romanised one, as each side wrote them.
    """

    document: tuple[str, str] | None = field(repr=False)
    birth_date: str = field(repr=False)
    name_han: str = field(default="", repr=False)
    name_roman: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What a run told this side, and nothing more.

    ``document`` says whether document and birth date together agree; ``names`` agree only where every form of the name
    that both sides hold does.  ``run`` and ``reference`` name the run and what it was for; ``peer`` is a party's id.
    ``proof`` is sealed: it is what a binding believes.
    """

    run: str
    reference: str
    peer: str
    document: Agreement
    names: Agreement
    matched_at: datetime
    proof: str = field(repr=False)
