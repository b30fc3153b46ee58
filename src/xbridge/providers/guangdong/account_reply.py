"""``tokeninfo``: the account behind a token (guangdong.md 2.3).

Tolerant where independent clients saw variants, strict about everything that decides who the person is and for whom
they act.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import SecretStr

from xbridge.core.http import HTTPReply
from xbridge.core.identity import Level
from xbridge.providers.guangdong.account import Agent, GuangdongAccount, LevelProof
from xbridge.providers.guangdong.account_text import (
    level_of,
    parse_proofs,
    parse_properties,
    parse_time,
    parse_ways,
    text_of,
)
from xbridge.providers.guangdong.reply import NOTHING, broken, json_object, open_document

STEP = "tokeninfo"
LEVEL = "creditable_level_of_account"
WAYS = "creditable_level_of_account_way"
PROOFS = "creditable_level_of_account_way_list"
_USERIDCODE = re.compile(r"[0-9a-f]{32}")
_TRUTH = {"true": True, "false": False}
_NAMES = (
    "anon_flag authloc cn createtime extproperties idcardnumber idcardtype isreal link_person_name mail realtype sex "
    "telephonenumber tokenid uid useridcode usertype identity_level auth_time uniqueid user_name credential_no way_code "
    f"auth_identification {LEVEL} {WAYS} {PROOFS}"
).split()
_FOLDED = {name.replace("_", ""): name for name in _NAMES}


def parse_account_reply(reply: HTTPReply, *, hidden: tuple[SecretStr, ...] = ()) -> GuangdongAccount:
    """Return the account in a ``tokeninfo`` reply.

    Raises ``ProviderRejected`` for any of the error shapes, ``ProviderUnavailable`` and ``ProtocolError``.
    """
    document = open_document(reply, step=STEP, hidden=hidden)
    again = document.get("user_creditable_level")
    levels = {} if again in NOTHING else _fields(json_object(again, step=STEP))
    # The four ways to say that there is no parent are in ``NOTHING``; a missing member is one of them (2.3, VERIFIED).
    parent = document.get("pareobj")
    signdata = document.get("signdata")
    account = _account(
        json_object(document.get("userobj"), step=STEP),
        levels,
        parent=None if parent in NOTHING else _parent(json_object(parent, step=STEP, reason="pareobj")),
        signdata=signdata if isinstance(signdata, str) and len(signdata) <= 8192 else "",
    )
    if account.parent is not None and account.parent.useridcode == account.useridcode:
        raise broken(STEP, "pareobj")
    return account


def _account(
    userobj: Mapping[str, object],
    levels: Mapping[str, object],
    *,
    parent: GuangdongAccount | None = None,
    signdata: str = "",
) -> GuangdongAccount:
    fields = _fields(userobj)
    properties = parse_properties(fields.get("extproperties"))
    return GuangdongAccount(
        useridcode=_key(fields),
        usertype=text_of(fields, "usertype"),
        level=_level(fields, levels),
        isreal=_TRUTH.get(text_of(fields, "isreal").lower()),
        uid=text_of(fields, "uid"),
        name=text_of(fields, "cn"),
        sex=text_of(fields, "sex"),
        idcardtype=text_of(fields, "idcardtype"),
        idcardnumber=text_of(fields, "idcardnumber"),
        telephonenumber=text_of(fields, "telephonenumber"),
        mail=text_of(fields, "mail"),
        created_at=parse_time(text_of(fields, "createtime")),
        realtype=text_of(fields, "realtype"),
        authloc=text_of(fields, "authloc"),
        anon_flag=_TRUTH.get(text_of(fields, "anon_flag").lower()),
        tokenid=text_of(fields, "tokenid"),
        ways=parse_ways(fields.get(WAYS) or levels.get(WAYS)),
        proofs=_proofs(levels.get(PROOFS)),
        properties=properties,
        agent=_agent(text_of(fields, "link_person_name"), dict(properties)),
        parent=parent,
        signdata=signdata,
        raw=MappingProxyType(dict(userobj)),
    )


def _parent(userobj: Mapping[str, object]) -> GuangdongAccount:
    """Return the company's account.  Raises ``ProtocolError`` where it cannot be told which company that is."""
    fields = _fields(userobj)
    if not _USERIDCODE.fullmatch(text_of(fields, "useridcode")):
        raise broken(STEP, "pareobj")
    # Nothing is decided by the level of a parent, so one that is not told is the lowest.
    return _account({**fields, LEVEL: "L0"} if fields.get(LEVEL) in NOTHING else userobj, {})


def _key(fields: Mapping[str, object]) -> str:
    code = fields.get("useridcode")
    if not isinstance(code, str) or not _USERIDCODE.fullmatch(code):
        raise broken(STEP, "useridcode")
    return code


def _level(fields: Mapping[str, object], levels: Mapping[str, object]) -> Level:
    """Return the level; it may stand in the reply twice, and where the two differ neither is believed (2.3)."""
    level = level_of(fields.get(LEVEL))
    if level is None or levels.get(LEVEL) not in (None, "", level):
        raise broken(STEP, "level")
    return level


def _proofs(value: object) -> tuple[LevelProof, ...]:
    """Return the proofs of levels, their members under the documented names."""
    if not isinstance(value, list | tuple):
        return ()
    return parse_proofs([_fields(item) for item in value if isinstance(item, Mapping)])


def _agent(name: str, properties: Mapping[str, str]) -> Agent | None:
    code, kind = properties.get("link_person_code", ""), properties.get("link_person_type", "")
    return Agent(name=name, document_code=code, document_type=kind) if name or code else None


def _fields(members: Mapping[str, object]) -> dict[str, object]:
    """Return ``members`` under their documented names, also when they came in camelCase (``userIdCode``, 2.3)."""
    fields: dict[str, object] = {}
    for name, value in members.items():
        plain = _FOLDED.get(name.lower().replace("_", ""), name)
        # The same field in two spellings would leave it to chance which account this is.
        if plain in fields:
            raise broken(STEP, "duplicated")
        fields[plain] = value
    return fields
