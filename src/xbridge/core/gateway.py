"""What a gateway tells about people, as plain values: users of forwarded requests, flat users, sessions, replies.

Values only.  How each is read from the wire and what vouches for it is ``protocols/tif_user.py``'s business.  A level says
what was once proved; *freshness* says until when a proof made just now counts, and is kept apart from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

AccountType = Literal["human", "corp"]
SKEW = timedelta(seconds=180)
"""How far ahead of our clock a proof may have been made: as far as a request may be signed (5.2)."""
LONGEST_PROOF = timedelta(days=1)
"""No proof counts for longer from now; the lifetimes that were seen are 300 seconds (5.6), this bound is ours."""


def _counts(now: datetime, *, until: datetime | None, made: datetime | None = None) -> bool:
    """Return whether a proof counts at ``now``; one that was made in the future, or ends beyond all measure, does not."""
    if until is None or not now < until <= now + LONGEST_PROOF + SKEW:
        return False
    return made is None or made <= now + SKEW


def _nothing() -> Mapping[str, object]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayUser:
    """Who sent a request that the gateway forwarded, by its signed headers (guangdong.md 5.2).

    ``document_number`` is the number of the person's identity document where the gateway passes it.  The two moments end
    a proof by face or by real name that was made for this session; None means that there is none.  ``extra`` holds
    whatever else the gateway told.
    """

    uid: str = field(repr=False)
    document_number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    face_expires_at: datetime | None = None
    realname_expires_at: datetime | None = None
    extra: Mapping[str, object] = field(default_factory=_nothing, repr=False)

    def has_fresh_face(self, now: datetime) -> bool:
        """Return whether a proof by face still counts at ``now``."""
        return _counts(now, until=self.face_expires_at)

    def has_fresh_realname(self, now: datetime) -> bool:
        """Return whether a proof of the real name still counts at ``now``."""
        return _counts(now, until=self.realname_expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReply:
    """A service's answer through the gateway; ``data`` is plain JSON, ``headers`` are pairs with lower-case names."""

    data: object = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TifUser:
    """The flat object for a person or an enterprise (guangdong.md 5.6), under its own field names.

    ``login_type`` is a word or a number; a text that is missing is empty.
    """

    uid: str = field(repr=False)
    account_type: AccountType
    level: str
    name: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    cid: str = field(default="", repr=False)
    ctype: str = ""
    mobile: str = field(default="", repr=False)
    login_type: str | int = ""
    origin: str = ""
    sex: str = field(default="", repr=False)
    times: int = 0
    uversion: str = ""
    legal_person: str = field(default="", repr=False)
    legal_person_cid: str = field(default="", repr=False)
    legal_person_ctype: str = ""
    link_person_name: str = field(default="", repr=False)
    link_person_cid: str = field(default="", repr=False)
    link_person_ctype: str = ""
    sid: str = field(default="", repr=False)
    auth_uid: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """A login session of the mini-program or the app: its three parts, merged as they are at run time (5.6).

    Times are moments.  ``realname_checked`` is None where the platform does not say.  ``address``, ``tokenid``,
    ``tif_uid``, ``face_auth_at`` and ``corp``, whose form is UNKNOWN, come with a session of another machine room (5.5 (b)).
    """

    sid: str = field(repr=False)
    uid: str = field(repr=False)
    account_type: AccountType
    level: str
    old_sid: str = field(default="", repr=False)
    openid: str = field(default="", repr=False)
    unionid: str = field(default="", repr=False)
    session_key: str = field(default="", repr=False)
    cid: str = field(default="", repr=False)
    cid_type: str = ""
    ctype: str = ""
    name: str = field(default="", repr=False)
    star_cid: str = field(default="", repr=False)
    star_name: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    sid_at: datetime | None = None
    face_at: datetime | None = None
    realname_at: datetime | None = None
    realname_checked: bool | None = None
    cid_start_date: str = field(default="", repr=False)
    cid_expire_date: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    project: str = ""
    platform: str = ""
    login_type: str | int = ""
    yss_uid: str = field(default="", repr=False)
    app: Mapping[str, object] = field(default_factory=_nothing, repr=False)
    extension: Mapping[str, object] = field(default_factory=_nothing, repr=False)
    address: str = field(default="", repr=False)
    tokenid: str = field(default="", repr=False)
    tif_uid: str = field(default="", repr=False)
    corp: object = field(default=None, repr=False)
    face_auth_at: datetime | None = None
    expires_at: datetime | None = None
    face_expires_at: datetime | None = None
    realname_expires_at: datetime | None = None

    def has_fresh_face(self, now: datetime) -> bool:
        """Return whether a proof by face still counts at ``now``."""
        return _counts(now, until=self.face_expires_at, made=self.face_at)

    def has_fresh_realname(self, now: datetime) -> bool:
        """Return whether a proof of the real name still counts at ``now``; one that is stated not to hold never does."""
        if self.realname_checked is False:
            return False
        return _counts(now, until=self.realname_expires_at, made=self.realname_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class TianjinUser:
    """The user object of the sibling platform in Tianjin (guangdong.md 5.5 (c)).

    The person is stated up to three times: as the account says, as proved by face, as proved by name; the two moments
    say when.  What proof counts for how long is not stated, so nothing here speaks of freshness.
    """

    uid: str = field(repr=False)
    appid: str = ""
    openid: str = field(default="", repr=False)
    unionid: str = field(default="", repr=False)
    cid: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    cid_start_date: str = field(default="", repr=False)
    cid_expire_date: str = field(default="", repr=False)
    face_cid: str = field(default="", repr=False)
    face_name: str = field(default="", repr=False)
    face_at: datetime | None = None
    real_cid: str = field(default="", repr=False)
    real_name: str = field(default="", repr=False)
    real_at: datetime | None = None
