"""The account as the platform tells it: ``userobj``, ``pareobj`` and the level document (dossier 2.3).

Builds plain JSON values from a synthetic persona. It states every field of the documented shape and invents no
meaning: a field whose content is UNKNOWN is present and empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from xbridge_mocks.persona import GuangdongAccount, Persona

JSONObject = dict[str, object]
NameScript = Literal["zh_hant", "zh_hans"]

# The way codes are VERIFIED as texts; which way leads to which level is INFERRED.
_WAY_OF_LEVEL = {"L1": "IDV", "L2": "YSS", "L3": "GW"}
_SEX = {"M": "1", "F": "2"}
_BEIJING = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDocument:
    """The parts of a tokeninfo reply that describe the person; ``parent`` is the text ``null`` if there is none."""

    user: JSONObject
    parent: JSONObject | str
    levels: JSONObject

    @classmethod
    def of(cls, person: Persona, *, script: NameScript) -> AccountDocument:
        """Describe ``person`` as the platform would.  Raises ValueError for a person without an account."""
        account = person.guangdong
        if account is None:
            raise ValueError(f"persona {person.key} has no Guangdong account")
        name = account.cn or (person.name_zh_hans if script == "zh_hans" else person.name_zh_hant) or person.name_en
        legal = account.usertype == "2"
        user = _user_object(account, name=name, sex="" if legal else _SEX[person.gender], agent="")
        # NOTE: the four letters, not JSON null: that is what the platform sends (dossier 2.3).
        parent: JSONObject | str = "null"
        if account.parent is not None:
            parent = _user_object(account.parent, name=account.parent.cn or "", sex="", agent=name)
        return cls(user=user, parent=parent, levels=_level_object(account, name))


def beijing_text(moment: datetime) -> str:
    """Return an aware moment as ``yyyyMMddHHmmss`` in Beijing time (the zone is INFERRED)."""
    return (moment.astimezone(UTC) + _BEIJING).strftime("%Y%m%d%H%M%S")


def _user_object(account: GuangdongAccount, *, name: str, sex: str, agent: str) -> JSONObject:
    """Return one account under the platform's own field names, its values typed as the platform types them."""
    parent_code = account.parent.useridcode if account.parent is not None else "-1"
    # "accout" is the platform's own spelling; -1 stands for "no value".
    extra = ["origin=gdbs", "accout_type=1", "area=-1", "uversion=3.0", f"parent_uidcode={parent_code}"]
    if account.usertype == "2":
        extra += [f"legal_code={account.idcardnumber}", "ent_type=-1", "tax_code=-1"]
    return {
        "uid": account.uid,
        "cn": name,
        "usertype": account.usertype,
        "isreal": "true" if account.isreal else "false",
        "useridcode": account.useridcode,
        "idcardtype": account.idcardtype,
        "idcardnumber": account.idcardnumber,
        "telephonenumber": account.telephonenumber,
        "mail": "",
        "sex": sex,
        "createtime": account.createtime,
        "realtype": account.realtype,
        "authloc": "",
        "link_person_name": agent,
        "anon_flag": False,
        "tokenid": "",
        "creditable_level_of_account": account.level,
        "creditable_level_of_account_way": _way_text(account),
        "extproperties": extra,
    }


def _level_object(account: GuangdongAccount, name: str) -> JSONObject:
    """Return the level document: the level again, and how it was reached (nothing for a self-declared account)."""
    way = _WAY_OF_LEVEL.get(account.level)
    steps: list[JSONObject] = []
    if way is not None:
        made = account.createtime
        steps.append(
            {
                "auth_time": f"{made[:4]}-{made[4:6]}-{made[6:8]} {made[8:10]}:{made[10:12]}:{made[12:14]}",
                "uniqueid": account.uid,
                "user_name": name,
                "auth_identification": "",
                "identity_level": account.level,
                "credential_no": account.idcardnumber,
                "way_code": way,
            }
        )
    return {
        "creditable_level_of_account": account.level,
        "creditable_level_of_account_way": _way_text(account),
        "creditable_level_of_account_way_list": steps,
    }


def _way_text(account: GuangdongAccount) -> str:
    """Return ``level@way@unique`` closed by two bars, or nothing for a self-declared account."""
    way = _WAY_OF_LEVEL.get(account.level)
    return f"{account.level}@{way}@{account.uid}||" if way else ""
