"""Signing against the mock, which was written apart from the client: every kind, algorithm, end, and every code."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.unit.crypto.binding import require_binding
from xbridge import DocumentSignature, HashSignature, PendingRequest, SigningHop, SigningStepUp, SigningTitle
from xbridge.core.errors import CallbackInvalid, ProviderRejected, TamperDetected, UserDeclined, VerificationError
from xbridge.core.signing import SIGNATURE_ALGORITHMS, SigningKind
from xbridge.testing import AsyncWorld, World
from xbridge_mocks import IamSmartMockSettings
from xbridge_mocks.iamsmart import authority
from xbridge_mocks.persona import POPULATION

IPHONE = "Mozilla/5.0 (iPhone) Version/17.5 Mobile Safari/604.1"
PLUS, PLAIN = "lee-siu-ming", "chan-tai-man"
DIGEST = hashlib.sha256(b"the agreement, as it was shown").digest()
TITLE = SigningTitle(document_name="Tenancy agreement", service_name="Sample service", department="Sample department")


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _few_keys() -> Iterator[None]:
    """Let the authorities of all these worlds take their RSA keys from twelve, in turn: making one takes 50 ms."""
    made: list[RSAPrivateKey] = []
    turn = count()

    def next_key(exponent: int, size: int) -> RSAPrivateKey:
        place = next(turn) % 12
        if place == len(made):
            made.append(generate_private_key(exponent, size))
        return made[place]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authority, "generate_private_key", next_key)
        yield


def number(key: str = PLUS) -> str:
    """A person's identity card number as printed."""
    person = next(person for person in POPULATION if person.key == key)
    return f"{person.hkid}({person.hkid_check})"


@pytest.fixture
def world() -> World:
    """A service that may ask for signatures."""
    return World(asking=True)


def ask(world: World, kind: str = "hash", *, persona: str = PLUS, **options: Any) -> PendingRequest:
    """Log in and ask for a signature."""
    person = world.log_in("iamsmart", persona, session="s")
    wanted = {"hkid": number(persona), "title": TITLE, "session": "s", **options}
    if kind == "hash":
        return world.bridge.request_hash_signature(person, DIGEST, **wanted)
    return world.bridge.request_document_signature(person, DIGEST, **wanted)


def begin(world: World, kind: str = "hash", **options: Any) -> SigningHop:
    """Begin a signature of somebody who has not logged in."""
    wanted = {"hkid": number(), "title": TITLE, "return_to": world.return_to["iamsmart"], "session": "s", **options}
    chosen: SigningKind = "hash_signing" if kind == "hash" else "document_signing"
    return world.bridge.begin_anonymous_signature("iamsmart", DIGEST, kind=chosen, **wanted)


def shown_codes(html: str) -> list[str]:
    """The four digits that a page of the mock shows."""
    return re.findall('data-identification-code="([^"]+)"', html)


@pytest.mark.parametrize("kind", ["hash", "document"])
def test_the_phone_shows_the_same_four_digits(world, kind):
    """What the page of the service shows and what the app shows is one code, worked out on both sides."""
    hop = world.bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session="s", user_agent=IPHONE)
    person = world.bridge.finish_login(hop.pending, callback_url=world.visit(hop.url, PLUS), session="s")
    asked = world.bridge.request_hash_signature if kind == "hash" else world.bridge.request_document_signature
    request = asked(person, DIGEST, hkid=number(), title=TITLE, session="s", user_agent=IPHONE)
    with httpx.Client(transport=httpx.WSGITransport(app=world.mocks.iamsmart)) as phone:
        app = request.app_url.replace("hk.gov.iamsmart://", "http://iamsmart.test/mock/app/")
        assert shown_codes(phone.get(app, follow_redirects=True).text) == [request.identification_code]


@pytest.mark.parametrize("code_input", ["text", "bytes"])
def test_without_a_login_the_digits_are_the_same_too(code_input):
    """Also where it is UNKNOWN what they are made of: both sides follow one setting."""
    world = World(
        asking=True, iamsmart=IamSmartMockSettings(anonymous_code_input=code_input),
        overrides=lambda document: document["providers"]["iamsmart"]["signing"].update(
            anonymous_code_input=code_input
        ),
    )  # fmt: skip
    mock, pages = world.mocks.iamsmart, []
    serve = mock.wsgi

    def seen(environ: Any, start_response: Any) -> list[bytes]:
        body = b"".join(serve(environ, start_response))
        pages.append(body.decode())
        return [body]

    mock.wsgi = seen  # type: ignore[method-assign]
    hop = begin(world)
    world.visit(hop.url, PLUS)
    assert set(shown_codes("".join(pages))) == {hop.identification_code}


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_a_person_signs_a_hash(world, algorithm):
    """In each algorithm the mock's signature and certificate are believed, handed out once, and acknowledged once."""
    require_binding(algorithm)
    request = ask(world, algorithm=algorithm, step_up=SigningStepUp(method="face_and_card_chip", period_h=720))
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    signature = world.bridge.collect(request, session="s").data
    assert isinstance(signature, HashSignature)
    assert (signature.hash_code, signature.algorithm) == (DIGEST, algorithm)
    assert signature.signed_at == world.clock.now()
    for _ in range(2):
        assert world.bridge.acknowledge_signature(request, session="s") == "accepted"


def test_a_person_signs_a_document(world):
    """The CMS that the mock makes is believed for this digest and carries the time of signing."""
    request = ask(world, "document")
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    signature = world.bridge.collect(request, session="s").data
    assert isinstance(signature, DocumentSignature)
    assert signature.digest == DIGEST
    assert signature.signed_at == world.clock.now()
    assert world.bridge.acknowledge_signature(request, session="s") == "accepted"


@pytest.mark.parametrize("kind", ["hash", "document"])
@pytest.mark.parametrize("generation", [1, 2])
def test_somebody_signs_without_a_login(kind, generation):
    """The same through the browser, in both generations."""
    world = World(
        asking=True, overrides=lambda document: document["providers"]["iamsmart"].update(generation=generation)
    )
    hop = begin(world, kind)
    back = world.visit(hop.url, PLUS)
    signature = world.bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s")
    assert isinstance(signature, HashSignature if kind == "hash" else DocumentSignature)
    assert world.bridge.acknowledge_signature(hop, session="s") == "accepted"


@pytest.mark.parametrize(
    ("decision", "status", "code"),
    [("refuse", "declined", "D70001"), ("cancel", "declined", "D70000"), ("fail", "failed", "D70002")],
)
@pytest.mark.parametrize("kind", ["hash", "document"])
def test_a_no_is_an_answer(world, kind, decision, status, code):
    """Refusals and failures reach the page with their code and without data."""
    request = ask(world, kind)
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id, decision))
    collected = world.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code, collected.data) == (status, code, None)


def test_nobody_answers_in_time(world):
    """Our time is over with the platform's: its D70003 comes too late, and the platform is told that nothing came."""
    request = ask(world)
    world.clock.advance(18 * 60)
    world.mocks.iamsmart.settle()
    with pytest.raises(CallbackInvalid) as caught:
        world.bridge.receive_callback("iamsmart", world.callbacks[-1])
    assert caught.value.reason == "expired"
    assert world.bridge.collect(request, session="s").status == "expired"
    # Nothing was signed, so the mock expects no word about it.
    with pytest.raises(ProviderRejected) as refused:
        world.bridge.acknowledge_signature(request, session="s")
    assert (refused.value.provider_code, refused.value.step) == ("D70006", "acknowledge_signing")


def test_who_has_no_iam_smart_plus_is_told_before_the_platform_is(world):
    """A login that says so is refused here, and nothing reaches the platform."""
    person = world.log_in("iamsmart", PLAIN, session="s")
    world.mocks.iamsmart.journal.clear()
    with pytest.raises(VerificationError) as caught:
        world.bridge.request_hash_signature(person, DIGEST, hkid=number(PLAIN), title=TITLE, session="s")
    assert (caught.value.claim, caught.value.reason) == ("assurance", "cannot_sign")
    assert world.mocks.iamsmart.journal.entries() == ()


REFUSALS = {
    "D70004": {"persona": PLAIN},
    "D70005": {"hkid": number("ng-wing-sze")},
}


def lenient(at: str) -> World:
    """A service that asks everybody; the platform refuses ``at`` the request or with the answer."""
    return World(
        asking=True, iamsmart=IamSmartMockSettings(signing_refusal_at=at),  # type: ignore[arg-type]
        overrides=lambda document: document["providers"]["iamsmart"]["signing"].update(
            user_types=["sign", "default"]
        ),
    )  # fmt: skip


@pytest.mark.parametrize("code", sorted(REFUSALS))
@pytest.mark.parametrize("kind", ["hash", "document"])
def test_whoever_may_not_sign_is_refused_at_the_request_or_with_the_answer(kind, code):
    """Where the platform says D70004 and D70005 is UNKNOWN: both ways end typed, with the platform's code."""
    world = lenient("answer")
    request = ask(world, kind, **{"hkid": number(PLUS), **REFUSALS[code]})
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    collected = world.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == ("failed", code)
    world = lenient("request")
    with pytest.raises(ProviderRejected) as caught:
        ask(world, kind, **{"hkid": number(PLUS), **REFUSALS[code]})
    assert caught.value.provider_code == code


@pytest.mark.parametrize(("code", "persona", "hkid"), [("D70004", PLAIN, PLAIN), ("D70005", PLUS, "ng-wing-sze")])
@pytest.mark.parametrize("kind", ["hash", "document"])
def test_without_a_login_whoever_may_not_sign_is_refused_in_the_browser(world, kind, code, persona, hkid):
    """The platform finds out when the person is there, and the redirect says why."""
    hop = begin(world, kind, hkid=number(hkid))
    back = world.visit(hop.url, persona)
    with pytest.raises(ProviderRejected) as caught:
        world.bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s")
    assert (caught.value.provider_code, caught.value.step) == (code, "signing")


@pytest.mark.parametrize(("decision", "code"), [("refuse", "D70001"), ("cancel", "D70000")])
def test_a_refusal_in_the_browser_is_the_persons(world, decision, code):
    """Who refuses or cancels is ``UserDeclined``."""
    hop = begin(world)
    back = world.visit(hop.url, PLUS, decision=decision)
    with pytest.raises(UserDeclined) as caught:
        world.bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s")
    assert caught.value.provider_code == code


def test_a_service_without_the_scope_is_refused():
    """A service that did not ask for the scope at login gets the platform's own code at the request."""
    other = World(
        asking=True, overrides=lambda document: document["providers"]["iamsmart"].update(scopes=["eidapi_auth"])
    )
    person = other.log_in("iamsmart", PLUS, session="s")
    with pytest.raises(ProviderRejected) as caught:
        other.bridge.request_hash_signature(person, DIGEST, hkid=number(), title=TITLE, session="s")
    assert caught.value.provider_code in ("D20012", "D20015")


def test_answers_out_of_order_do_not_mix(world):
    """Two digests of one person: each signature goes to its own request, whichever comes first."""
    person = world.log_in("iamsmart", PLUS, session="s")
    requests = [
        world.bridge.request_hash_signature(person, bytes([n]) * 32, hkid=number(), title=TITLE, session="s")
        for n in range(2)
    ]
    for request in reversed(requests):
        world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    found = [world.bridge.collect(request, session="s").data.hash_code for request in requests]
    assert found == [b"\0" * 32, b"\1" * 32]


def test_another_reading_of_an_algorithm_is_refused_until_the_setting_agrees():
    """Where the platform means something else by a name, the signature does not verify; with the setting it does."""
    reading = IamSmartMockSettings(rsa_none_form="bare", signing_hash_input="digest", sm2_id="another id")
    algorithms = ["SHA256withRSA", "NONEwithRSA"]
    for settings in ({}, {"rsa_none_form": "bare", "hash_input": "digest", "sm2_id": "another id"}):
        world = World(
            asking=True, iamsmart=reading,
            overrides=lambda document: document["providers"]["iamsmart"]["signing"].update(settings),  # noqa: B023 - used at once
        )  # fmt: skip
        for algorithm in algorithms:
            request = ask(world, algorithm=algorithm)
            body = world.respond(request.business_id)
            if settings:
                world.bridge.receive_callback("iamsmart", body)
                assert world.bridge.collect(request, session="s").status == "done"
            else:
                with pytest.raises(TamperDetected):
                    world.bridge.receive_callback("iamsmart", body)


def test_the_other_colour_signs_the_same():
    """The awaited program is the same program: ask, receive, collect, acknowledge; and without a login."""

    async def sign() -> tuple[Any, ...]:
        world = AsyncWorld(asking=True)
        bridge = world.bridge
        person = await world.log_in("iamsmart", PLUS, session="s")
        found: list[Any] = []
        for ask in (bridge.request_hash_signature, bridge.request_document_signature):
            request = await ask(person, DIGEST, hkid=number(), title=TITLE, session="s")
            await bridge.receive_callback("iamsmart", world.respond(request.business_id))
            found.append((await bridge.collect(request, session="s")).data)
            found.append(await bridge.acknowledge_signature(request, session="s"))
        hop = await bridge.begin_anonymous_signature(
            "iamsmart", DIGEST, hkid=number(), title=TITLE, return_to=world.return_to["iamsmart"], session="s"
        )
        back = world.visit(hop.url, PLUS)
        found.append(await bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s"))
        found.append(await bridge.acknowledge_signature(hop, session="s", accepted=False))
        await bridge.close()
        return tuple(found)

    found = asyncio.run(sign())
    assert [type(each).__name__ for each in found] == [
        "HashSignature", "str", "DocumentSignature", "str", "HashSignature", "str",
    ]  # fmt: skip
    assert found[1::2] == ("accepted", "accepted", "rejected")
