"""Forms for people who have not logged in, and logins that start in the provider's own app, against the mock."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.unit.flows.request_stage import FORM_BACK, IPHONE, PERSON, STATE_URL, RequestStage
from xbridge import FormHop, FormTitle
from xbridge.core.errors import CallbackInvalid, ConfigError, LinkRefused, Unsupported, UserDeclined
from xbridge.linking.proof import LoginProof
from xbridge.providers.iamsmart.form import FormData

TITLE = FormTitle(name="Sample form")


def begin(stage: RequestStage, *, user_agent: str = "") -> FormHop:
    """Begin an anonymous form."""
    return stage.bridge.begin_anonymous_form(
        "iamsmart", fields=("idNo", "mobileNumber"), title=TITLE, return_to=FORM_BACK, session="s",
        user_agent=user_agent,
    )  # fmt: skip


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("user_agent", ["", IPHONE])
def test_a_form_is_filled_without_a_login(generation, user_agent):
    """The ticket is in the page's address, the fields come back typed, and only those that were asked for."""
    stage = RequestStage(generation=generation)
    hop = begin(stage, user_agent=user_agent)
    assert dict(parse_qsl(urlsplit(hop.url).query))["ticketID"]
    assert hop.url not in repr(hop)
    back = stage.visit(hop.url, PERSON)
    form = stage.bridge.finish_anonymous_form(hop.pending, callback_url=back, session="s")
    assert isinstance(form, FormData)
    assert form.id_no is not None
    assert form.id_no.printed()
    assert form.model_fields_set <= {"id_no", "mobile_number"}


def test_a_refusal_is_the_persons():
    """Who refuses in the app is ``UserDeclined``, and the hop is spent."""
    stage = RequestStage()
    hop = begin(stage)
    back = stage.visit(hop.url, PERSON, decision="refuse")
    with pytest.raises(UserDeclined):
        stage.bridge.finish_anonymous_form(hop.pending, callback_url=back, session="s")
    with pytest.raises(CallbackInvalid) as caught:
        stage.bridge.finish_anonymous_form(hop.pending, callback_url=back, session="s")
    assert caught.value.reason == "replayed"


def test_a_form_belongs_to_its_session_its_time_and_its_callback():
    """Another session, another address, another state, another businessID, and a ticket that has ended are refused."""
    stage = RequestStage()
    hop = begin(stage)
    back = stage.visit(hop.url, PERSON)
    business_id = dict(parse_qsl(urlsplit(back).query))["businessID"]
    finish = stage.bridge.finish_anonymous_form
    for callback_url, session, claim in (
        (back, "other", "session"),
        (back.replace("/cb/form", "/cb/hk"), "s", "redirect_uri"),
        (back.replace("state=", "state=x"), "s", "state"),
    ):
        with pytest.raises(CallbackInvalid) as caught:
            finish(hop.pending, callback_url=callback_url, session=session)
        assert caught.value.claim == claim
    with pytest.raises(CallbackInvalid) as caught:
        finish(hop.pending, callback_url=back.replace(business_id, "0" * 32), session="s")
    assert caught.value.claim == "business_id"
    late = begin(stage)
    address = stage.visit(late.url, PERSON)
    stage.clock.advance(12 * 60)
    with pytest.raises(CallbackInvalid) as caught:
        finish(late.pending, callback_url=address, session="s")
    assert (caught.value.claim, caught.value.reason) == ("form", "expired")


@pytest.mark.parametrize("sealed", ["", "xb1.a.b", "login"])
def test_what_is_not_a_sealed_form_is_refused(sealed):
    """A login's sealed text is no form's, although the same keys seal both."""
    stage = RequestStage()
    if sealed == "login":
        sealed = stage.bridge.begin_login("iamsmart", return_to=FORM_BACK, session="s").pending
    with pytest.raises(CallbackInvalid):
        stage.bridge.finish_anonymous_form(sealed, callback_url=FORM_BACK, session="s")


@pytest.mark.parametrize(
    "title", [FormTitle(name=" "), FormTitle(name="x" * 256), FormTitle(name="x", number="1" * 21)]
)
def test_a_form_has_a_name_that_fits(title):
    """A form without a readable name, or with too long a one, is never shown to anybody."""
    stage = RequestStage()
    with pytest.raises(ConfigError):
        stage.bridge.begin_anonymous_form("iamsmart", fields=("idNo",), title=title, return_to=FORM_BACK, session="s")


# --- Direct login ----------------------------------------------------------------------------------------------------


def second_version() -> RequestStage:
    """A service with direct login V2."""
    return RequestStage(direct_login="v2", direct_login_uris=["https://svc.test/direct"])


def first_version() -> RequestStage:
    """A service with direct login V1."""
    return RequestStage(direct_login="v1", direct_login_uris=["http://iamsmart.mock/mock/direct/"])


def client_id(stage: RequestStage) -> str:
    """The service's id at the mock."""
    return str(stage.config.providers["iamsmart"]["client_id"])


def test_a_direct_login_without_state_is_marked_and_never_linked():
    """V2 proves who somebody is and not that they asked: linking refuses it, also after a step-up."""
    stage = second_version()
    back = stage.mocks.iamsmart.direct_login(client_id(stage), PERSON)
    person = stage.bridge.finish_direct_login("iamsmart", callback_url=back, session="s")
    assert person.started_by == "direct_login"
    request = stage.bridge.request_step_up(person, session="s")
    stage.mocks.iamsmart.decide(request.business_id)
    fresh = stage.bridge.collect(request, session="s").data
    other = stage.log_in("guangdong", PERSON, session="s")
    offer = stage.bridge.offer_link(session="s")
    for proof in (person, fresh.proof):
        with pytest.raises(LinkRefused) as caught:
            stage.bridge.link(proof, other, agreed_to=offer, session="s")
        assert caught.value.reason == "direct_login"


def test_a_code_without_state_makes_one_login():
    """The same callback a second time is a replay before the platform is asked."""
    stage = second_version()
    back = stage.mocks.iamsmart.direct_login(client_id(stage), PERSON)
    stage.bridge.finish_direct_login("iamsmart", callback_url=back, session="s")
    with pytest.raises(CallbackInvalid) as caught:
        stage.bridge.finish_direct_login("iamsmart", callback_url=back, session="s")
    assert caught.value.reason == "replayed"


def test_a_callback_of_a_login_is_no_direct_login():
    """An ordinary callback cannot be used without its state by calling it direct."""
    stage = second_version()
    hop = stage.bridge.begin_login("iamsmart", return_to=stage.return_to["iamsmart"], session="s")
    with pytest.raises(CallbackInvalid) as caught:
        stage.bridge.finish_direct_login("iamsmart", callback_url=stage.visit(hop.url, PERSON), session="s")
    assert caught.value.claim == "redirect_uri"


@pytest.mark.parametrize("address", ["https://svc.test/cb/hk", "https://other.test/cb/form?x=1"])
def test_an_address_without_state_is_an_address_of_its_own(address):
    """A service cannot be configured to take codes without state where ordinary callbacks arrive."""
    with pytest.raises(ConfigError, match="direct_login_uris"):
        _ = RequestStage(direct_login="v2", direct_login_uris=[address]).bridge


def test_a_state_that_was_fetched_is_good_for_half_a_minute():
    """V1 hands out a state in a session; the callback brings it back there, in time, once."""
    stage = first_version()
    for seconds, session, reason in ((0, "s", ""), (0, "other", "mismatch"), (30, "s", "expired")):
        opened = stage.mocks.iamsmart.direct_login(client_id(stage), PERSON, version=1)
        assert opened.startswith(STATE_URL)
        hop = stage.bridge.begin_direct_login("iamsmart", url=opened, session="s")
        back = stage.mocks.iamsmart.finish_direct_login(hop.url)
        stage.clock.advance(seconds)
        options = {"callback_url": back, "session": session, "pending": hop.pending}
        if reason:
            with pytest.raises(CallbackInvalid) as caught:
                stage.bridge.finish_direct_login("iamsmart", **options)
            assert caught.value.reason == reason
            continue
        person = stage.bridge.finish_direct_login("iamsmart", **options)
        proof = LoginProof.model_validate_json(stage.bridge._deps.proof_sealer.open(person.proof))
        assert (person.started_by, proof.started_by) == ("direct_login", "direct_login")
        with pytest.raises(CallbackInvalid):
            stage.bridge.finish_direct_login("iamsmart", **options)


@pytest.mark.parametrize(
    ("query", "claim"),
    [
        ("ClientID={id}&redirectURI=https://evil.test/mock/direct/x", "redirect_uri"),
        ("ClientID={id}&redirectURI=http://iamsmart.mock@evil.test/mock/direct/x", "redirect_uri"),
        ("ClientID={id}&redirectURI=http://iamsmart.mock/mock/direct/../../x", "redirect_uri"),
        ("ClientID={id}&redirectURI=http://iamsmart.mock/mock/direct", "redirect_uri"),
        ("ClientID=0&redirectURI=http://iamsmart.mock/mock/direct/x", "client_id"),
        ("redirectURI=http://iamsmart.mock/mock/direct/x", "ClientID"),
        ("ClientID={id}&ClientID={id}&redirectURI=http://iamsmart.mock/mock/direct/x", "ClientID"),
        ("ClientID={id}", "redirectURI"),
    ],
)
def test_a_state_goes_nowhere_else(query, claim):
    """The address for a state is no open redirect: another host, client or path is refused."""
    stage = first_version()
    with pytest.raises(CallbackInvalid) as caught:
        stage.bridge.begin_direct_login("iamsmart", url=f"{STATE_URL}?{query.format(id=client_id(stage))}", session="s")
    assert caught.value.claim == claim


def test_direct_login_is_off_until_it_is_switched_on():
    """Neither version works by default, and one version does not switch on the other."""
    for stage in (RequestStage(), first_version()):
        with pytest.raises(Unsupported):
            stage.bridge.finish_direct_login("iamsmart", callback_url="https://svc.test/direct?code=c", session="s")
    for stage in (RequestStage(), second_version()):
        with pytest.raises(Unsupported):
            stage.bridge.begin_direct_login("iamsmart", url=f"{STATE_URL}?ClientID=x", session="s")


def test_a_login_from_an_app_opens_the_other_app():
    """The URL opens iAM Smart on the phone; the callback comes back to the universal link and finishes as ever."""
    stage = RequestStage()
    hop = stage.bridge.begin_login("iamsmart", return_to=stage.return_to["iamsmart"], session="s", app="ios")
    assert hop.url.startswith("hk.gov.iamsmart://v2_auth?")
    with pytest.raises(Unsupported):
        stage.bridge.begin_login("guangdong", return_to=stage.return_to["guangdong"], session="s", app="ios")
