"""Signing without a login at the service: ticket, login page, code, token, signature (dossier 9, 10)."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.mocks.iamsmart.online_service import BASE, DIGEST, DOCUMENT, RESULT, SIGN_SCOPES, SIGNED, hkic_hash
from tests.mocks.iamsmart.signature_check import check_hash_signature, check_pdf_signature
from tests.mocks.iamsmart.signing_journey import signed_anonymously

KINDS = tuple(SIGNED)


def ticket(service, kind="hash_signing", **bent):
    """The ticket of a new anonymous signature."""
    reply = service.ask_anonymously_to_sign(kind, **bent)
    assert reply["code"] == "D00000", reply
    return service.open(reply["content"])["ticketID"]


def back(service, ticket_id, decision="approve", persona="lee-siu-ming"):
    """The query of the callback after somebody went through the pages."""
    url = service.world.iamsmart.log_in(service.sign_url(ticket_id), persona, decision=decision)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_way(world, signing, kind):
    """Ticket, pages, code, token, and the signature of whoever scanned, the same however often it is fetched."""
    content = signing.open(signing.ask_anonymously_to_sign(kind)["content"])
    assert (set(content), content["businessID"]) == ({"ticketID", "businessID"}, "b-1")
    query = back(signing, content["ticketID"])
    assert (set(query), query["businessID"], query["state"]) == ({"code", "businessID", "state"}, "b-1", "state-1")
    token = signing.open(signing.get_token(query["code"])["content"])
    given = {name: token[name] for name in ("accessToken", "openID")}
    first, second = (
        signing.open(signing.call(SIGNED[kind], {**given, **extra})["content"]) for extra in ({}, {"businessID": "b-1"})
    )
    assert first == second
    if kind == "hash_signing":
        assert set(first) == {"businessID", "hashCode", "timestamp", "signature", "cert"}
        assert (first["hashCode"], first["timestamp"]) == (DIGEST, world.clock.now_ms())
        check_hash_signature(first, "SHA256withRSA")
    else:
        assert set(first) == {"businessID", "docDigest", "pdfSignature"}
        check_pdf_signature(first, DOCUMENT)
    assert (world.iamsmart.requests(), signing.received) == ((), [])
    assert [signing.acknowledge(word)["code"] for word in ("SR001", "SR002")] == ["D00000", "D70006"]


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["SM3withSM2", "NONEwithSM2", "NONEwithRSA"])
def test_algorithms(world, signing, algorithm):
    """Every algorithm signs anonymously too, and once: a random signature is not made afresh for the second fetch."""
    token = signed_anonymously(signing, "hash_signing", sigAlgo=algorithm)
    world.clock.advance(60)
    first, second = (signing.open(signing.call(SIGNED["hash_signing"], token)["content"]) for _ in range(2))
    assert first == second
    assert first["timestamp"] == world.clock.now_ms() - 60_000
    check_hash_signature(first, algorithm)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"businessID": ...}, "D20001"), ({"businessID": ""}, "D20002"), ({"lang": "fr"}, "D20003"),
        ({"HKICHash": ...}, "D20001"), ({"serviceName": ...}, "D20001"), ({"documentName": ""}, "D20002"),
        ({"department": "d" * 101}, "D20003"), ({"stepupAuthPeriod": 721}, "D20003"),
        ({"hashCode": "", "docDigest": ""}, "D20002"), ({"hashCode": ..., "docDigest": ...}, "D20001"),
    ],
)  # fmt: skip
def test_parameters(signing, kind, bent, code):
    """Every missing, empty or unlawful parameter of the first call has its code."""
    assert signing.ask_anonymously_to_sign(kind, **bent)["code"] == code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("decision", "code"), [("refuse", "D70001"), ("cancel", "D70000")])
def test_declining(signing, kind, decision, code):
    """Each way of not signing comes back with the browser."""
    assert back(signing, ticket(signing, kind), decision) == {
        "error_code": code, "businessID": "b-1", "state": "state-1",
    }  # fmt: skip
    assert signing.acknowledge()["code"] == "D70006"


@pytest.mark.parametrize(
    ("persona", "bent", "code"),
    [
        ("chan-tai-man", {}, "D70004"), ("ng-wing-sze", {}, "D70005"),
        ("lee-siu-ming", {"HKICHash": hkic_hash("ZZ000106")}, "D70005"),
    ],
)  # fmt: skip
def test_who_may_sign(world_with, make_service, signing, persona, bent, code):
    """Whether somebody may sign is found out when they scan, so it is always told with the answer."""
    early = make_service(world_with(signing_refusal_at="request"), scopes=SIGN_SCOPES.split())
    for service in (signing, early):
        assert back(service, ticket(service, **bent), persona=persona)["error_code"] == code


def refusal(service, url):
    """The status and code of the page that opens."""
    page = service.browser.get(url.removeprefix(BASE))
    return page.status_code, page.headers.get("X-Xbridge-Mock-Code")


def test_what_a_ticket_does_not_open(world, signing, make_service):
    """The scope of signing is needed; a ticket is one client's, lives twelve minutes, and is good for one signature."""
    good = ticket(signing)
    assert refusal(signing, signing.sign_url(good, scope="eidapi_auth eidapi_formFilling")) == (400, "D20015")
    other = make_service(world, scopes=SIGN_SCOPES.split())
    assert refusal(other, other.sign_url(good)) == (400, "D20003")
    assert "code" in back(signing, good)
    assert refusal(signing, signing.sign_url(good)) == (400, "D20003")
    late = ticket(signing, businessID="b-2")
    world.clock.advance(12 * 60)
    assert refusal(signing, signing.sign_url(late)) == (400, "D20003")


def test_nobody_scans(world, signing):
    """When the QR code runs out the service hears the time-out of signing."""
    page = signing.browser.get("/api/v1/auth/getQR", query_string=urlsplit(signing.sign_url(ticket(signing))).query)
    place = re.findall('data-qr-token="([^"]+)"', page.text)[0]
    world.clock.advance(120)
    away = signing.browser.get(f"/mock/qr/{place}/continue").headers["Location"]
    assert parse_qs(urlsplit(away).query)["error_code"] == ["D70003"]


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"accessToken": ...}, "D20001"), ({"accessToken": "0" * 32}, "D20009"), ({"openID": ...}, "D20001"),
        ({"openID": "x"}, "D20010"), ({"businessID": "b-9"}, "D20003"), ({"businessID": 1}, "D20003"),
    ],
)  # fmt: skip
def test_result_parameters(signing, bent, code):
    """Every missing, empty or foreign parameter of the second call has its code."""
    document = {**signed_anonymously(signing, "hash_signing"), **bent}
    reply = signing.call(SIGNED["hash_signing"], {name: value for name, value in document.items() if value is not ...})
    assert reply["code"] == code


def test_each_token_fetches_its_own_kind(world, signing, make_service):
    """A signature is fetched where it was asked for, by the client that asked, while the token lives."""
    token = signed_anonymously(signing, "hash_signing")
    assert signing.call(SIGNED["pdf_signing"], token)["code"] == "D20009"
    assert signing.call(RESULT, token)["code"] == "D20015"
    usual = signing.token("lee-siu-ming", scope=SIGN_SCOPES)
    login = {name: usual[name] for name in ("accessToken", "openID")}
    assert [signing.call(path, login)["code"] for path in SIGNED.values()] == ["D20009"] * 2
    other = make_service(world, scopes=SIGN_SCOPES.split())
    assert other.call(SIGNED["hash_signing"], token)["code"] == "D20009"
    world.clock.advance(4 * 3600)
    signing.get_key()
    assert signing.call(SIGNED["hash_signing"], token)["code"] == "D20009"


def test_permission(world, make_service):
    """A service that is not approved for signing cannot ask anybody."""
    usual = make_service(world)
    assert [usual.ask_anonymously_to_sign(kind)["code"] for kind in KINDS] == ["D20012"] * 2


def test_a_second_login_with_the_ticket_signs_nothing(world, signing):
    """When two browsers opened one ticket, only the first to decide signs."""
    url = signing.sign_url(ticket(signing))
    page = signing.browser.get("/api/v1/auth/getQR", query_string=urlsplit(url).query)
    place = re.findall('data-qr-token="([^"]+)"', page.text)[0]
    assert "code" in parse_qs(urlsplit(world.iamsmart.log_in(url, "lee-siu-ming")).query)
    for step, button in (("scan", {"persona": "lee-siu-ming"}), ("decision", {"decision": "approve"})):
        word = re.findall('name="csrf" value="([^"]+)"', signing.browser.get(f"/mock/qr/{place}").text)[0]
        signing.browser.post(f"/mock/phone/{place}/{step}", data={"csrf": word, "at": "desk", **button})
    away = signing.browser.get(f"/mock/qr/{place}/continue").headers["Location"]
    assert parse_qs(urlsplit(away).query)["error_code"] == ["D70002"]


def test_a_signature_is_base64(signing):
    """What is fetched is standard base64 without line breaks, as everything else on this wire."""
    content = signing.open(signing.call(SIGNED["hash_signing"], signed_anonymously(signing, "hash_signing"))["content"])
    for name in ("signature", "cert"):
        assert base64.b64encode(base64.b64decode(content[name], validate=True)).decode() == content[name]
