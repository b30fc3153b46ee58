"""The account that the platform tells, typed, and what a service may demand of it (guangdong.md 2.3, 2.6, 3 and 4)."""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.transcripts.script import play
from tests.unit.providers.online_service import ACCOUNT, NOON, RETURN_TO, entropy, guangdong_settings, reply
from xbridge.core.effects import ReadClock
from xbridge.core.errors import ConfigError, ProtocolError, UserDeclined, VerificationError
from xbridge.core.http import HTTPReply
from xbridge.core.identity import LEVELS, Authentication
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.guangdong import PROVIDER, Guangdong
from xbridge.providers.guangdong.account import GuangdongAccount
from xbridge.providers.guangdong.account_page import AccountPages, account_pages
from xbridge.providers.guangdong.account_reply import parse_account_reply
from xbridge.providers.guangdong.account_text import parse_properties, parse_time, parse_ways

PARENT = {
    "useridcode": "c" * 32, "usertype": "2", "cn": "示例有限公司", "idcardtype": "49", "idcardnumber": "91440101MA59EXAMPL",
    "creditable_level_of_account": "L3", "isreal": "true", "link_person_name": "陳大文",
    "extproperties": ["link_person_code=H00000101", "link_person_type=40", "tax_code=-1"],
}  # fmt: skip
FULL = {
    **ACCOUNT, "telephonenumber": "13800000000", "mail": "a@example.test", "createtime": "20240102030405",
    "realtype": "PLV", "authloc": "广州", "anon_flag": False, "tokenid": "s3ssion@node1",
    "creditable_level_of_account_way": "L1@IDV@x||L2@YSS@a@b||",
    "extproperties": ["origin=gdbs", "accout_type=3", "area=-1", "cert_data=MII=aa==", "address=", "parent_uidcode=-1"],
}  # fmt: skip
DEFAULT_MAP = {"10": "resident_id", "20": "passport", "40": "home_return_permit", "49": "credit_code"}
PROOFS = [
    {"identity_level": "L1", "auth_time": "2026-05-31 12:00:00", "way_code": "IDV", "user_name": "陳大文"},
    {"identity_level": "L2", "auth_time": "2026-05-01 12:00:00", "way_code": "YSS", "credential_no": "H00000101"},
    {"identity_level": "L2", "auth_time": "2026-04-01 12:00:00", "way_code": "ALV"},
]


def read(user: dict[str, Any], **members: Any) -> GuangdongAccount:
    """The account in a reply."""
    return parse_account_reply(reply({"userobj": user, **members}))


def log_in(user: dict[str, Any], members: dict[str, Any] | None = None, **settings: Any) -> Authentication:
    """A login that ends at this account."""
    finishing = PROVIDER.finish(
        guangdong_settings(**settings), parse_callback("/cb?code=c"), return_to=RETURN_TO, state="s", now=NOON,
        entropy=entropy,
    )  # fmt: skip
    return play(finishing, [
        (lambda _: None, reply({"access_token": "t"})), (ReadClock(), NOON),
        (lambda _: None, reply({"userobj": user, **(members or {})})), (ReadClock(), NOON),
    ])  # fmt: skip


def proved(*proofs: dict[str, Any], level: str = "L2") -> dict[str, Any]:
    """The level document with a history."""
    return {
        "user_creditable_level": {
            "creditable_level_of_account": level, "creditable_level_of_account_way_list": list(proofs),
        }
    }  # fmt: skip


def test_every_field():
    """Each documented field has its place; times are moments, and -1 is no value."""
    account = read(FULL, signdata="c2ln", **proved(*PROOFS))
    assert (account.uid, account.name, account.mail) == ("chan_tai_man", "陳大文", "a@example.test")
    assert (account.telephonenumber, account.realtype, account.authloc) == ("13800000000", "PLV", "广州")
    assert (account.tokenid, account.anon_flag, account.isreal) == ("s3ssion@node1", False, True)
    # Three in the morning in Beijing is the evening before in UTC.
    assert account.created_at == datetime(2024, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert account.properties == (("origin", "gdbs"), ("accout_type", "3"), ("cert_data", "MII=aa=="))
    assert (account.property("origin"), account.property("area"), account.property("tax_code")) == ("gdbs", None, None)
    assert [(way.level, way.code, way.unique) for way in account.ways] == [("L1", "IDV", "x"), ("L2", "YSS", "a@b")]
    assert [proof.way for proof in account.proofs] == ["IDV", "YSS", "ALV"]
    assert (account.kind, account.is_sub_account, account.agent, account.parent) == ("person", False, None, None)
    assert account.signdata == "c2ln"
    assert account.raw["authloc"] == "广州"


def test_nothing_personal_shows():
    """No ``repr`` of an account, of its parts, or of what carries it shows who it is."""
    account = read({**FULL, "link_person_name": "李小明"}, pareobj=PARENT, **proved(*PROOFS))
    shown = repr((account, account.ways, account.proofs, account.agent, account.parent))
    for text in (
        "陳大文",
        "李小明",
        "H00000101",
        "13800000000",
        "a@b",
        ACCOUNT["useridcode"],
        "s3ssion",
        "示例",
        "MII",
    ):
        assert text not in shown
    assert repr(account) == "GuangdongAccount(person, L2, sub-account)"
    assert "account" not in repr(log_in(FULL))


@pytest.mark.parametrize("none", ["null", None, "", "absent"])
def test_no_parent(none):
    """There are four ways to say that an account has no parent, and they mean the same."""
    members = {} if none == "absent" else {"pareobj": none}
    found = log_in(FULL, members)
    assert (found.holder, found.account.parent, found.account.is_sub_account) == ("person", None, False)


@pytest.mark.parametrize("shape", [lambda each: each, json.dumps])
def test_parent(shape):
    """A person who works for a company is known by their own key, and acts for the company: the account is not theirs alone."""
    found = log_in(FULL, {"pareobj": shape(PARENT)})
    assert found.subject == ACCOUNT["useridcode"]
    assert found.holder == "organisation"
    assert (found.account.kind, found.account.parent.kind, found.account.parent.name) == (
        "person",
        "legal_person",
        "示例有限公司",
    )
    # The parent's level and documents are the company's.
    assert (found.assurance.level, found.profile.documents) == ("L2", (("home_return_permit", "H00000101"),))


def test_parent_by_its_code_alone():
    """An account whose properties name a parent acts for it, also where the parent itself is not told."""
    found = log_in({**FULL, "extproperties": [f"parent_uidcode={'c' * 32}"]}, {"pareobj": "null"})
    assert (found.holder, found.account.is_sub_account, found.account.parent) == ("organisation", True, None)


@pytest.mark.parametrize("parent", [
    {}, [], [PARENT], 5, True, "x", "{}", " null", {**PARENT, "useridcode": ""}, {**PARENT, "useridcode": "C" * 32},
    {**PARENT, "useridcode": ACCOUNT["useridcode"]}, {"userobj": PARENT},
])  # fmt: skip
def test_parent_that_is_nobody(parent):
    """A parent that cannot be told apart, or is the account itself, refuses the account: it would decide who may act."""
    with pytest.raises(ProtocolError) as caught:
        read(FULL, pareobj=parent)
    assert caught.value.reason == "pareobj"


def test_legal_person_with_agent():
    """A company's account names who acts for it, and is nobody's own."""
    found = log_in(PARENT | {"idcardnumber": "91440101MA59DL3X0F"}, require_usertype="2", idcardtype_map={})
    agent = found.account.agent
    assert (found.holder, found.account.kind) == ("organisation", "legal_person")
    assert (agent.name, agent.document_code, agent.document_type) == ("陳大文", "H00000101", "40")


@pytest.mark.parametrize("properties", [
    ["a=1", "a=1"], ["a=1", "a=2"], ["a=-1", "a=1"], ["a=1", " a =2"], ["a"], ["=1"], [" =1"], [1], [None], [["a=1"]], [""],
    "a=1", {"a": "1"}, 5, True, ["a=1"] * 2, [f"k{number}=1" for number in range(201)], ["a=" + "x" * 20_000],
])  # fmt: skip
def test_properties_that_say_two_things(properties):
    """A key that appears twice, and whatever is no list of key=value, refuses the account."""
    with pytest.raises(ProtocolError) as caught:
        parse_properties(properties)
    assert caught.value.reason == "extproperties"


@pytest.mark.parametrize("none", [None, "", "null", []])
def test_no_properties(none):
    """Properties may be absent, in each of the ways to be absent."""
    assert parse_properties(none) == ()


@pytest.mark.parametrize(("text", "expected"), [
    ("", []), ("||", []), ("L2@YSS@u||", [("L2", "YSS", "u")]), ("L2@YSS@u", [("L2", "YSS", "u")]),
    ("L2@YSS", [("L2", "YSS", "")]),
    ("L9@YSS@u||L1@GW@v", [("L1", "GW", "v")]), ("l2@YSS@u", []), ("YSS@L2", []), ("L2", []), ("L2@@u", []), (None, []), (5, []),
    (["L2@YSS@u"], []), ("L3@SG-GASMHS@a|b", [("L3", "SG-GASMHS", "a|b")]),
])  # fmt: skip
def test_ways(text, expected):
    """What can be read of the ways is kept, and nothing is guessed."""
    assert [(way.level, way.code, way.unique) for way in parse_ways(text)] == expected


@pytest.mark.parametrize("text", [
    "", "20240102", "20241302030405", "20240230000000", "20240102240000", "2024-01-02T03:04:05", "2024-1-2 3:4:5", None,
    20240102030405,
    "00010101000000", "٢٠٢٤٠١٠٢٠٣٠٤٠٥", "20240102030405 ",
])  # fmt: skip
def test_times_that_are_none(text):
    """A text that names no moment is no time, and breaks nothing."""
    assert parse_time(text) is None


@pytest.mark.parametrize("name", ["useridcode", "usertype", "idcardnumber", "creditable_level_of_account", "isreal"])
def test_camel_case(name):
    """A field in camelCase is the same field, and the same field in two spellings is none."""
    parts = name.split("_")
    camel = parts[0] + "".join(part.title() for part in parts[1:]) if len(parts) > 1 else name.title()
    user = {**FULL, camel: FULL[name]}
    with pytest.raises(ProtocolError) as caught:
        read(user)
    assert caught.value.reason == "duplicated"
    del user[name]
    assert read(user) == read(FULL)


def test_numbers_as_text_and_text_as_numbers():
    """A number stands for its text: which of the two comes is the platform's whim."""
    account = read({**FULL, "usertype": 1, "sex": 1, "idcardtype": 40, "telephonenumber": 13800000000, "isreal": True})
    assert account == read(FULL)


# --- What a service demands --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("isreal", "settings", "fits"), [
    ("true", {}, True), ("false", {}, False), (True, {}, True), (False, {}, False), (None, {}, False), ("", {}, False),
    ("yes", {}, False), ("false", {"min_level": "L0"}, True), (None, {"min_level": "L0"}, True),
    ("false", {"min_level": "L0", "require_isreal": True}, False), ("false", {"require_isreal": False}, True),
])  # fmt: skip
def test_real_name(isreal, settings, fits):
    """A service that asks for a proved level takes no account whose name was not checked; silence is not a yes."""
    user = {**FULL, "isreal": isreal}
    if fits:
        assert log_in(user, **settings).subject
        return
    with pytest.raises(VerificationError) as caught:
        log_in(user, **settings)
    assert (caught.value.claim, caught.value.reason) == ("isreal", "mismatch")


@pytest.mark.parametrize("claimed", LEVELS)
@pytest.mark.parametrize("cap", LEVELS)
def test_a_level_is_never_raised(claimed, cap):
    """What counts is the lowest of claim, table and cap, and the claim itself is kept."""
    user = {**FULL, "creditable_level_of_account": claimed}
    found = log_in(user, min_level="L0", level_cap=cap).assurance
    assert found.source == claimed
    assert LEVELS.index(found.level) == min(LEVELS.index(claimed), LEVELS.index(cap))
    lowered = log_in(user, min_level="L0", level_map={"L3": "L1", "L2": "L1"}).assurance.level
    assert lowered == {"L0": "L0", "L1": "L0", "L2": "L1", "L3": "L1"}[claimed]


@pytest.mark.parametrize("table", [{"L0": "L1"}, {"L2": "L3"}, {"L0": "L0", "L1": "L3"}])
def test_no_table_raises_a_level(table):
    """A table that would raise a level is refused with the settings."""
    with pytest.raises(ConfigError, match="never raise"):
        guangdong_settings(level_map=table)


@pytest.mark.parametrize(("proofs", "proved_at"), [
    (PROOFS, datetime(2026, 5, 1, 4, tzinfo=UTC)), (PROOFS[:1], None), ([], None),
    ([{**PROOFS[1], "auth_time": "2027-01-01 00:00:00"}], None), ([{**PROOFS[1], "auth_time": ""}], None),
    ([{**PROOFS[1], "identity_level": "L3"}], datetime(2026, 5, 1, 4, tzinfo=UTC)),
    ([{**PROOFS[1], "identity_level": "L9"}], None), ([None, 5, PROOFS[2]], datetime(2026, 4, 1, 4, tzinfo=UTC)),
])  # fmt: skip
def test_when_a_level_was_proved(proofs, proved_at):
    """The level that counts was proved when the last way that reaches it was walked; a later, lower one changes nothing."""
    assert log_in(FULL, proved(*proofs)).assurance.proved_at == proved_at


@pytest.mark.parametrize(("age_s", "limit_s", "fits"), [
    (0, 60, True), (60, 60, True), (61, 60, False), (-300, 60, True), (-301, 60, False), (10**8, None, True), (None, 60, False),
    (None, None, True),
])  # fmt: skip
def test_freshness(age_s, limit_s, fits):
    """Where a proof may not be old, one that is older, or from nobody knows when, is refused, however high the level."""
    shown = NOON - timedelta(seconds=age_s or 0) + timedelta(hours=8)
    proof = {**PROOFS[1], "auth_time": "" if age_s is None else shown.strftime("%Y-%m-%d %H:%M:%S")}
    if fits:
        assert log_in(FULL, proved(proof), max_age_of_proof_s=limit_s).assurance.level == "L2"
        return
    with pytest.raises(VerificationError) as caught:
        log_in(FULL, proved(proof), max_age_of_proof_s=limit_s)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "stale")


@pytest.mark.parametrize(("user", "settings", "reason"), [
    ({**FULL, "creditable_level_of_account": "L1"}, {}, "too_low"), (FULL, {"max_age_of_proof_s": 60}, "stale"),
])  # fmt: skip
def test_a_level_that_is_too_low_says_where_to_raise_it(user, settings, reason):
    """The refusal names the platform's page for it, at the configured host and place, and nothing of the person."""
    for place in ("/pscp/sso/static", "/new/static"):
        with pytest.raises(VerificationError) as caught:
            log_in(user, **settings, paths={"account_pages": place})
        assert caught.value.reason == reason
        assert f"https://tyrz.gd.gov.cn{place}/manage/realname?key=realname" in caught.value.message


def test_pages_about_an_account():
    """The three pages of the platform, as a source shows them (guangdong.md 1)."""
    pages = account_pages(guangdong_settings(base_url="https://tyrztest.gd.gov.cn"))
    assert pages == AccountPages(
        centre="https://tyrztest.gd.gov.cn/pscp/sso/static/manage/info",
        raise_level="https://tyrztest.gd.gov.cn/pscp/sso/static/manage/realname?key=realname",
        recovery="https://tyrztest.gd.gov.cn/pscp/sso/static/m/findaccount/1",
    )


def test_a_lowered_level_may_be_proved_by_more():
    """An account that counts for less than it claims was proved by every way that reaches what it counts for."""
    found = log_in({**FULL, "creditable_level_of_account": "L3"}, proved(PROOFS[1], level="L3"), level_cap="L2")
    assert (found.assurance.level, found.assurance.proved_at) == ("L2", datetime(2026, 5, 1, 4, tzinfo=UTC))


@pytest.mark.parametrize(("given", "style", "expected"), [
    ("H00000101", "9", "H00000101"), ("H0000010102", "9", "H00000101"), ("H0000010102", "11", "H0000010102"),
    ("H0000010102", "as_given", "H0000010102"), ("h 0000 0101", "as_given", "H00000101"), ("HA0000001", "9", "HA0000001"),
    ("H00000101", "11", None),
])  # fmt: skip
def test_style_of_a_permit_s_number(given, style, expected):
    """A permit's number is handed out in the style that the service chose; what cannot be in that style is refused."""
    user = {**FULL, "idcardnumber": given}
    if expected is None:
        with pytest.raises(ProtocolError, match="document"):
            log_in(user, hrp_number_style=style)
        return
    found = log_in(user, hrp_number_style=style)
    assert found.profile.documents == (("home_return_permit", expected),)
    assert found.account.idcardnumber == given


@pytest.mark.parametrize(("code", "number"), [
    ("40", "军字第1234567号"), ("40", "440524188001010014"), ("40", "8123456789"), ("40", "K1234567"), ("40", "H1234567"),
    ("80", "H1234567"), ("10", "110105491231002"), ("10", " 1101 0549 1231 002"), ("20", "E-1234567"), ("20", "护照1234567"),
])  # fmt: skip
def test_a_document_that_we_cannot_read_locks_nobody_out(code, number):
    """Under a code for "other", and where forms are unknown or were lawful once, the account has no document of ours."""
    user = {**FULL, "idcardtype": code, "idcardnumber": number}
    found = log_in(user, idcardtype_map={**DEFAULT_MAP, "80": "home_return_permit"})
    assert found.profile.documents == ()
    assert (found.account.idcardtype, found.account.idcardnumber) == (code, number.strip())


@pytest.mark.parametrize(("code", "number"), [
    ("10", "440524188001010015"), ("10", "44052418800101001"), ("10", "01010549123100"), ("10", "H00000101"),
    ("10", "810000199001010018"), ("10", "810000900101001"), ("49", "91350100M000100Y4Z"), ("49", "110105491231002"),
    ("516", "H0000010"), ("516", "C00000101"),
])  # fmt: skip
def test_a_number_against_its_own_code_breaks_the_protocol(code, number):
    """Where code and form are both known, a number that does not fit was garbled on the way, and nobody is logged in."""
    user = {**FULL, "idcardtype": code, "idcardnumber": number}
    with pytest.raises(ProtocolError, match="document"):
        log_in(user, idcardtype_map={**DEFAULT_MAP, "516": "home_return_permit"})


def test_map_of_document_codes():
    """Which document a code stands for is a setting, because the code of the permit is UNKNOWN; other codes name none."""
    user = {**FULL, "idcardtype": "516"}
    assert log_in(user).profile.documents == ()
    assert log_in(user, idcardtype_map={"516": "home_return_permit"}).profile.documents == (
        ("home_return_permit", "H00000101"),
    )


# --- signdata ----------------------------------------------------------------------------------------------------


def judged(verifier: Any, signdata: object = "c2ln") -> Authentication:
    """A login at a provider that has a verifier, with the bytes that it was shown."""
    finishing = Guangdong(signdata_verifier=verifier).finish(
        guangdong_settings(), parse_callback("/cb?code=c"), return_to=RETURN_TO, state="s", now=NOON, entropy=entropy
    )
    content = HTTPReply(status=200, content=json.dumps({"userobj": FULL, "signdata": signdata}).encode())
    return play(finishing, [
        (lambda _: None, reply({"access_token": "t"})), (ReadClock(), NOON), (lambda _: None, content), (ReadClock(), NOON),
    ])  # fmt: skip


NO_YES: tuple[object, ...] = (0, 1, "", "ok", [], (), 0.0, b"", NotImplemented)


def test_signdata_is_shown_to_its_verifier():
    """A verifier sees the signature as it came and the exact bytes beside it; returning is a yes."""
    seen: list[tuple[str, bytes]] = []
    assert judged(lambda signdata, content: seen.append((signdata, content))).account.signdata == "c2ln"
    assert [(signdata, json.loads(content)["signdata"]) for signdata, content in seen] == [("c2ln", "c2ln")]


@pytest.mark.parametrize(("raised", "error", "reason"), [
    (ValueError("陳大文"), VerificationError, "mismatch"),
    (VerificationError("signdata", reason="expired"), VerificationError, "expired"),
    (UserDeclined("login", "no"), UserDeclined, None), (False, VerificationError, "mismatch"),
    *((answer, VerificationError, "mismatch") for answer in NO_YES),
])  # fmt: skip
def test_signdata_that_does_not_hold(raised, error, reason):
    """Whatever a verifier raises refuses the account, and so does every answer but None and True; no stranger's error shows."""

    def verifier(_signdata: str, _content: bytes) -> object:
        if isinstance(raised, Exception):
            raise raised
        return raised

    with pytest.raises(error) as caught:
        judged(verifier)
    assert getattr(caught.value, "reason", None) == reason
    assert caught.value.__cause__ is None


async def vouch(_signdata: str, _content: bytes) -> bool:
    """Vouch for everything, if anybody ever waited for it."""
    return True


async def vouch_by_and_by(_signdata: str, _content: bytes) -> Any:
    """Vouch for everything, piece by piece."""
    yield True


class Voucher:
    """An object that vouches when it is awaited."""

    async def __call__(self, _signdata: str, _content: bytes) -> bool:
        """Vouch."""
        return True


@pytest.mark.parametrize("verifier", [vouch, vouch_by_and_by, Voucher(), Voucher().__call__, partial(vouch)])
def test_a_verifier_that_nobody_would_await(verifier):
    """An async verifier would judge nothing and refuse nothing, so no provider is made with one."""
    with pytest.raises(ConfigError):
        Guangdong(signdata_verifier=verifier)


@pytest.mark.parametrize("verifier", [lambda *given: vouch(*given), lambda *given: vouch_by_and_by(*given)])
def test_an_answer_that_nobody_would_await(verifier):
    """What hides an async verifier refuses the account, without a complaint from the interpreter afterwards."""
    with pytest.raises(VerificationError) as caught:
        judged(verifier)
    assert (caught.value.claim, caught.value.reason) == ("signdata", "mismatch")
    gc.collect()


def test_signdata_may_be_answered_with_true():
    """True is a yes, as is returning nothing."""
    assert judged(lambda *_: True).account.signdata == "c2ln"


@pytest.mark.parametrize("absent", ["", None, 5, ["c2ln"], "x" * 8193])
def test_signdata_that_is_not_there(absent):
    """Where there is a verifier, an account without a signature is refused."""
    with pytest.raises(VerificationError) as caught:
        judged(lambda *_: None, absent)
    assert (caught.value.claim, caught.value.reason) == ("signdata", "missing")
