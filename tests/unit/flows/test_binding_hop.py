"""The way of a binding through the browser: Guangdong first, then iAM Smart, in one session, within ten minutes, once."""

from __future__ import annotations

from typing import Any

import pytest

from xbridge import Binding, LoginHop
from xbridge.core.errors import CallbackInvalid, ConfigError, LinkRefused, UserDeclined
from xbridge.testing import World, catalogue

SESSION = "session-1"
PERSON = "chan-tai-man"


class Traveller:
    """A resident at a service whose catalogue binds, with both mock platforms."""

    def __init__(self, **options: Any) -> None:
        """Log in at Guangdong."""

        def with_binding(document: dict[str, Any]) -> None:
            document["services"] = [*document["services"], catalogue.binding(matching_party="gd-identity")]

        self.world = World(overrides=with_binding, **options)
        self.bridge = self.world.bridge
        self.gd = self.world.log_in("guangdong", PERSON, session=SESSION)

    def begin(self, *, session: str = SESSION, **options: Any) -> LoginHop:
        """Begin a binding."""
        provider = options.get("provider", "iamsmart")
        return_to = self.world.return_to[provider]
        return self.bridge.begin_binding(self.gd, return_to=return_to, session=session, **options)

    def finish(self, hop: LoginHop, callback: str = "", *, session: str = SESSION) -> Binding:
        """Approve at iAM Smart, unless ``callback`` is there already, and come back."""
        return self.bridge.finish_binding(
            hop.pending, callback_url=callback or self.world.visit(hop.url, PERSON), session=session
        )


@pytest.fixture
def traveller() -> Traveller:
    """Somebody logged in at Guangdong."""
    return Traveller()


def test_both_logins_in_one_intent(traveller: Traveller) -> None:
    """What comes back names the Hong Kong side, its openID, and an end that the Guangdong login sets."""
    hop = traveller.begin()
    binding = traveller.finish(hop)
    assert binding.identity.jurisdiction == "HK"
    assert binding.whom == binding.identity.subject
    assert (binding.expires_at - traveller.gd.authenticated_at).total_seconds() == 600
    assert hop.expires_at == binding.expires_at
    assert len(binding.id) == 22


def test_a_binding_shows_no_account(traveller: Traveller) -> None:
    """Neither the hop nor the binding prints what is in it."""
    hop = traveller.begin()
    binding = traveller.finish(hop)
    for shown in (repr(hop), repr(binding)):
        assert binding.whom not in shown
        assert hop.pending not in shown
        assert binding.proof not in shown


def test_it_ends_once(traveller: Traveller) -> None:
    """The same callback opened again ends nothing."""
    hop = traveller.begin()
    callback = traveller.world.visit(hop.url, PERSON)
    traveller.finish(hop, callback)
    with pytest.raises(CallbackInvalid) as caught:
        traveller.finish(hop, callback)
    assert caught.value.reason == "replayed"


def test_another_browser_cannot_end_it(traveller: Traveller) -> None:
    """A callback that somebody else opens, with the pending binding of this session or their own, binds nothing."""
    hop = traveller.begin()
    callback = traveller.world.visit(hop.url, PERSON)
    with pytest.raises(LinkRefused) as caught:
        traveller.finish(hop, callback, session="session-of-the-attacker")
    assert caught.value.reason == "session"
    with pytest.raises(CallbackInvalid):
        traveller.finish(traveller.begin(), callback)


def test_another_session_cannot_begin_it(traveller: Traveller) -> None:
    """The Guangdong login of one session begins nothing in another."""
    with pytest.raises(LinkRefused) as caught:
        traveller.begin(session="another")
    assert caught.value.reason == "session"


@pytest.mark.parametrize(("wait_s", "reason"), [(599, ""), (600, "stale")])
def test_ten_minutes_from_the_first_login(traveller: Traveller, wait_s: int, reason: str) -> None:
    """Both logins must end within ten minutes of the first one's end."""
    hop = traveller.begin()
    traveller.world.clock.advance(wait_s)
    callback = traveller.world.visit(hop.url, PERSON) if not reason else "https://svc.test/cb/hk?code=x&state=y"
    if not reason:
        assert traveller.finish(hop, callback).id
        return
    with pytest.raises(LinkRefused) as caught:
        traveller.finish(hop, callback)
    assert caught.value.reason == reason


def test_a_no_at_iam_smart(traveller: Traveller) -> None:
    """Whoever refuses there has declined, and no binding is made."""
    hop = traveller.begin()
    with pytest.raises(UserDeclined):
        traveller.finish(hop, traveller.world.visit(hop.url, PERSON, decision="refuse"))


def test_an_organisation_binds_nothing() -> None:
    """A company's account of the other side is refused when it comes back, before anything is matched."""
    traveller = Traveller(providers=("iamsmart", "guangdong", "corpid"))
    hop = traveller.begin(provider="corpid")
    with pytest.raises(LinkRefused) as caught:
        traveller.finish(hop)
    assert caught.value.reason == "organisation"


def test_it_leads_to_hong_kong(traveller: Traveller) -> None:
    """Two logins of one side are no binding; that is told before anybody is sent off."""
    with pytest.raises(ConfigError):
        traveller.begin(provider="guangdong")
