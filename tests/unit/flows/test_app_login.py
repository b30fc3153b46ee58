"""A login that starts in iAM Smart's app and ends in an app of ours: its code is worth nothing without its verifier."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.unit.flows.request_stage import DIRECT, DIRECT_APP, PERSON, RequestStage
from xbridge.core.errors import CallbackInvalid, ConfigError, LinkRefused, ProviderRejected
from xbridge.linking.proof import LoginProof
from xbridge.protocols import content_envelope, enveloped_call
from xbridge.testing import AsyncWorld

PKCE = "A" * 43


def made(**settings: Any) -> RequestStage:
    """A service that takes direct logins in the browser and in an app."""
    return RequestStage(direct_login="v2", direct_login_uris=[DIRECT], direct_login_app_uris=[DIRECT_APP], **settings)


def opened(stage: RequestStage, *, into_app: bool = True) -> str:
    """The address that iAM Smart opens."""
    client_id = str(stage.config.providers["iamsmart"]["client_id"])
    return stage.mocks.iamsmart.direct_login(client_id, PERSON, into_app=into_app)


def bent(address: str, **parameters: str | None) -> str:
    """The address with parameters replaced, or left out where None."""
    base, _, query = address.partition("?")
    pairs = {**dict(parse_qsl(query)), **parameters}
    return f"{base}?{urlencode({name: value for name, value in pairs.items() if value is not None})}"


def finish(stage: RequestStage, address: str) -> Any:
    """What the application's server does with it."""
    return stage.bridge.finish_direct_login("iamsmart", callback_url=address, session="s")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every plaintext that goes out, as getToken's field names are nowhere else to be seen."""
    plaintexts: list[dict[str, Any]] = []

    def noting(key: bytes, plaintext: bytes, *, iv: bytes) -> str:
        plaintexts.append(json.loads(plaintext))
        return content_envelope.seal_content(key, plaintext, iv=iv)

    monkeypatch.setattr(enveloped_call, "seal_content", noting)
    return plaintexts


def test_a_login_into_an_app_is_marked_and_never_linked(sent):
    """The verifier travels with the code, the identity says how it began, and linking refuses it."""
    stage = made()
    address = opened(stage)
    assert set(dict(parse_qsl(urlsplit(address).query))) == {"code", "code_verifier"}
    person = finish(stage, address)
    assert person.started_by == "direct_login"
    given = dict(parse_qsl(urlsplit(address).query))
    assert sent[0] == {"grantType": "authorization_code", "isDirectLoginV2": "true", **given}
    login = LoginProof.model_validate_json(stage.bridge._deps.proof_sealer.open(person.proof))
    assert login.started_by == "direct_login"
    there = stage.log_in("guangdong", PERSON, session="s")
    with pytest.raises(LinkRefused) as caught:
        stage.bridge.link(person, there, agreed_to=stage.bridge.offer_link(session="s"), session="s")
    assert caught.value.reason == "direct_login"


def test_both_colours_take_it():
    """Awaited, it is the same."""
    stage = made()
    address = opened(stage)

    async def log_in() -> str:
        world = AsyncWorld()
        world.config, world.mocks = stage.config, stage.mocks
        person = await world.bridge.finish_direct_login("iamsmart", callback_url=address, session="s")
        return person.started_by

    assert asyncio.run(log_in()) == "direct_login"


@pytest.mark.parametrize(
    ("verifier", "reason"),
    [
        (None, "missing"), ("", "missing"), ("A" * 42, "malformed"), ("A" * 129, "malformed"),
        ("A" * 42 + "+", "malformed"), ("é" * 43, "malformed"), ("A" * 43 + "%0A", "malformed"),
    ],
)  # fmt: skip
def test_an_apps_address_wants_a_verifier_of_its_form(verifier, reason, sent):
    """Lesson B5: a code without its verifier, or with something else in its place, is not even sent."""
    stage = made()
    with pytest.raises(CallbackInvalid) as caught:
        finish(stage, bent(opened(stage), code_verifier=verifier))
    assert (caught.value.claim, caught.value.reason) == ("code_verifier", reason)
    assert sent == []


def test_two_verifiers_are_none():
    """A verifier that is given twice is refused."""
    stage = made()
    with pytest.raises(CallbackInvalid) as caught:
        finish(stage, opened(stage) + f"&code_verifier={PKCE}")
    assert (caught.value.claim, caught.value.reason) == ("code_verifier", "duplicated")


def test_an_address_for_browsers_takes_no_verifier(sent):
    """Lesson B5: a verifier without a challenge is refused, so nobody learns to send one everywhere."""
    stage = made()
    with pytest.raises(CallbackInvalid) as caught:
        finish(stage, bent(opened(stage, into_app=False), code_verifier=PKCE))
    assert (caught.value.claim, caught.value.reason) == ("code_verifier", "mismatch")
    assert sent == []
    assert finish(stage, opened(stage, into_app=False)).started_by == "direct_login"


@pytest.mark.parametrize("verifier", [PKCE, None], ids=["another verifier", "the browser's address"])
def test_a_stolen_code_is_worth_nothing(verifier):
    """Whoever saw the code alone gets in neither with a verifier of their own nor through the browser's address."""
    stage = made()
    stolen = bent(opened(stage), code_verifier=verifier)
    if verifier is None:
        stolen = stolen.replace(DIRECT_APP, DIRECT)
    with pytest.raises(ProviderRejected) as caught:
        finish(stage, stolen)
    assert caught.value.provider_code == "D40004"


def test_the_names_are_settings(sent):
    """Which field carries the verifier, and whether the mark is text, is UNKNOWN: both can be chosen."""
    stage = made(verifier_field="pkceVerifier", direct_login_mark="boolean")
    with pytest.raises(ProviderRejected) as caught:
        finish(stage, opened(stage))
    # This mock takes the verifier elsewhere, so to it there is none.
    assert caught.value.provider_code == "D40004"
    assert sent[0]["pkceVerifier"]
    assert sent[0]["isDirectLoginV2"] is True
    assert "code_verifier" not in sent[0]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"direct_login_app_uris": [DIRECT]}, "direct_login_app_uris"),
        ({"direct_login_app_uris": ["https://svc.test/cb/hk"]}, "direct_login_app_uris"),
        ({"verifier_field": "code"}, "verifier_field"),
        ({"verifier_field": "isDirectLoginV2"}, "verifier_field"),
        ({"verifier_field": ""}, "verifier_field"),
    ],
)
def test_settings_that_would_open_a_hole_are_refused(changes, match):
    """Addresses say whether a verifier is due, so no two kinds share one; and the verifier has a field of its own."""
    with pytest.raises(ConfigError, match=match):
        _ = RequestStage(**{"direct_login": "v2", "direct_login_uris": [DIRECT], **changes}).bridge
