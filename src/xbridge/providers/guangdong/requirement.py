"""What a service demands of an account, checked before anything else happens with it (guangdong.md 2.6 and 3).

A level is never raised: what counts is the lowest of the platform's claim, the operator's table and the operator's cap.
How recently it was proved is another question, and has its own answer.
"""

from __future__ import annotations

from datetime import datetime

from xbridge.core.assurance import lowest, reaches
from xbridge.core.errors import VerificationError
from xbridge.core.identity import Assurance
from xbridge.providers.guangdong.account import CLOCK_SKEW, GuangdongAccount
from xbridge.providers.guangdong.account_page import account_pages
from xbridge.providers.guangdong.settings import GuangdongSettings


def verify_account(settings: GuangdongSettings, account: GuangdongAccount, *, now: datetime) -> Assurance:
    """Return how well the account is known.

    (1) the kind of account   (2) its real name   (3) its level   (4) how long ago the level was proved.  Raises
    ``VerificationError``.
    """
    # (1)
    if settings.require_usertype not in ("any", account.usertype):
        raise VerificationError(
            "usertype", reason="mismatch", message="this service does not serve this kind of account"
        )
    # (2) What is not said is not true.
    if settings.demands_isreal and account.isreal is not True:
        raise VerificationError(
            "isreal", reason="mismatch", message="this service asks for an account whose name was checked"
        )
    # (3) A level that the table leaves out counts for nothing.
    level = lowest(account.level, settings.level_map.get(account.level, "L0"), settings.level_cap)
    if not reaches(level, settings.min_level):
        raise VerificationError(
            "assurance",
            reason="too_low",
            message=f"the account's level is below {settings.min_level}; {_where(settings, 'raise it')}",
        )
    # (4)
    proved_at = account.proved_at(level, now=now)
    _verify_age(settings, proved_at, now=now)
    return Assurance(source=account.level, level=level, proved_at=proved_at)


def _where(settings: GuangdongSettings, what: str) -> str:
    """Return where the person can do ``what`` about a level; the address is the platform's and names nobody."""
    return f"the person can {what} at {account_pages(settings).raise_level}"


def _verify_age(settings: GuangdongSettings, proved_at: datetime | None, *, now: datetime) -> None:
    """Refuse a proof that is too old, or of which nobody says how old it is, where an age is demanded."""
    max_age_s = settings.max_age_of_proof_s
    if max_age_s is None:
        return
    if proved_at is None or proved_at > now + CLOCK_SKEW or (now - proved_at).total_seconds() > max_age_s:
        raise VerificationError(
            "assurance",
            reason="stale",
            message=f"the account's level was proved too long ago; {_where(settings, 'prove it again')}",
        )
