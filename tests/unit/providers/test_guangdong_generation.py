"""Three generations of one contract, and the one exchange of a code (guangdong.md 1, 2.1, 2.2 and 2.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tests.transcripts.script import Step, play
from tests.unit.providers.online_service import ACCOUNT, NOON, RETURN_TO, entropy, guangdong_settings, reply
from xbridge.core.effects import Effect, ReadClock, Send
from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, ProviderUnavailable, VerificationError
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.identity import Authentication
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.guangdong import PROVIDER

BASES = {"pscp": "/pscp/sso/connect/page", "tif": "/tif/sso/connect/page", "am": "/am"}
NOT_ALLOWED = HTTPReply(status=405, content=b"method not allowed")
TOKEN = reply({"access_token": "t0ken", "expires_in": 59})
INFO = reply({"userobj": ACCOUNT, "pareobj": "null"})


def begin(**settings: Any) -> str:
    """Where the browser is sent."""
    made = guangdong_settings(**settings)
    return PROVIDER.begin(made, return_to=made.redirect_uris[0], state="s", language="en")


def finish(steps: list[Step], **settings: Any) -> Authentication:
    """A login stepped by hand from its code on."""
    made = guangdong_settings(**settings)
    return play(PROVIDER.finish(
        made, parse_callback("/cb?code=c0de"), return_to=made.redirect_uris[0], state="s", now=NOON, entropy=entropy
    ), steps)  # fmt: skip


class Sent:
    """Keeps the requests that a flow sends; a step of a transcript."""

    def __init__(self) -> None:
        self.requests: list[HTTPRequest] = []

    def __call__(self, effect: Effect) -> None:
        """Keep one."""
        assert isinstance(effect, Send)
        self.requests.append(effect.request)


@pytest.mark.parametrize("generation", BASES)
def test_paths(generation):
    """Each generation has its base path, the same three endpoints below it, and never a slash at the end."""
    assert begin(generation=generation).startswith(f"https://tyrz.gd.gov.cn{BASES[generation]}/oauth2/authorize?")
    sent = Sent()
    finish([(sent, TOKEN), (ReadClock(), NOON), (sent, INFO), (ReadClock(), NOON)], generation=generation)
    assert [urlsplit(request.url).path for request in sent.requests] == [
        f"{BASES[generation]}/oauth2/access_token", f"{BASES[generation]}/oauth2/tokeninfo",
    ]  # fmt: skip


def test_paths_of_ones_own():
    """A path map replaces the base, or an endpoint whole; what it leaves out stays where the generation has it."""
    paths = {"base": "/new/sso", "tokeninfo": "/who"}
    assert begin(paths=paths).startswith("https://tyrz.gd.gov.cn/new/sso/oauth2/authorize?")
    sent = Sent()
    finish([(sent, TOKEN), (ReadClock(), NOON), (sent, INFO), (ReadClock(), NOON)], paths=paths)
    assert [urlsplit(each.url).path for each in sent.requests] == ["/new/sso/oauth2/access_token", "/who"]


@pytest.mark.parametrize(
    "path", ["am", "/am/", "//am", "/am?x=1", "/am#x", "/a m", "https://evil.test", "/@evil", "/a\\b"]
)
def test_paths_that_are_none(path):
    """A path cannot lead to another host, bring its own query, or end in the slash that broke a client."""
    with pytest.raises(ConfigError, match=r"paths\.base"):
        guangdong_settings(paths={"base": path})


@pytest.mark.parametrize("generation", BASES)
def test_service(generation):
    """``service`` is a duty in the older generations and may be left out in the newest only."""
    assert parse_qs(urlsplit(begin(generation=generation)).query)["service"] == ["initService"]
    if generation == "pscp":
        assert "service=" not in begin(generation=generation, service="")
        return
    with pytest.raises(ConfigError, match="service"):
        guangdong_settings(generation=generation, service="")


def test_login_page_of_the_first_generation():
    """The first generation may be entered by its login page, which goes on to authorize."""
    url = begin(generation="am", begin_at="login_page")
    assert url.startswith("https://tyrz.gd.gov.cn/am/login/initAuth.do?gotoUrl=")
    assert parse_qs(urlsplit(url).query)["gotoUrl"] == [begin(generation="am")]


@pytest.mark.parametrize(("settings", "expected"), [
    ({"generation": "am"}, "https://svc.test/cb?app=1,state=s"), ({"generation": "tif"}, "https://svc.test/cb?app=1&state=s"),
    ({"redirect_join": "comma"}, "https://svc.test/cb?app=1,state=s"),
    ({"generation": "am", "redirect_join": "ampersand"}, "https://svc.test/cb?app=1&state=s"),
    ({"generation": "am", "state_mode": "cookie_only"}, "https://svc.test/cb?app=1"),
])  # fmt: skip
def test_joint_of_parameters(settings, expected):
    """Several parameters of a redirect URI are joined as the generation wants it, in both steps alike."""
    settings = {**settings, "redirect_uris": [f"{RETURN_TO}?app=1"]}
    assert parse_qs(urlsplit(begin(**settings)).query)["redirect_uri"] == [expected]
    sent = Sent()
    finish([(sent, TOKEN), (ReadClock(), NOON), (sent, INFO), (ReadClock(), NOON)], **settings)
    assert parse_qs(urlsplit(sent.requests[0].url).query)["redirect_uri"] == [expected]


def test_a_comma_joins_nothing_alone():
    """One parameter needs no joint: the state alone looks the same in every generation."""
    assert "redirect_uri=https%3A%2F%2Fsvc.test%2Fcb%3Fstate%3Ds" in begin(generation="am")


def test_post_after_405():
    """Answered 405, the same parameters go out once more, as a form and not in the address."""
    sent = Sent()
    finish([(sent, NOT_ALLOWED), (sent, TOKEN), (ReadClock(), NOON), (sent, INFO), (ReadClock(), NOON)])
    get, post, _ = sent.requests
    assert (get.method, get.content) == ("GET", b"")
    assert (post.method, post.url) == ("POST", get.url.partition("?")[0])
    assert parse_qsl(post.content.decode()) == parse_qsl(urlsplit(get.url).query)
    assert ("Content-Type", "application/x-www-form-urlencoded") in post.headers


def test_post_from_the_start():
    """A service told to POST never puts the secret into an address."""
    sent = Sent()
    finish([(sent, TOKEN), (ReadClock(), NOON), (sent, INFO), (ReadClock(), NOON)], token_method="POST")
    assert sent.requests[0].method == "POST"
    assert "sample-secret" not in sent.requests[0].url
    assert b"client_secret=sample-secret" in sent.requests[0].content


@pytest.mark.parametrize(("first", "error"), [
    (HTTPReply(status=404), ProviderRejected), (HTTPReply(status=501), ProviderUnavailable),
    (HTTPReply(status=400, content=b"{}"), ProviderRejected), (HTTPReply(status=503), ProviderUnavailable),
    (HTTPReply(status=302, headers=(("location", "https://evil.test/"),)), ProtocolError), (HTTPReply(status=200), ProtocolError),
    (reply({"errcode": 405}), ProviderRejected), (reply({"errcode": 40029}, status=400), ProviderRejected),
    (ProviderUnavailable("guangdong", "timed out"), ProviderUnavailable),
])  # fmt: skip
def test_a_code_goes_out_once(first, error):
    """After any other answer, and after none, the code is not sent again."""
    with pytest.raises(error):
        finish([(Sent(), first)])


@pytest.mark.parametrize("settings", [{}, {"token_method": "POST"}])
def test_405_to_a_post_ends_it(settings):
    """A POST that is answered 405 too is a refusal, whether it was the first or the second request."""
    steps: list[Step] = [(Sent(), NOT_ALLOWED)] * (1 if settings else 2)
    with pytest.raises(ProviderRejected) as caught:
        finish(steps, **settings)
    assert caught.value.provider_code == "http_405"


@pytest.mark.parametrize(("document", "code"), [
    ({"errcode": "40029", "errmsg": "spent"}, "40029"), ({"error_code": 7, "error_msg": "spent"}, "7"),
    ({"error": "invalid_grant", "error_description": "spent"}, "invalid_grant"),
    ({"biz_content": {"errcode": 1, "errmsg": "spent"}}, "1"), ({"biz_content": '{"errcode":1,"errmsg":"spent"}'}, "1"),
])  # fmt: skip
def test_refusals_in_every_generation(document, code):
    """Each error shape is a typed refusal, in a wrapper too; the platform's words are kept apart, without our secrets."""
    said = {
        name: f"{value} c0de sample-secret\x00{'x' * 500}" if value == "spent" else value
        for name, value in document.items()
    }
    with pytest.raises(ProviderRejected) as caught:
        finish([(Sent(), reply(said))])
    assert (caught.value.provider_code, caught.value.step) == (code, "access_token")
    words = caught.value.provider_text.reveal()
    assert len(words) <= 200
    assert "\x00" not in words
    assert not {"c0de", "sample-secret"} & set(words.split())
    if "biz_content" not in document:
        assert words.startswith("spent … …")


@pytest.mark.parametrize(("lifetime", "at_token_s", "at_account_s", "lives"), [
    (59, 0, 58, True), (59, 0, 59, False), (59, 58, 58.9, True), (59, 59, None, False), (59, 300, None, False),
    ("5", 1, 4, True), ("5", 1, 5, False), (1, 0, 0, True), (1, 1, None, False),
    # However long a token is said to live, code and account belong to one minute.
    (86400, 30, 59, True), (86400, 30, 60, False), (86400, 60, None, False), (None, 30, 60, False),
    # A clock that was set back meanwhile makes nothing younger than it is, and breaks nothing.
    (59, -100, -50, True),
])  # fmt: skip
def test_life_of_a_token(lifetime, at_token_s, at_account_s, lives):
    """An account that arrives after its token's death is not believed, and a dead token is not sent at all."""
    token = {"access_token": "t0ken"} if lifetime is None else {"access_token": "t0ken", "expires_in": lifetime}
    steps: list[Step] = [(Sent(), reply(token)), (ReadClock(), NOON + timedelta(seconds=at_token_s))]
    if at_account_s is not None:
        steps += [(Sent(), INFO), (ReadClock(), NOON + timedelta(seconds=at_account_s))]
    if lives:
        assert finish(steps).subject == ACCOUNT["useridcode"]
        return
    with pytest.raises(VerificationError) as caught:
        finish(steps)
    assert (caught.value.claim, caught.value.reason) == ("access_token", "expired")


def test_a_dying_token_is_waited_for_no_longer():
    """The account is waited for at most as long as its token lives."""
    sent = Sent()
    finish([(sent, reply({"access_token": "t", "expires_in": 5})), (ReadClock(), NOON + timedelta(seconds=2)),
            (sent, INFO), (ReadClock(), NOON + timedelta(seconds=2))])  # fmt: skip
    assert [request.timeout_s for request in sent.requests] == [8.0, 3.0]


def test_node_suffix():
    """A token may end in a node's name; it is opaque and is percent-encoded once."""
    sent = Sent()
    finish([(sent, reply({"access_token": "0a-1b@node5"})), (ReadClock(), NOON), (sent, INFO), (ReadClock(), NOON)])
    assert sent.requests[1].url.endswith("/tokeninfo?access_token=0a-1b%40node5")


def test_logout():
    """The browser ends the platform's session at one address, and comes back to registered addresses only."""
    settings = guangdong_settings(logout_uris=["https://svc.test/bye?lang=zh"])
    url = PROVIDER.logout_url(settings, return_to="https://svc.test/bye?lang=zh")
    assert url == "https://tyrz.gd.gov.cn/_tif_sso_logout_/?redirect_uri=https%3A%2F%2Fsvc.test%2Fbye%3Flang%3Dzh"
    for other in (RETURN_TO, "https://svc.test/bye", "https://svc.test/bye?lang=zh&x=1", "https://evil.test/", ""):
        with pytest.raises(ConfigError, match="logout_uris"):
            PROVIDER.logout_url(settings, return_to=other)
