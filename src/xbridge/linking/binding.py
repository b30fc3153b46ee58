"""A binding under way: what is sealed while the resident is at iAM Smart, and what stands until the accounts are linked.

Guangdong begins (dossier guangdong.md section 9): the Guangdong login comes first and travels sealed inside everything
that follows, so that one intent is of one session and one Guangdong account, and dies with it.  Pure.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.errors import LinkRefused
from xbridge.crypto.digest import constant_time_equal
from xbridge.linking.document_ref import PERMIT
from xbridge.linking.link import verify_own, verify_started_here
from xbridge.linking.proof import LoginProof

PURPOSE = "binding"
PENDING = b"pending"
"""The context of a sealed :class:`PendingBinding`; the seals of the two stages do not open for one another."""
PROVED = b"proved"
"""The context of a sealed :class:`ProvedBinding`."""


class PendingBinding(Record):
    """A binding whose resident is on the way to iAM Smart: both of its halves are sealed on their own.

    ``cn_gd`` is the proof of the Guangdong login, ``login`` the login at iAM Smart under way; ``expires_at`` is in
    seconds since 1970.
    """

    cn_gd: str = Field(repr=False)
    expires_at: int
    id: str
    login: str = Field(repr=False)
    session_ref: str
    v: Literal[1]


class ProvedBinding(Record):
    """A binding with both logins proved, which nothing has compared yet.  Members as in :class:`PendingBinding`."""

    cn_gd: str = Field(repr=False)
    expires_at: int
    hk: str = Field(repr=False)
    id: str
    session_ref: str
    v: Literal[1]


def verify_binder(proof: LoginProof) -> LoginProof:
    """Return the Guangdong login that may begin a binding, or refuse.

    (1) it is one of Guangdong   (2) begun by a relying party, with a state   (3) of a person
    (4) who holds a Home Return Permit.  Raises ``LinkRefused``.
    """
    # (1)
    if proof.jurisdiction != "CN-GD":
        raise LinkRefused("same_side", "a binding begins with a login at the Guangdong platform")
    # (2) and (3): as ``verify_pair``, which would refuse it at the end.
    verify_own(verify_started_here(proof))
    # (4) The public account of the scheme names this document and no other (guangdong.md section 9, VERIFIED).
    if PERMIT not in proof.document_kinds:
        raise LinkRefused("permit", "only the holder of a Home Return Permit can bind the two accounts")
    return proof


def verify_brought(proof: LoginProof, document_ref: str) -> None:
    """Check that what is brought to a matching has the permit of the account that is logged in, as far as that told one.

    ``document_ref`` is of the document that is brought, empty for none.  Raises ``LinkRefused("document")``.
    """
    if proof.permit_ref and not constant_time_equal(proof.permit_ref, document_ref):
        raise LinkRefused("document", "what is brought to the matching is not the document of the account logged in")
