"""Request, callback and collection stepped by hand: every effect in its order, and what each refusal leaves undone."""

from __future__ import annotations

import json
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from tests.unit.providers.iamsmart_side import CALLBACK_URI, CONTENT_KEY, NOON, OPEN_ID, callback, reply, settings
from xbridge.core.effects import (
    Effect,
    PeekPending,
    Pending,
    PutPending,
    Recall,
    Remember,
    Send,
    Stamp,
    TakePending,
    TakeStamp,
)
from xbridge.core.errors import (
    CallbackInvalid,
    ProtocolError,
    ProviderUnavailable,
    StoreConflict,
    StoreUnavailable,
    TamperDetected,
    Unsupported,
)
from xbridge.core.request import FormTitle, PendingRequest
from xbridge.flows.callback import receive_callback
from xbridge.flows.collect import collect
from xbridge.flows.deps import Deps, build_deps
from xbridge.flows.key_agreement import revoke_key
from xbridge.flows.request import make_request
from xbridge.flows.waiting import WaitingRequest
from xbridge.linking.proof import LoginProof, seal_proof
from xbridge.linking.pseudonym import session_ref
from xbridge.policy import builtin_pack
from xbridge.protocols.content_envelope import open_content
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.testing import World

Step = tuple[type[Effect], object]
BUSINESS_ID = bytes(range(16)).hex()
STATE = "AAECAwQFBgcICQoLDA0ODw"
STAMP = Stamp(timestamp_ms=1_780_286_400_123, nonce="00112233445566778899aabbccddeeff")
ASKED = reply({"authByQR": True})
TIES = {"businessID": BUSINESS_ID, "state": STATE}
ANSWER = {**TIES, "gender": "F"}
REQUEST, RESULT = f"request/{BUSINESS_ID}", f"result/{BUSINESS_ID}"


def entropy(size: int) -> bytes:
    """Bytes that count from zero: the same each time."""
    return bytes(range(size))


@pytest.fixture(scope="module")
def deps() -> Deps:
    """What a Bridge knows, with iAM Smart's settings of this file."""
    made = build_deps(World().config, (IAMSMART, GUANGDONG), builtin_pack())
    return replace(made, providers=MappingProxyType({**made.providers, "iamsmart": (IAMSMART, settings())}))


def play(flow: Coroutine[Effect, Any, Any], steps: Sequence[Step]) -> tuple[Any, list[Effect]]:
    """Step ``flow``: each effect is of the expected class and gets the answer written; return its end and the effects."""
    seen: list[Effect] = []
    answer: Any = None
    try:
        for kind, given in steps:
            seen.append(flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer))
            assert type(seen[-1]) is kind, f"step {len(seen)}: {seen[-1]!r}"
            answer = given
        extra = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
    except StopIteration as stop:
        assert len(seen) == len(steps), "the flow ended early"
        return stop.value, seen
    finally:
        flow.close()
    raise AssertionError(f"the flow asks for more: {extra!r}")


def proof(deps: Deps, **changes: object) -> str:
    """A login of this session, sealed."""
    login = LoginProof(
        access_expires_at=int(NOON.timestamp()) + 3600, access_token="0" * 32, assurance="L1",
        assurance_source="default", authenticated_at=int(NOON.timestamp()), document_kinds=(), holder="person", id="login",
        issuer=IAMSMART.issuer(settings()), jurisdiction="HK", provider="iamsmart",
        session_ref=session_ref(deps.pseudonym_key, session="s"), started_by="relying_party", subject=OPEN_ID,
        subject_ref="ref", under_14="no", v=1,
    )  # fmt: skip
    return seal_proof(login.model_copy(update=changes), deps.proof_sealer, entropy=entropy)


def asking(deps: Deps) -> Coroutine[Effect, Any, PendingRequest]:
    """The flow that asks for one field."""
    return make_request(
        deps, "form", proof(deps), session="s", language="en", fields=("gender",), title=FormTitle(name="F"),
        now=NOON, entropy=entropy,
    )  # fmt: skip


SENT: list[Step] = [(Recall, CONTENT_KEY), (TakeStamp, STAMP)]


def waiting_item(deps: Deps) -> Pending:
    """The item that a request leaves in the store."""
    _, seen = play(asking(deps), [(PutPending, None), *SENT, (Send, ASKED)])
    assert isinstance(seen[0], PutPending)
    return seen[0].item


def receiving(deps: Deps, body: bytes, *, minutes: int = 1) -> Coroutine[Effect, Any, None]:
    """The flow that takes ``body``."""
    return receive_callback(deps, "iamsmart", body, now=NOON + timedelta(minutes=minutes), entropy=entropy)


def collecting(deps: Deps, *, session: str = "s", minutes: int = 2) -> Coroutine[Effect, Any, Any]:
    """The flow that collects."""
    return collect(deps, BUSINESS_ID, session=session, now=NOON + timedelta(minutes=minutes), entropy=entropy)


def result_item(deps: Deps, body: bytes | None = None) -> Pending:
    """The item that a callback leaves in the store."""
    steps: list[Step] = [(PeekPending, waiting_item(deps).value), (TakePending, b"taken")]
    _, seen = play(receiving(deps, body or callback(ANSWER)), steps)
    taken = seen[-1]
    assert isinstance(taken, TakePending)
    assert taken.key == REQUEST
    assert taken.successor is not None
    return taken.successor


def test_a_request_waits_before_it_is_sent(deps):
    """First it is put, then it is sent; the bytes that go out are the ones that section 8.1 wants."""
    asked, seen = play(asking(deps), [(PutPending, None), *SENT, (Send, ASKED)])
    assert (asked.business_id, asked.auth_by_qr) == (BUSINESS_ID, True)
    put, sent = seen[0], seen[-1]
    assert isinstance(put, PutPending)
    assert put.item.key == REQUEST
    # It stays five minutes longer than it counts, so that the page can be told.
    assert put.item.expires_at == asked.expires_at + timedelta(minutes=5)
    record = WaitingRequest.model_validate_json(
        deps.request_sealer.open(put.item.value.decode(), context=REQUEST.encode())
    )
    assert (record.kind, record.state, record.fields) == ("form", STATE, ("gender",))
    assert isinstance(sent, Send)
    assert sent.request.url == "https://iamsmart.example/api/v1/account/eme/initiateRequest"
    plain = json.loads(open_content(CONTENT_KEY, json.loads(sent.request.content)["content"]))
    assert plain == {
        "accessToken": "0" * 32, "openID": OPEN_ID, "businessID": BUSINESS_ID, "state": STATE, "lang": "en-US",
        "source": "PC_Browser", "redirectURI": "https%3A%2F%2Fsvc.test%2Fpush%2Fhk", "profileFields": ["gender"],
        "formName": "F",
    }  # fmt: skip
    assert CALLBACK_URI not in sent.request.content.decode()


@pytest.mark.parametrize(
    ("content_type", "fields", "sent"),
    [
        ("multipart/form-data", ("addressDocFile", "gender"), "multipart/form-data"),
        ("multipart/form-data", ("addressDocInfo",), None),
        ("application/json", ("addressDocFile",), None),
    ],
)
def test_several_parts_are_asked_for_where_a_file_may_come(deps, content_type, fields, sent):
    """The way of return is named only for a form with a file, and only where the settings say so."""
    chosen = replace(
        deps,
        providers=MappingProxyType({"iamsmart": (IAMSMART, settings(callback_content_type=content_type))}),
    )
    flow = make_request(
        chosen, "form", proof(chosen), session="s", language="en", fields=fields, title=FormTitle(name="F"), now=NOON,
        entropy=entropy,
    )  # fmt: skip
    _, seen = play(flow, [(PutPending, None), *SENT, (Send, ASKED)])
    assert isinstance(seen[-1], Send)
    plain = json.loads(open_content(CONTENT_KEY, json.loads(seen[-1].request.content)["content"]))
    assert plain.get("callbackContentType") == sent


def test_an_answer_that_nobody_could_read_is_not_asked_for(deps, monkeypatch):
    """Without the reader of several parts nothing is sent, and nothing waits."""
    monkeypatch.setitem(sys.modules, "multipart", None)
    chosen = replace(
        deps,
        providers=MappingProxyType({"iamsmart": (IAMSMART, settings(callback_content_type="multipart/form-data"))}),
    )
    flow = make_request(
        chosen, "form", proof(chosen), session="s", language="en", fields=("addressDocFile",),
        title=FormTitle(name="F"), now=NOON, entropy=entropy,
    )  # fmt: skip
    with pytest.raises(Unsupported, match="extra web"):
        play(flow, [(PutPending, None), (TakePending, b"x")])


@pytest.mark.parametrize("failure", [ProviderUnavailable("iamsmart", "down"), StoreUnavailable("locked")])
def test_a_request_that_could_not_be_sent_waits_no_longer(deps, failure):
    """When sending fails, what waits is taken away, and the caller gets the reason."""
    with pytest.raises(type(failure)):
        play(asking(deps), [(PutPending, None), *SENT, (Send, failure), (TakePending, b"x")])


def test_a_request_that_cannot_wait_is_not_sent(deps):
    """Without a place in the store nothing goes out: nobody could ever believe the answer."""
    with pytest.raises(StoreUnavailable):
        play(asking(deps), [(PutPending, StoreUnavailable("full"))])


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"access_token": ""}, "stale"), ({"access_expires_at": int(NOON.timestamp())}, "stale"), ({"issuer": "x"}, "mismatch")],
)  # fmt: skip
def test_a_login_that_is_no_use_asks_for_nothing(deps, changes, error):
    """Without a living token, or of a provider that is another now, no effect happens at all."""
    flow = make_request(deps, "step_up", proof(deps, **changes), session="s", language="en", now=NOON, entropy=entropy)
    with pytest.raises(Exception) as caught:  # noqa: PT011  (the reason is what is compared)
        play(flow, [])
    assert getattr(caught.value, "reason", "") == error


def test_a_callback_takes_the_request_and_leaves_the_result(deps):
    """Two effects: look, then take and leave in one; no content key is recalled or remembered."""
    item = result_item(deps)
    assert item.key == RESULT
    assert item.expires_at == NOON + timedelta(minutes=11)
    assert b"gender" not in item.value


@pytest.mark.parametrize(
    ("body", "minutes", "claim", "reason"),
    [
        (callback({**ANSWER, "state": STATE[::-1]}), 1, "state", "mismatch"),
        (callback({**ANSWER, "state": STATE + "x"}), 1, "state", "mismatch"),
        (callback(ANSWER, code="D50001"), 1, "kind", "mismatch"),
        (callback(ANSWER, code="D80001"), 1, "kind", "mismatch"),
        (callback(ANSWER, code="D70000"), 1, "kind", "mismatch"),
        (callback(ANSWER), 18, "request", "expired"),
    ],
)
def test_a_callback_that_does_not_fit_takes_nothing(deps, body, minutes, claim, reason):
    """Another state, another kind, too late: the request is looked at and goes on waiting."""
    with pytest.raises(CallbackInvalid) as caught:
        play(receiving(deps, body, minutes=minutes), [(PeekPending, waiting_item(deps).value)])
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


def test_a_callback_for_nobody_takes_nothing(deps):
    """A businessID that nobody waits for is refused after one look."""
    with pytest.raises(CallbackInvalid) as caught:
        play(receiving(deps, callback(ANSWER)), [(PeekPending, None)])
    assert caught.value.reason == "unknown"


def test_a_callback_that_does_not_open_asks_for_nothing(deps):
    """Rubbish costs no look at the store."""
    with pytest.raises(CallbackInvalid):
        play(receiving(deps, b"{}"), [])


def test_a_callback_whose_content_is_wrong_takes_nothing(deps):
    """A field of the wrong type breaks the protocol before anything is taken."""
    with pytest.raises(ProtocolError):
        play(receiving(deps, callback({**TIES, "gender": ["F"]})), [(PeekPending, waiting_item(deps).value)])


def test_the_second_worker_gets_nothing(deps):
    """Whoever looked in time and takes too late is told that nothing waits."""
    steps: list[Step] = [(PeekPending, waiting_item(deps).value), (TakePending, None)]
    with pytest.raises(CallbackInvalid) as caught:
        play(receiving(deps, callback(ANSWER)), steps)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize("failure", [StoreUnavailable("locked"), StoreConflict("taken")])
def test_a_store_that_fails_is_worth_a_retry(deps, failure):
    """The error says so, and nothing was taken."""
    with pytest.raises(type(failure)) as caught:
        play(receiving(deps, callback(ANSWER)), [(PeekPending, waiting_item(deps).value), (TakePending, failure)])
    assert caught.value.retryable


def test_a_row_that_was_moved_is_not_believed(deps):
    """A sealed request belongs to its place: under another businessID it does not open."""
    body = callback({**ANSWER, "businessID": "f" * 32})
    with pytest.raises(TamperDetected):
        play(receiving(deps, body), [(PeekPending, waiting_item(deps).value)])
    with pytest.raises(TamperDetected):
        play(receiving(deps, callback(ANSWER)), [(PeekPending, b"\xff")])
    with pytest.raises(TamperDetected):
        play(collecting(deps), [(PeekPending, None), (PeekPending, waiting_item(deps).value)])


def test_collecting_looks_for_the_request_first(deps):
    """The request goes in the moment the result comes, so in this order neither is ever missed."""
    waiting, seen = play(collecting(deps), [(PeekPending, waiting_item(deps).value)])
    assert waiting.status == "waiting"
    assert seen == [PeekPending(REQUEST)]
    done, seen = play(
        collecting(deps), [(PeekPending, None), (PeekPending, result_item(deps).value), (TakePending, b"x")]
    )
    assert seen == [PeekPending(REQUEST), PeekPending(RESULT), TakePending(RESULT)]
    assert (done.status, done.data.gender) == ("done", "F")


def test_another_session_takes_nothing(deps):
    """The wrong session learns only that nothing is there for it, for a request and for a result."""
    with pytest.raises(CallbackInvalid) as caught:
        play(collecting(deps, session="other"), [(PeekPending, waiting_item(deps).value)])
    assert (caught.value.claim, caught.value.reason) == ("request", "unknown")
    with pytest.raises(CallbackInvalid):
        play(collecting(deps, session="other"), [(PeekPending, None), (PeekPending, result_item(deps).value)])


def test_the_second_poll_gets_nothing(deps):
    """Of two polls that both saw the result, one took it."""
    steps: list[Step] = [(PeekPending, None), (PeekPending, result_item(deps).value), (TakePending, None)]
    with pytest.raises(CallbackInvalid):
        play(collecting(deps), steps)


def test_an_end_without_answer_is_told_once(deps):
    """After the deadline the page that polls takes the request away and says "expired"."""
    told, _ = play(collecting(deps, minutes=18), [(PeekPending, waiting_item(deps).value), (TakePending, b"x")])
    assert told.status == "expired"
    with pytest.raises(CallbackInvalid):
        play(collecting(deps, minutes=18), [(PeekPending, waiting_item(deps).value), (TakePending, None)])


def test_a_refusal_keeps_its_code_and_no_data(deps):
    """A declined form brings the code; content that came with it is not kept."""
    body = callback(ANSWER, code="D60001")
    steps: list[Step] = [(PeekPending, None), (PeekPending, result_item(deps, body).value), (TakePending, b"x")]
    told, _ = play(collecting(deps), steps)
    assert (told.status, told.provider_code, told.data) == ("declined", "D60001", None)


def test_revoking_forgets_before_and_after(deps):
    """The key is forgotten before the platform is asked to end it and after its reply, and no body is sent."""
    _, seen = play(
        revoke_key(deps, "iamsmart", now=NOON, entropy=entropy),
        [(Remember, None), (TakeStamp, STAMP), (Send, reply()), (Remember, None)],
    )
    assert seen[0] == seen[-1] == forgotten()
    sent = seen[2]
    assert isinstance(sent, Send)
    assert (sent.request.url, sent.request.content) == ("https://iamsmart.example/api/v1/security/revokeKey", b"")


def forgotten() -> Effect:
    """The effect that forgets the content key."""
    made = settings()
    return Remember(f"iamsmart/content-key/{made.base_url}{made.paths.get_key}/{made.client_id}/D", None, NOON)
