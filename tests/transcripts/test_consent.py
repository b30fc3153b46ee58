"""Offering and answering, step by step."""

from __future__ import annotations

from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import AUDIENCE, ENQUIRY, SESSION, Traveller
from tests.transcripts.expectation import Recorded
from tests.transcripts.script import Step, play
from tests.unit.crypto.binding import require_binding
from tests.unit.flows.remote_key import RemoteKey, new_remote, with_keys
from xbridge.core.effects import Appended, Effect, Read, Row, Sign
from xbridge.core.errors import SignerUnavailable, StoreConflict, StoreUnavailable, TamperDetected
from xbridge.flows.consent import answer_consent, offer_consent
from xbridge.flows.link import Link

APPENDED = Appended(first_index=3, size=4)


@pytest.fixture
def traveller() -> Traveller:
    """Somebody who is about to be asked."""
    return Traveller()


def link_row(traveller: Traveller, link: Link) -> Row:
    """Return the link as the store holds it."""
    row = traveller.store.read(f"link/{link.id}")
    assert row is not None
    return row


def answer(traveller: Traveller, offer: Any, given: Any = "given") -> Any:
    """Return the flow that answers ``offer``, not yet started."""
    return answer_consent(
        traveller.deps,
        offer,
        answer=given,
        approved_by=traveller.proof(),
        session=SESSION,
        now=traveller.clock.now(),
        entropy=urandom,
    )


def test_the_text_is_kept_before_it_is_shown(traveller: Traveller) -> None:
    """An offer is recorded, and its text kept, before the person can see it; without the record there is no offer."""
    link = traveller.link()
    row = link_row(traveller, link)

    def offering() -> Any:
        return offer_consent(
            traveller.deps,
            link.id,
            ENQUIRY,
            audience=AUDIENCE,
            session=SESSION,
            language="en",
            now=traveller.clock.now(),
            entropy=urandom,
        )

    notice = traveller.run(offering())
    kept = traveller.store.scan("notice/")
    assert notice.text.encode() in [row.value for row in kept]
    digest_key = next(each.key for each in kept if each.value == notice.text.encode())
    reads = [(Read(row.key), row), (Read(digest_key), None)]
    with pytest.raises(StoreUnavailable):
        play(offering(), [*reads, (Recorded("consent.offered", ("notice/",)), StoreUnavailable("down"))])


@pytest.mark.parametrize(("given", "kind"), [("given", "consent.granted"), ("refused", "consent.refused")])
def test_an_answer_is_recorded_at_once(traveller: Traveller, given: str, kind: str) -> None:
    """Yes and no alike: link, one append with the signed record and its row; nothing is spent that a crash could lose."""
    link = traveller.link()
    row = link_row(traveller, link)
    consent = play(
        answer(traveller, traveller.offer(link), given),
        [(Read(row.key), row), (Recorded(kind, ("consent/",)), APPENDED)],
    )
    assert consent.state == given


def test_a_second_answer_is_refused_and_nothing_is_written(traveller: Traveller) -> None:
    """The row that is there already tells that somebody answered; there is no further effect."""
    link = traveller.link()
    row = link_row(traveller, link)
    with pytest.raises(TamperDetected) as caught:
        play(
            answer(traveller, traveller.offer(link)),
            [(Read(row.key), row), (Recorded("consent.granted", ("consent/",)), StoreConflict("there already"))],
        )
    assert (caught.value.claim, caught.value.reason) == ("offer", "replayed")


def test_an_answer_that_cannot_be_recorded_is_no_consent(traveller: Traveller) -> None:
    """When the ledger is down the caller gets no consent to show."""
    link = traveller.link()
    row = link_row(traveller, link)
    script: list[Step] = [(Read(row.key), row)]
    with pytest.raises(StoreUnavailable):
        play(
            answer(traveller, traveller.offer(link)),
            [*script, (Recorded("consent.granted", ("consent/",)), StoreUnavailable("down"))],
        )


@pytest.mark.parametrize("down", [0, 1], ids=["the first", "the second"])
def test_keys_elsewhere_sign_before_anything_is_written(down: int) -> None:
    """Each signer is asked for the same message; one that is down ends the flow before its only append."""
    require_binding()
    (first, first_pem), (second, second_pem) = new_remote("ES256"), new_remote("SM2")
    config = with_keys(record=first_pem, record_sm2=second_pem)
    traveller = Traveller(config=config, signers={"record": first, "record_sm2": second})
    link = traveller.link()
    row = link_row(traveller, link)
    asked: list[bytes] = []

    def signing(remote: RemoteKey) -> Any:
        def check(effect: Effect) -> None:
            assert isinstance(effect, Sign)
            assert effect.signer is remote
            assert effect.message.startswith(b"xbridge-signature/v1 collector\nxbridge/consent/v1\n{")
            assert "xbridge/consent" not in repr(effect)
            asked.append(effect.message)

        return check

    flow = answer(traveller, traveller.offer(link))
    assert flow.send(None) == Read(row.key)
    effect = flow.send(row)
    signing(first)(effect)
    if down == 1:
        effect = flow.send(first.sign(effect.message))
        signing(second)(effect)
    with pytest.raises(SignerUnavailable):
        flow.throw(SignerUnavailable("down"))
    whole = answer(traveller, traveller.offer(link))
    assert whole.send(None) == Read(row.key)
    effect = whole.send(row)
    signing(first)(effect)
    effect = whole.send(first.sign(effect.message))
    signing(second)(effect)
    assert asked[-1] == asked[-2]
    Recorded("consent.granted", ("consent/",))(whole.send(second.sign(effect.message)))
    whole.close()
