"""Reading what iAM Smart says: envelopes, codes, tokens, profiles, and the settings of a service (iamsmart.md 4, 5, 6.5, 8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.providers.online_service import (
    CONTENT_KEY,
    NOON,
    PROFILE,
    RETURN_TO,
    TOKEN,
    entropy,
    envelope,
    iamsmart_settings,
    kek_pem,
    reply,
    sealed,
)
from xbridge.core.effects import Recall, Send, Stamp, TakeStamp
from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, UserDeclined
from xbridge.core.identity import Authentication
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.iamsmart import PROVIDER
from xbridge.providers.iamsmart.reply import DECLINED, TIMED_OUT, parse_envelope, raise_for_code


def answer(effect: object, replies: list[Any]) -> object:
    """What the world says to ``effect``: the content key is known, and replies come in order."""
    match effect:
        case Recall():
            return CONTENT_KEY
        case TakeStamp():
            return Stamp(timestamp_ms=1_780_286_400_000, nonce="0" * 32)
        case Send():
            return replies.pop(0)
        case _:
            return None


def log_in(token: dict[str, Any], profile: dict[str, Any] | None = None, **settings: Any) -> Authentication:
    """A login whose getToken and profiles answer with these contents."""
    replies: list[Any] = [sealed(token)] + ([] if profile is None else [sealed(profile)])
    flow = PROVIDER.finish(
        iamsmart_settings(**settings), parse_callback("/cb?code=c"), return_to=RETURN_TO, state="s", now=NOON,
        entropy=entropy,
    )  # fmt: skip
    effect: Any = flow.send(None)
    try:
        while True:
            effect = flow.send(answer(effect, replies))
    except StopIteration as stop:
        assert replies == [], "fewer requests than expected"
        found: Authentication = stop.value
        return found
    finally:
        flow.close()


@pytest.mark.parametrize("change", [
    {"openID": None}, {"openID": ""}, {"openID": 5}, {"openID": "x" * 257}, {"accessToken": None}, {"accessToken": ""},
    {"userType": None}, {"userType": "x" * 33}, {"scope": None}, {"issueAt": "1"}, {"expiresIn": 1.5}, {"expiresIn": 10**15 * 9},
    {"lastModifiedDate": None}, {"lastModifiedDate": True},
])  # fmt: skip
def test_token_shape(change):
    """A token reply with a missing member or one of another type is refused before the profile is asked for."""
    with pytest.raises(ProtocolError) as caught:
        log_in({**TOKEN, **change})
    assert (caught.value.step, caught.value.reason) in {("getToken", "shape"), ("getToken", "not_json")}


def test_open_id_is_opaque():
    """The openID is kept byte for byte: nothing decodes it, folds its case or trims it (6.5)."""
    for open_id in ("a%2Bb%3D", "a+b=", "A+B=", " a", "a ", "ａ"):
        assert log_in({**TOKEN, "openID": open_id}, PROFILE).subject == open_id


def test_unknown_members_are_ignored():
    """A platform may say more than we know; what we know stays as it is."""
    assert log_in({**TOKEN, "future": {"a": 1}}, {**PROFILE, "chNameVerified": "陳大文"}).profile.name == "陳大文"


@pytest.mark.parametrize(
    ("user_type", "level"), [("default", "L1"), ("sign", "L2"), ("SIGN", "L0"), ("gold", "L0"), ("", "L0")]
)
def test_levels(user_type, level):
    """The user type maps to our scale by table, and what is not in it is the lowest level, never a higher one."""
    found = log_in({**TOKEN, "userType": user_type}, PROFILE).assurance
    assert (found.source, found.level) == (user_type, level)
    assert log_in({**TOKEN, "userType": user_type}, PROFILE, level_map={"gold": "L3"}).assurance.level == (
        "L3" if user_type == "gold" else "L0"
    )


@pytest.mark.parametrize(("profile", "expected"), [
    ({}, ("", "", "", "", ())),
    ({"chName": {}, "enName": None, "birthDate": "", "idNo": {}}, ("", "", "", "", ())),
    ({"birthDate": "1990"}, ("", "", "1990", "", ())),
    ({"idNo": {"Identification": "AB987654", "CheckDigit": "3"}}, ("", "", "", "", (("hkid", "AB987654(3)"),))),
    ({"idNo": {"Identification": "Z683365", "CheckDigit": "A"}}, ("", "", "", "", (("hkid", "Z683365(A)"),))),
    ({"gender": "U", "chName": {"ChineseName": "周𠮷祥"}}, ("周𠮷祥", "", "", "U", ())),
])  # fmt: skip
def test_profile(profile, expected):
    """Fields that the person does not hold are empty; nothing is invented."""
    found = log_in(TOKEN, profile).profile
    assert (found.name, found.name_en, found.birth_date, found.gender, found.documents) == expected


@pytest.mark.parametrize("profile", [
    {"idNo": {"Identification": "A123456", "CheckDigit": "4"}}, {"idNo": {"Identification": "A123456"}},
    {"idNo": {"Identification": "A1234567", "CheckDigit": "3"}}, {"idNo": "A123456(3)"}, {"chName": "陳大文"},
    {"enName": {"UnstructuredName": 5}}, {"birthDate": 19900101}, {"birthDate": "1" * 17}, {"gender": ["M"]},
    {"chName": {"ChineseName": "陳" * 65}}, {"enName": {"UnstructuredName": "x" * 257}},
])  # fmt: skip
def test_profile_that_does_not_fit(profile):
    """A check digit that is wrong, or a member of another type, breaks the protocol; the error holds none of it."""
    with pytest.raises(ProtocolError) as caught:
        log_in(TOKEN, profile)
    assert (caught.value.step, caught.value.reason) == ("profiles", "shape")
    chain = f"{caught.value!r} {caught.value.__cause__!s} {caught.value.__cause__!r}"
    assert not any(text in chain for text in ("A123456", "陳", "19900101", "111111"))


def test_without_the_profile_scope():
    """A service that did not ask for profiles gets none and sends no request for it."""
    found = log_in({**TOKEN, "scope": "eidapi_auth"}, scopes=["eidapi_auth"])
    assert found.profile.name == ""


@pytest.mark.parametrize("code", sorted(DECLINED))
def test_declined(code):
    """Every code for a person's no is the same outcome in our terms, with the platform's own code kept."""
    with pytest.raises(UserDeclined) as caught:
        raise_for_code(code, step="login")
    assert caught.value.provider_code == code


@pytest.mark.parametrize("code", [*sorted(TIMED_OUT), "D20000", "D20012", "D40002", "D40004", "D99999", "M40004"])
def test_rejected(code):
    """Every other code is a refusal with the code as it came; an unknown one too."""
    with pytest.raises(ProviderRejected) as caught:
        raise_for_code(code, step="getToken")
    assert (caught.value.provider_code, caught.value.step) == (code, "getToken")


@pytest.mark.parametrize("code", [
    None, "", 0, "D0000", "D000000", "d00000", "D0000O", "D٠٠٠٠٠", "陳大文", "A123456(3)", "D00000\n", " D00000", ["D00000"],
])  # fmt: skip
def test_code_form(code):
    """What is not in the form of a code is no code: it would end up in messages and logs."""
    with pytest.raises(ProtocolError) as caught:
        parse_envelope(reply({"txID": "x", "code": code, "message": "m"}), step="getToken")
    assert caught.value.reason == "shape"


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 403])
def test_success_with_another_status(status):
    """A success that comes with another status than 200 is neither: it is refused, whatever it contains."""
    document = {"txID": "x", "code": "D00000", "message": "SUCCESS", "content": "AAAADA=="}
    assert parse_envelope(reply(document), step="getToken").code == "D00000"
    with pytest.raises(ProtocolError) as caught:
        parse_envelope(reply(document, status=status), step="getToken")
    assert caught.value.reason == "shape"


@pytest.mark.parametrize("content", [5, True, ["x"], 1.0])
def test_content_form(content):
    """Content is text or an object, or it is not there."""
    with pytest.raises(ProtocolError):
        parse_envelope(envelope(content), step="getToken")


@pytest.mark.parametrize(("section", "where"), [
    ({"client_id": "a/b"}, "client_id"), ({"client_id": ""}, "client_id"), ({"client_secret": 424242}, "client_secret"),
    ({"kek_private_keys": []}, "kek_private_keys"), ({"kek_private_keys": ["s3cret"] * 5}, "kek_private_keys"),
    ({"redirect_uris": []}, "redirect_uris"), ({"kek_padding": "none"}, "kek_padding"),
    ({"signature_encoding": "both"}, "signature_encoding"), ({"level_map": {"sign": "L9"}}, "level_map"),
    ({"timestamp_step_ms": 0}, "timestamp_step_ms"), ({"timestamp_step_ms": 60_000}, "timestamp_step_ms"),
    ({"key_refresh_early_s": -1}, "key_refresh_early_s"), ({"paths": {"getqr": "/x"}}, "paths"),
    ({"client_secert": "s3cret"}, "client_secert"), ({"base_url": None}, "base_url"),
])  # fmt: skip
def test_settings(section, where):
    """A wrong setting is named and its value is not, not even in the chain of causes that a traceback prints."""
    with pytest.raises(ConfigError) as caught:
        iamsmart_settings(**{"client_secret": "s3cret", **section})
    assert where in str(caught.value)
    for text in (caught.value, caught.value.__cause__):
        assert not any(value in f"{text} {text!r}" for value in ("s3cret", "424242", "BEGIN"))


def test_unreadable_key_encryption_key():
    """A key-encryption key that cannot be read is found when the settings are read, not at the first login."""
    with pytest.raises(ConfigError, match="key-encryption key"):
        iamsmart_settings(kek_private_keys=["nonsense"])


def test_settings_do_not_show_secrets():
    """The repr of the settings holds neither the secret nor the key."""
    shown = repr(iamsmart_settings())
    assert "0123456789abcdef" not in shown.replace("edae2e2529ff46228af1e4d18c8405d1", "")
    assert "BEGIN" not in shown
    assert kek_pem()[60:90] not in shown


@pytest.mark.parametrize(("language", "code"), [("en", "en-US"), ("zh-Hant", "zh-HK"), ("zh-Hans", "zh-CN")])
def test_languages(language, code):
    """Each of the three languages is the platform's own."""
    assert f"lang={code}&" in PROVIDER.begin(iamsmart_settings(), return_to=RETURN_TO, state="s", language=language)
