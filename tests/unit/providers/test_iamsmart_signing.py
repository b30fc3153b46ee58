"""Asking iAM Smart+ for a signature and believing the answer: every byte that goes out, and every way not to be believed."""

from __future__ import annotations

import hashlib
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.crypto.binding import require_binding
from tests.unit.providers.iamsmart_side import JSON, NOON, OPEN_ID, RETURN_TO, reply, settings
from tests.unit.providers.signing_person import (
    DIGEST,
    HASH_TEXT,
    HKID,
    NAME,
    NOON_MS,
    anchors,
    authority,
    document_answer,
    hash_answer,
    person,
    text,
)
from tests.unit.providers.signing_wire import ACCESS, BUSINESS_ID, STATE, Wire, entropy, errand
from xbridge.core.errors import (
    ConfigError,
    DocumentInvalid,
    ProtocolError,
    ProviderRejected,
    TamperDetected,
    Unsupported,
    UserDeclined,
    VerificationError,
)
from xbridge.core.signing import (
    SIGNATURE_ALGORITHMS,
    DocumentSignature,
    HashSignature,
    SignatureSought,
    SigningStepUp,
    SigningTask,
    SigningTitle,
)
from xbridge.crypto.sm2 import has_sm2
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.iamsmart import PROVIDER
from xbridge.providers.iamsmart.code import MEANINGS
from xbridge.providers.iamsmart.hkic_hash import hkic_hash
from xbridge.providers.iamsmart.identification_code import anonymous_identification_code, identification_code
from xbridge.providers.iamsmart.signing import signing_parameters

SETTINGS = settings(signing={"trust_anchors": anchors()}, scopes=["eidapi_auth", "eidapi_sign"])
TITLE = SigningTitle(document_name="Tenancy agreement", service_name="Sample service", department="Sample department")
TASK = SigningTask(kind="hash_signing", digest=DIGEST, hkid=HKID, title=TITLE)
PDF = replace(TASK, kind="document_signing")
SOUGHT = SignatureSought(kind="hash_signing", digest=DIGEST, algorithm="SHA256withRSA", asked_at=NOON)
HKIC_HASH = "rDcExehSzsiEp2laLaJqrtaX2ua9sdaugwaY5ONmYwk="
SOUGHT_PDF = replace(SOUGHT, kind="document_signing")
BASE = "https://iamsmart.example/api/v1"


def ask(task: SigningTask, wire: Wire, *, user_agent: str = "", made: Any = SETTINGS) -> Any:
    """Ask somebody who is logged in."""
    return wire.run(
        PROVIDER.ask_signature(
            made, OPEN_ID, ACCESS, errand(task.kind, user_agent=user_agent), task, now=NOON, entropy=entropy
        )
    )


def begin(task: SigningTask, wire: Wire, *, made: Any = SETTINGS) -> Any:
    """Ask for a ticket for somebody who is not."""
    return wire.run(
        PROVIDER.begin_anonymous_signature(
            made, errand(task.kind), task, return_to=RETURN_TO, now=NOON, entropy=entropy
        )
    )


def finish(wire: Wire, query: str, *, sought: SignatureSought = SOUGHT, made: Any = SETTINGS) -> Any:
    """Bring the browser back."""
    return wire.run(
        PROVIDER.finish_anonymous_signature(
            made, parse_callback(f"{RETURN_TO}?{query}"), business_id=BUSINESS_ID, sought=sought, now=NOON,
            entropy=entropy,
        )
    )  # fmt: skip


def read(content: dict[str, Any], *, sought: SignatureSought = SOUGHT, made: Any = SETTINGS, minutes: int = 1) -> Any:
    """Read an answer that came some minutes after the question."""
    return PROVIDER.read_signature(made, sought, content, at=NOON + timedelta(minutes=minutes))


# --- What goes out -----------------------------------------------------------------------------------------------------


def test_a_hash_is_asked_for():
    """Exactly the members of section 10 go out: no language, no algorithm by default, the number as a hash."""
    wire = Wire([reply({"authByQR": True, "ticketID": ""})])
    asked = ask(TASK, wire)
    (address, plain), = wire.sent  # fmt: skip
    assert address == f"{BASE}/account/signing/initiateRequest"
    assert plain == {
        "accessToken": "0" * 32, "openID": OPEN_ID, "businessID": BUSINESS_ID, "state": STATE, "source": "PC_Browser",
        "redirectURI": "https%3A%2F%2Fsvc.test%2Fpush%2Fhk", "hashCode": HASH_TEXT, "HKICHash": HKIC_HASH,
        "department": "Sample department", "serviceName": "Sample service", "documentName": "Tenancy agreement",
    }  # fmt: skip
    assert asked.auth_by_qr
    assert asked.identification_code == identification_code(HASH_TEXT, OPEN_ID)


def test_a_document_is_asked_for():
    """A PDF's digest goes to its own address under its own name, without an algorithm, and opens its own page of the app."""
    wire = Wire([reply({"authByQR": False, "ticketID": "t1"})])
    asked = ask(replace(PDF, title=replace(TITLE, department="")), wire)
    (address, plain), = wire.sent  # fmt: skip
    assert address == f"{BASE}/account/pdfsigning/initiateRequest"
    assert plain["docDigest"] == HASH_TEXT
    assert {"hashCode", "sigAlgo", "department"} & set(plain) == set()
    assert asked.app_url == "hk.gov.iamsmart://pdf-sign?ticketID=t1"
    assert "t1" not in repr(asked)
    assert asked.identification_code not in repr(asked)


def test_a_ticket_opens_the_app_where_a_hash_is_signed():
    """The address in the app for a hash is the one that was seen in working code."""
    asked = ask(TASK, Wire([reply({"authByQR": False, "ticketID": "t1"})]))
    assert asked.app_url == "hk.gov.iamsmart://hash-sign?ticketID=t1"


@pytest.mark.parametrize("algorithm", [name for name in SIGNATURE_ALGORITHMS if name != "SHA256withRSA"])
def test_another_algorithm_is_named(algorithm):
    """Only the default is left out, which generation 1 has no word for."""
    require_binding(algorithm)
    assert signing_parameters(replace(TASK, algorithm=algorithm))["sigAlgo"] == algorithm


@pytest.mark.parametrize("algorithm", [name for name in SIGNATURE_ALGORITHMS if name != "SHA256withRSA"])
def test_a_document_names_no_algorithm(algorithm):
    """Its request has no place for one, so another than the default is a mistake and not quietly left out."""
    with pytest.raises(ConfigError, match="document"):
        signing_parameters(replace(PDF, algorithm=algorithm))


@pytest.mark.parametrize(
    ("step_up", "members"),
    [
        (SigningStepUp(), {}),
        (SigningStepUp(method="face"), {"stepupAuthMethod": '{"unary":["FR"]}'}),
        (SigningStepUp(method="card_chip"), {"stepupAuthMethod": '{"unary":["NFC"]}'}),
        (SigningStepUp(method="face_and_card_chip"), {"stepupAuthMethod": '{"and":["FR","NFC"]}'}),
        (SigningStepUp(period_h=0), {"stepupAuthPeriod": 0}),
        (SigningStepUp(method="face", period_h=720), {"stepupAuthMethod": '{"unary":["FR"]}', "stepupAuthPeriod": 720}),
    ],
)
def test_a_step_up_is_json_inside_json(step_up, members):
    """The method is JSON text in the three documented forms, the period a number of hours; neither is there by default."""
    plain = signing_parameters(replace(TASK, step_up=step_up))
    assert {name: value for name, value in plain.items() if name.startswith("stepup")} == members


@pytest.mark.parametrize(
    "step_up",
    [
        SigningStepUp(period_h=-1), SigningStepUp(period_h=721), SigningStepUp(period_h=True),
        SigningStepUp(period_h=1.5), SigningStepUp(method="iris"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_step_up_that_cannot_be_is_not_sent(step_up):
    """Hours outside 0 to 720, or a method nobody knows, are mistakes of ours."""
    with pytest.raises(ConfigError):
        signing_parameters(replace(TASK, step_up=step_up))


@pytest.mark.parametrize("size", [0, 20, 31, 33, 64])
def test_a_digest_has_32_bytes(size):
    """Anything else is no SHA-256 and no SM3."""
    with pytest.raises(ConfigError, match="32 bytes"):
        signing_parameters(replace(TASK, digest=bytes(size)))


@pytest.mark.parametrize(
    "title",
    [
        SigningTitle(document_name=" ", service_name="s"),
        SigningTitle(document_name="d", service_name=""),
        SigningTitle(document_name="d" * 256, service_name="s"),
        SigningTitle(document_name="d", service_name="s" * 256),
        SigningTitle(document_name="d", service_name="s", department="x" * 101),
    ],
)
def test_a_title_that_people_cannot_read_is_not_sent(title):
    """What is signed has a name and a service, within the documented lengths; the error does not repeat them."""
    with pytest.raises(ConfigError) as caught:
        signing_parameters(replace(TASK, title=title))
    assert "d" * 256 not in str(caught.value)


@pytest.mark.parametrize("sm2_id", ["", "\u8eab\u4efd", "1234\n", "a\x00", "\x7f", "x" * 65])
def test_an_id_of_sm2_is_printable_ascii(sm2_id):
    """An id that no signature could be checked with is refused when the settings are read, before anybody signs."""
    with pytest.raises(ConfigError, match=r"signing\.sm2_id"):
        settings(signing={"sm2_id": sm2_id})
    assert settings(signing={"sm2_id": "ALICE123 ~"}).signing.form.sm2_id == "ALICE123 ~"


def test_the_language_goes_out_where_it_is_wanted():
    """Whether the platform takes a language is INFERRED, so a setting sends it."""
    wire = Wire([reply({"authByQR": True})])
    ask(TASK, wire, made=settings(signing={"trust_anchors": anchors(), "send_lang": True}))
    assert wire.sent[0][1]["lang"] == "en-US"


def test_anonymous_signing_is_asked_for():
    """No token and no ties but the businessID; the browser gets the ticket, the signing scope and the state."""
    for task, path, member in ((TASK, "signing", "hashCode"), (PDF, "pdfsigning", "docDigest")):
        wire = Wire([reply({"businessID": BUSINESS_ID, "ticketID": "t1"})])
        page = begin(task, wire)
        (address, plain), = wire.sent  # fmt: skip
        assert address == f"{BASE}/anonymous/{path}/initiateRequest"
        assert plain == {
            "businessID": BUSINESS_ID, "lang": "en-US", member: HASH_TEXT, "HKICHash": HKIC_HASH,
            "department": "Sample department", "serviceName": "Sample service", "documentName": "Tenancy agreement",
        }  # fmt: skip
        assert "ticketID=t1" in page.url
        assert "scope=eidapi_auth+eidapi_sign" in page.url
        assert "t1" not in repr(page)


@pytest.mark.parametrize(
    ("content", "reason"),
    [({"ticketID": "t", "businessID": "x"}, "business_id"), ({"businessID": BUSINESS_ID}, "shape"), ({}, "shape")],
)
def test_a_ticket_for_another_request_is_refused(content, reason):
    """A reply about another request, or without ticket, breaks the protocol."""
    with pytest.raises(ProtocolError) as caught:
        begin(TASK, Wire([reply(content)]))
    assert caught.value.reason == reason


# --- The number, and the four digits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("hkid", ["A123456(3)", "a1234563", " Ａ１２３４５６（３）"])
def test_the_number_goes_out_as_the_published_hash(hkid):
    """Dossier section 10: A123456 without its check digit, however it was typed."""
    assert hkic_hash(hkid) == HKIC_HASH


def test_a_number_with_two_letters_keeps_both():
    """The longer form is hashed with both its letters."""
    assert hkic_hash("ZZ000101(4)") == b64encode(hashlib.sha256(b"ZZ000101").digest()).decode()


@pytest.mark.parametrize("hkid", ["A123456(4)", "A123456", "", "123456(3)", "A123456(3)x"])
def test_a_mistyped_number_is_not_sent(hkid):
    """A wrong or missing check digit is found here, and the error does not repeat the number."""
    wire = Wire([])
    with pytest.raises(DocumentInvalid) as caught:
        ask(replace(TASK, hkid=hkid), wire)
    assert wire.sent == []
    assert "123456" not in str(caught.value)
    with pytest.raises(DocumentInvalid):
        begin(replace(TASK, hkid=hkid), wire)


def test_the_code_without_login_has_two_forms():
    """Which bytes go in is UNKNOWN: over the texts as they are sent, or over what they spell; both are four digits."""
    message = (HASH_TEXT + HKIC_HASH + SETTINGS.client_id).encode()
    digest = hashlib.md5(hashlib.sha512(message).digest()).digest()
    by_hand = "".join(str((digest[4 * place] >> 4) % 10) for place in range(4))
    page = begin(TASK, Wire([reply({"ticketID": "t"})]))
    assert page.identification_code == by_hand
    found = {
        form: anonymous_identification_code(HASH_TEXT, HKIC_HASH, SETTINGS.client_id, code_input=form)
        for form in ("text", "bytes")
    }
    assert found["text"] == by_hand
    assert found["bytes"] != by_hand
    other = settings(signing={"trust_anchors": anchors(), "anonymous_code_input": "bytes"})
    assert begin(TASK, Wire([reply({"ticketID": "t"})]), made=other).identification_code == found["bytes"]


@given(st.text(max_size=60), st.text(max_size=80))
def test_a_code_is_always_four_digits(digest_text, open_id):
    """Whatever goes in, the person sees four decimal digits."""
    code = identification_code(digest_text, open_id)
    assert len(code) == 4
    assert set(code) <= set("0123456789")


def test_nothing_about_the_task_shows():
    """Neither number, digest nor what a document is called is in a ``repr``."""
    shown = repr(TASK) + repr(TITLE) + repr(SOUGHT)
    for secret in ("A123456", "Tenancy", "Sample", repr(DIGEST)[2:12], HKIC_HASH):
        assert secret not in shown


# --- Who may sign ------------------------------------------------------------------------------------------------------


def test_without_anchors_nobody_is_asked():
    """An answer that could not be believed is not asked for, with and without a login."""
    bare = settings()
    with pytest.raises(ConfigError, match="trust_anchors"):
        PROVIDER.verify_signer(bare, "sign")
    wire = Wire([])
    with pytest.raises(ConfigError, match="trust_anchors"):
        begin(TASK, wire, made=bare)
    assert wire.sent == []


@pytest.mark.parametrize("text", ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_an_anchor_that_is_none_is_found_at_once(text):
    """Settings with an unreadable anchor are refused when they are read, and the text is not repeated."""
    with pytest.raises(ConfigError) as caught:
        settings(signing={"trust_anchors": [text]})
    assert text not in str(caught.value)


@pytest.mark.parametrize("source", ["default", "", "Sign", "signer"])
def test_who_has_no_iam_smart_plus_is_told_early(source):
    """The platform would say D70004; it is not asked, and the error is not one of the platform's."""
    with pytest.raises(VerificationError) as caught:
        PROVIDER.verify_signer(SETTINGS, source)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "cannot_sign")
    assert not isinstance(caught.value, ProviderRejected)


def test_other_words_for_an_account_that_signs_are_a_setting():
    """An operator who knows of another user type says so."""
    PROVIDER.verify_signer(SETTINGS, "sign")
    PROVIDER.verify_signer(settings(signing={"trust_anchors": anchors(), "user_types": ["plus"]}), "plus")


@pytest.mark.parametrize("algorithm", ["SM3withSM2", "NONEwithSM2"])
def test_without_the_binding_nobody_is_asked_for_sm2(monkeypatch, algorithm):
    """A signature that could not be verified is not asked for, with and without a login; one of RSA is."""
    made = settings(signing={"trust_anchors": anchors()[:1]})
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    wire = Wire([])
    for asking in (ask, begin):
        with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
            asking(replace(TASK, algorithm=algorithm), wire, made=made)
    assert wire.sent == []
    assert "sigAlgo" not in signing_parameters(TASK)


def test_an_anchor_of_sm2_needs_the_binding(monkeypatch):
    """Whoever trusts an authority of SM2 hears at once that nothing below it could be verified."""
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
        settings(signing={"trust_anchors": [authority().anchor_pem, authority(kind="sm2").anchor_pem]})
    assert settings(signing={"trust_anchors": [authority().anchor_pem]}).signing.anchors.fingerprints


# --- What comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_a_true_signature_is_believed(algorithm):
    """Digest, signature, certificate and time hold: the typed result says whose it is and shows nothing of it."""
    require_binding(algorithm)
    sought = replace(SOUGHT, algorithm=algorithm)
    found = read(hash_answer(algorithm=algorithm), sought=sought)
    assert isinstance(found, HashSignature)
    assert (found.hash_code, found.algorithm, found.signed_at) == (DIGEST, algorithm, NOON)
    assert found.signer.certificate == person(kind="sm2" if algorithm.endswith("SM2") else "rsa").certificate
    assert found.signer.checked_at == NOON + timedelta(minutes=1)
    shown = repr(found)
    assert NAME not in shown
    assert repr(found.signature)[2:12] not in shown


@pytest.mark.parametrize("signed_at", [NOON, NOON + timedelta(minutes=6), None])
def test_a_true_document_signature_is_believed(signed_at):
    """The detached signature for our digest is kept as it came; a time of its own is its, and none is needed."""
    content = document_answer(signed_at=signed_at)
    found = read(content, sought=SOUGHT_PDF)
    assert isinstance(found, DocumentSignature)
    assert (found.digest, found.signed_at) == (DIGEST, signed_at)
    assert text(found.pkcs7) == content["pdfSignature"]
    assert found.signer.certificate == person().certificate
    assert NAME not in repr(found)


def test_the_platforms_reading_of_its_algorithms_is_a_setting():
    """Where the platform takes the hash code for the digest already, the setting says so, and only then it is believed."""
    as_digest = hash_answer() | {"signature": text(person().sign_hash(DIGEST, "NONEwithRSA"))}
    with pytest.raises(TamperDetected):
        read(as_digest)
    assert read(as_digest, made=settings(signing={"trust_anchors": anchors(), "hash_input": "digest"}))


FLIPPED = bytes([DIGEST[0] ^ 1]) + DIGEST[1:]
SIGNATURE = person().sign_hash(DIGEST, "SHA256withRSA")
EXPIRED = person("Expired", end=NOON - timedelta(days=1), start=NOON - timedelta(days=9))
TOO_SOON = person("Too soon", start=NOON + timedelta(days=1), end=NOON + timedelta(days=9))
STRANGER = person("Stranger", by=1)
FORGED: dict[str, tuple[dict[str, Any], str, str]] = {
    "another digest": (hash_answer(FLIPPED), "digest", "mismatch"),
    "our digest over another's signature": (hash_answer(FLIPPED) | {"hashCode": HASH_TEXT}, "signature", "mismatch"),
    "a digest cut short": (hash_answer() | {"hashCode": text(DIGEST[:31])}, "digest", "mismatch"),
    "a digest with something behind it": (hash_answer() | {"hashCode": text(DIGEST + b"0")}, "digest", "mismatch"),
    "the text of the digest": (hash_answer() | {"hashCode": text(HASH_TEXT.encode())}, "digest", "mismatch"),
    "another person's certificate": (
        hash_answer() | {"cert": text(person("LEE Siu Ming").certificate)}, "signature", "mismatch",
    ),
    "another person's certificate and signature, of nobody we trust": (
        hash_answer(signer=STRANGER), "certificate", "unknown",
    ),
    "another algorithm": (hash_answer(algorithm="NONEwithRSA"), "signature", "mismatch"),
    "another kind of key": (
        # Without the extra the operator can trust nobody of that kind.
        hash_answer() | {"cert": text(person(kind="sm2").certificate)}, "certificate", "mismatch" if has_sm2() else "unknown",
    ),
    "the authority itself": (hash_answer() | {"cert": text(authority().certificate)}, "certificate", "key_usage"),
    "an expired certificate": (hash_answer(signer=EXPIRED), "certificate", "expired"),
    "a certificate of tomorrow": (hash_answer(signer=TOO_SOON), "certificate", "not_yet_valid"),
    "a truncated signature": (hash_answer() | {"signature": text(SIGNATURE[:-1])}, "signature", "mismatch"),
    "a truncated certificate": (
        hash_answer() | {"cert": text(person().certificate[:-1])}, "certificate", "malformed",
    ),
    "something behind the certificate": (
        hash_answer() | {"cert": text(person().certificate + b"0")}, "certificate", "malformed",
    ),
    "signed before it was asked for": (hash_answer(at_ms=NOON_MS - 301_000), "timestamp", "expired"),
    "signed in the future": (hash_answer(at_ms=NOON_MS + 361_001), "timestamp", "not_yet_valid"),
    "signed in 1970": (hash_answer(at_ms=0), "timestamp", "expired"),
    "signed before 1970": (hash_answer(at_ms=-1), "timestamp", "expired"),
}  # fmt: skip
FORGED_PDF: dict[str, tuple[dict[str, Any], str, str]] = {
    "another digest": (document_answer(FLIPPED), "digest", "mismatch"),
    "our digest over another's signature": (
        document_answer(FLIPPED) | {"docDigest": HASH_TEXT}, "signature", "mismatch",
    ),
    "a stranger's": (document_answer(signer=STRANGER), "certificate", "unknown"),
    "an expired certificate": (document_answer(signer=EXPIRED), "certificate", "expired"),
    "another person's certificate": (
        document_answer(certificates=[person("LEE Siu Ming").certificate]), "certificate", "missing",
    ),
    "truncated": ({"docDigest": HASH_TEXT, "pdfSignature": text(person().sign_document(DIGEST)[:-1])}, "signature", "malformed"),
    "not a message at all": ({"docDigest": HASH_TEXT, "pdfSignature": text(SIGNATURE)}, "signature", "malformed"),
    "signed before it was asked for": (
        document_answer(signed_at=NOON - timedelta(seconds=301)), "timestamp", "expired",
    ),
    "signed in the future": (
        document_answer(signed_at=NOON + timedelta(seconds=361)), "timestamp", "not_yet_valid",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORGED))
def test_what_does_not_hold_is_not_believed(name):
    """Each forgery is refused for its own reason, and the error holds nothing of the answer."""
    content, claim, reason = FORGED[name]
    with pytest.raises(TamperDetected) as caught:
        read(content)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)
    assert NAME not in str(caught.value)


@pytest.mark.parametrize("name", sorted(FORGED_PDF))
def test_a_document_that_does_not_hold_is_not_believed(name):
    """The same for a PDF: digest, signature, certificate and the time that it states."""
    content, claim, reason = FORGED_PDF[name]
    with pytest.raises(TamperDetected) as caught:
        read(content, sought=SOUGHT_PDF)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


@pytest.mark.parametrize("at_ms", [NOON_MS - 300_000, NOON_MS, NOON_MS + 360_000])
def test_clocks_may_differ_a_little(at_ms):
    """Five minutes on either side of the request are within two honest clocks' difference."""
    assert read(hash_answer(at_ms=at_ms)).signed_at.timestamp() * 1000 == at_ms


NO_TIME: tuple[Any, ...] = (..., None, "1780286400000", 1.5, True, [], 10**400, -(10**20))
NO_TEXT: tuple[Any, ...] = (..., None, 1, "", "?", "é", "AAAA\n", ["AAAA"], "A")
MALFORMED: list[tuple[str, Any]] = [
    *((name, value) for name in ("hashCode", "signature", "cert") for value in NO_TEXT),
    *(("timestamp", value) for value in NO_TIME),
    ("signature", "A" * 4100), ("cert", "A" * 40_000),
    *((name, value) for name in ("docDigest", "pdfSignature") for value in NO_TEXT),
    ("pdfSignature", "A" * (1024 * 1024 + 4)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), MALFORMED, ids=lambda each: str(each)[:24])
def test_an_answer_of_another_shape_breaks_the_protocol(name: str, value: Any) -> None:
    """Missing members and wrong types are the platform's mistake, named by step and reason only."""
    document = name in ("docDigest", "pdfSignature")
    content = (document_answer() if document else hash_answer()) | {name: value}
    if value is ...:
        del content[name]
    with pytest.raises(ProtocolError) as caught:
        read(content, sought=SOUGHT_PDF if document else SOUGHT)
    assert (caught.value.step, caught.value.reason) == (
        f"{'document' if document else 'hash'}_signing_callback", "shape",
    )  # fmt: skip
    assert caught.value.__cause__ is None


@pytest.mark.slow
@given(
    st.dictionaries(st.sampled_from(["hashCode", "timestamp", "signature", "cert", "docDigest", "pdfSignature"]), JSON)
)
def test_any_answer_is_refused_in_the_documented_ways(content):
    """Nothing random is ever a signature, of either kind, and nothing but the two typed errors comes out."""
    for kind in ("hash_signing", "document_signing"):
        with pytest.raises((ProtocolError, TamperDetected)):
            read(content, sought=replace(SOUGHT, kind=kind))


# --- Without a login ---------------------------------------------------------------------------------------------------

TOKEN = {
    "accessToken": "1" * 32, "tokenType": "Bearer", "issueAt": NOON_MS, "expiresIn": 14_400_000, "openID": OPEN_ID,
    "lastModifiedDate": NOON_MS, "userType": "sign", "scope": "eidapi_auth eidapi_sign",
}  # fmt: skip
BACK = f"code={'c' * 32}&state={STATE}&businessID={BUSINESS_ID}"


def test_an_anonymous_signature_is_fetched_and_believed():
    """The code is exchanged and the result fetched with that token; it is believed for the same reasons as any other."""
    for generation, named in ((1, {}), (2, {"businessID": BUSINESS_ID})):
        made = settings(signing={"trust_anchors": anchors()}, generation=generation)
        wire = Wire([reply(TOKEN), reply({**hash_answer(), "businessID": BUSINESS_ID})])
        assert isinstance(finish(wire, BACK, made=made), HashSignature)
        assert wire.sent[1] == (
            f"{BASE}/anonymous/signing/getResult", {"accessToken": "1" * 32, "openID": OPEN_ID, **named},
        )  # fmt: skip


def test_an_anonymous_document_has_an_address_of_its_own():
    """A PDF's result is fetched at the PDF's address."""
    wire = Wire([reply(TOKEN), reply({**document_answer(), "businessID": BUSINESS_ID})])
    assert isinstance(finish(wire, BACK, sought=SOUGHT_PDF), DocumentSignature)
    assert wire.sent[1][0] == f"{BASE}/anonymous/pdfsigning/getResult"


@pytest.mark.parametrize("code", ["D70000", "D70001"])
def test_a_refusal_in_the_browser_is_the_persons(code):
    """Who cancels or refuses is ``UserDeclined`` at the step of signing, before anything is exchanged."""
    wire = Wire([])
    with pytest.raises(UserDeclined) as caught:
        finish(wire, f"error_code={code}&state={STATE}&businessID={BUSINESS_ID}")
    assert (caught.value.step, caught.value.provider_code) == ("signing", code)
    assert wire.sent == []


@pytest.mark.parametrize("code", ["D70002", "D70003", "D70004", "D70005", "D40003", "D99999"])
def test_a_failure_in_the_browser_keeps_its_code(code):
    """No iAM Smart+, another card, a failure or nobody in time: the platform's code says which."""
    with pytest.raises(ProviderRejected) as caught:
        finish(Wire([]), f"error_code={code}&state={STATE}")
    assert (caught.value.step, caught.value.provider_code) == ("signing", code)


def test_a_result_of_another_request_is_refused():
    """The result must name the request that was asked about."""
    wire = Wire([reply(TOKEN), reply({**hash_answer(), "businessID": "x"})])
    with pytest.raises(ProtocolError) as caught:
        finish(wire, BACK)
    assert caught.value.reason == "business_id"


# --- Codes, and the acknowledgement ------------------------------------------------------------------------------------

CODES = [code for code, row in MEANINGS.items() if row.family in ("general", "signing")]


@pytest.mark.parametrize("code", [code for code in CODES if code != "D20004"])
def test_every_code_at_the_start_is_typed(code):
    """Each code of the tables that an initiateRequest may answer is one typed error, with and without a login."""
    for call, step in ((ask, "initiate_hash_signing"), (begin, "initiate_anonymous_hash_signing")):
        expected = UserDeclined if MEANINGS[code].result == "declined" else ProviderRejected
        with pytest.raises(expected) as caught:
            call(TASK, Wire([reply(code=code)]))
        assert caught.value.provider_code == code  # type: ignore[attr-defined]
        assert caught.value.step == step  # type: ignore[attr-defined]


def test_a_request_that_is_overtaken_is_signed_again():
    """D20004 is answered by a fresh stamp, as for every call."""
    wire = Wire([reply(code="D20004"), reply({"authByQR": True})])
    assert ask(TASK, wire).auth_by_qr
    assert len(wire.sent) == 2


@pytest.mark.parametrize(
    ("verdict", "word"), [("accepted", "SR001"), ("rejected", "SR002"), ("missing", "SR003")]
)  # fmt: skip
def test_an_acknowledgement_says_one_of_three_words(verdict, word):
    """It names the request and the verdict, and is answered without content."""
    wire = Wire([reply()])
    wire.run(PROVIDER.acknowledge_signature(SETTINGS, BUSINESS_ID, verdict, now=NOON, entropy=entropy))
    assert wire.sent == [
        (f"{BASE}/account/signing/ackResult", {"businessID": BUSINESS_ID, "signingResult": word})
    ]  # fmt: skip


def test_an_acknowledgement_that_is_not_expected_is_an_error():
    """D70006 is ``ProviderRejected``, with the step that tells where."""
    with pytest.raises(ProviderRejected) as caught:
        Wire([reply(code="D70006")]).run(
            PROVIDER.acknowledge_signature(SETTINGS, BUSINESS_ID, "accepted", now=NOON, entropy=entropy)
        )
    assert (caught.value.provider_code, caught.value.step) == ("D70006", "acknowledge_signing")


def test_a_request_to_sign_is_not_answered_without_content():
    """Only an acknowledgement may be."""
    with pytest.raises(ProtocolError):
        ask(TASK, Wire([reply()]))
