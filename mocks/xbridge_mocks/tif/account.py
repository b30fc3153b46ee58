"""A person as the services behind the gateway tell them: flat, as a session, as Tianjin does (dossier 5.5, 5.6).

Builds plain JSON values from an invented persona. A field whose content is UNKNOWN is there and empty.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field

from xbridge_mocks.persona import GuangdongAccount, Persona

__all__ = [
    "JSONObject",
    "LoginSession",
    "flat_user",
    "forwarded_user",
    "in_base64",
    "session_parts",
    "swapped_session",
    "tianjin_user",
]

JSONObject = dict[str, object]
_SEX = {"M": "1", "F": "2"}
_LOGIN_TYPE = {"mp": 14, "app": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """A session at the login side: whose, where, since when; times are seconds, 0 for a proof that was not made."""

    sid: str = field(repr=False)
    persona: str
    platform: str
    since: int
    expires: int
    face_time: int = 0
    realname_time: int = 0


def account_of(person: Persona) -> GuangdongAccount:
    """The person's account. Raises ValueError for somebody without one."""
    if person.guangdong is None:
        raise ValueError(f"persona {person.key} has no Guangdong account")
    return person.guangdong


def flat_user(person: Persona, *, sid: str = "") -> JSONObject:
    """The flat object of 5.6: a person's, or an enterprise's with the person who acts for it."""
    account = account_of(person)
    company = account.usertype == "2"
    return {
        "name": _name(person),
        "account": account.uid,
        "account_type": "corp" if company else "human",
        "uid": account.useridcode,
        "cid": account.idcardnumber,
        "ctype": account.idcardtype,
        "mobile": account.telephonenumber,
        "login_type": "PASSWORD" if company else _LOGIN_TYPE["app"],
        "level": account.level,
        "origin": "",
        "sex": "" if company else _SEX[person.gender],
        "times": 0,
        "uversion": "",
        "legal_person": "",
        "legal_person_cid": "",
        "legal_person_ctype": "",
        "link_person_name": person.name_zh_hant or person.name_en if company else "",
        "link_person_cid": "",
        "link_person_ctype": "",
        "sid": sid,
        "auth_uid": _auth_uid(account),
    }


def session_parts(person: Persona, session: LoginSession, *, lifetime_s: int, proof_s: int) -> JSONObject:
    """The session of 5.6 in its three parts; each proof has its own time and lifetime."""
    account = account_of(person)
    phone = "phone" if session.platform == "mp" else "mobile"
    info: JSONObject = {
        "uid": account.useridcode,
        "openid": "",
        "unionid": "",
        "session_key": "",
        "cid": account.idcardnumber,
        "cid_type": "1000",
        "ctype": account.idcardtype,
        "name": _name(person),
        "star_cid": f"{account.idcardnumber[:3]}***{account.idcardnumber[-3:]}",
        "star_name": f"{_name(person)[:1]}**",
        phone: account.telephonenumber,
        "sid_time": session.since,
        "face_time": session.face_time,
        "realname_time": session.realname_time,
        "realname_checked": 1 if account.isreal else 0,
        "cid_start_date": "",
        "cid_expire_date": "",
        "account": account.uid,
        "account_type": "human",
        "level": account.level,
        "project": "yss",
        "platform": session.platform,
        "login_type": _LOGIN_TYPE[session.platform],
        "yss_uid": "" if session.platform == "mp" else account.useridcode,
        "extension": {"auth_status": 2, "auth_type": _LOGIN_TYPE[session.platform], "cid_md5": _fingerprint(account)},
    }
    if session.platform == "app":
        info["app"] = {"deviceid": "mock-device", "auth_uid": _auth_uid(account)}
    return {
        "session_id": {"sid": session.sid, "old_sid": ""},
        "session_info": info,
        "session_ctl": {"expire_time": lifetime_s, "face_expire_time": proof_s, "realname_expire_time": proof_s},
    }


def swapped_session(person: Persona, session: LoginSession, *, now_ms: int, lifetime_s: int) -> JSONObject:
    """What another machine room makes of a person's session: flat, without an id, and its times in milliseconds (5.5 (b)).

    The times of proofs are those of the swap, wherever the level or the session's login allows one at all.
    """
    account = account_of(person)
    by_face, proved = session.face_time > 0, account.level >= "L2"
    return {
        "ctype": account.idcardtype, "cid": account.idcardnumber, "account": account.uid, "name": _name(person),
        "uid": _auth_uid(account), "tif_uid": _auth_uid(account), "mobile": account.telephonenumber,
        "level": account.level, "account_type": "human", "address": "", "login_type": _LOGIN_TYPE[session.platform],
        "face_time": now_ms if by_face else 0, "face_authtime": now_ms if by_face else 0,
        "realname_time": now_ms if proved else 0, "realname_checked": 1 if proved else 0, "link_person_name": "",
        "link_person_cid": "", "link_person_ctype": "", "tokenid": "", "origin": "", "uversion": "",
        "expire_time": lifetime_s,
    }  # fmt: skip


def forwarded_user(person: Persona, session: LoginSession, *, proof_s: int) -> tuple[str, str, str]:
    """What the gateway passes on about a person: ``uid``, ``uinfo`` and ``ext`` (5.2)."""
    account = account_of(person)
    ext: JSONObject = {"name": _name(person)}
    # A proof that was never made leaves its member out or 0, as the gateway's own code does.
    if session.face_time:
        ext["face_expire"] = session.face_time + proof_s
    if session.realname_time:
        ext["realname_expire"] = session.realname_time + proof_s
    return account.useridcode, account.idcardnumber, in_base64(ext)


def tianjin_user(person: Persona, *, proved: int) -> JSONObject:
    """The sibling platform's object (5.5 (c)); what was proved is stated again beside the account's own."""
    account = account_of(person)
    name = _name(person)
    return {
        "uid": account.useridcode, "appid": "", "openid": "", "unionid": "", "cid": account.idcardnumber, "name": name,
        "phone": account.telephonenumber, "cid_start_date": "", "cid_expire_date": "", "face_cid": "", "face_name": "",
        "face_time": 0, "real_cid": account.idcardnumber if account.isreal else "",
        "real_name": name if account.isreal else "", "real_time": proved if account.isreal else 0,
    }  # fmt: skip


def in_base64(document: JSONObject) -> str:
    """``document`` as compact JSON in standard base64."""
    return base64.b64encode(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()).decode("ascii")


def _name(person: Persona) -> str:
    account = account_of(person)
    return account.cn or person.name_zh_hant or person.name_en


def _auth_uid(account: GuangdongAccount) -> str:
    return hashlib.sha256(f"mock auth {account.useridcode}".encode()).hexdigest()[:32]


def _fingerprint(account: GuangdongAccount) -> str:
    # The field is an MD5 on the platform; nobody needs its value here, so it only looks like one.
    return hashlib.sha256(account.idcardnumber.encode()).hexdigest()[:32]
