"""CorpID: one hop, two codes, two platforms, and an identity that is a company's (dossier iamsmart.md section 11)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.negative.stage import COLOURS, PROVIDERS, Stage
from tests.unit.providers.online_service import (
    CONTENT_KEY,
    NOON,
    RETURN_TO,
    TOKEN,
    entropy,
    envelope,
    kek_pem,
    key_reply,
    reply,
    sealed,
)
from xbridge.core.config import parse_config
from xbridge.core.effects import Recall, Remember, Send, Stamp, TakeStamp
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    LinkRefused,
    ProtocolError,
    ProviderRejected,
    Unsupported,
    UserDeclined,
)
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.identity import Authentication
from xbridge.protocols.content_envelope import open_content, seal_content
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.corpid import COMPANY, PERSON, PROVIDER, CorpIdSettings
from xbridge.testing import World

COMPANY_TOKEN = {
    "cAccessToken": "c" * 32, "tokenType": "Bearer", "cOpenID": "cO%2Bpaque%3D", "userType": "iam",
    "cScope": "corpidapi_auth corpidapi_corplist",
}  # fmt: skip
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"


def settings(**changes: Any) -> CorpIdSettings:
    """The settings of a service; members of its side at CorpID are given as ``corporate``."""
    return read(json.dumps(changes))


@cache
def read(wanted: str) -> CorpIdSettings:
    """The settings with these changes, read once: two keys are checked each time."""
    changes = json.loads(wanted)
    side = {
        "base_url": "https://corpid.example", "client_id": "c0c0", "client_secret": "company-secret",
        "kek_private_keys": [kek_pem()], **changes.pop("corporate", {}),
    }  # fmt: skip
    return PROVIDER.read_settings({
        "base_url": "https://iamsmart.example", "client_id": "edae", "client_secret": "person-secret",
        "kek_private_keys": [kek_pem()], "redirect_uris": [RETURN_TO], "corporate": side, **changes,
    })  # fmt: skip


def company_reply(content: object = None, *, code: str = "M00000") -> HTTPReply:
    """A reply of CorpID; a mapping is encrypted."""
    document: dict[str, object] = {"txID": "<T=0>", "code": code, "msg": "text for people"}
    if content is not None:
        document["content"] = seal_content(CONTENT_KEY, json.dumps(content).encode(), iv=b"platform-iv.")
    return reply(document)


class Wire:
    """Answers a login by hand and keeps what was sent."""

    def __init__(self, *replies: HTTPReply, known_key: bool = True) -> None:
        self.replies = list(replies)
        self.sent: list[HTTPRequest] = []
        self.stamps: list[str] = []
        self.remembered: list[tuple[str, bytes | None]] = []
        self._known_key = known_key

    def answer(self, effect: object) -> object:
        """What the world says to ``effect``."""
        match effect:
            case Recall():
                return CONTENT_KEY if self._known_key else None
            case Remember(key=key, value=value):
                self.remembered.append((key, value))
            case TakeStamp(client=client_id):
                self.stamps.append(client_id)
                return Stamp(timestamp_ms=1_780_286_400_000, nonce="0" * 32)
            case Send(request=request):
                self.sent.append(request)
                return self.replies.pop(0)
        return None

    def log_in(self, callback: str = "code=c0de&corpMockCode=c0mpany", **changes: Any) -> Authentication:
        """Finish a login whose callback brought these parameters."""
        flow = PROVIDER.finish(
            settings(**changes), parse_callback(f"/cb?{callback}"), return_to=RETURN_TO, state="s", now=NOON,
            entropy=entropy,
        )  # fmt: skip
        found: Authentication = self.run(flow)
        return found

    def run(self, flow: Any) -> Any:
        """Step a flow to its end."""
        effect: Any = flow.send(None)
        try:
            while True:
                effect = flow.send(self.answer(effect))
        except StopIteration as stop:
            assert self.replies == [], "fewer requests than expected"
            return stop.value
        finally:
            flow.close()

    def parameters(self, number: int) -> dict[str, object]:
        """The decrypted parameters of one request."""
        raw = self.sent[number].content
        found: dict[str, object] = json.loads(open_content(CONTENT_KEY, json.loads(raw)["content"]))
        return found


def log_in(company: dict[str, Any] | None = None, callback: str = "code=c&corpMockCode=d", **changes: Any) -> Any:
    """A login in which CorpID answers with ``company``, members None left out."""
    content = {name: value for name, value in {**COMPANY_TOKEN, **(company or {})}.items() if value is not None}
    return Wire(sealed(TOKEN), company_reply(content)).log_in(callback, **changes)


def query(url: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


# --- Addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "path", "own"),
    [
        ("sandbox", "/api/v1/auth/mockCorpId/getQR", {"corpMock": "true"}),
        ("v1_0_4", "/api/v1/auth/corpId/getQR", {"cScope": "corpidapi_auth corpidapi_profiles"}),
    ],
)
def test_each_shape_has_its_qr_page(shape, path, own):
    """The page is iAM Smart's, in CorpID's variant, with what that variant asks for and nothing of the other."""
    made = settings(shape=shape, corporate_scopes=["corpidapi_auth", "corpidapi_profiles"])
    url = PROVIDER.begin(made, return_to=RETURN_TO, state="st", language="zh-Hans")
    assert url.startswith(f"https://iamsmart.example{path}?")
    assert query(url) == {
        "clientID": "edae", "responseType": "code", "source": "PC_Browser", "redirectURI": RETURN_TO,
        "scope": "eidapi_auth", "lang": "zh-CN", "state": "st", **own,
    }  # fmt: skip
    elsewhere = settings(shape=shape, paths={"get_qr": "/elsewhere"})
    assert urlsplit(PROVIDER.begin(elsewhere, return_to=RETURN_TO, state="s", language="en")).path == "/elsewhere"


def test_a_phone_is_known_by_its_browser():
    """The source comes from the User-Agent and the page may open the app, as at iAM Smart."""
    url = PROVIDER.begin_in(settings(), return_to=RETURN_TO, state="s", language="en", user_agent=IPHONE)
    assert query(url).items() >= {"source": "iOS_Safari", "brokerPage": "true"}.items()
    with pytest.raises(ConfigError, match="source"):
        PROVIDER.begin(settings(source="App_Link"), return_to=RETURN_TO, state="s", language="en")


def test_an_app_opens_it_too():
    """The app is opened at CorpID's own path and told which scopes of CorpID are wanted; the sandbox has no such thing."""
    url = PROVIDER.begin_app(settings(shape="v1_0_4"), platform="ios", return_to=RETURN_TO, state="st")
    assert url.startswith("hk.gov.iamsmart://v2_cauth?")
    assert query(url) == {
        "clientID": "edae", "responseType": "code", "source": "App_Link", "clientRedirectURI": RETURN_TO,
        "scope": "eidapi_auth", "cScope": "corpidapi_auth", "state": "st",
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"\[providers\.corpid\] needs android_package"):
        PROVIDER.begin_app(settings(shape="v1_0_4"), platform="android", return_to=RETURN_TO, state="st")
    with pytest.raises(ConfigError, match="return_to"):
        PROVIDER.begin_app(settings(shape="v1_0_4"), platform="ios", return_to=f"{RETURN_TO}/", state="st")
    with pytest.raises(Unsupported):
        PROVIDER.begin_app(settings(), platform="ios", return_to=RETURN_TO, state="st")


# --- The two codes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "callback", "url", "asked"),
    [
        (
            "sandbox", "code=c0de&corpMockCode=c0mpany", "https://corpid.example/api/v1/auth/getToken",
            {
                "ticketID": "c0mpany", "grantType": "authorization_code", "iAMSmart_AccessToken": TOKEN["accessToken"],
                "iAMSmart_TokenizedID": TOKEN["openID"],
            },
        ),
        (
            "v1_0_4", "code=c0de&cCode=c0mpany", "https://corpid.example/api/eservice/v1/auth/getToken",
            {"cAuthCode": "c0mpany", "grantType": "authorization_code"},
        ),
    ],
)  # fmt: skip
def test_each_shape_asks_in_its_own_way(shape, callback, url, asked):
    """The person is proved first, then the company, each with its own code and client; the ID goes as it came."""
    wire = Wire(sealed(TOKEN), company_reply(COMPANY_TOKEN))
    found = wire.log_in(callback, shape=shape)
    assert [request.url for request in wire.sent] == ["https://iamsmart.example/api/v1/auth/getToken", url]
    assert wire.parameters(0) == {"code": "c0de", "grantType": "authorization_code"}
    assert wire.parameters(1) == asked
    assert wire.stamps == ["edae", "c0c0"]
    assert [dict(request.headers)["clientID"] for request in wire.sent] == ["edae", "c0c0"]
    assert (found.subject, found.assurance.source, found.assurance.level) == ("cO%2Bpaque%3D", "iam", "L0")
    assert (found.holder, found.started_by, found.access) == ("organisation", "relying_party", None)


@pytest.mark.parametrize(
    ("changes", "callback", "claim", "reason"),
    [
        ({}, "code=c", "corpMockCode", "missing"),
        ({}, "code=c&corpMockCode=", "corpMockCode", "missing"),
        ({}, "code=c&cCode=d", "corpMockCode", "missing"),
        ({}, "corpMockCode=d", "code", "missing"),
        ({}, "code=c&corpMockCode=d&corpMockCode=d", "corpMockCode", "duplicated"),
        ({"shape": "v1_0_4"}, "code=c&corpMockCode=d", "cCode", "missing"),
        ({"shape": "v1_0_4"}, "code=c&cAuthCode=d", "cCode", "missing"),
        ({"company_code": ["cCode", "cAuthCode"]}, "code=c&cCode=d&cAuthCode=d", "cAuthCode", "duplicated"),
        ({"company_code": ["cCode", "cAuthCode"]}, "code=c&cAuthCode=", "cAuthCode", "missing"),
        ({"company_code": ["cCode", "cAuthCode"]}, "code=c", "cCode", "missing"),
    ],
)
def test_there_is_one_code_of_each_kind(changes, callback, claim, reason):
    """Half a login, or two codes for one thing, is refused before anything is sent."""
    wire = Wire()
    with pytest.raises(CallbackInvalid) as caught:
        wire.log_in(callback, **changes)
    assert (caught.value.claim, caught.value.reason, wire.sent) == (claim, reason, [])


@pytest.mark.parametrize("name", ["cCode", "cAuthCode"])
def test_the_code_may_have_another_name(name):
    """One client also met ``cAuthCode``; a setting admits it."""
    wire = Wire(sealed(TOKEN), company_reply(COMPANY_TOKEN))
    wire.log_in(f"code=c&{name}=d", shape="v1_0_4", company_code=["cCode", "cAuthCode"])
    assert wire.parameters(1)["cAuthCode"] == "d"


@pytest.mark.parametrize(
    ("error_code", "code"),
    [("M00000", "unreadable"), ("M99999", "M99999"), ("D40003", "D40003"), ("M40003", "M40003"), ("Mallory", "unreadable")],
)  # fmt: skip
def test_an_error_in_the_callback_ends_the_login(error_code, code):
    """Either platform may report an error; a success is none, and a text that is no code goes no further."""
    with pytest.raises(ProviderRejected) as caught:
        Wire().log_in(f"error_code={error_code}&code=c&corpMockCode=d")
    assert (caught.value.provider, caught.value.provider_code, caught.value.step) == ("corpid", code, "login")


# --- Replies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(set(COMPANY.meanings) - {COMPANY.success}))
def test_every_code_of_corpid_raises_what_it_means(code):
    """The person's refusals are ``UserDeclined``; everything else is a rejection with its number, at CorpID's step."""
    kind: type[Exception] = UserDeclined if COMPANY.meanings[code].result == "declined" else ProviderRejected
    # A key that CorpID does not know is fetched once more, and a call that was overtaken is signed three times.
    times = 2 if code in COMPANY.stale_key else 3 if code == COMPANY.overtaken else 1
    with pytest.raises(kind) as caught:
        Wire(sealed(TOKEN), *[company_reply(code=code)] * times).log_in()
    error: Any = caught.value
    assert (error.provider_code, error.step) == (code, "corpGetToken")
    assert "text for people" not in f"{error} {vars(error)}"


def key_reply_of_corpid(key: bytes = b64encode(CONTENT_KEY)) -> HTTPReply:
    """CorpID's reply to getKey; it wraps the base64 text of the key (section 3.2)."""
    content = json.loads(key_reply(key=key).content)["content"]
    return reply({"txID": "<T=0>", "code": "M00000", "msg": "SUCCESS", "content": content})


@pytest.mark.parametrize("key", [CONTENT_KEY, b64encode(CONTENT_KEY)], ids=["raw", "text"])
def test_the_content_key_may_be_text(key):
    """Raw or as 44 characters of base64, the key is the same; each platform's is kept under its own name."""
    wire = Wire(key_reply(), sealed(TOKEN), key_reply_of_corpid(key), company_reply(COMPANY_TOKEN), known_key=False)
    assert wire.log_in().subject == COMPANY_TOKEN["cOpenID"]
    assert [(urlsplit(name.partition("content-key/")[2]).netloc, value) for name, value in wire.remembered] == [
        ("iamsmart.example", CONTENT_KEY), ("corpid.example", CONTENT_KEY),
    ]  # fmt: skip


def test_platforms_at_one_address_have_two_keys():
    """Where both platforms have one address and one client, each one's key is still kept under its own name."""
    replies = key_reply(), sealed(TOKEN), key_reply_of_corpid(), company_reply(COMPANY_TOKEN)
    wire = Wire(*replies, known_key=False)
    wire.log_in(corporate={"base_url": "https://iamsmart.example", "client_id": "edae"})
    (person, _), (company, _) = wire.remembered
    assert person != company
    # A key that another path gives is another key too.
    side = {"base_url": "https://iamsmart.example", "client_id": "edae", "paths": {"get_key": "/other/getKey"}}
    other = Wire(*replies, known_key=False)
    other.log_in(corporate=side)
    assert [name == company for name, _ in other.remembered] == [False, False]
    assert other.remembered[0][0] == person


def test_a_failed_revocation_ends_the_other_key_too():
    """Where one platform does not end its key, the other's is ended and both are forgotten; the failure is told."""
    for replies, code in (
        ([envelope(code="D99999"), company_reply()], "D99999"),
        ([envelope(), company_reply(code="M99999")], "M99999"),
    ):
        wire = Wire(*replies)
        with pytest.raises(ProviderRejected) as caught:
            wire.run(PROVIDER.revoke_key(settings(), now=NOON, entropy=entropy))
        assert caught.value.provider_code == code
        assert [urlsplit(request.url).netloc for request in wire.sent] == ["iamsmart.example", "corpid.example"]
        assert len({name for name, _ in wire.remembered}) == 2
        assert {value for _, value in wire.remembered} == {None}


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([company_reply(TOKEN)], "M00000"),
        ([sealed(TOKEN), envelope("x")], "D00000"),
    ],
    ids=["CorpID's where iAM Smart speaks", "iAM Smart's where CorpID speaks"],
)
def test_a_success_in_the_other_dialect_is_none(replies, code):
    """Neither platform's success counts where the other one answers."""
    with pytest.raises(ProviderRejected) as caught:
        Wire(*replies).log_in()
    assert caught.value.provider_code == code


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cOpenID": None}, "shape"), ({"cOpenID": ""}, "shape"), ({"cOpenID": 5}, "shape"),
        ({"cOpenID": "x" * 257}, "shape"), ({"cScope": None}, "shape"), ({"cScope": ["corpidapi_auth"]}, "shape"),
        ({"userType": 1}, "shape"), ({"userType": "x" * 33}, "shape"), ({"cScope": ""}, "scope"),
        ({"cScope": "corpidapi_corplist"}, "scope"), ({"cScope": "xcorpidapi_auth"}, "scope"),
        # iAM Smart's own members prove a person, not a company.
        ({"cOpenID": None, "openID": "person"}, "shape"),
    ],
)  # fmt: skip
def test_a_reply_that_proves_no_company_is_refused(change, reason):
    """Without a readable company and the authentication scope there is no login."""
    with pytest.raises(ProtocolError) as caught:
        log_in(change)
    assert (caught.value.provider, caught.value.step, caught.value.reason) == ("corpid", "corpGetToken", reason)


def test_the_person_must_be_authenticated_too():
    """A reply of iAM Smart without its authentication scope ends the login before CorpID is asked."""
    wire = Wire(sealed({**TOKEN, "scope": "eidapi_profiles"}))
    with pytest.raises(ProtocolError) as caught:
        wire.log_in()
    assert (caught.value.step, caught.value.reason, len(wire.sent)) == ("getToken", "scope", 1)


def test_the_members_may_have_other_names():
    """The names of the reply's members are one client's, so they are settings."""
    names = {"members": {"open_id": "openID", "scope": "scope", "user_type": "kind"}}
    content = {"openID": "company", "scope": "corpidapi_auth", "kind": "p12"}
    found = Wire(sealed(TOKEN), company_reply(content)).log_in(corporate=names)
    assert (found.subject, found.assurance.source) == ("company", "p12")


@pytest.mark.parametrize(
    ("user_type", "changes", "source", "level"),
    [
        ("iam", {}, "iam", "L0"), ("p12", {}, "p12", "L0"), (None, {}, "", "L0"), ("future", {}, "future", "L0"),
        ("p12", {"level_map": {"p12": "L2"}}, "p12", "L2"), ("iam", {"level_map": {"p12": "L2"}}, "iam", "L0"),
    ],
)  # fmt: skip
def test_levels(user_type, changes, source, level):
    """The platform's word is kept; our scale is about people, so a company has its lowest level unless a setting says more."""
    assurance = log_in({"userType": user_type}, **changes).assurance
    assert (assurance.source, assurance.level) == (source, level)


def test_whose_account_it_is_is_a_setting():
    """A cOpenID is taken for an organisation's; an operator who knows better may say that it is a person's."""
    assert log_in().holder == "organisation"
    assert log_in(holder="person").holder == "person"


# --- Settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [{"kek_private_keys": []}, {"corporate": {"kek_private_keys": []}}])
def test_each_side_needs_a_key_encryption_key(side):
    """Both platforms wrap a content key, so a service without a key for one of them is found when it starts."""
    with pytest.raises(ConfigError, match=r"\[providers\.corpid\] and its corporate side"):
        settings(**side)


def test_the_two_sides_are_one_issuer():
    """Another address or client at either platform is another issuer, unless the operator names one."""
    made = PROVIDER.issuer(settings())
    assert made == "https://corpid.example+https://iamsmart.example#c0c0"
    for change in ({"base_url": "https://x.example"}, {"corporate": {"base_url": "https://x.example"}},
                   {"corporate": {"client_id": "x"}}, {"issuer": "https://x.example"}):  # fmt: skip
        assert PROVIDER.issuer(settings(**change)) != made
    assert PROVIDER.issuer(settings(issuer="https://x.example")) == "https://x.example#c0c0"


def test_production_speaks_https_to_both_platforms():
    """The address of the second platform is checked like that of the first."""
    document: list[dict[str, Any]] = []
    World(providers=("corpid",), overrides=document.append)
    section = {**document[0]["providers"]["corpid"], "base_url": "https://iamsmart.gov.hk", "redirect_uris": []}
    production = {
        **document[0], "profile": "production", "issuer": "https://portal.gov.hk", "providers": {"corpid": section},
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"providers\.corpid\.corporate\.base_url"):
        parse_config(production)


def test_secrets_do_not_show():
    """Neither side's secret or key shows in the printed settings."""
    shown = repr(settings())
    assert not [secret for secret in ("person-secret", "company-secret", "PRIVATE KEY") if secret in shown]


def test_dialects_differ_where_the_platforms_do():
    """Codes, the name of the text beside them and the steps tell the two apart; the provider's name is one."""
    assert (PERSON.success, COMPANY.success) == ("D00000", "M00000")
    assert (PERSON.message_member, COMPANY.message_member) == ("message", "msg")
    assert {PERSON.key_step, PERSON.revoke_step}.isdisjoint({COMPANY.key_step, COMPANY.revoke_step})
    assert PERSON.provider_id == COMPANY.provider_id == PROVIDER.id


# --- Against the mock -----------------------------------------------------------------------------------------------


@pytest.fixture(params=COLOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A world of each colour."""
    made = Stage(request.param)
    yield made
    made.close()


def test_a_company_is_never_linked(stage):
    """A company's login is no person's side of a link, whichever comes first; the person's own login is."""
    world, run = stage.world, stage.run
    company, gd, hk = (stage.log_in(provider) for provider in ("corpid", "guangdong", "iamsmart"))
    assert (company.holder, gd.holder, hk.holder) == ("organisation", "person", "person")
    offer = run(stage.bridge.offer_link(session="session-1"))
    for pair in ((company, gd), (gd, company)):
        with pytest.raises(LinkRefused) as caught:
            run(stage.bridge.link(*pair, agreed_to=offer, session="session-1"))
        assert caught.value.reason == "organisation"
    assert world.store.scan("link/") == ()
    assert run(stage.bridge.link(hk, gd, agreed_to=offer, session="session-1")).id


def test_one_key_for_each_platform(stage):
    """Both content keys are fetched once for many logins, and both are ended at once."""
    wire = stage.wires["corpid"]
    for _ in range(2):
        stage.log_in("corpid")
    posted = [path for path in wire.paths if path.endswith(("getKey", "getToken"))]
    assert posted == [
        "/api/v1/security/getKey", "/api/v1/auth/getToken", "/corpid/api/v1/security/getKey",
        "/corpid/api/v1/auth/getToken", "/api/v1/auth/getToken", "/corpid/api/v1/auth/getToken",
    ]  # fmt: skip
    wire.paths.clear()
    stage.run(stage.bridge.revoke_key("corpid"))
    assert wire.paths == ["/api/v1/security/revokeKey", "/corpid/api/v1/security/revokeKey"]
    stage.log_in("corpid")
    assert wire.count("getKey") == 2


@pytest.mark.parametrize("shape", ["sandbox", "v1_0_4"])
def test_both_shapes_pass_the_strict_mock(shape):
    """A whole login in each shape; two people of one company are one account, and another company is another."""

    def choose(document: dict[str, Any]) -> None:
        document["providers"]["corpid"]["shape"] = shape

    world = World(providers=("corpid",), overrides=choose)
    one = world.log_in("corpid", "lee-siu-ming")
    assert one.subject == world.log_in("corpid", "yeung-man-yee").subject
    assert one.subject != world.log_in("corpid", "chan-tai-man").subject
    assert one.profile.name == ""
    client_id = world.config.providers["corpid"]["corporate"]["client_id"]
    assert one.subject == world.mocks.corpid.subjects(client_id)["sample-noodles"]


def test_it_is_one_of_the_built_in_providers():
    """The façade knows it beside the others, so it runs through every suite that asks for all of them."""
    assert "corpid" in PROVIDERS
