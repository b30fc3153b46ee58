"""The façade: one audit event for each call, configuration checked at once, and nothing personal in what it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.journey.traveller import AUDIENCE, ENQUIRY, SESSION, NoWire, Traveller, shared_config
from xbridge import AsyncBridge, Bridge
from xbridge.core.config import Config
from xbridge.core.errors import ConfigError, TamperDetected, Unsupported, XBridgeError
from xbridge.stores.memory import MemoryStore
from xbridge.testing import new_keys


def with_keys(**changes: Any) -> Config:
    """Return the configuration with some keys changed."""
    config = shared_config()
    keys = config.keys.model_copy(update={name: SecretStr(value) for name, value in changes.items()})
    return config.model_copy(update={"keys": keys})


def test_every_call_is_one_audit_event() -> None:
    """What succeeded and what was refused, in the order of the calls, with the time of the clock."""
    traveller = Traveller()
    traveller.link()
    with pytest.raises(XBridgeError):
        traveller.bridge.evidence("no-such-consent")
    assert [(event.operation, event.outcome, event.code) for event in traveller.events] == [
        ("offer_link", "ok", ""),
        ("link", "ok", ""),
        ("evidence", "refused", "consent_missing"),
    ]
    assert {event.at for event in traveller.events} == {"2026-06-01T04:00:00Z"}


def test_an_identity_and_its_proof_are_the_same_to_the_bridge() -> None:
    """Ids and whole values can be handed over alike."""
    traveller = Traveller()
    link, consent = traveller.agreed()
    assert traveller.bridge.exchange(link.id, consent.id, ENQUIRY, audience=AUDIENCE).consent == consent.id
    assert traveller.bridge.evidence(consent.id) == traveller.bridge.evidence(consent)


@pytest.mark.parametrize(
    "config",
    [
        lambda: with_keys(record="not a key"),
        lambda: with_keys(pseudonym="AAAA"),
        lambda: with_keys(pseudonym="no base64!"),
        lambda: with_keys(record=shared_config().keys.log.get_secret_value()),
        lambda: shared_config().model_copy(update={"providers": {"nobody": {}}}),
    ],
    ids=["no key", "a short secret", "no base64url", "one key for two jobs", "a provider without code"],
)
@pytest.mark.parametrize("colour", [Bridge, AsyncBridge])
def test_a_configuration_that_cannot_work_fails_at_once(colour: Any, config: Callable[[], Config]) -> None:
    """Both colours refuse at construction, and the error repeats no secret."""
    secrets = [shared_config().keys.log.get_secret_value(), "no base64!", "not a key"]
    with pytest.raises(ConfigError) as caught:
        colour(config(), store=MemoryStore(), transport=NoWire())
    assert not [secret for secret in secrets if secret in str(caught.value)]


def test_a_store_of_another_log_is_refused() -> None:
    """A ledger belongs to one origin."""
    traveller = Traveller()
    other = shared_config().model_copy(update={"log_origin": "other.test/ledger"})
    with pytest.raises(ConfigError):
        Bridge(other, store=traveller.store, transport=NoWire())


def test_what_is_published_holds_no_private_part() -> None:
    """Trust file and JWK set name public keys only (lessons.md C13)."""
    bridge = Traveller().bridge
    allowed = {"kty", "crv", "x", "y", "kid", "alg", "use", "n", "e", "key_ops"}
    published = [*json.loads(bridge.jwks)["keys"], *(key["jwk"] for key in json.loads(bridge.trust)["keys"])]
    assert len(published) == 4
    assert set().union(*published) <= allowed


def test_an_unknown_language_is_a_setting_to_fix() -> None:
    """A notice exists in three languages and is never shown in a fourth."""
    traveller = Traveller()
    with pytest.raises(ConfigError):
        traveller.bridge.offer_link(session=SESSION, lang="fr")


@pytest.mark.parametrize("tag", ["en", "EN", "zh-HK", "zh_TW", "zh-CN", "zh"])
def test_languages_may_be_spelt_as_browsers_do(tag: str) -> None:
    """What a browser or an application calls a language leads to the right notice."""
    offer = Traveller().bridge.offer_link(session=SESSION, lang=tag)
    assert offer.language == {"en": "en", "EN": "en", "zh-HK": "zh-Hant", "zh_TW": "zh-Hant"}.get(tag, "zh-Hans")


def test_an_unknown_provider_is_unsupported() -> None:
    """The error names what this installation has."""
    with pytest.raises(Unsupported) as caught:
        Traveller().bridge.begin_login("eidas", return_to="https://svc.test/cb", session=SESSION)
    assert caught.value.capabilities == ("guangdong", "iamsmart")


def test_closing_leaves_the_store_open() -> None:
    """The store belongs to whoever opened it."""
    store = MemoryStore()
    with Bridge(shared_config(), store=store, transport=NoWire()):
        pass
    assert store.entries(0, 1) == ()


def test_a_damaged_row_is_tampering_and_never_a_crash() -> None:
    """Whatever is found in the rows of a link, a consent, a token or a mark, the refusal is typed."""
    for prefix in ("link/", "consent/", "token/", "trace/"):
        for damage in (b"", b"{}", b"null", b"\xff\xfe", b"[" * 100):
            traveller = Traveller()
            link, consent = traveller.agreed()
            token = traveller.release(link, consent).token
            assert isinstance(traveller.store, MemoryStore)
            for key, row in list(traveller.store._rows.items()):
                if key.startswith(prefix):
                    traveller.store._rows[key] = type(row)(key=key, value=damage, version=row.version)
            reading: dict[str, Callable[[], object]] = {
                "token/": partial(traveller.ask, token),
                "trace/": partial(traveller.bridge.evidence, consent),
            }
            with pytest.raises(TamperDetected):
                reading.get(prefix, partial(traveller.release, link, consent))()


def test_nothing_of_the_keys_shows() -> None:
    """Configuration and dependencies can be printed without giving a secret away (lessons.md I3)."""
    traveller = Traveller()
    shown = f"{traveller.config!r} {traveller.deps!r} {traveller.bridge!r} {traveller.config.keys!r}"
    for secret in new_keys():
        value = getattr(traveller.config.keys, secret)
        for text in value if isinstance(value, tuple) else (value,):
            assert text.get_secret_value() not in shown


def test_the_wire_of_a_test_is_closed() -> None:
    """The transport of these tests refuses, so that no flow after a login can have used the network unseen."""
    with pytest.raises(AssertionError):
        NoWire().handle_request(httpx.Request("GET", "https://svc.test"))
