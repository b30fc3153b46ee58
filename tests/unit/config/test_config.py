"""The configuration: what production refuses, what is named, and what is never shown (lessons.md B4, C12, G2)."""

from __future__ import annotations

import copy
import traceback
from typing import Any

import pytest

from xbridge.core.config import Config, parse_config
from xbridge.core.errors import ConfigError, Unsupported
from xbridge.core.flow import DataFlow
from xbridge.core.web_address import check_web_address
from xbridge.testing import World

SECRET = "canary-5d41402a"


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """The document of a test world, as it was before it was checked."""
    seen: list[dict[str, Any]] = []
    World(overrides=lambda document: seen.append(copy.deepcopy(document)))
    return seen


@pytest.fixture
def document(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """A document that production accepts."""
    made = copy.deepcopy(documents[0])
    made["profile"] = "production"
    made["issuer"] = "https://portal.gov.example"
    for provider, host in (("iamsmart", "https://login.example.hk"), ("guangdong", "https://tyrz.gd.gov.cn")):
        made["providers"][provider]["base_url"] = host
        made["providers"][provider]["redirect_uris"] = [f"https://portal.gov.example/cb/{provider}"]
    return made


def refusal(document: dict[str, Any]) -> str:
    """The message with which the document is refused, after checking that nobody sees a value."""
    with pytest.raises(ConfigError) as caught:
        parse_config(document)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_production_accepts_real_hosts(document):
    """A complete configuration with https addresses of real hosts is accepted as it stands."""
    config = parse_config(document)
    assert config.profile == "production"
    assert "PRIVATE" not in repr(config)
    assert document["providers"]["iamsmart"]["client_secret"] in str(document)


def test_production_is_the_default(document):
    """Who says nothing gets the strict profile."""
    del document["profile"]
    assert parse_config(document).profile == "production"


UNREAL = [
    "http://portal.gov.example", "http://localhost:8000", "https://localhost", "https://LOCALHOST", "https://svc.localhost",
    "https://127.0.0.1", "https://127.1.2.3", "https://0.0.0.0", "https://10.0.0.1", "https://172.16.0.1",
    "https://192.168.1.1", "https://169.254.169.254", "https://100.64.0.1", "https://224.0.0.1", "https://[::1]", "https://[::]",
    "https://[fe80::1]", "https://[fd00::1]", "https://[::ffff:127.0.0.1]", "https://[::ffff:10.0.0.1]", "https://svc.test",
    "https://svc.invalid", "https://printer.local", "https://mock.gov.example", "https://portal.gov.example/Mock",
]  # fmt: skip


@pytest.mark.parametrize("url", UNREAL)
def test_production_refuses(document, url):
    """In production no address is http, this machine, a private network, a reserved name or a mock: anywhere."""
    for change in (
        lambda each: each.update(issuer=url),
        lambda each: each["providers"]["iamsmart"].update(base_url=url),
        lambda each: each["providers"]["guangdong"].update(redirect_uris=["https://portal.gov.example/cb", url]),
        lambda each: each["providers"]["guangdong"].update(logout_uris=["https://portal.gov.example/bye", url]),
    ):
        changed = copy.deepcopy(document)
        change(changed)
        assert "unless profile is development" in refusal(changed)
        changed["profile"] = "development"
        assert parse_config(changed).profile == "development"


HOSTILE = [
    "https://portal.gov.example@evil.test/cb", "https://localhost:80@evil.test/cb", "https://user:pass@portal.gov.example/cb",
    "https://portal.gov.example\\@evil.test/cb", "https://portal.gov.example\\.evil.test", "https://evil.test\\cb",
    "https:///portal.gov.example/cb", "https:portal.gov.example/cb", "https:/portal.gov.example/cb",
    "//portal.gov.example/cb", "/cb", "", " ", "portal.gov.example/cb", "javascript:alert(1)", "data:text/html,x",
    "file:///etc/passwd", "ftp://portal.gov.example/cb", "ws://portal.gov.example/cb", "HTTPS://portal.gov.example/cb",
    " https://portal.gov.example/cb", "https://portal.gov.example/cb ", "https://portal.gov.example/cb\n",
    "https://portal.gov.example/c\tb", "https://portal.gov.example/c\x00b", "https://portal.gov.example/cb#fragment",
    "https://portal.gov.example/cb#", "https://portal.gov.example:0/cb", "https://portal.gov.example:65536/cb",
    "https://portal.gov.example:/cb", "https://portal.gov.example:080/cb", "https://portal.gov.example:８０/cb",
    "https://2130706433/cb", "https://0x7f000001/cb", "https://0x7f.1/cb", "https://127.1/cb", "https://0177.0.0.1/cb",
    "https://127.0.0.1./cb", "https://1.2.3.4.5/cb", "https://[::1/cb", "https://::1]/cb", "https://[portal.gov.example]/cb",
    "https://[fe80::1%25eth0]/cb", "https://portal..gov.example/cb", "https://.gov.example/cb", "https://-a.example/cb",
    "https://a-.example/cb", "https://portal.gov.example./cb", "https://ｐortal.gov.example/cb", "https://портал.example/cb",
    "https://portal。gov.example/cb", "https://portal.gov.example%2Fevil.test/cb", "https://portal.gov.example%00.test/cb",
    "https://portal.gov.example/cb<script>", "https://portal.gov.example/cb\"x", "https://portal.gov.example/{cb}",
    "https://portal.gov.example/cb|x", "https://portal.gov.example/^", "https://portal.gov.example/`", "https://a" + "a" * 63,
    "https://portal.gov.example/" + "c" * 2048,
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("profile", ["development", "production"])
def test_hostile_addresses(document, url, profile):
    """Lesson B4: an address that two parsers read differently cannot be registered, in any profile."""
    for member in ("redirect_uris", "base_url"):
        changed = copy.deepcopy(document)
        changed["profile"] = profile
        changed["providers"]["iamsmart"][member] = [url] if member == "redirect_uris" else url
        assert f"providers.iamsmart.{member}" in refusal(changed)


@pytest.mark.parametrize(
    "url", ["https://portal.gov.example/", "https://portal.gov.example?x=1", "https://portal.gov.example/a/"]
)
def test_base_url_takes_a_path(document, url):
    """A base URL is what paths are added to, so it ends in its host or a name."""
    document["providers"]["iamsmart"]["base_url"] = url
    assert "base_url" in refusal(document)


@pytest.mark.parametrize("uris", ["https://portal.gov.example/cb", 5, None, {"a": 1}, [5], [None], [["x"]]])
def test_redirect_uris_are_a_list_of_texts(document, uris):
    """A wrong type is a configuration error like any other, not a crash."""
    for provider, member in (("iamsmart", "redirect_uris"), ("guangdong", "logout_uris")):
        changed = copy.deepcopy(document)
        changed["providers"][provider][member] = uris
        assert f"providers.{provider}.{member}" in refusal(changed)


@pytest.mark.parametrize("member", ["direct_login_uris", "direct_login_app_uris"])
def test_direct_logins_arrive_at_a_path_of_their_own(document, member):
    """Where a direct login of V2 arrives, no other provider comes back to; V1's addresses are the platform's own."""
    section = document["providers"]["iamsmart"]
    section |= {"direct_login": "v2", member: ["https://app.gov.example/cb/guangdong"]}
    assert "need paths that providers." in refusal(document)
    section["direct_login"] = "v1"
    assert parse_config(document).providers["iamsmart"][member]
    for wrong in (["http://localhost/direct"], ["https://user@portal.gov.example/x"], [5], "https://a.example/x"):
        section[member] = wrong
        assert f"providers.iamsmart.{member}" in refusal(document)


@pytest.mark.parametrize("url", [
    "https://portal.gov.example", "https://portal.gov.example:8443/cb?tenant=1", "https://8.8.8.8/cb",
    "https://[2001:4860:4860::8888]:443/cb", "https://xn--fiq228c.example/cb", "https://PORTAL.gov.example/%E9%99%B3",
    "https://a/b;c=d,e!f$g&h'i(j)k*l+m=n:o@p~q",
])  # fmt: skip
def test_addresses_that_are_fine(url):
    """What RFC 3986 writes plainly is accepted as it is."""
    check_web_address(url, real_host=True)


@pytest.mark.parametrize("change", [
    lambda document: document.update(profile=SECRET), lambda document: document.update({SECRET[:6]: SECRET}),
    lambda document: document["keys"].update(record={"pem": SECRET}), lambda document: document["keys"].update(sealing=SECRET),
    lambda document: document["keys"].update(sealing=[]), lambda document: document["keys"].update(extra=SECRET),
    lambda document: document["keys"].pop("pseudonym"), lambda document: document.update(log_origin=SECRET.upper()),
    lambda document: document.update(limits={"login_s": SECRET}), lambda document: document.update(limits={"login_s": 1081}),
    lambda document: document.update(limits={"link_min_level": SECRET}),
    lambda document: document.update(limits={"link_min_level": "L0"}),
    lambda document: document.update(issuer=f"https://{SECRET}@x"), lambda document: document.update(parties=SECRET),
    lambda document: document.update(operator="nobody"),
    lambda document: document["parties"].append(document["parties"][0]),
    lambda document: document["services"].append(document["services"][0]),
])  # fmt: skip
def test_never_the_value(document, change):
    """A wrong member is named; its value shows in no message, no cause and no traceback."""
    change(document)
    assert refusal(document).startswith("config_invalid: ")


def test_secrets_do_not_show(document):
    """Printing a configuration, or its secrets one by one, prints no secret."""
    config = parse_config(document)
    keys = document["keys"]
    for text in (repr(config), str(config), repr(config.keys), str(config.keys.record), str(config.model_dump())):
        assert keys["pseudonym"] not in text
        assert keys["record"] not in text
        assert keys["sealing"][0] not in text


def test_provider_sections_do_not_show(document):
    """A provider's section may hold secrets that only the provider knows as such, so none of it is printed."""
    config = parse_config(document)
    for text in (repr(config), str(config)):
        assert document["providers"]["iamsmart"]["client_secret"] not in text
        assert "BEGIN" not in text


def test_unknown_service(document):
    """A flow outside the catalogue is unsupported, and the error says what is in it."""
    config: Config = parse_config(document)
    flow = DataFlow(source="HK", target="440000", purpose="xb:nothing", categories=("name",))
    with pytest.raises(Unsupported) as caught:
        config.service("gd:hrss", flow)
    assert "gd:hrss xb:social-benefit" in caught.value.capabilities
