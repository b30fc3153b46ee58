"""How asking a person can go wrong on request: in the reply to initiateRequest, and in the callback that answers.

Part of the catalogue in ``misbehaviour``, which also names the operations.
"""

from __future__ import annotations

from xbridge_mocks.fault import Fault
from xbridge_mocks.iamsmart.anonymous import ANONYMOUS_REQUESTS
from xbridge_mocks.iamsmart.initiation import INITIATIONS

__all__ = ["ASKING_FAULTS"]

_ASK = tuple(INITIATIONS)
_ALL = (*_ASK, *ANONYMOUS_REQUESTS)
_POSTED = ("delivery",)
_KEEPS_WAITING = "refuses the callback and leaves the pending request as it is, until its time is over"
_ONCE = "takes the pending request once, and answers the rest without doing anything"

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = (
    ("business_id_taken", _ALL, "the reply is D20011", "two processes drew one number", "asks again under a new number"),
    (
        "auth_by_qr_flipped", _ASK, "authByQR says the opposite", "sources tell the two cases apart differently",
        "follows the reply; the request still ends by callback or by time",
    ),
    ("ticket_missing", _ALL, "there is no ticketID where there should be one", "a gap in the reply", "reports a protocol error"),
    (
        "ticket_unknown", _ALL, "the ticketID opens nothing", "a ticket mixed up",
        "cannot see it; the request ends by time, and the person may start again",
    ),
    (
        "ticket_expired", _ALL, "the time of the request is over as soon as it began", "slow people",
        "hears the time-out and offers to start again",
    ),
    (
        "callback_before_reply", _ASK, "the callback arrives before the reply to initiateRequest", "two connections race",
        "has the pending item in its store before it sends the request",
    ),
    ("callback_twice", _POSTED, "the same bytes arrive twice", "retries after a lost answer", _ONCE),
    (
        "callback_late", _POSTED, "the callback leaves twenty minutes later", "queues",
        "refuses it: the pending request is over by then",
    ),
    ("callback_never", _POSTED, "no callback is sent", "lost messages", "gives up after eighteen minutes"),
    (
        "callback_wrong_business_id", ("callback", *_POSTED), "the businessID inside is another one",
        "a mixed-up answer", _KEEPS_WAITING,
    ),
    ("callback_wrong_state", _POSTED, "the state inside is another one", "a forged callback", _KEEPS_WAITING),
    ("callback_state_missing", _POSTED, "there is no state inside", "a forged callback", _KEEPS_WAITING),
    (
        "callback_wrong_kek", _POSTED, "the content key is wrapped for a stranger's KEK", "a mixed-up client",
        _KEEPS_WAITING,
    ),
    (
        "callback_wrong_key", _POSTED, "the wrapped content key is not the one that sealed the content", "tampering",
        _KEEPS_WAITING,
    ),
    (
        "callback_fresh_key", _POSTED, "a new content key is made for the callback; the old one is dead",
        "the old one expired (dossier 3.4)", "opens the callback with the key in it, and fetches a key for its next request",
    ),
    ("callback_plain", _POSTED, "the content is clear JSON", "a forger without any key", _KEEPS_WAITING),
    ("callback_key_missing", _POSTED, "there is no secretKey", "a half-written callback", _KEEPS_WAITING),
    (
        "callback_extra_fields", _POSTED, "three verified fields come that may not have been asked for", "lax servers",
        "keeps what it asked for and drops the rest",
    ),
    (
        "request_refused", _POSTED, "the person is said to have refused, whatever was pressed", "people say no",
        "reports that the person declined",
    ),
    (
        "request_cancelled", _POSTED, "the person is said to have cancelled form filling or signing", "people turn back",
        "reports that the person declined",
    ),
    (
        "request_failed", _POSTED, "the request is said to have failed", "face recognition fails",
        "offers to start again",
    ),
    (
        "request_timed_out", _POSTED, "the request is said to have timed out", "people walk away",
        "offers to start again",
    ),
)  # fmt: skip

ASKING_FAULTS = tuple(
    Fault(name=name, operations=operations, what_happens=happens, why=why, correct_service_does=does)
    for name, operations, happens, why, does in _ROWS
)
