"""The link between a Hong Kong and a Guangdong account: its record, and the rules for making one.

Pure: ``flows/link.py`` reads, writes and records.  Accounts are named by keyed references only; the Guangdong account
key is sealed inside, for the one service that may ask for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from xbridge.core.assurance import reaches
from xbridge.core.decision import Record
from xbridge.core.errors import LinkRefused
from xbridge.core.identity import Level
from xbridge.core.matching import Agreement
from xbridge.core.moment import to_text
from xbridge.linking.proof import LoginProof

LinkState = Literal["linked", "unlinked"]
LinkOrigin = Literal["binding", "two_logins"]
"""How a link was made: two logins in one session, or a binding that Guangdong began (flows/binding.py)."""


class LinkEnd(Record):
    """One side of a link: the account's keyed reference and how well it was proved when linking.

    ``account`` is the subject, sealed for this link (see ``flows/introspection.py``).
    """

    account: str
    assurance: Level
    assurance_source: str
    has_permit: bool
    issuer: str
    provider: str
    subject_ref: str
    under_14: Literal["yes", "no", "unknown"]


class MatchedAccounts(Record):
    """What a matching without disclosure said about the two accounts when they were linked: results, no values.

    ``run`` names the run on both sides, empty where none was needed; ``review`` the one in which a person approved
    names that do not agree, empty where they do.
    """

    document: Agreement
    names: Agreement
    review: str
    run: str


UNMATCHED = MatchedAccounts(document="not_compared", names="not_compared", review="", run="")


class LinkRecord(Record):
    """A link as stored under ``link/<id>``.  ``linked_at`` and ``ended_at`` are RFC 3339 in UTC, empty if not yet.

    ``matched`` and ``origin`` were not written at first: a row without them was made by two logins.
    """

    cn_gd: LinkEnd
    ended_at: str
    hk: LinkEnd
    id: str
    linked_at: str
    matched: MatchedAccounts = UNMATCHED
    origin: LinkOrigin = "two_logins"
    state: LinkState
    v: Literal[1]

    def end_of(self, subject_ref: str) -> LinkEnd | None:
        """Return the end whose account has ``subject_ref``, or None."""
        return next((end for end in (self.hk, self.cn_gd) if end.subject_ref == subject_ref), None)

    def ended(self, *, now: datetime) -> LinkRecord:
        """Return the record of this link ended at ``now``."""
        return self.model_copy(update={"state": "unlinked", "ended_at": to_text(now)})


def verify_pair(first: LoginProof, second: LoginProof) -> tuple[LoginProof, LoginProof]:
    """Return the two proofs as (Hong Kong, Guangdong), or refuse.

    (1) one of each side   (2) two different proofs   (3) neither started outside a relying party   (4) two people.
    Session and age were checked when the proofs were opened.  Raises ``LinkRefused``.
    """
    # (1)
    by_side = {first.jurisdiction: first, second.jurisdiction: second}
    if set(by_side) != {"HK", "CN-GD"}:
        raise LinkRefused("same_side", "a link needs one login from each side")
    # (2)
    if first.id == second.id:
        raise LinkRefused("used", "the same login cannot stand for both sides")
    # (3)
    hk, cn_gd = (verify_started_here(by_side[side]) for side in ("HK", "CN-GD"))
    # (4)
    return verify_own(hk), verify_own(cn_gd)


def verify_started_here(proof: LoginProof) -> LoginProof:
    """Return the login if it was started here and came back to where it was started, or refuse.

    Any other can be started, or ended, by an attacker in the victim's browser (iamsmart.md 6.7, guangdong.md 2.1): the
    account would be the attacker's, or the browser would.  Raises ``LinkRefused``.
    """
    if proof.started_by == "relying_party_stateless":
        raise LinkRefused("stateless", "a login whose callback carried no state is too weak for this")
    if proof.started_by != "relying_party":
        raise LinkRefused("direct_login", "a login that was started elsewhere is too weak for this; log in from here")
    return proof


def verify_own(proof: LoginProof) -> LoginProof:
    """Return the login if its account is one person's, or refuse.

    A company's account is many people's: whoever acts for it next would find somebody else's link.  Raises
    ``LinkRefused``.
    """
    if proof.holder != "person":
        raise LinkRefused("organisation", "an organisation's account cannot be linked; log in with your own")
    return proof


def verify_level(proof: LoginProof, *, min_level: Level) -> LoginProof:
    """Return the login if it proves its person well enough to link.  Raises ``LinkRefused``."""
    if not reaches(proof.assurance, min_level):
        raise LinkRefused("level", f"a link needs a login of level {min_level} or better on both sides")
    return proof


def new_link(
    link_id: str,
    hk: LinkEnd,
    cn_gd: LinkEnd,
    *,
    origin: LinkOrigin = "two_logins",
    matched: MatchedAccounts = UNMATCHED,
    now: datetime,
) -> LinkRecord:
    """Return the record of a link made at ``now``."""
    return LinkRecord(
        cn_gd=cn_gd,
        ended_at="",
        hk=hk,
        id=link_id,
        linked_at=to_text(now),
        matched=matched,
        origin=origin,
        state="linked",
        v=1,
    )


def link_end(proof: LoginProof, *, account: str) -> LinkEnd:
    """Return the end of a link that ``proof`` proves; ``account`` is its subject, sealed."""
    return LinkEnd(
        account=account,
        assurance=proof.assurance,
        assurance_source=proof.assurance_source,
        has_permit="home_return_permit" in proof.document_kinds,
        issuer=proof.issuer,
        provider=proof.provider,
        subject_ref=proof.subject_ref,
        under_14=proof.under_14,
    )
