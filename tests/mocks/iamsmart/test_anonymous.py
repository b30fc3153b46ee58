"""Form filling without a login at the service: ticket, code, token, form (dossier 9)."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.mocks.iamsmart.online_service import ALL_SCOPES, RESULT


def ticket(service, **bent):
    """The ticket of a new anonymous form."""
    reply = service.anonymous(**bent)
    assert reply["code"] == "D00000", reply
    return service.open(reply["content"])["ticketID"]


def back(service, ticket_id, decision="approve", **bent):
    """The query of the callback after somebody went through the pages."""
    url = service.world.iamsmart.log_in(service.ticket_url(ticket_id, **bent), "lee-siu-ming", decision=decision)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def form_token(service, **bent):
    """The token of somebody who agreed to fill in a form."""
    query = back(service, ticket(service, **bent))
    return service.open(service.get_token(query["code"])["content"])


def result(service, token, **bent):
    """Fetch the form; returns the envelope."""
    document = {"accessToken": token["accessToken"], "openID": token["openID"], **bent}
    return service.call(RESULT, {name: value for name, value in document.items() if value is not ...})


def test_the_whole_way(world, service):
    """Ticket, pages, code, token, and the form with exactly what was asked for."""
    reply = service.anonymous()
    content = service.open(reply["content"])
    assert set(content) == {"ticketID", "businessID"}
    assert content["businessID"] == "b-1"
    query = back(service, content["ticketID"])
    assert set(query) == {"code", "businessID", "state"}
    assert (query["businessID"], query["state"]) == ("b-1", "state-1")
    token = service.open(service.get_token(query["code"])["content"])
    for extra in ({}, {"businessID": "b-1"}):
        form = service.open(result(service, token, **extra)["content"])
        assert form == {
            "businessID": "b-1",
            "idNo": {"Identification": "ZZ000102", "CheckDigit": form["idNo"]["CheckDigit"]},
            "mobileNumber": {"CountryCode": "852", "SubscriberNumber": "10000302"},
        }
    assert world.iamsmart.requests() == ()
    assert service.received == []


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"businessID": ...}, "D20001"), ({"businessID": ""}, "D20002"), ({"businessID": "b" * 37}, "D20003"),
        ({"lang": "fr"}, "D20003"), ({"eMEFields": ..., "profileFields": ...}, "D20002"), ({"eMEFields": []}, "D20002"),
        ({"eMEFields": ["x"]}, "D20003"), ({"profileFields": ["prefix"]}, "D20003"), ({"formName": ...}, "D20001"),
        ({"formNum": "1" * 21}, "D20003"), ({"callbackContentType": "multipart/form-data"}, "D20003"),
    ],
)  # fmt: skip
def test_parameters(service, bent, code):
    """Every missing, empty or unlawful parameter of the first call has its code."""
    assert service.anonymous(**bent)["code"] == code


def test_business_id_is_used_once(service):
    """A businessID is good once, across both ways of asking."""
    ticket(service)
    assert service.anonymous()["code"] == "D20011"
    assert service.ask("profile")["code"] == "D20011"


def test_permission(world, make_service):
    """A service that is not approved for form filling cannot ask anybody."""
    service = make_service(world, scopes=["eidapi_auth"])
    assert service.anonymous()["code"] == "D20012"


@pytest.mark.parametrize(("decision", "code"), [("refuse", "D60001"), ("cancel", "D60000")])
def test_declining(service, decision, code):
    """Saying no comes back as a code of form filling, with the businessID."""
    assert back(service, ticket(service), decision) == {"error_code": code, "businessID": "b-1", "state": "state-1"}


def test_a_ticket_lives_twelve_minutes(world, service):
    """A ticket opens getQR until its twelve minutes are over, and not after."""
    early, late = ticket(service), ticket(service, businessID="b-2")
    world.clock.advance(12 * 60 - 1)
    assert "code" in back(service, early)
    world.clock.advance(1)
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(service.ticket_url(late)).query)
    assert (page.status_code, page.headers["X-Xbridge-Mock-Code"]) == (400, "D20003")


def refusal(service, url):
    """Status and code of an error page."""
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(url).query)
    return page.status_code, page.headers.get("X-Xbridge-Mock-Code")


def test_what_a_ticket_does_not_open(world, service, make_service):
    """Another client's ticket, one of a request after login, an unknown, an empty or a used one; the scope is needed."""
    good = ticket(service)
    other = make_service(world)
    assert refusal(other, other.ticket_url(good)) == (400, "D20003")
    token = service.token(scope=ALL_SCOPES, source="iOS_Safari")
    after_login = service.open(service.ask("profile", token, businessID="b-3")["content"])["ticketID"]
    for bad in (after_login, "0" * 32, ""):
        assert refusal(service, service.ticket_url(bad)) == (400, "D20003")
    assert refusal(service, service.login_url(ticketID=good, scope="eidapi_auth")) == (400, "D20015")
    assert "code" in back(service, good)
    assert refusal(service, service.ticket_url(good)) == (400, "D20003")


def test_two_logins_with_one_ticket(world, service):
    """When two browsers opened one ticket, only the first to decide fills in the form."""
    url = service.ticket_url(ticket(service))
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(url).query)
    place = re.findall('data-qr-token="([^"]+)"', page.text)[0]
    assert "code" in parse_qs(urlsplit(world.iamsmart.log_in(url, "lee-siu-ming")).query)

    def press(step, **button):
        shown = service.browser.get(f"/mock/qr/{place}").text
        word = re.findall('name="csrf" value="([^"]+)"', shown)[0]
        service.browser.post(f"/mock/phone/{place}/{step}", data={"csrf": word, "at": "desk", **button})

    press("scan", persona="chan-tai-man")
    press("decision", decision="approve")
    away = service.browser.get(f"/mock/qr/{place}/continue").headers["Location"]
    assert parse_qs(urlsplit(away).query)["error_code"] == ["D60002"]


def test_a_ticket_only_opens_the_page(world, service):
    """A form scanned in time may be decided after the ticket is over, and nothing is ever posted about it."""
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(service.ticket_url(ticket(service))).query)
    place = re.findall('data-qr-token="([^"]+)"', page.text)[0]
    for step, button in (("scan", {"persona": "chan-tai-man"}), ("decision", {"decision": "approve"})):
        word = re.findall('name="csrf" value="([^"]+)"', service.browser.get(f"/mock/qr/{place}").text)[0]
        service.browser.post(f"/mock/phone/{place}/{step}", data={"csrf": word, "at": "desk", **button})
        world.clock.advance(12 * 60)
        world.iamsmart.settle()
    away = service.browser.get(f"/mock/qr/{place}/continue").headers["Location"]
    assert "code" in parse_qs(urlsplit(away).query)
    assert (service.received, world.iamsmart.deliveries()) == ([], ())


def test_nobody_scans(world, service):
    """When the QR code runs out the service hears the time-out of form filling."""
    url = service.ticket_url(ticket(service))
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(url).query)
    place = re.findall('data-qr-token="([^"]+)"', page.text)[0]
    world.clock.advance(120)
    away = service.browser.get(f"/mock/qr/{place}/continue").headers["Location"]
    assert parse_qs(urlsplit(away).query)["error_code"] == ["D60003"]


def test_the_person_sees_what_is_sent(service):
    """Before agreeing the person sees the form and every value that would be sent."""
    url = service.ticket_url(ticket(service, formName="Housing <b>form</b>"))
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(url).query)
    place, word = (re.findall(f'{name}="([^"]+)"', page.text)[0] for name in ("data-qr-token", 'name="csrf" value'))
    service.browser.post(f"/mock/phone/{place}/scan", data={"csrf": word, "at": "desk", "persona": "lee-siu-ming"})
    shown = service.browser.get(f"/mock/qr/{place}").text
    assert "Housing &lt;b&gt;form&lt;/b&gt;" in shown
    for value in ("ZZ000102", "10000302"):
        assert value in shown


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"accessToken": ...}, "D20001"), ({"accessToken": ""}, "D20002"), ({"accessToken": "0" * 32}, "D20009"),
        ({"openID": ...}, "D20001"), ({"openID": "x"}, "D20010"), ({"businessID": "b-9"}, "D20003"),
        ({"businessID": 1}, "D20003"),
    ],
)  # fmt: skip
def test_result_parameters(service, bent, code):
    """Every missing, empty or foreign parameter of the second call has its code."""
    assert result(service, form_token(service), **bent)["code"] == code


def test_result_needs_a_form(world, service, make_service):
    """An ordinary token has no form; another client has none of this one's; after four hours there is none."""
    assert result(service, service.token(scope="eidapi_auth"))["code"] == "D20015"
    assert result(service, service.token(scope=ALL_SCOPES))["code"] == "D20009"
    token = form_token(service)
    other = make_service(world)
    other.get_key()
    assert result(other, token)["code"] == "D20009"
    world.clock.advance(4 * 3600)
    assert result(service, token)["code"] == "D20009"


def test_a_form_token_opens_nothing_else(service):
    """Agreeing to one form is no consent to the profile."""
    token = form_token(service)
    assert service.profiles(token)["code"] == "D20015"
    assert service.ask("step_up", token, businessID="b-2")["code"] == "D20015"


def test_ticket_faults(world, service):
    """The ticket is missing, unknown or too old at once; the businessID in the callback is another one."""
    for number, fault in enumerate(("ticket_missing", "ticket_unknown", "ticket_expired")):
        world.iamsmart.faults.add(fault)
        content = service.open(service.anonymous(businessID=f"b-{number}")["content"])
        assert ("ticketID" in content) is (fault != "ticket_missing")
        assert refusal(service, service.ticket_url(content.get("ticketID", "x"))) == (400, "D20003")
    world.iamsmart.faults.add("callback_wrong_business_id", operation="callback")
    assert back(service, ticket(service, businessID="b-9"))["businessID"] != "b-9"
