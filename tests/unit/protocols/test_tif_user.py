"""Reading people from the gateway: every shape a source shows, and typed errors for every other one."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import VerificationError
from xbridge.protocols.tif_user import (
    ExtForm,
    decode_json,
    read_gateway_user,
    read_login_session,
    read_swapped_session,
    read_tianjin_user,
    read_tif_user,
)

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
T = int(NOW.timestamp())
PERSON: dict[str, Any] = {
    "name": "陳大文", "account": "a1", "account_type": "human", "uid": "u1", "cid": "810000199001010019", "ctype": "10",
    "mobile": "10000000001", "login_type": 5, "level": "L2", "origin": "", "sex": "1", "times": 0, "uversion": "3.0",
    "legal_person": "", "legal_person_cid": "", "legal_person_ctype": "", "link_person_name": "", "link_person_cid": "",
    "link_person_ctype": "", "sid": "s1", "auth_uid": "au1",
}  # fmt: skip
SESSION: dict[str, Any] = {
    "session_id": {"sid": "YSSRZ1", "old_sid": "YSSRZ0"},
    "session_info": {
        "uid": "u1", "openid": "o", "unionid": "", "session_key": "k", "cid": "c", "cid_type": "1000", "ctype": "10",
        "name": "陳大文", "star_cid": "8***9", "star_name": "陳**", "phone": "10000000001", "sid_time": T, "face_time": T,
        "realname_time": 0, "realname_checked": 1, "cid_start_date": "", "cid_expire_date": "", "account": "a",
        "account_type": "human", "level": "L2", "project": "yss", "platform": "mp", "login_type": 14, "yss_uid": "",
        "app": {"deviceid": "d"}, "extension": {"auth_status": 2},
    },
    "session_ctl": {"expire_time": 3600, "face_expire_time": 300, "realname_expire_time": 300},
}  # fmt: skip


def ext(**members):
    """The members as the gateway writes them into ``x-tif-ext``."""
    return base64.b64encode(json.dumps(members, ensure_ascii=False).encode()).decode()


def refused(call):
    """The reason for which ``call`` refuses."""
    with pytest.raises(VerificationError) as caught:
        call()
    assert "陳" not in str(caught.value)
    return caught.value.reason


def test_freshness_is_not_level():
    """A proof by face or name counts until its moment and not at it; without one nothing is fresh."""
    text = ext(name="陳大文", face_expire=T + 300, realname_expire=str(T + 60), tags=[1.5])
    user = read_gateway_user(uid="u", uinfo="c", ext=text)
    assert (user.has_fresh_face(NOW), user.has_fresh_realname(NOW)) == (True, True)
    assert user.has_fresh_face(NOW + timedelta(seconds=299))
    assert not user.has_fresh_face(NOW + timedelta(seconds=300))
    assert not user.has_fresh_realname(NOW + timedelta(seconds=60))
    assert dict(user.extra) == {"tags": [1.5]}
    nobody = read_gateway_user(uid="u", uinfo="", ext=ext(face_expire=0))
    assert (nobody.face_expires_at, nobody.has_fresh_face(NOW), nobody.has_fresh_realname(NOW)) == (None, False, False)


@pytest.mark.parametrize(
    "text",
    [
        "!!!!", "e30", "e30=x", "ZTMw\n", "//79", base64.b64encode(b"[]").decode(), base64.b64encode(b"null").decode(),
        base64.b64encode(b'{"name":"a","name":"b"}').decode(), base64.b64encode(b'{"name":1}').decode(), ext(name=["陳"]),
        ext(name="n", face_expire=True), ext(name="n", face_expire=-1), ext(name="n", face_expire="soon"),
        ext(name="n", face_expire=1.5), ext(name="n" * 1025), ext(face_expire=10**12), "e" * 100_000,
    ],
)  # fmt: skip
def test_hostile_ext_is_refused(text):
    """Whatever is not strict base64 of a strict JSON object with texts and times is a typed error."""
    assert refused(lambda: read_gateway_user(uid="u", uinfo="", ext=text)) in ("malformed", "duplicated", "too_large")


def test_unpadded_and_url_safe_text_by_setting_only():
    """The strict form is what was seen; the lax one takes the other alphabet and no padding too."""
    text = base64.urlsafe_b64encode('{"name":"陳大文~~?"}'.encode()).decode().rstrip("=")
    assert refused(lambda: decode_json(text, form="base64", claim="user")) == "malformed"
    assert decode_json(text, form="base64_lax", claim="user") == {"name": "陳大文~~?"}


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()))
def test_nothing_else_ever_comes_out(text):
    """Any text is read or refused with one kind of error."""
    forms: tuple[ExtForm, ...] = ("base64", "base64_lax")
    for form in forms:
        with suppress(VerificationError):
            read_gateway_user(uid="u", uinfo="", ext=text, form=form)


def test_the_flat_object():
    """Every field of the flat object arrives, under its own name; nothing of the person is in the repr."""
    user = read_tif_user(PERSON)
    assert {name: getattr(user, name) for name in PERSON} == PERSON
    assert not any(value in repr(user) for value in ("陳", "8100001990", "10000000001", "u1", "s1", "a1"))
    corp = read_tif_user({**PERSON, "account_type": "corp", "ctype": "49", "login_type": "PASSWORD", "times": "3"})
    assert (corp.account_type, corp.login_type, corp.times) == ("corp", "PASSWORD", 3)


@pytest.mark.parametrize(
    "change",
    [
        {"uid": ""}, {"uid": None}, {"uid": 7}, {"account_type": "robot"}, {"account_type": ""}, {"level": "high"},
        {"level": ""}, {"level": "L22"}, {"name": {"a": 1}}, {"times": True}, {"times": "x"}, {"login_type": [1]},
        {"login_type": True}, {"mobile": "1" * 1025},
    ],
)  # fmt: skip
def test_a_flat_object_that_is_none_is_refused(change):
    """Who somebody is and at which level is never guessed."""
    assert refused(lambda: read_tif_user({**PERSON, **change}))


def test_the_session_in_three_parts_and_in_one():
    """Both forms give the same session, whose proofs end when their own lifetimes say."""
    session = read_login_session(SESSION)
    merged = {name: value for part in SESSION.values() for name, value in part.items()}
    assert read_login_session(merged) == session
    assert (session.sid, session.old_sid, session.mobile, session.realname_checked) == (
        "YSSRZ1", "YSSRZ0", "10000000001", True
    )  # fmt: skip
    assert session.expires_at == NOW + timedelta(seconds=3600)
    assert session.face_expires_at == NOW + timedelta(seconds=300)
    assert session.has_fresh_face(NOW)
    assert not session.has_fresh_face(NOW + timedelta(seconds=300))
    # Checked once, but not in this session: the level stands, the proof is not fresh.
    assert (session.level, session.realname_at, session.has_fresh_realname(NOW)) == ("L2", None, False)
    assert not any(value in repr(session) for value in ("陳", "YSSRZ", "10000000001", "8***9"))


def with_info(**changes):
    """The session with other members in its middle part."""
    return read_login_session({**SESSION, "session_info": {**SESSION["session_info"], **changes}})


def test_a_real_name_that_is_stated_not_to_hold_is_not_fresh():
    """A recent time counts for a name that was checked or about which nothing is said, and for no other."""
    told = {stated: with_info(realname_time=T, realname_checked=stated) for stated in (1, "1", None, "", 0, "0", 2)}
    assert {stated: session.realname_checked for stated, session in told.items()} == {
        1: True, "1": True, None: None, "": None, 0: False, "0": False, 2: False
    }  # fmt: skip
    assert [stated for stated, session in told.items() if session.has_fresh_realname(NOW)] == [1, "1", None, ""]


@pytest.mark.parametrize(("ahead", "counts"), [(0, True), (180, True), (181, False), (10**8, False)])
def test_a_proof_from_the_future_is_not_believed(ahead, counts):
    """A proof that was made further ahead than clocks differ is not fresh, however long it says it lives."""
    session = with_info(face_time=T + ahead, realname_time=T + ahead)
    assert (session.has_fresh_face(NOW), session.has_fresh_realname(NOW)) == (counts, counts)


@pytest.mark.parametrize(("ahead", "counts"), [(86400 + 180, True), (86400 + 181, False), (10**8, False)])
def test_a_proof_ends_within_measure(ahead, counts):
    """An end so far ahead that no proof lives until then belongs to no proof."""
    user = read_gateway_user(uid="u", uinfo="", ext=ext(face_expire=T + ahead, realname_expire=T + ahead))
    assert (user.has_fresh_face(NOW), user.has_fresh_realname(NOW)) == (counts, counts)
    lasting = read_login_session({**SESSION, "session_ctl": {"face_expire_time": ahead}})
    assert lasting.has_fresh_face(NOW) is counts


def test_what_another_room_adds():
    """The further fields are read where they are there, from every session, and none of them shows."""
    added = {"address": "陳家村", "tokenid": "t-1", "tif_uid": "au1", "corp": {"uid": "c-1"}, "face_authtime": T}
    session = with_info(**added)
    assert (session.address, session.tokenid, session.tif_uid, session.corp) == ("陳家村", "t-1", "au1", {"uid": "c-1"})
    assert session.face_auth_at == NOW
    assert not any(value in repr(session) for value in ("陳家村", "t-1", "au1", "c-1"))
    without = read_login_session(SESSION)
    assert (without.address, without.tokenid, without.tif_uid, without.corp, without.face_auth_at) == (
        "",
        "",
        "",
        None,
        None,
    )


SWAPPED: dict[str, Any] = {
    "uid": "au1", "tif_uid": "au1", "account_type": "human", "level": "L2", "name": "陳大文", "login_type": "SG-GASMHS",
    "face_time": T * 1000 + 999, "face_authtime": str(T * 1000), "realname_time": T * 1000, "realname_checked": 1,
}  # fmt: skip


def test_a_session_of_another_room():
    """Its times are milliseconds, it is the session that was asked for, and nothing of it is fresh, whatever it says."""
    session = read_swapped_session("s-1", SWAPPED)
    assert (session.sid, session.face_at, session.face_auth_at, session.realname_at) == ("s-1", NOW, NOW, NOW)
    boasting = {**SWAPPED, "face_expire_time": 300, "realname_expire_time": 300}
    for each in (session, read_swapped_session("s-1", boasting)):
        assert not each.has_fresh_face(NOW)
        assert not each.has_fresh_realname(NOW)
    assert read_swapped_session("s-1", {**SWAPPED, "sid": "s-2", "old_sid": "s-1"}).sid == "s-2"
    assert refused(lambda: read_swapped_session("s-1", {**SWAPPED, "sid": "s-2"})) == "mismatch"
    for bad in ({"face_time": 10**13}, {"face_time": True}, {"face_time": 1.5}, {"uid": ""}):
        assert refused(lambda bad=bad: read_swapped_session("s-1", {**SWAPPED, **bad}))


def test_two_parts_may_not_state_one_field():
    """A field that two parts state is refused: which one counts would be chance."""
    twice = {**SESSION, "session_id": {**SESSION["session_id"], "uid": "u2"}}
    assert refused(lambda: read_login_session(twice)) == "duplicated"
    assert refused(lambda: read_login_session({**SESSION, "session_ctl": None})) == "malformed"


def test_tianjin():
    """The sibling's object is about the user who was asked for, or refused."""
    user = read_tianjin_user("u1", {"uid": "u1", "cid": "c", "face_time": T, "real_time": "0", "face_name": "陳大文"})
    assert (user.uid, user.face_at, user.real_at, user.face_name) == ("u1", NOW, None, "陳大文")
    assert "陳" not in repr(user)
    assert refused(lambda: read_tianjin_user("u1", {"uid": "u2"})) == "mismatch"
