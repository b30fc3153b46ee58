"""Calls through the national gateway, in both colours, against the mock that checks their signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.negative.refusal import refused
from tests.negative.stage import COLOURS, Stage
from xbridge.core.config import parse_config
from xbridge.core.errors import ConfigError, Unsupported

FAULTS = [
    ("http_500", "provider_unavailable", {}), ("refused", "provider_rejected", {"provider_code": "300"}),
    ("code_missing", "protocol_error", {"reason": "shape"}), ("html_instead_of_json", "protocol_error", {"reason": "not_json"}),
    ("json_truncated", "protocol_error", {"reason": "not_json"}),
    ("json_duplicate_members", "protocol_error", {"reason": "duplicated"}),
    ("body_over_limit", "protocol_error", {"reason": "too_large"}),
    ("redirect_instead_of_json", "protocol_error", {"reason": "not_json"}),
]  # fmt: skip


class Country:
    """A world of one colour whose service is registered at the national gateway too."""

    def __init__(self, colour: str) -> None:
        self.stage = Stage(colour, providers=("guangdong",))
        self.mock = self.stage.world.mocks.gjzwfw
        self.stage.world.applications["national.test"] = self.mock
        self.caller = self.mock.register_caller()
        self.bridge = self.registered()

    def registered(self, **changes: Any) -> Any:
        """A Bridge whose registration differs so from the right one."""
        document = self.stage.world.config.model_dump()
        national = {"base_url": "http://national.test", "app_secret": self.caller.app_secret, "sid": self.caller.sid}
        document["providers"]["guangdong"]["national"] = {**national, **changes}
        return self.stage.another_bridge(parse_config(document))

    def call(self, path: str = "/mock/echo", *, bridge: Any = None, **asked: Any) -> object:
        """One call."""
        outcome = (bridge or self.bridge).call_national(path, **{"body": {"name": "陳大文"}, **asked})
        return self.stage.run(outcome)


@pytest.fixture(scope="module", params=COLOURS)
def made(request: pytest.FixtureRequest) -> Iterator[Country]:
    """A country of each colour."""
    country = Country(request.param)
    yield country
    country.stage.close()


@pytest.fixture
def country(made: Country) -> Country:
    """The country, in which nothing has happened yet."""
    made.mock.reset()
    return made


def test_a_call(country: Country) -> None:
    """What the service answers comes back as it is, and one audit event tells that there was a call, not what of."""
    country.mock.put_service("/population/verify", lambda asked: {"same": asked["name"] == "陳大文", "score": 0.75})
    assert country.call("/population/verify") == {"same": True, "score": 0.75}
    assert country.call(body={"a": [1, "二", None]}) == {"a": [1, "二", None]}
    event = country.stage.world.events[-1]
    assert (event.operation, event.outcome, dict(event.details)) == ("call_national", "ok", {})
    assert [entry.outcome for entry in country.mock.journal.entries()] == ["ok", "ok"]


def test_each_call_is_new(country: Country) -> None:
    """Two equal calls in the same millisecond are two calls: the gateway refuses one it has seen."""
    assert country.call() == country.call()
    steady = country.registered(rid="ours")
    country.call(bridge=steady)
    with refused(country.stage, "provider_rejected", operation="call_national", provider_code="300"):
        country.call(bridge=steady)


def test_another_sid(country: Country) -> None:
    """A call may name a sid of its own; the signature then holds that one."""
    other = country.mock.register_caller()
    bridge = country.registered(app_secret=other.app_secret)
    assert country.call(bridge=bridge, sid=other.sid) == {"name": "陳大文"}
    with refused(country.stage, "provider_rejected", operation="call_national", provider_code="300"):
        country.call(bridge=bridge)


@pytest.mark.parametrize("path", ["/nothing", "/mock/refuses"])
def test_refusals_of_the_mock(country: Country, path: str) -> None:
    """A service that is not there, or that refuses, answers with 300."""

    def refuse(_: object) -> object:
        raise ValueError

    country.mock.put_service("/mock/refuses", refuse)
    with refused(country.stage, "provider_rejected", operation="call_national", provider_code="300"):
        country.call(path)


@pytest.mark.parametrize(("fault", "code", "details"), FAULTS)
def test_every_fault(country: Country, fault: str, code: str, details: dict[str, str]) -> None:
    """Each misbehaviour of the gateway ends in its typed error, and the next call works."""
    country.mock.faults.add(fault)
    with refused(country.stage, code, operation="call_national", **details):
        country.call()
    assert country.call() == {"name": "陳大文"}


def test_code_as_text_is_borne(country: Country) -> None:
    """A number or its text is the same code; with the table above that is every fault the mock knows."""
    country.mock.faults.add("code_as_text")
    assert country.call() == {"name": "陳大文"}
    assert {fault.name for fault in country.mock.faults.KNOWN} == {"code_as_text", *(fault for fault, *_ in FAULTS)}


@pytest.mark.parametrize(
    ("path", "body"), [("no-slash", {}), ("/a/../b", {}), ("/a", {"Name": 1}), ("/a", {"a": object()})]
)
def test_calls_that_are_never_sent(country: Country, path: str, body: dict[str, object]) -> None:
    """A path that could mean another, or a body that is no JSON in small letters, stops here."""
    with refused(country.stage, "config_invalid", operation="call_national"):
        country.call(path, body=body)
    assert country.mock.journal.entries() == ()


def test_without_a_registration(country: Country) -> None:
    """Without the table, or at a provider that has no such gateway, it is said what is missing."""
    with pytest.raises(Unsupported, match=r"\[providers\.guangdong\.national\]"):
        country.call(bridge=country.stage.bridge)
    with pytest.raises(Unsupported):
        country.call(provider="iamsmart")


@pytest.mark.parametrize("change", [{"sid": "a b"}, {"rid": "a,b"}, {"app_secret": "short"}, {"surprise": 1}])
def test_settings(country: Country, change: dict[str, Any]) -> None:
    """A registration that cannot work is found when the Bridge is built, and no value is quoted."""
    with pytest.raises(ConfigError, match="national") as caught:
        country.registered(**change)
    assert "a,b" not in f"{caught.value}"


def test_the_secret_is_hidden(country: Country) -> None:
    """No representation of the credentials or the configuration shows the secret."""
    shown = repr(country.caller) + repr(country.bridge._deps.providers["guangdong"][1]) + repr(replace(country.caller))
    assert country.caller.app_secret not in shown
