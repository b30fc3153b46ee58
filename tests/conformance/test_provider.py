"""What every identity provider is to this house, on each that is built in, and on a stranger's (house.md section 5)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.negative.refusal import refused
from tests.negative.stage import COLOURS, Stage
from xbridge.bridge.shared import BUILT_IN
from xbridge.core.callback import CallbackParameters
from xbridge.core.config import parse_config
from xbridge.core.effects import send
from xbridge.core.errors import ConfigError, ProviderRejected, XBridgeError
from xbridge.core.http import HTTPRequest
from xbridge.core.identity import Assurance, Authentication, Jurisdiction, Profile
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import Provider
from xbridge.testing import World

ROOT = Path(__file__).resolve().parents[2]
IDS = [provider.id for provider in BUILT_IN]


@pytest.fixture(scope="module")
def world() -> World:
    """A world whose configuration has a section for every built-in provider."""
    return World(providers=IDS)


@pytest.fixture(params=BUILT_IN, ids=IDS)
def provider(request: pytest.FixtureRequest) -> Provider:
    """Each provider in turn."""
    found: Provider = request.param
    return found


@pytest.fixture
def section(provider: Provider, world: World) -> dict[str, Any]:
    """The provider's section of a configuration that works."""
    return dict(world.config.providers[provider.id])


def test_has_the_face_of_a_provider(provider: Provider) -> None:
    """An id that can name a section, a side of the boundary, and one object called PROVIDER where the id says."""
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", provider.id)
    assert provider.jurisdiction in get_args(Jurisdiction)
    module = __import__(f"xbridge.providers.{provider.id}", fromlist=["PROVIDER"])
    assert module.PROVIDER is provider
    for name in ("read_settings", "issuer", "begin", "finish"):
        declared = inspect.signature(getattr(Provider, name)).parameters
        own = inspect.signature(getattr(type(provider), name)).parameters
        assert [(each.name, each.kind) for each in own.values()] == [
            (each.name, each.kind) for each in declared.values()
        ]
    assert inspect.iscoroutinefunction(provider.finish)


def test_ids_are_different() -> None:
    """No two providers share a name."""
    assert len(set(IDS)) == len(IDS)


def test_brings_its_friends(provider: Provider) -> None:
    """A provider comes with its specification, its mock and its vectors; this test names the one that is missing."""
    friends = [
        ROOT / "specs" / "providers" / f"{provider.id}.md",
        ROOT / "specs" / "providers" / f"{provider.id}.openapi.yaml",
        ROOT / "mocks" / "xbridge_mocks" / provider.id / "__init__.py",
        ROOT / "tests" / "vectors" / provider.id / "README.md",
    ]
    assert [str(friend.relative_to(ROOT)) for friend in friends if not friend.is_file()] == []
    assert list((ROOT / "tests" / "vectors" / provider.id).glob("test_*.py"))


def test_is_in_the_negative_catalogue(provider: Provider) -> None:
    """A provider's misbehaviours have rows in the catalogue."""
    from tests.negative.catalogue import REFUSED

    assert any(row.provider == provider.id for row in REFUSED)


def test_keeps_nothing(provider: Provider, section: dict[str, Any]) -> None:
    """A provider is stateless: its settings come with every call, and the object has no attribute of its own."""
    settings = provider.read_settings(section)
    provider.begin(settings, return_to=section["redirect_uris"][0], state="s", language="en")
    assert vars(provider) == {}


def test_settings_are_frozen(provider: Provider, section: dict[str, Any]) -> None:
    """Settings cannot be changed after they were read."""
    settings = provider.read_settings(section)
    with pytest.raises(Exception, match="frozen"):
        settings.client_id = "other"


def test_settings_are_complete(provider: Provider, section: dict[str, Any]) -> None:
    """Each member without a default is missed, and a member that nobody knows is refused; values stay unseen."""
    for name in ("client_id", "client_secret", "redirect_uris"):
        incomplete = {key: value for key, value in section.items() if key != name}
        with pytest.raises(ConfigError, match=name):
            provider.read_settings(incomplete)
    with pytest.raises(ConfigError, match="surprise") as caught:
        provider.read_settings({**section, "surprise": "canary-5d41402a"})
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"


def test_begin_is_pure(provider: Provider, section: dict[str, Any]) -> None:
    """The same question gives the same URL, on the platform's own host, without the secret."""
    settings = provider.read_settings(section)
    return_to = section["redirect_uris"][0]
    urls = {provider.begin(settings, return_to=return_to, state="AAECAw", language="zh-Hans") for _ in range(3)}
    assert len(urls) == 1
    url = urls.pop()
    assert url.startswith(section["base_url"] + "/")
    assert section["client_secret"] not in url
    assert "AAECAw" in url
    parameters = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert all(len(values) == 1 for values in parameters.values())


@pytest.mark.parametrize("change", [
    lambda uri: uri + "/", lambda uri: uri + "?", lambda uri: uri + "#", lambda uri: uri.replace("https", "http"),
    lambda uri: uri.upper(), lambda uri: uri + " ", lambda uri: " " + uri, lambda uri: uri.replace("svc", "evil"),
    lambda uri: uri.replace("://", "://evil.test@"), lambda uri: uri.replace("://", "://evil.test\\@"), lambda uri: uri[:-1],
    lambda uri: uri + "/../x", lambda uri: uri.replace("/cb", "//cb"), lambda uri: uri.replace("cb", "c%62"), lambda uri: "",
    lambda uri: uri.replace(".test", ".test."), lambda uri: uri.replace(".test", ".test:443"), lambda uri: uri + "\n",
    lambda uri: "javascript:alert(1)//" + uri, lambda uri: uri.replace("s", "ｓ", 1), lambda uri: uri + "\u200b",
])  # fmt: skip
def test_return_to_is_exact(provider: Provider, section: dict[str, Any], change: Any) -> None:
    """Lesson B4: only a registered redirect URI, byte for byte; nothing that merely means the same."""
    settings = provider.read_settings(section)
    with pytest.raises(ConfigError, match="return_to"):
        provider.begin(settings, return_to=change(section["redirect_uris"][0]), state="s", language="en")


def test_issuer(provider: Provider, section: dict[str, Any]) -> None:
    """The issuer follows from the settings alone, and another platform or issuer is another issuer."""
    issuer = provider.issuer(provider.read_settings(section))
    assert issuer == provider.issuer(provider.read_settings(section))
    for change in ({"base_url": "https://other.example"}, {"issuer": "https://other.example"}):
        assert provider.issuer(provider.read_settings({**section, **change})) != issuer


# --- A stranger's provider ------------------------------------------------------------------------------------


class Coffee:
    """A provider as somebody else would write it: an object with the right face, and nothing inherited."""

    id = "coffee"
    jurisdiction: Jurisdiction = "HK"

    def read_settings(self, section: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the section."""
        if set(section) != {"base_url"}:
            raise ConfigError("[providers.coffee] takes base_url only")
        return section

    def issuer(self, settings: Mapping[str, Any]) -> str:
        """Return the base URL."""
        return str(settings["base_url"])

    def begin(self, settings: Mapping[str, Any], *, return_to: str, state: str, language: Language) -> str:
        """Return where to send the browser."""
        return f"{settings['base_url']}/brew?back={return_to}&state={state}"

    async def finish(
        self, settings: Mapping[str, Any], callback: CallbackParameters, *, return_to: str, state: str, now: datetime,
        entropy: Entropy,
    ) -> Authentication:  # fmt: skip
        """Ask the machine who it was."""
        url = f"{settings['base_url']}/api/v1/{callback.required('cup')}"
        reply = await send(self.id, HTTPRequest(method="GET", url=url, label="cup"))
        if reply.status != 404:
            raise ProviderRejected(self.id, "no such cup", provider_code="418", step="cup")
        return Authentication(
            subject=callback.required("cup"), assurance=Assurance(source="tall", level="L1"), profile=Profile()
        )


@pytest.fixture(params=COLOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A world of each colour."""
    made = Stage(request.param)
    yield made
    made.close()


def with_coffee(stage: Stage, section: dict[str, Any]) -> Any:
    """A Bridge that has the stranger's provider too."""
    document = stage.world.config.model_dump()
    document["providers"]["coffee"] = section
    return stage.another_bridge(parse_config(document), providers=(Coffee(),))


def test_a_stranger_s_provider(stage: Stage) -> None:
    """Anybody can bring a provider as an object: it logs people in, and the flow guards it like any other."""
    bridge = with_coffee(stage, {"base_url": "http://iamsmart.test"})
    back = "https://svc.test/cb/coffee"

    def begin() -> tuple[str, str]:
        hop = stage.run(bridge.begin_login("coffee", return_to=back, session="session-1"))
        return hop.pending, f"{back}?cup=42&state={parse_qs(urlsplit(hop.url).query)['state'][0]}"

    pending, callback = begin()
    identity = stage.finish(pending, callback, bridge=bridge)
    assert (identity.provider, identity.subject, identity.assurance.level) == ("coffee", "42", "L1")
    with refused(stage, "callback_invalid", claim="login", reason="replayed"):
        stage.finish(pending, callback, bridge=bridge)
    pending, callback = begin()
    with refused(stage, "callback_invalid", claim="state", reason="duplicated"):
        stage.finish(pending, f"{callback}&state=x", bridge=bridge)
    with refused(stage, "callback_invalid", claim="cup", reason="missing"):
        stage.finish(pending, callback.replace("cup=42", "cup="), bridge=bridge)


def test_a_section_without_provider(stage: Stage) -> None:
    """A section that no provider answers to, or that it refuses, is found when the Bridge is built."""
    document = stage.world.config.model_dump()
    document["providers"]["tea"] = {"base_url": "https://tea.example"}
    with pytest.raises(ConfigError, match="tea"):
        stage.another_bridge(parse_config(document))
    with pytest.raises(ConfigError, match="coffee"):
        with_coffee(stage, {"base_url": "http://iamsmart.test", "milk": True})


def test_every_error_has_a_code() -> None:
    """Each class of the tree that can be raised has a code of its own, in the form of a code."""

    def tree(kind: type[XBridgeError]) -> Iterator[type[XBridgeError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from tree(child)

    codes = [kind.code for kind in tree(XBridgeError) if kind.__module__.startswith("xbridge.core")]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
