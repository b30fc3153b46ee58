"""The account as the platform tells it: ``userobj``, ``pareobj`` and the level document (dossier 2.3).

Builds plain JSON values from a synthetic persona. It states every field of the documented shape and invents no
meaning: a field whose content is UNKNOWN is present and empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from xbridge_mocks.persona import AccountWay, GuangdongAccount, LegalPerson, Persona

JSONObject = dict[str, object]
NameScript = Literal["zh_hant", "zh_hans"]

# The way codes are VERIFIED as texts; which way leads to which level is INFERRED.
_WAY_OF_LEVEL = {"L1": "IDV", "L2": "YSS", "L3": "GW"}
_SEX = {"M": "1", "F": "2"}
_BEIJING = timedelta(hours=8)

# How somebody signed in, as ``accout_type`` says it (VERIFIED, dossier 2.3).
PASSWORD, CERTIFICATE, SCAN = "1", "2", "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDocument:
    """The parts of a tokeninfo reply that describe the person; ``parent`` is the text ``null`` if there is none."""

    user: JSONObject
    parent: JSONObject | str
    levels: JSONObject

    @classmethod
    def of(
        cls, person: Persona, *, script: NameScript, account_type: str = PASSWORD, token_id: str = ""
    ) -> AccountDocument:
        """Describe ``person`` as the platform would.  Raises ValueError for a person without an account.

        ``account_type`` is how the person signed in, ``token_id`` the session that began then.
        """
        account = person.guangdong
        if account is None:
            raise ValueError(f"persona {person.key} has no Guangdong account")
        name = account.cn or (person.name_zh_hans if script == "zh_hans" else person.name_zh_hant) or person.name_en
        legal = account.usertype == "2"
        user = _user_object(account, name=name, sex="" if legal else _SEX[person.gender], account_type=account_type)
        user["tokenid"] = token_id
        user["link_person_name"] = account.legal.agent if account.legal else ""
        # NOTE: the four letters, not JSON null: that is what the platform sends (dossier 2.3).
        parent: JSONObject | str = "null"
        if account.parent is not None:
            parent = _user_object(account.parent, name=account.parent.cn or "", sex="", account_type="-1")
            parent["link_person_name"] = name
        return cls(user=user, parent=parent, levels=_level_object(account, name))


def beijing_text(moment: datetime) -> str:
    """Return an aware moment as ``yyyyMMddHHmmss`` in Beijing time (the zone is INFERRED)."""
    return (moment.astimezone(UTC) + _BEIJING).strftime("%Y%m%d%H%M%S")


def ways_of(account: GuangdongAccount) -> tuple[AccountWay, ...]:
    """Return how the level was reached, oldest first: nothing for a self-declared account."""
    code = _WAY_OF_LEVEL.get(account.level)
    if account.ways or code is None:
        return account.ways
    return (AccountWay(level=account.level, code=code, at=account.createtime),)


def _user_object(account: GuangdongAccount, *, name: str, sex: str, account_type: str) -> JSONObject:
    """Return one account under the platform's own field names, its values typed as the platform types them."""
    parent_code = account.parent.useridcode if account.parent is not None else "-1"
    # "accout" is the platform's own spelling; -1 stands for "no value".
    extra = ["origin=gdbs", f"accout_type={account_type}", "area=-1", "uversion=3.0", f"parent_uidcode={parent_code}"]
    if account.legal is not None:
        extra += _legal_pairs(account.legal, account.idcardnumber)
    elif account.usertype == "2":
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
        "link_person_name": "",
        "anon_flag": False,
        "tokenid": "",
        "creditable_level_of_account": account.level,
        "creditable_level_of_account_way": _way_text(account),
        "extproperties": extra,
    }


def _legal_pairs(legal: LegalPerson, number: str) -> list[str]:
    """Return what the platform adds for an enterprise (the names are VERIFIED, which value goes where is INFERRED)."""
    return [
        f"legal_person={legal.representative}",
        f"legal_id_type={legal.representative_type}",
        f"legal_code={legal.representative_number}",
        f"link_person_type={legal.agent_type}",
        f"link_person_code={legal.agent_number}",
        f"ent_type={legal.ent_type}",
        f"comm_code={number}",
        "tax_code=-1",
        f"address={legal.address}",
    ]


def _level_object(account: GuangdongAccount, name: str) -> JSONObject:
    """Return the level document: the level again, and each way it was reached, with the time: the proof's freshness."""
    return {
        "creditable_level_of_account": account.level,
        "creditable_level_of_account_way": _way_text(account),
        "creditable_level_of_account_way_list": [
            {
                "auth_time": auth_time(way),
                "uniqueid": account.uid,
                "user_name": name,
                "auth_identification": "",
                "identity_level": way.level,
                "credential_no": way.number or account.idcardnumber,
                "way_code": way.code,
            }
            for way in ways_of(account)
        ],
    }


def auth_time(way: AccountWay) -> str:
    """Return when a way was gone, as the platform writes it: ``yyyy-MM-dd HH:mm:ss``."""
    at = way.at
    return f"{at[:4]}-{at[4:6]}-{at[6:8]} {at[8:10]}:{at[10:12]}:{at[12:14]}"


def _way_text(account: GuangdongAccount) -> str:
    """Return ``level@way@unique`` for each way, each closed by two bars; nothing for a self-declared account."""
    return "".join(f"{way.level}@{way.code}@{account.uid}||" for way in ways_of(account))
