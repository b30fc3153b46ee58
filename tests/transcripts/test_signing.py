"""Signing stepped by hand: what waits before anything is sent, what one callback does in one step, and the acknowledgement."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from tests.transcripts.test_callback import ASKED, BUSINESS_ID, REQUEST, RESULT, SENT, TIES, Step, entropy, play, proof
from tests.unit.providers.iamsmart_side import NOON, callback, reply, settings
from tests.unit.providers.signing_person import DIGEST, HASH_TEXT, HKID, anchors, hash_answer
from xbridge.core.effects import Effect, PeekPending, Pending, PutPending, Send, TakePending
from xbridge.core.errors import (
    CallbackInvalid,
    ProviderUnavailable,
    StoreConflict,
    StoreUnavailable,
    TamperDetected,
)
from xbridge.core.request import PendingRequest
from xbridge.core.signing import SigningTask, SigningTitle
from xbridge.flows.acknowledgement import acknowledge_signature
from xbridge.flows.callback import receive_callback
from xbridge.flows.collect import collect
from xbridge.flows.deps import Deps, build_deps
from xbridge.flows.signing import request_signature
from xbridge.flows.waiting import WaitingRequest, waiting
from xbridge.policy import builtin_pack
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.testing import World

TASK = SigningTask(
    kind="hash_signing", digest=DIGEST, hkid=HKID, title=SigningTitle(document_name="d", service_name="s")
)
ENDED, TOLD, REFUSED = f"ended/{BUSINESS_ID}", f"told/{BUSINESS_ID}", f"refused/{BUSINESS_ID}"


@pytest.fixture(scope="module")
def deps() -> Deps:
    """What a Bridge knows, with one authority of each kind trusted."""
    made = build_deps(World().config, (IAMSMART, GUANGDONG), builtin_pack())
    trusting = settings(signing={"trust_anchors": anchors()})
    return replace(made, providers=MappingProxyType({**made.providers, "iamsmart": (IAMSMART, trusting)}))


def asking(deps: Deps) -> Coroutine[Effect, Any, PendingRequest]:
    """The flow that asks."""
    return request_signature(
        deps, proof(deps, assurance_source="sign"), TASK, session="s", language="en", now=NOON, entropy=entropy
    )


def waiting_item(deps: Deps) -> Pending:
    """What a request leaves in the store."""
    _, seen = play(asking(deps), [(PutPending, None), *SENT, (Send, ASKED)])
    assert isinstance(seen[0], PutPending)
    return seen[0].item


def receiving(deps: Deps, content: dict[str, Any]) -> Coroutine[Effect, Any, None]:
    """The flow that takes a callback after a minute."""
    body = callback({**TIES, **content})
    return receive_callback(deps, "iamsmart", body, now=NOON + timedelta(minutes=1), entropy=entropy)


def collecting(deps: Deps, *, minutes: int = 2) -> Coroutine[Effect, Any, Any]:
    """The flow that collects."""
    return collect(deps, BUSINESS_ID, session="s", now=NOON + timedelta(minutes=minutes), entropy=entropy)


def telling(deps: Deps, *, accepted: bool = True) -> Coroutine[Effect, Any, Any]:
    """The flow that acknowledges."""
    return acknowledge_signature(
        deps, BUSINESS_ID, session="s", accepted=accepted, now=NOON + timedelta(minutes=3), entropy=entropy
    )


def successor(effect: Effect) -> Pending:
    """What was put in the place of what was taken."""
    assert isinstance(effect, TakePending)
    assert effect.successor is not None
    return effect.successor


def result_item(deps: Deps) -> Pending:
    """What a true callback leaves in the store."""
    _, seen = play(receiving(deps, hash_answer()), [(PeekPending, waiting_item(deps).value), (TakePending, b"taken")])
    return successor(seen[-1])


def ended_item(deps: Deps) -> Pending:
    """What a collected signature leaves in the store."""
    steps: list[Step] = [(PeekPending, None), (PeekPending, result_item(deps).value), (TakePending, b"x")]
    _, seen = play(collecting(deps), steps)
    return successor(seen[-1])


def test_what_may_be_signed_waits_before_it_is_sent(deps):
    """The digest lies sealed beside the ties, the identity card number nowhere; then the request goes out."""
    item = waiting_item(deps)
    assert item.key == REQUEST
    opened = deps.request_sealer.open(item.value.decode(), context=REQUEST.encode())
    record = WaitingRequest.model_validate_json(opened)
    assert record.signature is not None
    assert record.signature.sought().digest == DIGEST
    assert (record.kind, record.v) == ("hash_signing", 2)
    assert b"123456" not in opened.replace(BUSINESS_ID.encode(), b"")
    assert HASH_TEXT.encode() not in item.value


def test_a_request_written_by_an_older_release_still_counts(deps):
    """Rows of version 1 know no signatures and read as before."""
    old = {
        "business_id": BUSINESS_ID, "expires_at": 1, "fields": [], "issuer": "i", "kind": "step_up", "proof": "p",
        "provider": "iamsmart", "session_ref": "s", "state": "t", "subject_ref": "r", "v": 1,
    }  # fmt: skip
    assert WaitingRequest.model_validate_json(json.dumps(old)).signature is None


def test_a_true_signature_takes_the_request_in_one_step(deps):
    """Look, then take and leave the result: two effects, and the result is sealed."""
    item = result_item(deps)
    assert item.key == RESULT
    assert hash_answer()["cert"].encode() not in item.value


def test_a_false_signature_is_noted_and_takes_nothing(deps):
    """The request goes on waiting; that something came is remembered for the acknowledgement, once."""
    steps: list[Step] = [(PeekPending, waiting_item(deps).value), (PutPending, None)]
    with pytest.raises(TamperDetected):
        play(receiving(deps, hash_answer(bytes(32))), steps)
    steps[-1] = (PutPending, StoreConflict("noted before"))
    with pytest.raises(TamperDetected):
        play(receiving(deps, hash_answer(bytes(32))), steps)


def test_a_kind_without_a_digest_is_nobodys(deps):
    """A request to sign that does not say what, as no code of ours writes it, is never answered."""
    item = waiting_item(deps)
    record = WaitingRequest.model_validate_json(deps.request_sealer.open(item.value.decode(), context=REQUEST.encode()))
    for bent in (
        record.model_copy(update={"signature": None}),
        record.model_copy(update={"kind": "document_signing"}),
    ):
        row = waiting(deps, REQUEST, bent, expires_at=NOON, entropy=entropy).value
        with pytest.raises(TamperDetected) as caught:
            play(receiving(deps, hash_answer()), [(PeekPending, row), (PutPending, None)])
        assert caught.value.claim == "request"


def test_handing_out_and_being_able_to_acknowledge_are_one_step(deps):
    """Whoever takes the result leaves, in the same transaction, what the acknowledgement stands on."""
    item = ended_item(deps)
    assert item.key == ENDED
    assert item.expires_at == NOON + timedelta(minutes=2, days=1)


@pytest.mark.parametrize("noted", [False, True])
def test_an_end_without_answer_leaves_what_can_be_told(deps, noted):
    """At the end the note is looked at, then the request is taken and the verdict left."""
    steps: list[Step] = [
        (PeekPending, waiting_item(deps).value), (PeekPending, b"noted" if noted else None), (TakePending, b"x"),
    ]  # fmt: skip
    told, seen = play(collecting(deps, minutes=18), steps)
    assert told.status == "expired"
    assert seen[1] == PeekPending(REFUSED)
    item = successor(seen[-1])
    opened = deps.request_sealer.open(item.value.decode(), context=ENDED.encode())
    assert (b'"rejected"' in opened, b'"missing"' in opened) == (noted, not noted)


def test_the_platform_is_told_before_it_is_remembered(deps):
    """Look at the end, look whether it was told, tell, remember: a crash in between tells it again."""
    told, seen = play(
        telling(deps),
        [(PeekPending, ended_item(deps).value), (PeekPending, None), *SENT, (Send, reply()), (PutPending, None)],
    )
    assert told == "accepted"
    assert seen[:2] == [PeekPending(ENDED), PeekPending(TOLD)]
    assert isinstance(seen[-1], PutPending)
    again, _ = play(telling(deps), [(PeekPending, ended_item(deps).value), (PeekPending, seen[-1].item.value)])
    assert again == "accepted"


@pytest.mark.parametrize("failure", [ProviderUnavailable("iamsmart", "down"), StoreUnavailable("locked")])
def test_what_could_not_be_told_is_not_remembered(deps, failure):
    """After a failure nothing says that it was told."""
    steps: list[Step] = [(PeekPending, ended_item(deps).value), (PeekPending, None), *SENT, (Send, failure)]
    with pytest.raises(type(failure)):
        play(telling(deps), steps)


def test_two_workers_who_tell_at_once_are_both_right(deps):
    """The second finds that the first has written something down, looks, and sees that it is the same."""
    before: list[Step] = [(PeekPending, ended_item(deps).value), (PeekPending, None), *SENT, (Send, reply())]
    _, seen = play(telling(deps), [*before, (PutPending, None)])
    first = seen[-1]
    assert isinstance(first, PutPending)
    steps: list[Step] = [*before, (PutPending, StoreConflict("told")), (PeekPending, first.item.value)]
    assert play(telling(deps), steps)[0] == "accepted"


def test_rows_that_were_moved_are_not_believed(deps):
    """Each record belongs to its place: another request's end or note does not open here."""
    with pytest.raises(TamperDetected):
        play(telling(deps), [(PeekPending, result_item(deps).value)])
    with pytest.raises(TamperDetected):
        play(telling(deps), [(PeekPending, ended_item(deps).value), (PeekPending, ended_item(deps).value)])


def test_nothing_that_ended_and_nothing_that_waits(deps):
    """Both places are looked at before a request is unknown."""
    with pytest.raises(CallbackInvalid) as caught:
        play(telling(deps), [(PeekPending, None), (PeekPending, None)])
    assert caught.value.reason == "unknown"
