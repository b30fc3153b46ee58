"""zwrz: a civil servant logs in, and is an office's identity (dossier guangdong.md section 8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import Client

from tests.negative.refusal import refused
from tests.negative.stage import Stage
from tests.transcripts.script import play
from tests.unit.providers.online_service import NOON, RETURN_TO, entropy, reply
from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, ProviderUnavailable
from xbridge.core.http import HTTPReply
from xbridge.core.identity import Authentication
from xbridge.core.provider import abilities
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.zwrz import PROVIDER
from xbridge.providers.zwrz.settings import ZwrzSettings

TOKEN = {"message": "", "status": 0, "data": {"access_token": "t"}}


def settings(**changes: Any) -> ZwrzSettings:
    """The settings of a console."""
    return PROVIDER.read_settings(
        {"client_id": "z", "client_secret": "sample", "redirect_uris": [RETURN_TO], **changes}
    )


def log_in(*replies: HTTPReply, **changes: Any) -> Authentication:
    """A login to which the platform answers so."""
    return play(
        PROVIDER.finish(
            settings(**changes), parse_callback("/cb?code=c&state=s"), return_to=RETURN_TO, state="s", now=NOON,
            entropy=entropy,
        ),
        [(lambda _: None, each) for each in replies],
    )  # fmt: skip


def officer(**data: Any) -> HTTPReply:
    """A reply about an officer."""
    return reply({"message": "", "status": 0, "data": data})


def test_linking_refuses_it() -> None:
    """Lesson: an office is nobody's other account, whoever acts for it; its login links with none."""
    stage = Stage("sync", providers=("iamsmart", "zwrz"))
    try:
        hk, office = stage.log_in("iamsmart"), stage.log_in("zwrz")
        assert office.holder == "organisation"
        offered = stage.run(stage.bridge.offer_link(session="session-1"))
        with refused(stage, "link_refused", operation="link", reason="organisation"):
            stage.run(stage.bridge.link(hk, office, agreed_to=offered, session="session-1"))
    finally:
        stage.close()


def test_no_setting_makes_it_a_person_s() -> None:
    """There is no way to configure an officer's login into a resident's."""
    for name in ("holder", "require_usertype", "jurisdiction"):
        with pytest.raises(ConfigError, match=name):
            settings(**{name: "person"})
    assert (
        log_in(reply(TOKEN), officer(userid="u1", holder="person", usertype="1"), level="L3").holder == "organisation"
    )


def test_authorize() -> None:
    """The address of section 8, with the state, and nothing of the secret."""
    url = PROVIDER.begin(settings(), return_to=RETURN_TO, state="st", language="en")
    assert urlsplit(url)[:3] == ("https", "xtbg.gdzwfw.gov.cn", "/zwrz/rz/sso/oauth/authorize")
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "response_type": "code", "scope": "all", "client_id": "z", "redirect_uri": RETURN_TO, "state": "st",
    }  # fmt: skip


def test_logout() -> None:
    """The browser is sent to end the platform's session, and back only to an address that is registered for that."""
    bye = "https://svc.test/bye"
    url = PROVIDER.logout_url(settings(logout_uris=[bye]), return_to=bye)
    assert url == "https://xtbg.gdzwfw.gov.cn/zwrz/rz/sso/logout?client_id=z&backurl=https%3A%2F%2Fsvc.test%2Fbye"
    assert "logout" in abilities(PROVIDER)
    for other in (RETURN_TO, bye + "/", ""):
        with pytest.raises(ConfigError, match="logout_uris"):
            PROVIDER.logout_url(settings(logout_uris=[bye]), return_to=other)


def test_the_members_are_settings() -> None:
    """Where the platform calls its members something else, three lines of settings say so."""
    found = log_in(
        reply({"message": "", "status": "0", "data": {"token": "t"}}), officer(uid=7, cn=" 李小明 ", level="L9"),
        token_member="token", subject_member="uid", name_member="cn", level="L1",
    )  # fmt: skip
    assert (found.subject, found.profile.name, found.assurance.level) == ("7", "李小明", "L1")
    assert log_in(reply(TOKEN), officer(userid="u1")).profile.name == ""
    assert log_in(reply(TOKEN), officer(userid="u1", username={"a": 1}, score=1.5)).profile.name == ""


@pytest.mark.parametrize("subject", [None, "", " ", "a b", "\u674e", "x" * 129, True, 1.5, ["u"], {"id": "u"}])
def test_an_id_that_is_none(subject: object) -> None:
    """Who has no printable id of sane length is nobody, and the error does not show what came instead."""
    with pytest.raises(ProtocolError) as caught:
        log_in(reply(TOKEN), officer(userid=subject))
    assert (caught.value.step, caught.value.reason) == ("user", "subject")
    assert "\u674e" not in f"{caught.value} {caught.value.diagnostics()}"


@pytest.mark.parametrize(("document", "code"), [
    ({"status": 4001}, "4001"), ({"status": "-1"}, "-1"), ({"status": "\u674e"}, "unprintable"), ({"status": ""}, "unprintable"),
    ({"status": "00"}, "00"),
])  # fmt: skip
def test_refusals(document: dict[str, Any], code: str) -> None:
    """Anything but 0 is a refusal; the number is told, other text and the message are not."""
    with pytest.raises(ProviderRejected) as caught:
        log_in(reply({"message": "\u674e", "data": TOKEN["data"], **document}))
    assert (caught.value.provider_code, caught.value.step) == (code, "token")
    assert "\u674e" not in f"{caught.value} {caught.value.diagnostics()}"


@pytest.mark.parametrize(("status", "code"), [(302, "http_302"), (401, "http_401"), (404, "http_404")])
def test_http_refusals(status: int, code: str) -> None:
    """Success in the envelope of a refused request is no success."""
    with pytest.raises(ProviderRejected) as caught:
        log_in(reply(TOKEN, status=status))
    assert caught.value.provider_code == code
    with pytest.raises(ProviderUnavailable):
        log_in(reply(TOKEN, status=503))


@pytest.mark.parametrize("token", [None, "", " ", "a b", "a\nb", 7, ["t"], "x" * 2049])
def test_a_token_that_is_none(token: object) -> None:
    """What cannot be an access token is never sent on."""
    with pytest.raises(ProtocolError) as caught:
        log_in(reply({**TOKEN, "data": {"access_token": token}}))
    assert (caught.value.step, caught.value.reason) == ("token", "shape")


def test_logout_through_the_bridge() -> None:
    """A browser that is signed in at the platform is sent out and comes back to the registered address, signed out."""
    bye = "https://svc.test/bye"

    def with_a_way_out(document: dict[str, Any]) -> None:
        document["providers"]["zwrz"]["logout_uris"] = [bye]

    stage = Stage("sync", providers=("zwrz",), overrides=with_a_way_out)
    try:
        browser = Client(stage.mock("zwrz"))
        url = stage.run(stage.bridge.logout_url("zwrz", return_to=bye))
        reply = browser.get(url.removeprefix("http://zwrz.test"))
        assert (reply.status_code, reply.headers["Location"]) == (302, bye)
    finally:
        stage.close()
