"""Signing many documents at once: token, order, the answer in two parts, and the calls around it (dossier 10)."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from werkzeug.test import Client

from tests.mocks.iamsmart.online_service import (
    ALL_SCOPES,
    BULK,
    DIGEST,
    NOTIFY,
    SIGN_SCOPES,
    documents,
    hkic_hash,
)
from tests.mocks.iamsmart.signature_check import check_hash_signature, check_issued
from xbridge_mocks.iamsmart.text import TEXTS

LANGS = [("en-US", "en"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans")]
SCRIPT = "\"'><script>alert(1)</script>{{7*7}}"


def answered(service, fault="", decision="approve", **bent):
    """Order signatures under three documents, let the person decide, and open both parts of the answer."""
    assert service.ask_bulk(**bent)["code"] == "D00000"
    if fault:
        service.world.iamsmart.faults.add(fault, operation="delivery")
    service.world.iamsmart.decide("b-1", decision)
    return service.open_parts("sigMetada", "sigFile")


def check_rows(content, file, algorithm="SHA256withRSA"):
    """Check every signature of an answer with its certificate; returns the documentIDs in their order."""
    for row in file["signatures"]:
        check_hash_signature({**row, "cert": content["cert"]}, algorithm)
    return [row["documentID"] for row in file["signatures"]]


@pytest.mark.parametrize(
    "algorithm", ["SHA256withRSA", "NONEwithRSA", pytest.param("SM3withSM2", marks=pytest.mark.slow)]
)
def test_the_whole_way(world, signing, algorithm):
    """Token, order, one press, and a signature under each document, in two parts under one key."""
    token = signing.open(signing.bulk_token()["content"])
    assert set(token) == {"bsqcToken", "issueAt", "expiresIn"}
    assert re.fullmatch("[0-9a-f]{32}", token["bsqcToken"])
    assert (token["issueAt"], token["expiresIn"]) == (world.clock.now_ms(), 600_000)
    reply = signing.call(BULK["ask"], signing.bulk_question(token["bsqcToken"], sigAlgo=algorithm))
    assert signing.open(reply["content"]) == {"authByQR": True}
    (waiting,) = world.iamsmart.requests()
    assert (waiting.kind, waiting.persona, waiting.business_id) == ("bulk_signing", "lee-siu-ming", "b-1")
    assert world.iamsmart.decide("b-1") == (200,)
    assert [name for name, _ in signing.parts()] == ["sigMetada", "sigFile"]
    envelope = json.loads(dict(signing.parts())["sigMetada"])
    assert set(envelope) == {"txID", "code", "message", "secretKey", "content"}
    assert envelope["message"] == "SUCCESS"
    code, content, file = signing.open_parts("sigMetada", "sigFile")
    assert (code, set(content)) == ("D00000", {"businessID", "state", "timestamp", "cert"})
    assert (content["businessID"], content["state"]) == ("b-1", "state-2")
    assert content["timestamp"] == world.clock.now_ms()
    assert (set(file), file["businessID"]) == ({"businessID", "signatures"}, "b-1")
    assert all(set(row) == {"documentID", "hashCode", "signature"} for row in file["signatures"])
    assert check_rows(content, file, algorithm) == ["d-0", "d-1", "d-2"]
    assert [row["hashCode"] for row in file["signatures"]] == [each["hashCode"] for each in documents(3)]
    check_issued(base64.b64decode(content["cert"]), world.iamsmart.trust_anchors()["SM2" in algorithm])


def test_on_the_same_device(world, signing):
    """After a login on the phone itself there is a ticket that opens the app."""
    signing.login_from = "iOS_Safari"
    ticket = signing.open(signing.ask_bulk()["content"])["ticketID"]
    phone = Client(world.iamsmart)
    assert phone.get(f"/mock/app/hash-sign?ticketID={ticket}").status_code == 400
    assert phone.get(f"/mock/app/bulk-sign?ticketID={ticket}").status_code == 303


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"accessToken": ...}, "D20001"), ({"accessToken": "0" * 32}, "D20009"), ({"openID": "x"}, "D20010"),
        ({"HKICHash": ...}, "D20001"), ({"HKICHash": "ZZ000102"}, "D20003"), ({"serviceName": ...}, "D20001"),
        ({"serviceName": "s" * 256}, "D20003"), ({"department": "d" * 101}, "D20003"), ({"department": None}, "D20003"),
        ({"department": ...}, "D00000"),
    ],
)  # fmt: skip
def test_token_parameters(signing, bent, code):
    """Every missing, unlawful or foreign parameter of the token call has its code; the department is optional."""
    assert signing.bulk_token(**bent)["code"] == code


BAD_DOCUMENTS: list[tuple[Any, str]] = [
    (..., "D20001"), (None, "D20003"), ("x", "D20003"), ({}, "D20003"), ([], "D20002"), (["d-1"], "D20003"),
    ([{}], "D20003"), ([{**documents(1)[0], "hashCode": "x"}], "D20003"), ([{**documents(1)[0], "documentID": ""}], "D20003"),
    ([{**documents(1)[0], "documentID": "d" * 37}], "D20003"), ([{**documents(1)[0], "documentID": 7}], "D20003"),
    ([{**documents(1)[0], "documentName": ""}], "D20003"), ([{**documents(1)[0], "documentName": "n" * 256}], "D20003"),
    ([*documents(2), documents(1)[0]], "D20003"), ([*documents(2), None], "D20003"), (documents(1001), "D20003"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "code"), BAD_DOCUMENTS)
def test_documents(world, signing, given, code):
    """One to a thousand documents, each with its own id, name and digest; anything else is refused as a whole."""
    assert signing.ask_bulk(documents=given)["code"] == code
    assert world.iamsmart.requests() == ()


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"bsqcToken": ...}, "D20001"), ({"bsqcToken": ""}, "D20002"), ({"bsqcToken": 1}, "D20003"),
        ({"bsqcToken": "0" * 32}, "D71008"), ({"accessToken": "0" * 32}, "D20009"), ({"openID": "x"}, "D20010"),
        ({"businessID": ...}, "D20001"), ({"source": "Netscape"}, "D20007"), ({"redirectURI": NOTIFY + "/"}, "D20008"),
        ({"state": "a b"}, "D20003"), ({"sigAlgo": "RSA"}, "D20003"), ({"HKICHash": ""}, "D20002"),
        ({"serviceName": ...}, "D20001"),
    ],
)  # fmt: skip
def test_order_parameters(signing, bent, code):
    """Every missing, empty, unlawful or foreign parameter of the order has its code."""
    token = signing.open(signing.bulk_token()["content"])["bsqcToken"]
    assert signing.call(BULK["ask"], signing.bulk_question(token, **bent))["code"] == code


@pytest.mark.parametrize("bent", [{"department": "Fines"}, {"department": ...}, {"serviceName": "Fishing"}])
def test_the_names_are_those_of_the_token(signing, bent):
    """A token is good for the department and service it was fetched under."""
    token = signing.open(signing.bulk_token()["content"])["bsqcToken"]
    assert signing.call(BULK["ask"], signing.bulk_question(token, **bent))["code"] == "D71009"
    assert signing.call(BULK["ask"], signing.bulk_question(token))["code"] == "D00000"


def test_whose_token(world, signing, make_service):
    """A token is one person's, at one client, and lives ten minutes; while it lives it is good for further orders."""
    token = signing.open(signing.bulk_token()["content"])["bsqcToken"]
    signing.bulk_token("ng-wing-sze")
    assert signing.call(BULK["ask"], signing.bulk_question(token, "ng-wing-sze"))["code"] == "D71008"
    other = make_service(world, scopes=SIGN_SCOPES.split())
    other.bulk_token()
    assert other.call(BULK["ask"], other.bulk_question(token))["code"] == "D71008"
    world.clock.advance(599)
    for number in ("b-1", "b-2"):
        assert signing.call(BULK["ask"], signing.bulk_question(token, businessID=number))["code"] == "D00000"
    world.clock.advance(1)
    assert signing.call(BULK["ask"], signing.bulk_question(token, businessID="b-3"))["code"] == "D71008"


def test_a_reset_forgets_tokens(world, signing):
    """A token from before a reset is no token, however young it is."""
    token = signing.open(signing.bulk_token()["content"])["bsqcToken"]
    world.iamsmart.reset()
    signing.tokens.clear()
    signing.get_key()
    signing.bulk_token()
    assert signing.call(BULK["ask"], signing.bulk_question(token))["code"] == "D71008"


def test_the_life_of_a_token_is_a_setting(world_with, make_service):
    """How long a token lives is UNKNOWN, so it can be chosen."""
    service = make_service(world_with(bulk_token_ttl_s=1), scopes=SIGN_SCOPES.split())
    token = service.open(service.bulk_token()["content"])
    assert token["expiresIn"] == 1000
    service.world.clock.advance(1)
    assert service.call(BULK["ask"], service.bulk_question(token["bsqcToken"]))["code"] == "D71008"


@pytest.mark.parametrize(("decision", "code"), [("cancel", "D71000"), ("refuse", "D71001"), ("fail", "D71002")])
def test_declining(world, signing, decision, code):
    """Each way of not signing has its code, in plain JSON, as there is nothing to put into parts."""
    signing.ask_bulk()
    world.iamsmart.decide("b-1", decision)
    assert signing.received[-1].headers["Content-Type"] == "application/json"
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})


def test_time_runs_out(world, signing):
    """After eighteen minutes the service hears that the time is over."""
    signing.ask_bulk()
    world.clock.advance(18 * 60)
    world.iamsmart.settle()
    assert signing.open_callback() == ("D71003", {"businessID": "b-1", "state": "state-2"})


@pytest.mark.parametrize(
    ("persona", "bent", "code"),
    [("chan-tai-man", {}, "D71004"), ("lee-siu-ming", {"HKICHash": hkic_hash("ZZ000106")}, "D71005")],
)
def test_who_may_sign(world, world_with, make_service, signing, persona, bent, code):
    """Without iAM Smart+, or with another card, nothing is signed; whether the token is refused already is a setting."""
    signing.ask_bulk(persona, **bent)
    world.iamsmart.decide("b-1")
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})
    early = make_service(world_with(signing_refusal_at="request"), scopes=SIGN_SCOPES.split())
    assert early.bulk_token(persona, **bent)["code"] == code
    good = early.open(early.bulk_token()["content"])["bsqcToken"]
    other = {"HKICHash": hkic_hash("ZZ000106")}
    assert early.call(BULK["ask"], early.bulk_question(good, **other))["code"] == "D71005"


def test_consent_and_permission(world, make_service, signing):
    """The login must have included eidapi_bulksign (D20015), and the service must be approved for it (D20012)."""
    signing.tokens["lee-siu-ming"] = signing.token("lee-siu-ming", scope=f"{ALL_SCOPES} eidapi_sign")
    assert signing.bulk_token()["code"] == "D20015"
    assert signing.call(BULK["ask"], signing.bulk_question("0" * 32))["code"] == "D20015"
    usual = make_service(world, scopes=[*ALL_SCOPES.split(), "eidapi_sign"])
    usual.tokens["lee-siu-ming"] = usual.token("lee-siu-ming", scope=ALL_SCOPES)
    assert usual.bulk_token()["code"] == "D20012"
    for call in ("ask", "acknowledge", "status", "cancel"):
        assert usual.about_bulk(call)["code"] == "D20012"


@pytest.mark.parametrize(
    ("decision", "status"), [("approve", "SS003"), ("cancel", "SS004"), ("refuse", "SS004"), ("fail", "SS005")]
)
def test_how_far_it_is(world, signing, decision, status):
    """Pending until the person opens it, then signing, then what became of it."""

    def seen():
        content = signing.open(signing.about_bulk("status")["content"])
        assert (set(content), content["businessID"]) == ({"businessID", "status"}, "b-1")
        return content["status"]

    signing.ask_bulk()
    assert seen() == "SS001"
    phone = Client(world.iamsmart)
    inbox = phone.get("/mock/phone?persona=lee-siu-ming").text
    assert seen() == "SS001"
    phone.get(re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[0])
    assert seen() == "SS002"
    world.iamsmart.decide("b-1", decision)
    assert seen() == status


def test_failures_have_one_status(world, signing):
    """Time that ran out and people who may not sign end as failed."""
    signing.ask_bulk("chan-tai-man")
    world.iamsmart.decide("b-1")
    signing.ask_bulk(businessID="b-2")
    world.clock.advance(18 * 60)
    assert [signing.open(signing.about_bulk("status", name)["content"])["status"] for name in ("b-1", "b-2")] == [
        "SS005", "SS005",
    ]  # fmt: skip


def test_cancelling(world, signing):
    """An order that nobody has opened can be taken back, once; then the service hears that it was cancelled."""
    signing.ask_bulk()
    reply = signing.about_bulk("cancel")
    assert (reply["code"], "content" in reply) == ("D00000", False)
    assert signing.open_callback() == ("D71000", {"businessID": "b-1", "state": "state-2"})
    assert signing.open(signing.about_bulk("status")["content"])["status"] == "SS004"
    assert world.iamsmart.requests() == ()
    assert signing.about_bulk("cancel")["code"] == "D71007"
    assert len(signing.received) == 1


@pytest.mark.parametrize("decision", ["approve", "refuse", ""])
def test_too_late_to_cancel(world, signing, decision):
    """What was opened or decided cannot be taken back, and goes on as it was."""
    signing.ask_bulk()
    phone = Client(world.iamsmart)
    inbox = phone.get("/mock/phone?persona=lee-siu-ming").text
    phone.get(re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[0])
    if decision:
        world.iamsmart.decide("b-1", decision)
    assert signing.about_bulk("cancel")["code"] == "D71007"
    assert len(world.iamsmart.requests()) == (decision == "")


def test_acknowledgement(world, signing, make_service):
    """Said once it was signed, at its own address; anything else cannot be acknowledged."""
    signing.ask_bulk()
    assert signing.about_bulk("acknowledge", signingResult="SR001")["code"] == "D71006"
    world.iamsmart.decide("b-1")
    assert signing.acknowledge()["code"] == "D70006"
    other = make_service(world, scopes=SIGN_SCOPES.split())
    assert other.about_bulk("acknowledge", signingResult="SR001")["code"] == "D71006"
    reply = signing.about_bulk("acknowledge", signingResult="SR001")
    assert (reply["code"], "content" in reply) == ("D00000", False)
    assert [signing.about_bulk("acknowledge", signingResult=word)["code"] for word in ("SR001", "SR002", "SR004")] == [
        "D00000", "D71006", "D20003",
    ]  # fmt: skip
    signing.ask_to_sign(businessID="b-2")
    world.iamsmart.decide("b-2")
    assert signing.about_bulk("acknowledge", "b-2", signingResult="SR001")["code"] == "D71006"


@pytest.mark.parametrize(("call", "unknown"), [("status", "D20003"), ("cancel", "D71007")])
def test_whose_order(world, signing, make_service, call, unknown):
    """Only the client that ordered learns how far it is or takes it back; another kind of request is no order."""
    signing.ask_bulk()
    other = make_service(world, scopes=SIGN_SCOPES.split())
    signing.ask_to_sign(businessID="b-2")
    assert other.about_bulk(call)["code"] == unknown
    assert [signing.about_bulk(call, name)["code"] for name in ("b-2", "b-9")] == [unknown] * 2
    for bent, code in (({"businessID": ...}, "D20001"), ({"businessID": ""}, "D20002"), ({"businessID": 1}, "D20003")):
        assert signing.about_bulk(call, **bent)["code"] == code
    assert len(world.iamsmart.requests()) == 2


@pytest.mark.slow
def test_a_thousand_documents(signing):
    """The largest order is signed as a whole, every document once and in its place."""
    code, content, file = answered(signing, documents=documents(1000))
    assert code == "D00000"
    assert [row["documentID"] for row in file["signatures"]] == [f"d-{number}" for number in range(1000)]
    assert check_rows(content, {"signatures": file["signatures"][::100]})


@pytest.mark.parametrize(("lang", "key"), LANGS)
def test_the_page(world, signing, lang, key):
    """The person sees how many documents there are, the first ten by name, that it binds, and no code to compare."""
    signing.ask_bulk(documents=documents(12))
    phone = Client(world.iamsmart)
    inbox = unescape(phone.get(f"/mock/phone?persona=lee-siu-ming&lang={lang}").text)
    assert TEXTS.say("ask.bulk_signing", key, service="Test service") in inbox
    shown = unescape(phone.get(re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[0]).text)
    for text in (
        "Fishing licence", "Licences", "Document 0", "Document 9", "d-9", "SHA256withRSA", TEXTS.say("sign.weight", key),
        TEXTS.say("sign.documents", key, count=12), TEXTS.say("sign.more", key, count=2), TEXTS.say("sign.unseen_bulk", key),
        TEXTS.say("sign", key),
    ):  # fmt: skip
        assert text in shown
    assert "Document 10" not in shown
    assert "data-identification-code" not in shown


def test_hostile_texts(world, signing):
    """Names and ids of documents are shown as text, and come back as they were."""
    document = {**documents(1)[0], "documentName": SCRIPT, "documentID": "<b>é文</b>"}
    signing.ask_bulk(documents=[document])
    phone = Client(world.iamsmart)
    inbox = phone.get("/mock/phone?persona=lee-siu-ming").text
    page = phone.get(re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[0]).text
    assert "<script>alert" not in page
    assert SCRIPT in unescape(page)
    world.iamsmart.decide("b-1")
    assert signing.open_parts("sigMetada", "sigFile")[2]["signatures"][0]["documentID"] == "<b>é文</b>"


@pytest.mark.parametrize(
    ("fault", "ids"),
    [
        ("bulk_document_missing", ["d-0", "d-1"]), ("bulk_document_twice", ["d-0", "d-1", "d-2", "d-0"]),
        ("bulk_document_foreign", ["d-0", "d-1", "d-2", "?"]), ("bulk_hash_other", ["d-0", "d-1", "d-2"]),
    ],
)  # fmt: skip
def test_another_list(signing, fault, ids):
    """A document is missing, twice, foreign, or with another digest; every signature fits its own row."""
    _, content, file = answered(signing, fault)
    found = check_rows(content, file)
    assert [name if name.startswith("d-") else "?" for name in found] == ids
    assert (file["signatures"][0]["hashCode"] == documents(1)[0]["hashCode"]) is (fault != "bulk_hash_other")
    assert signing.world.iamsmart.faults.armed() == ()


@pytest.mark.parametrize(("fault", "wrong"), [("bulk_signature_bad", {0}), ("bulk_signatures_exchanged", {0, 1})])
def test_wrong_signatures(signing, fault, wrong):
    """Exactly one signature is cut, or two are in each other's place."""
    _, content, file = answered(signing, fault)
    for number, row in enumerate(file["signatures"]):
        if number in wrong:
            with pytest.raises(InvalidSignature):
                check_hash_signature({**row, "cert": content["cert"]}, "SHA256withRSA")
        else:
            check_hash_signature({**row, "cert": content["cert"]}, "SHA256withRSA")


def test_faults_of_the_certificate_strike_here_too(signing):
    """What can be wrong with one certificate can be wrong with that of all documents."""
    _, content, file = answered(signing, "certificate_missing")
    assert "cert" not in content
    assert len(file["signatures"]) == 3


def test_parts_mixed_up(world, signing):
    """The contents of the parts are exchanged, one of the parts is missing, or the file comes twice."""

    def names_and_starts(fault, number):
        signing.ask_bulk(businessID=number)
        world.iamsmart.faults.add(fault, operation="delivery")
        world.iamsmart.decide(number)
        return [(name, body[:5] == b"AAAAD") for name, body in signing.parts()]

    assert names_and_starts("parts_swapped", "b-1") == [("sigMetada", True), ("sigFile", False)]
    assert names_and_starts("metadata_part_missing", "b-2") == [("sigFile", True)]
    assert names_and_starts("file_part_missing", "b-3") == [("sigMetada", False)]
    assert names_and_starts("file_part_twice", "b-4") == [("sigMetada", False), ("sigFile", True), ("sigFile", True)]


def test_faults_around_the_order(world, signing):
    """The token is missing or too old, the status is none that is known, and cancelling comes too late."""
    faults = world.iamsmart.faults
    faults.add("bulk_token_missing")
    assert set(signing.open(signing.bulk_token()["content"])) == {"issueAt", "expiresIn"}
    faults.add("bulk_token_expired")
    assert signing.ask_bulk()["code"] == "D71008"
    signing.ask_bulk()
    faults.add("bulk_status_unknown")
    assert signing.open(signing.about_bulk("status")["content"])["status"] == "SS099"
    faults.add("bulk_too_late")
    assert [signing.about_bulk("cancel")["code"] for _ in range(2)] == ["D71007", "D00000"]


def test_codes_are_those_of_one_signature(world, signing):
    """Forced outcomes carry the codes of bulk signing."""
    for number, (fault, code) in enumerate(
        (("request_refused", "D71001"), ("request_not_plus", "D71004"), ("request_other_card", "D71005"))
    ):
        signing.ask_bulk(businessID=f"b-{number}")
        world.iamsmart.faults.add(fault, operation="delivery")
        world.iamsmart.decide(f"b-{number}")
        assert signing.open_callback()[0] == code


def test_one_digest_may_stand_under_two_names(signing):
    """Two documents with one digest are two documents: only the documentID tells them apart."""
    pair = [{"documentID": name, "documentName": "Copy", "hashCode": DIGEST} for name in ("a", "b")]
    _, content, file = answered(signing, documents=pair)
    assert check_rows(content, file) == ["a", "b"]
