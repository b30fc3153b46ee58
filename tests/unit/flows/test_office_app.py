"""粤政易: who opened our page in the office app, in both colours, against the mock that checks the gateway's signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.negative.refusal import refused
from tests.negative.stage import COLOURS, Stage
from xbridge.core.config import parse_config
from xbridge.core.errors import ConfigError, Unsupported
from xbridge_mocks.zwrz.office_app import FAULTS

BROKEN = [
    ("http_500", "provider_unavailable", {}), ("not_of_the_office", "protocol_error", {"reason": "subject"}),
    ("json_truncated", "protocol_error", {"reason": "not_json"}), ("json_not_object", "protocol_error", {"reason": "shape"}),
    ("json_duplicate_members", "protocol_error", {"reason": "duplicated"}),
]  # fmt: skip


class Office:
    """A world of one colour whose service is an application of an office, too."""

    def __init__(self, colour: str) -> None:
        self.stage = Stage(colour, providers=("zwrz",))
        self.mock = self.stage.world.mocks.zwrz.office_app
        self.paths: list[str] = []
        self.nonces: list[str] = []
        self.stage.world.applications["gateway.test"] = self._listen
        self.given = self.mock.register_application()
        self.officer = self.stage.world.mocks.zwrz.subjects("x")["lee-siu-ming"]

    def bridge(self, **changes: Any) -> Any:
        """A Bridge whose registration differs so from the right one; it remembers no token yet."""
        document = self.stage.world.config.model_dump()
        document["providers"]["zwrz"]["office_app"] = {
            "base_url": "http://gateway.test", "paasid": self.given.paasid, "token": self.given.token,
            "corp_id": self.given.corp_id, "corp_secret": self.given.corp_secret, **changes,
        }  # fmt: skip
        return self.stage.another_bridge(parse_config(document))

    def ask(self, bridge: Any, code: str = "") -> Any:
        """Who opened the page with this code, by default with a fresh one of lee-siu-ming."""
        return self.stage.run(bridge.office_user_id(code or self.mock.open_page("lee-siu-ming")))

    def _listen(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.paths.append(environ["PATH_INFO"])
        self.nonces.append(environ["HTTP_X_TIF_NONCE"])
        return self.mock(environ, start_response)


@pytest.fixture(scope="module", params=COLOURS)
def made(request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office of each colour."""
    office = Office(request.param)
    yield office
    office.stage.close()


@pytest.fixture
def office(made: Office) -> Office:
    """The office, in which nothing has happened yet."""
    made.mock.reset()
    made.paths.clear()
    made.nonces.clear()
    return made


def refusal(office: Office, code: str, **details: str) -> Any:
    """Check that the block is refused."""
    return refused(office.stage, code, operation="office_user_id", **details)


@pytest.mark.parametrize("flavour", ["yzyapi", "wwlapi"])
def test_who_opened_the_page(office: Office, flavour: str) -> None:
    """A corporate token, then the code: both under the path that is configured; the token is remembered."""
    bridge = office.bridge(flavour=flavour)
    assert office.ask(bridge) == office.ask(bridge) == office.officer
    asked = f"/ebus/{flavour}/cgi-bin/user/getuserinfo"
    assert office.paths == [f"/ebus/{flavour}/cgi-bin/gettoken", asked, asked]


def test_a_nonce_is_spent(office: Office) -> None:
    """Every nonce of ours counts as seen at the gateway's door, so a call that was overheard cannot come in there."""
    office.ask(office.bridge())
    store, now = office.stage.world.store, office.stage.world.clock.now()
    markers = [f"gateway/{office.given.paasid}/{nonce}" for nonce in office.nonces]
    assert markers
    assert all(store.was_spent(marker, now=now) for marker in markers)


def test_the_directory(office: Office) -> None:
    """What the directory says comes back as it is, and it says no to somebody it does not know."""
    bridge = office.bridge()
    assert office.stage.run(bridge.office_user(office.officer))["name"] == "李小明"
    with refused(office.stage, "provider_rejected", operation="office_user", provider_code="60111"):
        office.stage.run(bridge.office_user("nobody"))


@pytest.mark.parametrize("changes", [{"hex_case": "lower"}, {"nonce_len": 36}, {"nonce_len": 10}])
def test_forms_of_the_signature(office: Office, changes: dict[str, Any]) -> None:
    """Either hexadecimal case and any length of nonce that a gateway was seen to take."""
    assert office.ask(office.bridge(**changes)) == office.officer


def test_a_remembered_token_ends(office: Office) -> None:
    """A token that the app no longer takes is replaced once, with the same code; one fetched just now is not."""
    bridge = office.bridge()
    office.ask(bridge)
    office.mock.faults.add("token_over")
    assert office.ask(bridge) == office.officer
    assert [path.rpartition("/")[2] for path in office.paths] == [
        "gettoken", "getuserinfo", "getuserinfo", "gettoken", "getuserinfo",
    ]  # fmt: skip
    office.mock.faults.add("token_over", times=None)
    with refusal(office, "provider_rejected", provider_code="42001"):
        office.ask(bridge)
    office.paths.clear()
    with refusal(office, "provider_rejected", provider_code="42001"):
        office.ask(office.bridge())
    assert [path.rpartition("/")[2] for path in office.paths] == ["gettoken", "getuserinfo"]


def test_a_token_is_remembered_for_less_than_its_life(office: Office) -> None:
    """Shortly before its end a token is fetched anew, without being refused first."""
    bridge = office.bridge()
    office.ask(bridge)
    office.stage.world.clock.advance(7141)
    assert office.ask(bridge) == office.officer
    assert [path.rpartition("/")[2] for path in office.paths] == ["gettoken", "getuserinfo"] * 2


def test_a_code_is_good_once(office: Office) -> None:
    """A code that was used, that is too old or that never was, names nobody."""
    bridge, code = office.bridge(), office.mock.open_page("lee-siu-ming")
    assert office.ask(bridge, code) == office.officer
    for bad in (code, "made-up"):
        with refusal(office, "provider_rejected", provider_code="40029"):
            office.ask(bridge, bad)
    late = office.mock.open_page("lee-siu-ming")
    office.stage.world.clock.advance(300)
    with refusal(office, "provider_rejected", provider_code="40029"):
        office.ask(bridge, late)


@pytest.mark.parametrize(("changes", "code"), [
    ({"paasid": "other"}, "400000400"), ({"token": "other-token"}, "400000400"), ({"corp_secret": "other"}, "40001"),
    ({"corp_id": "other"}, "40001"),
])  # fmt: skip
def test_wrong_credentials(office: Office, changes: dict[str, Any], code: str) -> None:
    """The gateway and the app each refuse who they do not know; the number is told and no secret."""
    with refusal(office, "provider_rejected", provider_code=code):
        office.ask(office.bridge(**changes))


@pytest.mark.parametrize(("fault", "code", "details"), BROKEN)
def test_every_fault(office: Office, fault: str, code: str, details: dict[str, str]) -> None:
    """Each misbehaviour ends in its typed error, and the next call works."""
    bridge = office.bridge()
    office.ask(bridge)
    office.mock.faults.add(fault)
    opened = office.mock.open_page("lee-siu-ming")
    with refusal(office, code, **details) as caught:
        office.ask(bridge, opened)
    shown = (
        f"{caught.value!r} {caught.value.diagnostics()} {caught.value.__cause__!r} {office.stage.world.events[-1]!r}"
    )
    # The code and the corporate token went in a query, by the platform's design, and stay there.
    assert not [
        text for text in (opened, office.given.corp_secret, office.given.token, office.officer) if text in shown
    ]
    assert office.ask(bridge) == office.officer
    assert {each.name for each in FAULTS} == {"token_over", *(name for name, *_ in BROKEN)}


def test_without_a_registration(office: Office) -> None:
    """Without the table it is said what is missing, and a bad table is found when the Bridge is built."""
    with pytest.raises(Unsupported, match="office_app"):
        office.ask(office.stage.bridge)
    for bad in ({"paasid": "a b"}, {"token": "short"}, {"flavour": "other"}, {"surprise": 1}, {"corp_id": "a/b"}):
        with pytest.raises(ConfigError, match="office_app"):
            office.bridge(**bad)
