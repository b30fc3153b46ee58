"""Signing a hash after login: what may be asked, who may sign, what comes back, and what is said about it (dossier 10)."""

from __future__ import annotations

import base64
import json

import pytest

from tests.mocks.iamsmart.online_service import ALL_SCOPES, DIGEST, NOTIFY, SIGN, SIGN_SCOPES, hkic_hash
from tests.mocks.iamsmart.signature_check import (
    check_hash_signature,
    check_issued,
    sm2_fits,
    sm2_fits_digest,
    sm2_point,
)

KINDS = tuple(SIGN)
ALGORITHMS = ("SHA256withRSA", "NONEwithRSA", "SM3withSM2", "NONEwithSM2")
SHORT = base64.b64encode(bytes(31)).decode()


def signed(service, kind="hash_signing", **bent):
    """Ask, let the person sign, and open the answer."""
    assert service.ask_to_sign(kind, **bent)["code"] == "D00000"
    service.world.iamsmart.decide("b-1")
    code, content = service.open_callback()
    assert code == "D00000"
    return content


@pytest.mark.parametrize("kind", KINDS)
def test_the_reply_after_a_qr_login(world, signing, kind):
    """After a login by QR code the person is told on the phone; the request waits eighteen minutes for exactly them."""
    reply = signing.ask_to_sign(kind)
    assert signing.open(reply["content"]) == {"authByQR": True}
    (waiting,) = world.iamsmart.requests()
    assert (waiting.business_id, waiting.kind, waiting.persona, waiting.fields) == ("b-1", kind, "lee-siu-ming", ())
    assert waiting.expires_ms == world.clock.now_ms() + 18 * 60 * 1000


@pytest.mark.parametrize("kind", KINDS)
def test_the_reply_after_a_login_on_the_same_device(signing, kind):
    """After a login on the phone itself there is a ticket that opens the app."""
    signing.login_from = "Android_Chrome"
    content = signing.open(signing.ask_to_sign(kind)["content"])
    assert set(content) == {"authByQR", "ticketID"}
    assert content["authByQR"] is False


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_comes_back(world, signing, algorithm):
    """The answer holds the hash that was sent, a signature as the algorithm says, its time, and whose it is."""
    content = signed(signing, sigAlgo=algorithm)
    assert set(content) == {"businessID", "state", "hashCode", "timestamp", "signature", "cert"}
    assert (content["businessID"], content["state"], content["hashCode"]) == ("b-1", "state-2", DIGEST)
    assert content["timestamp"] == world.clock.now_ms()
    certificate = check_hash_signature(content, algorithm)
    root = world.iamsmart.trust_anchors()["SM2" in algorithm]
    held = check_issued(certificate, root)
    names = {attribute.oid._name: attribute.value for attribute in held.subject}
    assert names["commonName"] == "LEE, Siu Ming"
    assert "ZZ000102" not in str(names)


def test_the_default_algorithm(signing):
    """Without sigAlgo it is SHA256withRSA."""
    check_hash_signature(signed(signing), "SHA256withRSA")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"accessToken": ...}, "D20001"), ({"accessToken": "0" * 32}, "D20009"), ({"openID": "x"}, "D20010"),
        ({"businessID": ...}, "D20001"), ({"businessID": "b" * 37}, "D20003"), ({"source": "Netscape"}, "D20007"),
        ({"redirectURI": NOTIFY + "/"}, "D20008"), ({"state": "a b"}, "D20003"), ({"lang": "fr"}, "D20003"),
        ({"HKICHash": ...}, "D20001"), ({"HKICHash": ""}, "D20002"), ({"HKICHash": SHORT}, "D20003"),
        ({"HKICHash": "ZZ000102"}, "D20003"), ({"HKICHash": hkic_hash("A123456").rstrip("=")}, "D20003"),
        ({"serviceName": ...}, "D20001"), ({"serviceName": ""}, "D20002"), ({"serviceName": "s" * 256}, "D20003"),
        ({"serviceName": 1}, "D20003"), ({"documentName": ...}, "D20001"), ({"documentName": "d" * 256}, "D20003"),
        ({"documentName": ""}, "D20002"), ({"department": "d" * 101}, "D20003"), ({"department": None}, "D20003"),
        ({"stepupAuthMethod": {"unary": ["FR"]}}, "D20003"), ({"stepupAuthMethod": "FR"}, "D20003"),
        ({"stepupAuthMethod": '{"unary":["FR","NFC"]}'}, "D20003"), ({"stepupAuthMethod": '{"and":["FR"]}'}, "D20003"),
        ({"stepupAuthMethod": '{"unary":["FIDO"]}'}, "D20003"), ({"stepupAuthMethod": "{}"}, "D20003"),
        ({"stepupAuthMethod": '{"unary":["FR"],"unary":["FR"]}'}, "D20003"), ({"stepupAuthMethod": 7}, "D20003"),
        ({"stepupAuthMethod": '{"unary":["FR"],"and":["FR","NFC"]}'}, "D20003"), ({"stepupAuthMethod": ""}, "D20003"),
        ({"stepupAuthPeriod": -1}, "D20003"), ({"stepupAuthPeriod": 721}, "D20003"), ({"stepupAuthPeriod": "1"}, "D20003"),
        ({"stepupAuthMethod": None}, "D20003"), ({"stepupAuthPeriod": None}, "D20003"),
        ({"stepupAuthPeriod": True}, "D20003"), ({"stepupAuthPeriod": 1.5}, "D20003"),
        ({"stepupAuthPeriod": 10**400}, "D20003"), ({"stepupAuthPeriod": 1e308}, "D20003"),
    ],
)  # fmt: skip
def test_parameters(world, signing, kind, bent, code):
    """Every missing, empty, unlawful or foreign parameter has its code, and nothing then waits for anybody."""
    assert signing.ask_to_sign(kind, **bent)["code"] == code
    assert world.iamsmart.requests() == ()


@pytest.mark.parametrize(("kind", "name"), [("hash_signing", "hashCode"), ("pdf_signing", "docDigest")])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (..., "D20001"), ("", "D20002"), (7, "D20003"), (SHORT, "D20003"), (DIGEST[:-1], "D20003"), ("é" * 44, "D20003"),
        (DIGEST + "\n", "D20003"), (DIGEST.replace("=", "") + "=" * 3, "D20003"),
        (base64.urlsafe_b64encode(b"\xff" * 32).decode(), "D20003"), (DIGEST[:42] + "x=", "D20003"),
    ],
)  # fmt: skip
def test_digests(signing, kind, name, value, code):
    """A digest is 32 bytes in the one canonical base64 text of them."""
    assert signing.ask_to_sign(kind, **{name: value})["code"] == code


@pytest.mark.parametrize("algorithm", ["", "sha256withrsa", "SHA1withRSA", None, ["SHA256withRSA"]])
def test_algorithms_are_four(signing, algorithm):
    """Any other algorithm is refused, however it is written."""
    assert signing.ask_to_sign(sigAlgo=algorithm)["code"] == "D20003"


@pytest.mark.parametrize("kind", KINDS)
def test_lawful_extremes(signing, kind):
    """Every limit includes its last value, and what is optional may be missing."""
    lawful = {
        "serviceName": "服" * 255,
        "documentName": "文" * 255,
        "department": "部" * 100,
        "state": ...,
        "lang": ...,
    }
    assert signing.ask_to_sign(kind, **lawful)["code"] == "D00000"
    for number, method in enumerate(('{"unary":["FR"]}', '{"unary": ["NFC"]}', '{"and":["FR","NFC"]}'), 2):
        step_up = {"stepupAuthMethod": method, "stepupAuthPeriod": (number - 2) * 360.0, "businessID": f"b-{number}"}
        assert signing.ask_to_sign(kind, department=..., **step_up)["code"] == "D00000"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("decision", "code"), [("cancel", "D70000"), ("refuse", "D70001"), ("fail", "D70002")])
def test_declining(world, signing, kind, decision, code):
    """Each way of not signing has its code, and no signature comes with it."""
    signing.ask_to_sign(kind)
    world.iamsmart.decide("b-1", decision)
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})


@pytest.mark.parametrize("kind", KINDS)
def test_time_runs_out(world, signing, kind):
    """After eighteen minutes, and not before, the service hears that the time is over."""
    signing.ask_to_sign(kind)
    world.clock.advance(18 * 60 - 1)
    world.iamsmart.settle()
    assert signing.received == []
    world.clock.advance(1)
    world.iamsmart.settle()
    assert signing.open_callback() == ("D70003", {"businessID": "b-1", "state": "state-2"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("persona", "bent", "code"),
    [
        ("chan-tai-man", {}, "D70004"), ("chan-tai-man", {"HKICHash": hkic_hash("ZZ000101")}, "D70004"),
        ("ng-wing-sze", {}, "D70005"), ("lee-siu-ming", {"HKICHash": hkic_hash("ZZ0001022")}, "D70005"),
    ],
)  # fmt: skip
def test_who_may_sign(world, world_with, make_service, signing, kind, persona, bent, code):
    """Without iAM Smart+, or with another card, nothing is signed; whether asking is refused already is a setting."""
    assert signing.ask_to_sign(kind, persona, **bent)["code"] == "D00000"
    world.iamsmart.decide("b-1")
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})
    early = make_service(world_with(signing_refusal_at="request"), scopes=SIGN_SCOPES.split())
    reply = early.ask_to_sign(kind, persona, **bent)
    assert (reply["code"], "content" in reply) == (code, False)
    assert early.world.iamsmart.requests() == ()
    # Who may not sign can still say no in other words.
    signing.ask_to_sign(kind, persona, businessID="b-2", **bent)
    world.iamsmart.decide("b-2", "refuse")
    assert signing.open_callback()[0] == "D70001"


@pytest.mark.parametrize("kind", KINDS)
def test_consent_and_permission(world, make_service, signing, kind):
    """The login must have included the scope (D20015), and the service must be approved for it (D20012)."""
    assert signing.ask(kind, signing.token("lee-siu-ming", scope=ALL_SCOPES))["code"] == "D20015"
    usual = make_service(world)
    assert usual.ask(kind, usual.token("lee-siu-ming", scope=ALL_SCOPES))["code"] == "D20012"
    assert usual.acknowledge()["code"] == "D20012"


def test_business_id_is_used_once(world, signing):
    """A businessID is good once, whatever became of the request, for signing as for everything else."""
    signing.ask_to_sign("hash_signing")
    assert signing.ask_to_sign("pdf_signing")["code"] == "D20011"
    assert signing.ask_anonymously_to_sign()["code"] == "D20011"
    world.iamsmart.decide("b-1", "refuse")
    assert signing.ask_to_sign("hash_signing")["code"] == "D20011"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("result", ["SR001", "SR002", "SR003"])
def test_acknowledgement(world, signing, kind, result):
    """Each word is taken once it was signed; the same again changes nothing, another one is refused."""
    signing.ask_to_sign(kind)
    assert signing.acknowledge(result)["code"] == "D70006"
    world.iamsmart.decide("b-1")
    reply = signing.acknowledge(result)
    assert (reply["code"], reply["message"], "content" in reply) == ("D00000", "SUCCESS", False)
    assert signing.acknowledge(result)["code"] == "D00000"
    for other in {"SR001", "SR002", "SR003"} - {result}:
        assert signing.acknowledge(other)["code"] == "D70006"


@pytest.mark.parametrize("decision", ["refuse", "cancel", "fail"])
def test_nothing_to_acknowledge(world, signing, make_service, decision):
    """What nobody signed cannot be acknowledged: declined, not a signature, unknown, or another client's."""
    signing.ask_to_sign()
    world.iamsmart.decide("b-1", decision)
    assert signing.acknowledge()["code"] == "D70006"
    signing.ask_to_sign("profile", businessID="b-2")
    world.iamsmart.decide("b-2")
    signing.ask_to_sign(businessID="b-3")
    world.iamsmart.decide("b-3")
    other = make_service(world, scopes=SIGN_SCOPES.split())
    assert [signing.acknowledge(business_id=name)["code"] for name in ("b-2", "b-9")] == ["D70006"] * 2
    assert other.acknowledge(business_id="b-3")["code"] == "D70006"
    assert signing.acknowledge(business_id="b-3")["code"] == "D00000"


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"businessID": ...}, "D20001"), ({"businessID": ""}, "D20002"), ({"businessID": 1}, "D20003"),
        ({"signingResult": ...}, "D20001"), ({"signingResult": ""}, "D20002"), ({"signingResult": "SR004"}, "D20003"),
        ({"signingResult": 1}, "D20003"),
    ],
)  # fmt: skip
def test_acknowledgement_parameters(signing, bent, code):
    """Every missing, empty or unlawful parameter has its code."""
    assert signing.acknowledge(**bent)["code"] == code


def test_the_open_questions_are_settings(world_with, make_service):
    """What NONEwithRSA signs, whether hashCode is the digest already, and under which name SM2 signs, can be chosen."""
    digest = base64.b64decode(DIGEST)

    def made(algorithm, **chosen):
        return signed(make_service(world_with(**chosen), scopes=SIGN_SCOPES.split()), sigAlgo=algorithm)

    check_hash_signature(made("NONEwithRSA", rsa_none_form="bare"), "NONEwithRSA", form="bare")
    check_hash_signature(made("SHA256withRSA", signing_hash_input="digest"), "NONEwithRSA")
    content = made("SM3withSM2", sm2_id="somebody else")
    point, signature = sm2_point(base64.b64decode(content["cert"])), base64.b64decode(content["signature"])
    assert sm2_fits(point, digest, signature, b"somebody else")
    assert not sm2_fits(point, digest, signature)
    content = made("SM3withSM2", signing_hash_input="digest")
    point, signature = sm2_point(base64.b64decode(content["cert"])), base64.b64decode(content["signature"])
    assert sm2_fits_digest(point, digest, signature)


def test_the_callback_is_the_ordinary_one(world, signing):
    """The answer travels in the envelope of every callback, and twice the same bytes when it is sent again."""
    signing.ask_to_sign(sigAlgo="SM3withSM2")
    world.iamsmart.decide("b-1")
    assert set(json.loads(signing.received[0].content)) == {"txID", "code", "message", "secretKey", "content"}
    world.iamsmart.deliver_again("b-1")
    assert signing.received[0].content == signing.received[1].content
