"""Callbacks from anybody, as the whole flow takes them: believed and collectable, or refused with nothing taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from tests.properties.law import read_or_refused, refused
from tests.properties.strategy.document import FORM, PROFILE
from tests.properties.strategy.json_text import ANY, SPOILED, bent, written
from tests.properties.strategy.mark import MARK
from tests.unit.flows.signing_desk import SigningDesk
from tests.unit.providers.iamsmart_side import CALLBACK_KEY, CALLBACK_URI, NOON, callback, settings
from tests.unit.providers.signing_person import DIGEST, hash_answer
from xbridge.core.effects import Effect, PeekPending, Pending, TakePending
from xbridge.core.errors import CallbackInvalid, ProtocolError, VerificationError
from xbridge.crypto import canonical
from xbridge.flows.callback import receive_callback
from xbridge.flows.collect import collect
from xbridge.flows.deps import Deps, build_deps
from xbridge.flows.waiting import MAX_RESULT_CHARS, WaitingRequest, request_key, waiting
from xbridge.linking.pseudonym import session_ref
from xbridge.policy import builtin_pack
from xbridge.protocols import content_envelope
from xbridge.protocols.content_envelope import seal_content
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.testing import World

BUSINESS_ID, STATE = "b" * 32, "s" * 22
TIES = {"businessID": BUSINESS_ID, "state": STATE}
PARTS = "multipart/form-data; boundary=mark"
WHOLE = callback({**TIES, **FORM})
CLEAR = json.loads(WHOLE)


def entropy(size: int) -> bytes:
    """Bytes that count from zero."""
    return bytes(range(size))


class Shelf:
    """A store of one waiting request: it answers a flow's effects and notes what was taken."""

    def __init__(self, deps: Deps, kind: Any, fields: tuple[str, ...]) -> None:
        provider, made = deps.provider("iamsmart")
        record = WaitingRequest.model_validate_json(
            json.dumps(
                {
                    "business_id": BUSINESS_ID, "expires_at": int(NOON.timestamp()) + 600, "fields": fields,
                    "issuer": provider.issuer(made), "kind": kind, "proof": "", "provider": "iamsmart",
                    "session_ref": session_ref(deps.pseudonym_key, session="s"), "state": STATE, "subject_ref": "ref",
                    "v": 1,
                }
            )
        )  # fmt: skip
        key = request_key(BUSINESS_ID)
        item = waiting(deps, key, record, expires_at=NOON + timedelta(minutes=10), entropy=entropy)
        self.rows: dict[str, bytes] = {key: item.value}
        self.deps = deps

    def run(self, flow: Coroutine[Effect, Any, Any]) -> Any:
        """Step ``flow`` to its end."""
        answer: Any = None
        try:
            while True:
                answer = self._perform(flow.send(answer))
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()

    def receive(self, body: bytes, content_type: str = "application/json") -> None:
        """Give it a callback."""
        self.run(receive_callback(self.deps, "iamsmart", body, now=NOON, entropy=entropy, content_type=content_type))

    def collect(self) -> Any:
        """Fetch the result."""
        return self.run(collect(self.deps, BUSINESS_ID, session="s", now=NOON, entropy=entropy))

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case PeekPending(key=key):
                return self.rows.get(key)
            case TakePending(key=key, successor=successor):
                taken = self.rows.pop(key, None)
                if taken is not None and isinstance(successor, Pending):
                    self.rows[successor.key] = successor.value
                return taken
        raise AssertionError(f"a callback asks for nothing else: {effect!r}")


@pytest.fixture(scope="module")
def deps() -> Deps:
    """What a Bridge knows, with iAM Smart's settings of this file."""
    made = build_deps(World().config, (IAMSMART, GUANGDONG), builtin_pack())
    ours = settings(callback_content_type="multipart/form-data", callback_uri=CALLBACK_URI)
    return replace(made, providers=MappingProxyType({**made.providers, "iamsmart": (IAMSMART, ours)}))


@pytest.fixture(scope="module")
def shelf(deps: Deps) -> Callable[..., Shelf]:
    """Makes a store with one request that waits: for a form, unless said otherwise."""
    return lambda kind="form", fields=tuple(FORM): Shelf(deps, kind, fields)


def untouched(held: Shelf, body: bytes, content_type: str = "application/json") -> None:
    """Check that ``body`` is refused and that the request goes on waiting, as good as new."""
    before = dict(held.rows)
    refused(lambda: held.receive(body, content_type), CallbackInvalid, ProtocolError)
    assert held.rows == before
    held.receive(WHOLE)
    assert held.collect().data.prefix == FORM["prefix"]


def sealed(document: bytes | dict[str, Any]) -> str:
    """Content under the key of this file's callbacks."""
    return seal_content(
        CALLBACK_KEY, document if isinstance(document, bytes) else written(document), iv=b"platform-iv."
    )


def in_parts(metadata: bytes, file: bytes) -> bytes:
    """The same in two parts."""
    return b"".join(
        b'--mark\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name, content)
        for name, content in ((b"content", metadata), (b"addressDocFile", file))
    ) + b"--mark--\r\n"  # fmt: skip


@pytest.mark.parametrize("how", SPOILED)
def test_a_request_goes_on_waiting_when_the_json_is_none(shelf, how):
    """The clear envelope, the sealed content or the sealed file spoiled: nothing is taken, and the true answer comes through."""
    spoil = SPOILED[how]
    content = written({**TIES, **{name: value for name, value in FORM.items() if name != "addressDocFile"}})
    whole = written({**CLEAR, "content": sealed(content)})
    file = written(FORM["addressDocFile"])
    for body, content_type in (
        (spoil(WHOLE), "application/json"),
        (written({**CLEAR, "content": sealed(spoil(content))}), "application/json"),
        (in_parts(spoil(whole), sealed(file).encode()), PARTS),
        (in_parts(written({**CLEAR, "content": sealed(spoil(content))}), sealed(file).encode()), PARTS),
        (in_parts(whole, sealed(spoil(file)).encode()), PARTS),
    ):
        untouched(shelf(), body, content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (written({**CLEAR, "content": MARK}), "application/json"),
        (written({**CLEAR, "content": FORM}), "application/json"),
        (written({**CLEAR, "secretKey": MARK}), "application/json"),
        (in_parts(written({**CLEAR, "content": MARK}), b"AAAA"), PARTS),
        (in_parts(WHOLE.replace(b"addressDocFile", b"x"), written(FORM)), PARTS),
        (in_parts(WHOLE, f"{MARK}".encode()), PARTS),
        (in_parts(f"{MARK}".encode(), b"AAAA"), PARTS),
    ],
)
def test_what_comes_in_clear_is_not_repeated(shelf, body, content_type):
    """A platform that forgets to encrypt is refused, and its slip is in no error, nor behind one."""
    untouched(shelf(), body, content_type)


@given(bent(CLEAR))
@example({**CLEAR, "content": MARK})
@example({**CLEAR, "secretKey": MARK})
def test_any_envelope(shelf, envelope):
    """An envelope with bent members is refused, or it is the answer all the same and can be collected."""
    held = shelf()
    before = dict(held.rows)
    _, error = read_or_refused(lambda: held.receive(written(envelope)), CallbackInvalid, ProtocolError)
    if error is not None:
        assert held.rows == before
    else:
        assert held.collect().status in ("done", "declined", "failed")


@pytest.mark.parametrize(("kind", "document"), [("form", FORM), ("profile", PROFILE), ("step_up", {})])
@given(data=st.data())
def test_any_answer(shelf, kind, document, data):
    """Content of any shape is refused and the request waits on, or it is believed and can be collected as what it is."""
    content = data.draw(bent({**TIES, **document}))
    held = shelf(kind, tuple(document))
    before = dict(held.rows)
    body = written({**CLEAR, "content": sealed(content)})
    _, error = read_or_refused(lambda: held.receive(body), CallbackInvalid, ProtocolError)
    if error is not None:
        assert held.rows == before
        return
    assert (content["businessID"], content["state"]) == (BUSINESS_ID, STATE)
    if kind != "step_up":
        found = held.collect()
        assert (found.status, found.kind) == ("done", kind)
        assert MARK not in repr(found)


@given(
    st.binary(max_size=200), st.text(max_size=80) | st.sampled_from([PARTS, "multipart/form-data", "application/json;"])
)
def test_any_bytes_of_any_type(shelf, body, content_type):
    """Rubbish of any media type takes nothing."""
    held = shelf()
    before = dict(held.rows)
    refused(lambda: held.receive(body, content_type), CallbackInvalid)
    assert held.rows == before


@given(st.dictionaries(st.sampled_from(["businessID", "state", "content", "gender"]), ANY, max_size=3))
def test_only_both_ties_take_it(shelf, content):
    """Without the exact businessID and state nothing in a content takes the request, whatever else is in it."""
    held = shelf()
    before = dict(held.rows)
    refused(lambda: held.receive(written({**CLEAR, "content": sealed(content)})), CallbackInvalid, ProtocolError)
    assert held.rows == before


@pytest.mark.parametrize("content_type", ["application/json", PARTS])
@pytest.mark.parametrize("filling", [b" ", b"[", b"{},", b"\xff", b"--mark\r\n"])
def test_sixteen_mebibytes_cost_one_look(shelf, monkeypatch, content_type, filling):
    """A body over the limit is neither parsed nor opened: no key is tried, no object built."""
    monkeypatch.setattr(canonical, "from_json", lambda *_, **__: pytest.fail("parsed"))
    monkeypatch.setattr(content_envelope, "AESGCM", lambda *_: pytest.fail("opened"))
    held = shelf()
    before = dict(held.rows)
    error = refused(lambda: held.receive(filling * (16 * 1024 * 1024 // len(filling)), content_type), VerificationError)
    assert isinstance(error, CallbackInvalid)
    assert error.reason == "too_large"
    assert held.rows == before


def test_the_largest_answer_can_still_be_collected(shelf):
    """What waits is at most twice its callback, however much of it must be escaped, and that is less than what is opened."""
    held = shelf()
    worst = {**TIES, "addressDocFile": {"docFile": '"' * 100_000 + "\\" * 100_000}}
    body = written({**CLEAR, "content": sealed(worst)})
    held.receive(body)
    (row,) = held.rows.values()
    assert len(row) <= 2 * len(body) + 4096
    assert held.collect().status == "done"
    (largest,) = [
        each.le for each in IamSmartSettings.model_fields["callback_max_bytes"].metadata if hasattr(each, "le")
    ]
    assert 2 * largest + 4096 <= MAX_RESULT_CHARS


@pytest.fixture(scope="module")
def desk() -> SigningDesk:
    """A Bridge that may ask people to sign."""
    return SigningDesk()


@settings_of(max_examples=40)
@given(data=st.data())
def test_any_signature(desk, data):
    """A signature of any shape is verified and can be collected, or refused and the request waits for the true one."""
    asked = desk.ask()
    true = hash_answer()
    bad = data.draw(bent(true))
    _, error = read_or_refused(
        lambda: desk.receive(desk.answer(**{**dict.fromkeys(true, ...), **bad})), VerificationError, ProtocolError
    )
    if error is not None:
        assert desk.bridge.collect(asked.business_id, session="s").status == "waiting"
        desk.receive(desk.answer())
    found = desk.bridge.collect(asked.business_id, session="s")
    assert (found.status, found.data.hash_code) == ("done", DIGEST)
    assert MARK not in repr(found)
