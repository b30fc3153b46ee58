"""Bulk signing at the wire: what is sent for many documents, and what is believed of the answer in two parts."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crypto.binding import require_binding
from tests.unit.providers import iamsmart_side
from tests.unit.providers.bulk_answer import (
    PARTS,
    bulk_callback,
    documents,
    in_parts,
    metadata,
    rows,
    sealed,
)
from tests.unit.providers.iamsmart_side import JSON, NOON, callback, reply
from tests.unit.providers.signing_person import HKID, NOON_MS, anchors, authority, person, text
from tests.unit.providers.signing_wire import ACCESS, BUSINESS_ID, OPEN_ID, STATE, Wire, entropy, errand
from xbridge.core.bulk_signing import BulkDocument, BulkSigningProvider, BulkSigningTask, BulkSought
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    DocumentInvalid,
    ProtocolError,
    ProviderRejected,
    TamperDetected,
    Unsupported,
    UserDeclined,
    VerificationError,
    XBridgeError,
)
from xbridge.core.signing import SIGNATURE_ALGORITHMS, SignatureAlgorithm
from xbridge.providers.iamsmart import PROVIDER
from xbridge.providers.iamsmart.bulk_signing import (
    acknowledge_bulk_signature,
    ask_bulk_signature,
    bulk_signing_status,
    cancel_bulk_signing,
    read_bulk_signatures,
    verify_bulk_signer,
)
from xbridge.providers.iamsmart.callback import open_callback, wanted_content
from xbridge.providers.iamsmart.hkic_hash import hkic_hash
from xbridge.providers.iamsmart.settings import IamSmartSettings

SCOPES = ["eidapi_auth", "eidapi_bulksign"]


def service(*, signing: dict[str, Any] | None = None, **changes: Any) -> IamSmartSettings:
    """A service that may sign in bulk."""
    signing = {"trust_anchors": anchors(), **(signing or {})}
    return iamsmart_side.settings(**{"scopes": SCOPES, "signing": signing, **changes})


ONE = service()
DOCUMENTS = documents()
TASK = BulkSigningTask(documents=DOCUMENTS, hkid=HKID, service_name="Sample service", department="Sample office")
SOUGHT = BulkSought(
    documents={document.id: document.hash_code for document in DOCUMENTS}, algorithm="SHA256withRSA", asked_at=NOON
)
TIES = {"businessID": BUSINESS_ID, "state": STATE}
TOKEN = {"bsqcToken": "t" * 32, "issueAt": NOON_MS, "expiresIn": 600_000}
API = "https://iamsmart.example/api/v1/bdss/"


def ask(wire: Wire, task: BulkSigningTask = TASK, one: IamSmartSettings = ONE) -> Any:
    """Ask, against the replies of ``wire``."""
    return wire.run(ask_bulk_signature(one, OPEN_ID, ACCESS, errand("bulk_signing"), task, now=NOON, entropy=entropy))


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_two_calls_ask() -> None:
    """A token for department and service first; then every document, with that token and the same two names."""
    wire = Wire([reply(TOKEN), reply({"authByQR": True})])
    assert ask(wire).auth_by_qr
    owner = {"department": "Sample office", "serviceName": "Sample service", "HKICHash": hkic_hash(HKID)}
    login = {"accessToken": ACCESS.token, "openID": OPEN_ID}
    assert wire.sent[0] == (API + "getBSQCToken", {**login, **owner})
    url, plain = wire.sent[1]
    assert url == API + "initiateRequest"
    assert plain == {
        **login,
        **owner,
        **TIES,
        "bsqcToken": "t" * 32,
        "source": "PC_Browser",
        "redirectURI": plain["redirectURI"],
        "documents": [
            {"documentID": document.id, "documentName": document.name, "hashCode": text(document.hash_code)}
            for document in DOCUMENTS
        ],
    }


def test_a_ticket_opens_the_app() -> None:
    """On this device a ticket leads into the app, under the path of the settings."""
    replies = [reply(TOKEN), reply({"authByQR": False, "ticketID": "ticket"})]
    assert "bulk-sign?" in ask(Wire(replies)).app_url
    other = service(app_paths={"bulk_sign": "bdss"})
    assert "bdss?" in ask(Wire(replies), one=other).app_url


def test_what_is_left_out_and_what_is_not() -> None:
    """The usual algorithm and a language that nobody asks for are not sent; others are."""
    replies = [reply(TOKEN), reply({"authByQR": True})]
    wire = Wire(replies)
    ask(wire, replace(TASK, algorithm="NONEwithRSA"), service(signing={"send_lang": True}))
    assert (wire.sent[1][1]["sigAlgo"], wire.sent[1][1]["lang"]) == ("NONEwithRSA", "en-US")
    wire = Wire(replies)
    ask(wire)
    assert {"sigAlgo", "lang"} & wire.sent[1][1].keys() == set()


def test_a_thousand_documents_go_out_at_once() -> None:
    """The most that the platform takes are sent in one call; one more is a mistake of ours."""
    wire = Wire([reply(TOKEN), reply({"authByQR": True})])
    ask(wire, replace(TASK, documents=documents(1000)))
    assert len(wire.sent[1][1]["documents"]) == 1000
    with pytest.raises(ConfigError, match="1000"):
        ask(Wire([]), replace(TASK, documents=documents(1001)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents": ()},
        {"documents": (DOCUMENTS[0], DOCUMENTS[0])},
        {"documents": (replace(DOCUMENTS[0], id=""),)},
        {"documents": (replace(DOCUMENTS[0], id="x" * 37),)},
        {"documents": (replace(DOCUMENTS[0], id="with space"),)},
        {"documents": (replace(DOCUMENTS[0], id="zwölf"),)},
        {"documents": (replace(DOCUMENTS[0], id="line\nfeed"),)},
        {"documents": (replace(DOCUMENTS[0], name=" "),)},
        {"documents": (replace(DOCUMENTS[0], name="n" * 256),)},
        {"documents": (replace(DOCUMENTS[0], hash_code=b"short"),)},
        {"service_name": ""},
        {"service_name": "s" * 256},
        {"department": " "},
        {"department": "d" * 101},
        {"algorithm": "MD5withRSA"},
    ],
)
def test_a_task_that_cannot_be_is_not_sent(wrong: dict[str, Any]) -> None:
    """A mistake of ours is a ConfigError that names no document, before the first call."""
    wire = Wire([])
    with pytest.raises(ConfigError) as caught:
        ask(wire, replace(TASK, **wrong))
    assert wire.sent == []
    assert "CANARY" not in str(caught.value)


def test_a_number_that_is_none_is_not_sent() -> None:
    """A mistyped identity card number is noticed here."""
    with pytest.raises(DocumentInvalid):
        ask(Wire([]), replace(TASK, hkid="A123456(4)"))


@pytest.mark.parametrize(
    "token", [{}, {"bsqcToken": ""}, {"bsqcToken": "t" * 33}, {"bsqcToken": 1}, {"bsqcToken": None}]
)
def test_a_token_that_is_none(token: dict[str, Any]) -> None:
    """A reply without a token of its length asks nobody for anything."""
    wire = Wire([reply(token)])
    with pytest.raises(ProtocolError) as caught:
        ask(wire)
    assert (caught.value.step, caught.value.reason) == ("bulk_signing_token", "shape")
    assert len(wire.sent) == 1


def test_a_token_that_has_ended_is_fetched_once_more() -> None:
    """D71008 leads to another token for the same request, once; every other code, and a second D71008, ends it."""
    other = {**TOKEN, "bsqcToken": "u" * 32}
    wire = Wire([reply(TOKEN), reply(code="D71008"), reply(other), reply({"authByQR": True})])
    assert ask(wire).auth_by_qr
    first, second = (plain for url, plain in wire.sent if url.endswith("initiateRequest"))
    assert (first.pop("bsqcToken"), second.pop("bsqcToken")) == ("t" * 32, "u" * 32)
    assert first == second
    for replies in ([reply(TOKEN), reply(code="D71009")], [reply(TOKEN), reply(code="D71008")] * 2):
        wire = Wire([*replies, reply(TOKEN)])
        with pytest.raises(ProviderRejected):
            ask(wire)
        assert len(wire.sent) == len(replies)


DECLINED = ("D71000", "D71001")
FAILED = ("D71002", "D71003", "D71004", "D71005", "D71006", "D71007", "D71008", "D71009")


@pytest.mark.parametrize("code", [*DECLINED, *FAILED])
def test_every_code_is_a_typed_error(code: str) -> None:
    """Each code of bulk signing, in each of the five calls, is the error of its meaning and keeps its number."""
    error = UserDeclined if code in DECLINED else ProviderRejected
    options: dict[str, Any] = {"now": NOON, "entropy": entropy}
    for step, make in (
        ("bulk_signing_token", lambda: Wire([reply(code=code)])),
        ("initiate_bulk_signing", lambda: Wire([reply(TOKEN), reply(code=code)] * 2)),
    ):
        with pytest.raises(error) as caught:
            ask(make())
        assert (caught.value.provider_code, caught.value.step) == (code, step)  # type: ignore[attr-defined]
    for step, call in (
        ("acknowledge_bulk_signing", lambda: acknowledge_bulk_signature(ONE, BUSINESS_ID, "accepted", **options)),
        ("bulk_signing_status", lambda: bulk_signing_status(ONE, BUSINESS_ID, **options)),
        ("cancel_bulk_signing", lambda: cancel_bulk_signing(ONE, BUSINESS_ID, **options)),
    ):
        with pytest.raises(error) as caught:
            Wire([reply(code=code)]).run(call())
        assert (caught.value.provider_code, caught.value.step) == (code, step)  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", [*DECLINED, *FAILED])
def test_every_code_ends_a_bulk_signing_and_nothing_else(code: str) -> None:
    """A callback with such a code answers a bulk signing only: plain JSON, or the document of two parts."""
    for raw, kind in (
        (callback(TIES, code=code), "application/json"),
        (bulk_callback(TIES, {**TIES}, code=code), PARTS),
    ):
        message = open_callback(ONE, raw, content_type=kind)
        assert message.kinds == ("bulk_signing",)
        assert message.outcome == ("declined" if code in DECLINED else "failed")
        assert message.provider_code == code


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_who_may_sign_in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scope, the anchors, the account and the reader of several parts: each is missed before anybody is asked."""
    verify_bulk_signer(ONE, "sign")
    assert isinstance(PROVIDER, BulkSigningProvider)
    with pytest.raises(ConfigError, match="eidapi_bulksign"):
        verify_bulk_signer(service(scopes=["eidapi_auth"]), "sign")
    verify_bulk_signer(service(scopes=["eidapi_auth", "other"], signing={"bulk_scope": "other"}), "sign")
    with pytest.raises(ConfigError, match="trust_anchors"):
        verify_bulk_signer(service(signing={"trust_anchors": []}), "sign")
    with pytest.raises(VerificationError) as caught:
        verify_bulk_signer(ONE, "default")
    assert (caught.value.claim, caught.value.reason) == ("assurance", "cannot_sign")
    monkeypatch.setitem(sys.modules, "multipart", None)
    with pytest.raises(Unsupported, match="web"):
        verify_bulk_signer(ONE, "sign")


def test_without_the_binding_nobody_is_asked_for_sm2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures that could not be verified are not asked for: no token is fetched."""
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    wire = Wire([])
    for algorithm in ("SM3withSM2", "NONEwithSM2"):
        with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
            ask(wire, replace(TASK, algorithm=algorithm))
    assert wire.sent == []


# --- Acknowledging, asking how it stands, taking it back ---------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "word"), [("accepted", "SR001"), ("rejected", "SR002"), ("missing", "SR003")])
def test_acknowledgement(verdict: Any, word: str) -> None:
    """Bulk signatures are acknowledged at an address of their own, in the same words."""
    wire = Wire([reply()])
    wire.run(acknowledge_bulk_signature(ONE, BUSINESS_ID, verdict, now=NOON, entropy=entropy))
    assert wire.sent == [(API + "ackResult", {"businessID": BUSINESS_ID, "signingResult": word})]


def status(content: dict[str, Any], one: IamSmartSettings = ONE) -> str:
    """The status that a reply says."""
    wire = Wire([reply(content)])
    found: str = wire.run(bulk_signing_status(one, BUSINESS_ID, now=NOON, entropy=entropy))
    assert wire.sent == [(API + "enquireStatus", {"businessID": BUSINESS_ID})]
    return found


def test_status() -> None:
    """The platform's five words, and others where the settings say so."""
    words = ["pending", "signing", "signed", "cancelled", "failed"]
    assert [status({"businessID": BUSINESS_ID, "status": f"SS00{n}"}) for n in range(1, 6)] == words
    other = service(signing={"bulk_statuses": {"DONE": "signed"}})
    assert status({"businessID": BUSINESS_ID, "status": "DONE"}, other) == "signed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"businessID": BUSINESS_ID, "status": "SS006"}, "status"),
        ({"businessID": BUSINESS_ID, "status": ""}, "status"),
        ({"businessID": BUSINESS_ID, "status": 1}, "shape"),
        ({"businessID": BUSINESS_ID}, "shape"),
        ({"businessID": "f" * 32, "status": "SS001"}, "business_id"),
        ({"status": "SS001"}, "shape"),
    ],
)
def test_a_status_that_says_nothing(content: dict[str, Any], reason: str) -> None:
    """A word that nobody knows, and a reply about another request, are no status."""
    with pytest.raises(ProtocolError) as caught:
        status(content)
    assert (caught.value.step, caught.value.reason) == ("bulk_signing_status", reason)


def test_cancelling() -> None:
    """The request is taken back by its id; the reply needs no content."""
    wire = Wire([reply()])
    wire.run(cancel_bulk_signing(ONE, BUSINESS_ID, now=NOON, entropy=entropy))
    assert wire.sent == [(API + "cancelRequest", {"businessID": BUSINESS_ID})]


# --- The answer: its parts -------------------------------------------------------------------------------------------


def opened(raw: bytes, one: IamSmartSettings = ONE, *, content_type: str = PARTS) -> Any:
    """The message in ``raw``."""
    return open_callback(one, raw, content_type=content_type)


def test_an_answer_in_two_parts() -> None:
    """Document and file are one answer, of a bulk signing only; only what belongs to it is kept."""
    signatures = rows(DOCUMENTS)
    raw = bulk_callback(
        {**TIES, **metadata(), "extra": 1}, {"businessID": BUSINESS_ID, "signatures": signatures, "state": "x"}
    )
    message = opened(raw)
    assert (message.business_id, message.state, message.outcome) == (BUSINESS_ID, STATE, "done")
    assert message.kinds == ("bulk_signing",)
    wanted = wanted_content("bulk_signing", (), message.content)
    assert wanted == {**metadata(), "signatures": signatures}
    assert signatures[0]["signature"] not in repr(message)


def bad_parts() -> dict[str, tuple[bytes, str, str]]:
    """Messages in parts that are no answer, with claim and reason."""
    content = ("sigMetada", callback({**TIES, **metadata()}))
    inside = {"businessID": BUSINESS_ID, "signatures": rows(DOCUMENTS)}
    file = ("sigFile", sealed(inside))
    return {
        "no document": (in_parts(file), "callback", "malformed"),
        "a third part": (in_parts(content, file, ("more", b"x")), "callback", "malformed"),
        "the file twice": (in_parts(content, file, file), "callback", "duplicated"),
        "the document twice": (in_parts(content, content, file), "callback", "duplicated"),
        "no file": (in_parts(content), "content_type", "mismatch"),
        "no part of it": (in_parts(("other", b"x")), "content_type", "mismatch"),
        "a form's parts": (in_parts(("content", content[1])), "content_type", "mismatch"),
        "a file under another key": (
            in_parts(content, ("sigFile", sealed(inside, key=b"k" * 32))),
            "envelope",
            "unreadable",
        ),
        "a file in the clear": (in_parts(content, ("sigFile", json.dumps(inside).encode())), "envelope", "unreadable"),
        "a file of another text": (in_parts(content, ("sigFile", "zwölf".encode())), "envelope", "unreadable"),
        "a file that is no object": (in_parts(content, ("sigFile", sealed([1]))), "callback", "malformed"),
        "a file with a member twice": (
            in_parts(content, ("sigFile", sealed(b'{"businessID":"a","businessID":"b"}'))),
            "callback",
            "duplicated",
        ),
        "a file of another request": (
            in_parts(content, ("sigFile", sealed({**inside, "businessID": "f" * 32}))),
            "business_id",
            "mismatch",
        ),
        "a file of no request": (in_parts(content, ("sigFile", sealed({"signatures": []}))), "business_id", "mismatch"),
        "no request at all": (
            in_parts(("sigMetada", callback({"state": STATE})), ("sigFile", sealed({"signatures": []}))),
            "business_id",
            "mismatch",
        ),
        "the signatures in both": (
            in_parts(("sigMetada", callback({**TIES, "signatures": []})), file),
            "callback",
            "duplicated",
        ),
    }


@pytest.mark.parametrize("name", bad_parts())
def test_parts_that_are_no_answer(name: str) -> None:
    """Exactly the two parts, once each, under one key and about one request; anything else is refused."""
    raw, claim, reason = bad_parts()[name]
    with pytest.raises(CallbackInvalid) as caught:
        opened(raw)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


def test_parts_that_nobody_waits_for_are_not_even_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither forms nor bulk signing come in parts, the body is refused by its type alone."""

    def split(*args: object, **named: object) -> dict[str, bytes]:
        raise AssertionError("the parts were read")

    monkeypatch.setattr("xbridge.providers.iamsmart.callback.read_parts", split)
    with pytest.raises(CallbackInvalid):
        opened(b"", service(scopes=["eidapi_auth"]))
    for one in (ONE, service(scopes=["eidapi_auth"], callback_content_type="multipart/form-data")):
        with pytest.raises(AssertionError):
            opened(b"", one)


def test_parts_are_read_where_bulk_signing_is_possible() -> None:
    """Without the scope nobody can have been asked, so no such answer is opened; names of parts are settings."""
    raw = bulk_callback({**TIES, **metadata()}, {"businessID": BUSINESS_ID, "signatures": []})
    with pytest.raises(CallbackInvalid) as caught:
        opened(raw, service(scopes=["eidapi_auth"]))
    assert (caught.value.claim, caught.value.reason) == ("content_type", "mismatch")
    # Where forms come in parts as well, a file of this name is of no request without the scope.
    with pytest.raises(CallbackInvalid):
        opened(raw, service(scopes=["eidapi_auth"], callback_content_type="multipart/form-data"))
    named = service(signing={"bulk_parts": {"metadata": "sigMetadata", "file": "signatures"}})
    both = in_parts(
        ("sigMetadata", callback({**TIES, **metadata()})),
        ("signatures", sealed({"businessID": BUSINESS_ID, "signatures": []})),
    )
    assert opened(both, named).kinds == ("bulk_signing",)
    with pytest.raises(CallbackInvalid):
        opened(raw, named)


# --- The answer: its signatures --------------------------------------------------------------------------------------


def read(content: dict[str, Any], sought: BulkSought = SOUGHT, *, one: IamSmartSettings = ONE, at: Any = NOON) -> Any:
    """Read an answer."""
    return read_bulk_signatures(one, sought, content, at=at)


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_every_document_has_its_signature(algorithm: SignatureAlgorithm) -> None:
    """In the order in which they were asked, whatever the order of the answer; one signer and one time for all."""
    require_binding(algorithm)
    signer = person(kind="sm2" if algorithm.endswith("SM2") else "rsa")
    answered = list(reversed(rows(DOCUMENTS, algorithm=algorithm)))
    found = read({**metadata(signer), "signatures": answered}, replace(SOUGHT, algorithm=algorithm))
    assert [one.document_id for one in found.signatures] == [document.id for document in DOCUMENTS]
    assert [one.hash_code for one in found.signatures] == [document.hash_code for document in DOCUMENTS]
    assert (found.signer.certificate, found.signed_at, found.algorithm) == (signer.certificate, NOON, algorithm)
    assert "CHAN" not in repr(found)


def test_a_thousand_signatures() -> None:
    """The most that may be asked are verified, each of them; a thousand and first is refused by its shape."""
    many = documents(1000)
    sought = replace(SOUGHT, documents={document.id: document.hash_code for document in many})
    one = person().sign_hash(many[0].hash_code, "SHA256withRSA")
    # One true signature and 999 that are another document's: the second is found out.
    answered = [{"documentID": d.id, "hashCode": text(d.hash_code), "signature": text(one)} for d in many]
    with pytest.raises(TamperDetected) as caught:
        read({**metadata(), "signatures": answered}, sought)
    assert (caught.value.claim, caught.value.reason, caught.value.index) == ("signature", "mismatch", 1)
    with pytest.raises(ProtocolError):
        read({**metadata(), "signatures": [*answered, answered[0]]}, sought)


def wrong_answers() -> dict[str, tuple[dict[str, Any], str, str, int | None]]:
    """Answers that do not hold: content, claim, reason and the document's place."""
    good = rows(DOCUMENTS)
    other = BulkDocument(id="doc-9", name="x", hash_code=DOCUMENTS[0].hash_code)

    def with_rows(*chosen: dict[str, Any]) -> dict[str, Any]:
        return {**metadata(), "signatures": list(chosen)}

    swapped = [
        {**good[0], "hashCode": good[1]["hashCode"], "signature": good[1]["signature"]},
        {**good[1], "hashCode": good[0]["hashCode"], "signature": good[0]["signature"]},
        good[2],
    ]
    late = {**metadata(at_ms=NOON_MS + 301_000), "signatures": good}
    early = {**metadata(at_ms=NOON_MS - 301_000), "signatures": good}
    stranger = person(by=1)
    someone = person("WONG Siu Ming")
    return {
        "one is missing": (with_rows(*good[:2]), "document", "mismatch", None),
        "none is there": (with_rows(), "document", "mismatch", None),
        "one too many": (with_rows(*good, *rows((other,))), "document", "mismatch", None),
        "one in the place of another": (with_rows(*good[:2], *rows((other,))), "document", "mismatch", None),
        "one twice": (with_rows(*good, good[0]), "document", "duplicated", None),
        "two changed over": (with_rows(*swapped), "digest", "mismatch", 0),
        "signatures changed over": (
            with_rows(
                good[0], {**good[1], "signature": good[2]["signature"]}, {**good[2], "signature": good[1]["signature"]}
            ),
            "signature",
            "mismatch",
            1,
        ),
        "another hash code": (
            with_rows(good[0], good[1], {**good[2], "hashCode": text(b"x" * 32)}),
            "digest",
            "mismatch",
            2,
        ),
        "one by somebody else": (
            with_rows(*good[:2], *rows(DOCUMENTS[2:], signer=someone)),
            "signature",
            "mismatch",
            2,
        ),
        "all under another's certificate": ({**metadata(someone), "signatures": good}, "signature", "mismatch", 0),
        "nobody we trust": (
            {**metadata(stranger), "signatures": rows(DOCUMENTS, signer=stranger)},
            "certificate",
            "unknown",
            None,
        ),
        "an authority": (
            {**metadata(), "cert": text(authority().certificate), "signatures": good},
            "certificate",
            "key_usage",
            None,
        ),
        "signed too late": (late, "timestamp", "not_yet_valid", None),
        "signed before it was asked": (early, "timestamp", "expired", None),
    }


@pytest.mark.parametrize("name", wrong_answers())
def test_an_answer_that_does_not_hold(name: str) -> None:
    """One document that is missing, foreign, changed or not signed makes the whole answer worthless."""
    content, claim, reason, index = wrong_answers()[name]
    with pytest.raises(TamperDetected) as caught:
        read(content)
    assert (caught.value.claim, caught.value.reason, caught.value.index) == (claim, reason, index)


def test_the_algorithm_is_what_was_asked_for() -> None:
    """Signatures of another algorithm than the one asked for are refused."""
    content = {**metadata(), "signatures": rows(DOCUMENTS)}
    for algorithm, claim in (("NONEwithRSA", "signature"), ("SM3withSM2", "certificate")):
        with pytest.raises(TamperDetected) as caught:
            read(content, replace(SOUGHT, algorithm=algorithm))  # type: ignore[arg-type]
        assert (caught.value.claim, caught.value.reason) == (claim, "mismatch")


def test_a_certificate_that_ended_before_the_answer() -> None:
    """The certificate must hold when the answer comes."""
    old = person(end=NOON + timedelta(minutes=1))
    content = {**metadata(old), "signatures": rows(DOCUMENTS, signer=old)}
    read(content)
    with pytest.raises(TamperDetected) as caught:
        read(content, at=NOON + timedelta(minutes=2))
    assert (caught.value.claim, caught.value.reason) == ("certificate", "expired")


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": ...},
        {"timestamp": str(NOON_MS)},
        {"timestamp": 10**30},
        {"cert": ...},
        {"cert": "not base64!"},
        {"cert": ""},
        {"cert": "A" * 40_000},
        {"signatures": ...},
        {"signatures": None},
        {"signatures": {}},
        {"signatures": ["x"]},
        {"signatures": [{}]},
        {"signatures": [{"documentID": 1, "hashCode": "", "signature": ""}]},
    ],
)
def test_an_answer_of_another_shape(change: dict[str, Any]) -> None:
    """What cannot be read is the provider's mistake, and no error holds any of it."""
    content = {**metadata(), "signatures": rows(DOCUMENTS), **change}
    with pytest.raises(ProtocolError) as caught:
        read({name: value for name, value in content.items() if value is not ...})
    assert (caught.value.step, caught.value.reason) == ("bulk_signing_callback", "shape")


@pytest.mark.parametrize(
    "change",
    [
        {"documentID": "x" * 37},
        {"hashCode": "A" * 129},
        {"hashCode": "?"},
        {"signature": "A" * 4097},
        {"signature": ""},
    ],
)
def test_a_signature_of_another_shape(change: dict[str, Any]) -> None:
    """Each member of each row has its size and form."""
    good = rows(DOCUMENTS)
    with pytest.raises((ProtocolError, TamperDetected)):
        read({**metadata(), "signatures": [*good[:2], {**good[2], **change}]})


@settings(max_examples=60)
@given(JSON, JSON, JSON)
def test_any_answer_ends_in_a_typed_error(timestamp: object, cert: object, signatures: object) -> None:
    """Whatever JSON stands there, nothing but an error of this library comes out."""
    with pytest.raises(XBridgeError):
        read({"timestamp": timestamp, "cert": cert, "signatures": signatures})


@settings(max_examples=60)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_parts_end_in_a_typed_error(document: bytes, file: bytes) -> None:
    """Whatever bytes stand in the two parts, nothing but a refusal comes out."""
    with pytest.raises(CallbackInvalid):
        opened(in_parts(("sigMetada", document), ("sigFile", file)))
