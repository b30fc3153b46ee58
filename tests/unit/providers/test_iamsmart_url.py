"""Addresses for browsers and phones: getQR with every parameter, the app, tickets, and keys in every form."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.unit.providers.iamsmart_side import RETURN_TO, kek, settings
from xbridge.core.errors import ConfigError
from xbridge.protocols.content_envelope import kek_public_der, load_kek
from xbridge.protocols.login_source import APPS
from xbridge.providers.iamsmart.url import app_login_url, qr_url, ticket_url

IPHONE = "Mozilla/5.0 (iPhone) Version/17.5 Mobile Safari/604.1"


def query(url: str) -> dict[str, str]:
    """The decoded parameters of ``url``, each of which must be there once."""
    pairs = parse_qsl(urlsplit(url).query, strict_parsing=True, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def qr(changes: dict[str, object] | None = None, **named: object) -> dict[str, str]:
    """The parameters of a getQR address."""
    made = settings(**(changes or {}))
    options: dict[str, object] = {
        "return_to": RETURN_TO, "state": "st", "language": "zh-Hant", "scopes": made.scopes, **named,
    }  # fmt: skip
    url = qr_url(made, **options)  # type: ignore[arg-type]
    assert url.startswith("https://iamsmart.example/api/v1/auth/getQR?")
    return query(url)


@pytest.mark.parametrize(("language", "lang"), [("en", "en-US"), ("zh-Hant", "zh-HK"), ("zh-Hans", "zh-CN")])
def test_a_desktop_gets_the_plain_page(language, lang):
    """Every documented parameter is there, and neither broker page nor ticket unless they are meant."""
    assert qr(language=language) == {
        "clientID": "edae2e2529ff46228af1e4d18c8405d1", "responseType": "code", "source": "PC_Browser",
        "redirectURI": RETURN_TO, "scope": "eidapi_auth eidapi_profiles", "lang": lang, "state": "st",
    }  # fmt: skip


def test_a_phone_gets_the_broker_page():
    """A phone's source comes from its User-Agent, and the page may open the app, unless that is switched off."""
    assert qr(user_agent=IPHONE).items() >= {"source": "iOS_Safari", "brokerPage": "true"}.items()
    assert "brokerPage" not in qr({"broker_page": "never"}, user_agent=IPHONE)


def test_an_anonymous_flow_brings_its_ticket():
    """The ticket and the flow's own scopes are in the address."""
    found = qr(ticket_id="t 1", scopes=("eidapi_auth", "eidapi_formFilling"))
    assert found.items() >= {"ticketID": "t 1", "scope": "eidapi_auth eidapi_formFilling"}.items()


@pytest.mark.parametrize("source", APPS)
def test_an_app_is_no_source_for_a_page(source):
    """A setting that names an app's source is refused before anybody is sent anywhere."""
    with pytest.raises(ConfigError):
        qr({"source": source})


@pytest.mark.parametrize("target", ["https://svc.test/cb/", "https://svc.test/CB", "https://evil.test/cb", ""])
def test_an_address_that_is_not_registered_is_refused(target):
    """Redirect URIs are compared byte for byte, for the page and for the app."""
    with pytest.raises(ConfigError):
        qr(return_to=target)
    with pytest.raises(ConfigError):
        app_login_url(settings(), platform="ios", return_to=target, state="st")


ANDROID = {"android_package": "hk.svc", "android_activity": "hk.svc.Login", "android_parameters": "a b"}


@pytest.mark.parametrize(
    ("generation", "platform", "start", "own"),
    [
        (1, "ios", "hk.gov.iamsmart://auth?", {"source": "App_Link", "redirectURI": RETURN_TO}),
        (1, "android", "hk.gov.iamsmart://auth?", {"source": "App_Scheme", "redirectURI": RETURN_TO}),
        (2, "ios", "hk.gov.iamsmart://v2_auth?", {"source": "App_Link", "clientRedirectURI": RETURN_TO}),
        (
            2, "android", "hk.gov.iamsmart://v2_auth?",
            {"source": "App_Package", "packageName": "hk.svc", "activityClass": "hk.svc.Login", "activityParams": "a b"},
        ),
    ],
)  # fmt: skip
def test_the_app_is_opened_as_its_generation_wants(generation, platform, start, own):
    """Each generation and platform has its own way back and its own source; a blank is never a plus sign."""
    url = app_login_url(settings(generation=generation, **ANDROID), platform=platform, return_to=RETURN_TO, state="st")
    assert url.startswith(start)
    assert "+" not in url
    assert query(url) == {
        "clientID": "edae2e2529ff46228af1e4d18c8405d1", "responseType": "code",
        "scope": "eidapi_auth eidapi_profiles", "state": "st", **own,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("named", "platform", "source"),
    [
        ({"ios": "App_Scheme"}, "ios", "App_Scheme"),
        ({"ios": "App_Scheme"}, "android", "App_Package"),
        ({"android": "App_Link"}, "ios", "App_Link"),
        ({"android": "App_Link"}, "android", "App_Link"),
        ({}, "android", "App_Package"),
    ],
)
def test_a_platform_that_is_not_named_keeps_its_source(named, platform, source):
    """Who changes the source of one platform leaves the other's as it was."""
    made = settings(generation=2, app_sources=named, **ANDROID)
    assert query(app_login_url(made, platform=platform, return_to=RETURN_TO, state="st"))["source"] == source


def test_an_android_login_needs_its_package():
    """Without package and activity the app could not come back."""
    with pytest.raises(ConfigError, match="android_package"):
        app_login_url(settings(), platform="android", return_to=RETURN_TO, state="st")


@pytest.mark.parametrize(("kind", "path"), [("profile", "profile"), ("form", "form-filling"), ("step_up", "re-auth")])
def test_a_ticket_opens_the_app(kind, path):
    """Each kind of request has its path; the ticket is encoded, and scheme and path are settings."""
    assert ticket_url(settings(), kind, "a/b c") == f"hk.gov.iamsmart://{path}?ticketID=a%2Fb%20c"
    other = settings(app_scheme="hk.gov.iamsmart.testapp", app_paths={"form": "f", "profile": "p", "reauth": "r"})
    assert ticket_url(other, kind, "t").startswith("hk.gov.iamsmart.testapp://")


def forms_of_one_key() -> dict[str, dict[str, object]]:
    """One RSA key in each form in which it may be configured."""
    key = load_kek(kek()[0])
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    container = serialize_key_and_certificates(b"kek", key, None, None, BestAvailableEncryption(b"pass word"))
    return {
        "pem": {"kek_private_keys": [kek()[0]]},
        "pkcs8": {"kek_private_keys": [b64encode(der).decode()]},
        "pkcs8 in lines": {"kek_private_keys": [b64encode(der).decode()[:64] + "\n" + b64encode(der).decode()[64:]]},
        "pkcs12": {
            "kek_private_keys": [],
            "kek_pkcs12": [{"container": b64encode(container).decode(), "password": "pass word"}],
        },
    }


@pytest.mark.parametrize("form", ["pem", "pkcs8", "pkcs8 in lines", "pkcs12"])
def test_a_key_is_the_same_in_every_form(form):
    """PEM, PKCS#8 DER and PKCS#12 with a password give one and the same key."""
    made = settings(**forms_of_one_key()[form])
    assert [public for public, _ in made.keks] == [kek_public_der(load_kek(kek()[0]))]


def test_no_form_of_a_key_shows():
    """Settings with keys and passwords print neither."""
    for form in forms_of_one_key().values():
        shown = repr(settings(**form))
        assert "pass word" not in shown
        assert "MII" not in shown
        assert "PRIVATE" not in shown


def _with_password(section: dict[str, Any], password: str) -> dict[str, object]:
    return {**section, "kek_pkcs12": [{**section["kek_pkcs12"][0], "password": password}]}


def broken_keys() -> list[dict[str, object]]:
    """Configurations that hold no usable key."""
    good = forms_of_one_key()
    elliptic = load_pem_private_key(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), None
    )
    der = elliptic.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return [
        {"kek_private_keys": []},
        {"kek_private_keys": ["not base64!"]},
        {"kek_private_keys": [b64encode(b"no key").decode()]},
        {"kek_private_keys": [b64encode(der).decode()]},
        _with_password(good["pkcs12"], "wrong"),
        _with_password(good["pkcs12"], ""),
        {"kek_private_keys": [], "kek_pkcs12": [{"container": "AAAA", "password": "secret-word"}]},
    ]


@pytest.mark.parametrize("number", range(7))
def test_an_unusable_key_is_refused_at_the_start(number):
    """A key that cannot be read, is of another kind, or has another password is a configuration error without secrets."""
    with pytest.raises(ConfigError) as caught:
        settings(**broken_keys()[number])
    assert "secret-word" not in str(caught.value)
