"""The people of the mock world: one population, known to both platforms.

Every person is invented. Check digits are valid, but the numbers lie in ranges that look never issued: HKIC prefix
``ZZ``, permit numbers and business registrations below 200, mobile prefix ``100``, credit-code stem ``MAYYYY``. This
module holds data only; what a platform shows of it is that platform's business.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from xbridge_mocks.check_digit import hkid_check_digit, resident_check_character

__all__ = [
    "POPULATION",
    "AccountWay",
    "Company",
    "GuangdongAccount",
    "HongKongAccount",
    "LegalPerson",
    "Persona",
    "persona",
]

UserType = Literal["default", "sign"]
Level = Literal["L0", "L1", "L2", "L3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HongKongAccount:
    """An iAM Smart registration: ``sign`` is iAM Smart+; the date changes when verified data change."""

    user_type: UserType
    last_modified_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWay:
    """One way in which an account proved its level, and when: ``at`` is yyyyMMddHHmmss, Beijing time.

    ``number`` is the number of the document as it was then; empty: the account's own.
    """

    level: Level
    code: str
    at: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalPerson:
    """Who stands behind an enterprise's account: its legal representative, and the agent who deals with the account.

    Types are those of the platform's document table.
    """

    representative: str
    representative_type: str
    representative_number: str
    agent: str
    agent_type: str
    agent_number: str
    ent_type: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuangdongAccount:
    """An account of the Guangdong platform; ``useridcode`` is its key, ``uid`` only a login name.

    ``cn`` is set where the record bears another name than the person's own, as for a company; ``parent`` is the company
    whose sub-account this is. ``createtime`` is yyyyMMddHHmmss, Beijing time. ``ways`` is how the level was reached,
    oldest first; with none given, it was reached in one step when the account was made. ``legal`` is of companies only.
    """

    uid: str
    useridcode: str
    password: str
    usertype: Literal["1", "2"]
    level: Level
    isreal: bool
    idcardtype: str
    idcardnumber: str
    telephonenumber: str
    realtype: str
    createtime: str
    parent: GuangdongAccount | None = None
    cn: str | None = None
    ways: tuple[AccountWay, ...] = ()
    legal: LegalPerson | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A Hong Kong company with a digital corporate identity; ``number`` is its business registration, eight digits."""

    key: str
    name_zh_hant: str
    name_zh_hans: str
    name_en: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One invented person. Chinese names are empty where the person has none; ``birth_date`` is YYYYMMDD.

    ``companies`` are those for which the person may act in Hong Kong.
    """

    key: str
    name_zh_hant: str
    name_zh_hans: str
    name_en: str
    hkid: str
    hkid_check: str
    birth_date: str
    gender: Literal["M", "F"]
    home_return_permit: str | None
    iamsmart: HongKongAccount | None
    guangdong: GuangdongAccount | None
    note: str
    companies: tuple[Company, ...] = ()


_HOME_RETURN_PERMIT = "40"  # UNKNOWN in the sources: no code of its own is known, "other" is the documented default.
_RESIDENT_FORMAT = "10"
_PASSPORT = "20"
_CREDIT_CODE = "49"


def _hk(user_type: UserType = "default", *, modified_ms: int = 1_700_000_000_000) -> HongKongAccount:
    return HongKongAccount(user_type=user_type, last_modified_ms=modified_ms)


def _gd(
    uid: str,
    number: str,
    *,
    level: Level = "L2",
    document: tuple[str, str],
    usertype: Literal["1", "2"] = "1",
    parent: GuangdongAccount | None = None,
    cn: str | None = None,
    ways: tuple[AccountWay, ...] = (),
    legal: LegalPerson | None = None,
) -> GuangdongAccount:
    return GuangdongAccount(
        uid=uid,
        useridcode=hashlib.sha256(f"xbridge mock account {uid}".encode()).hexdigest()[:32],
        password=f"mock-{number}",
        usertype=usertype,
        level=level,
        isreal=level != "L0",
        idcardtype=document[0],
        idcardnumber=document[1],
        telephonenumber=f"10000000{number}",
        realtype="" if level == "L0" else "IC" if usertype == "2" else "PLV",
        createtime=f"20240102030{number}",
        parent=parent,
        cn=cn,
        ways=ways,
        legal=legal,
    )


def _person(
    number: str,
    key: str,
    names: tuple[str, str, str],
    born: str,
    gender: Literal["M", "F"],
    *,
    permit: str | None,
    iamsmart: HongKongAccount | None,
    guangdong: GuangdongAccount | None,
    note: str,
    companies: tuple[Company, ...] = (),
) -> Persona:
    hkid = f"ZZ000{number}"
    return Persona(
        key=key, name_zh_hant=names[0], name_zh_hans=names[1], name_en=names[2],
        hkid=hkid, hkid_check=hkid_check_digit(hkid), birth_date=born, gender=gender,
        home_return_permit=permit, iamsmart=iamsmart, guangdong=guangdong, note=note, companies=companies,
    )  # fmt: skip


def _residence_permit(born: str, sequence: str) -> str:
    stem = f"810000{born}{sequence}"
    return stem + resident_check_character(stem)


_COMPANY = _gd(
    "mock_company", "110", level="L3", usertype="2",
    document=(_CREDIT_CODE, "91440000MAYYYY016X"), cn="示例贸易（广东）有限公司",
)  # fmt: skip

_AGENCY = _gd(
    "mock_agency", "116", usertype="2",
    document=(_CREDIT_CODE, "91440000MAYYYY024Q"), cn="示例代理（广东）有限公司",
    ways=(
        AccountWay(level="L1", code="IDV", at="20240102030116"),
        AccountWay(level="L2", code="GW", at="20240611093000"),
    ),
    legal=LegalPerson(
        representative="示例甲", representative_type=_RESIDENT_FORMAT,
        representative_number=_residence_permit("19700101", "099"),
        agent="谭柏豪", agent_type=_HOME_RETURN_PERMIT, agent_number="H00000116",
        ent_type="1", address="广东省广州市示例路1号",
    ),
)  # fmt: skip

_TRADING = Company(
    key="sample-trading", name_zh_hant="示例貿易公司", name_zh_hans="示例贸易公司", name_en="Sample Trading Company",
    number="00000101",
)  # fmt: skip
_NOODLES = Company(
    key="sample-noodles", name_zh_hant="示例麵家有限公司", name_zh_hans="示例面家有限公司", name_en="Sample Noodles Limited",
    number="00000110",
)  # fmt: skip

POPULATION: tuple[Persona, ...] = (
    _person(
        "101", "chan-tai-man", ("陳大文", "陈大文", "CHAN, Tai Man"), "19900101", "M",
        permit="H00000101", iamsmart=_hk(),
        guangdong=_gd("chan_tai_man", "101", document=(_HOME_RETURN_PERMIT, "H00000101")),
        note="Ordinary Hong Kong resident with both accounts, Guangdong level L2; has a company.",
        companies=(_TRADING,),
    ),
    _person(
        "102", "lee-siu-ming", ("李小明", "李小明", "LEE, Siu Ming"), "19850315", "M",
        permit="H00000102", iamsmart=_hk("sign"),
        guangdong=_gd("lee_siu_ming", "102", level="L3", document=(_HOME_RETURN_PERMIT, "H00000102")),
        note="iAM Smart+ (may sign) and Guangdong level L3; acts for two companies.",
        companies=(_NOODLES, _TRADING),
    ),
    _person(
        "103", "wong-mei-ling", ("黃美玲", "黄美玲", "WONG, Mei Ling"), "19921124", "F",
        permit="H00000103", iamsmart=_hk(),
        guangdong=_gd("wong_mei_ling", "103", document=(_RESIDENT_FORMAT, _residence_permit("19921124", "002"))),
        note="Woman whose Guangdong record holds her residence permit, not her Home Return Permit.",
    ),
    _person(
        "104", "cheung-ka-yan", ("張嘉欣", "张嘉欣", "CHEUNG, Ka Yan"), "19990808", "F",
        permit="H00000104", iamsmart=_hk(),
        guangdong=_gd("cheung_ka_yan", "104", level="L0", document=(_HOME_RETURN_PERMIT, "H00000104")),
        note="Guangdong level L0: self-declared, never checked.",
    ),
    _person(
        "105", "ho-chi-keung", ("何志強", "何志强", "HO, Chi Keung"), "19781230", "M",
        permit="H00000105", iamsmart=_hk(),
        guangdong=_gd("ho_chi_keung", "105", level="L1", document=(_HOME_RETURN_PERMIT, "H00000105")),
        note="Guangdong level L1: name and number matched, person not seen.",
    ),
    _person(
        "106", "ng-wing-sze", ("吳詠詩", "吴咏诗", "NG, Wing Sze"), "20010520", "F",
        permit="H00000106", iamsmart=_hk("sign"), guangdong=None,
        note="iAM Smart+ but no Guangdong account.",
    ),
    _person(
        "107", "fernandes-maria", ("", "", "FERNANDES, Maria"), "19880229", "F",
        permit="HA0000107", iamsmart=_hk(), guangdong=None,
        note="No Chinese name; permit of the 2024 form for non-Chinese permanent residents; born on a leap day.",
    ),
    _person(
        "108", "lam-kwok-wai", ("林國偉", "林国伟", "LAM, Kwok Wai"), "19650704", "M",
        permit=None, iamsmart=_hk(),
        guangdong=_gd("lam_kwok_wai", "108", level="L1", document=(_PASSPORT, "KZ0000108")),
        note="No Home Return Permit; the Guangdong account stands on a passport.",
    ),
    _person(
        "109", "chan-tai-man-2", ("陳大文", "陈大文", "CHAN, Tai Man"), "19900102", "M",
        permit="H00000109", iamsmart=_hk(),
        guangdong=_gd("chan_tai_man_2", "109", document=(_HOME_RETURN_PERMIT, "H00000109")),
        note="Same name as chan-tai-man, born one day later: another person.",
    ),
    _person(
        "110", "yeung-man-yee", ("楊敏儀", "杨敏仪", "YEUNG, Man Yee"), "19750917", "F",
        permit="H00000110", iamsmart=_hk(), guangdong=_COMPANY,
        note="Logs in to Guangdong with a company account (usertype 2), and has a company in Hong Kong.",
        companies=(_NOODLES,),
    ),
    _person(
        "111", "tsang-ho-yin", ("曾浩然", "曾浩然", "TSANG, Ho Yin"), "19951011", "M",
        permit="H00000111", iamsmart=_hk(),
        guangdong=_gd("tsang_ho_yin", "111", document=(_HOME_RETURN_PERMIT, "H00000111"), parent=_COMPANY),
        note="Works as a sub-account of the company of yeung-man-yee.",
    ),
    _person(
        "112", "yip-suk-fan", ("葉淑芬", "叶淑芬", "YIP, Suk Fan"), "19580303", "F",
        permit="H0000011201", iamsmart=None,
        guangdong=_gd("yip_suk_fan", "112", document=(_HOME_RETURN_PERMIT, "H00000112")),
        note="No iAM Smart; permit written with its reissue count here and without it in Guangdong.",
    ),
    _person(
        "113", "chow-kat-cheung", ("周𠮷祥", "周𠮷祥", "CHOW, Kat Cheung"), "19820606", "M",
        permit="H0000011302", iamsmart=_hk(modified_ms=1_720_000_000_000),
        guangdong=_gd("chow_kat_cheung", "113", document=(_HOME_RETURN_PERMIT, "H0000011301")),
        note="A character outside the basic plane in the name; permit reissued since Guangdong recorded it.",
    ),
    _person(
        "114", "kwok-tsz-him", ("郭子謙", "郭子谦", "KWOK, Tsz Him"), "20140301", "M",
        permit="H00000114", iamsmart=_hk(),
        guangdong=_gd("kwok_tsz_him", "114", level="L1", document=(_HOME_RETURN_PERMIT, "H00000114")),
        note="A child: a minor until 2032.",
    ),
    _person(
        "115", "leung-wai-han", ("梁惠嫻", "梁惠娴", "LEUNG, Wai Han"), "19830419", "F",
        permit="H0000011501", iamsmart=_hk("sign"),
        guangdong=_gd(
            "leung_wai_han", "115", level="L3", document=(_HOME_RETURN_PERMIT, "H0000011501"),
            ways=(
                AccountWay(level="L1", code="IDV", at="20240102030115", number="H0000011500"),
                AccountWay(level="L2", code="SG-GASMHS", at="20240310101500", number="H0000011500"),
                AccountWay(level="L3", code="GW", at="20250721143000"),
            ),
        ),
        note="Level L3 in three steps over two years; the permit was renewed before the last of them.",
    ),
    _person(
        "116", "tam-pak-ho", ("譚柏豪", "谭柏豪", "TAM, Pak Ho"), "19870623", "M",
        permit="H00000116", iamsmart=_hk(), guangdong=_AGENCY,
        note="Logs in to Guangdong with a company account as its agent; the legal representative is somebody else.",
    ),
)  # fmt: skip

_BY_KEY = {person.key: person for person in POPULATION}


def persona(key: str) -> Persona:
    """The person called ``key``. Raises KeyError naming those who exist."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise KeyError(f"no persona {key!r}; there are {', '.join(_BY_KEY)}") from None
