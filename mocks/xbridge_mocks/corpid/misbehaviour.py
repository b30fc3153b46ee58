"""Every way in which this mock misbehaves on request, and what a correct service then does.

Where CorpID speaks as iAM Smart does it misbehaves as iAM Smart does, at operations of its own; what only a login with two
codes can get wrong stands here.
"""

from __future__ import annotations

from dataclasses import replace

from xbridge_mocks.corpid.route import PERSON_OPERATIONS
from xbridge_mocks.fault import Fault
from xbridge_mocks.iamsmart.asking_fault import ASKING_FAULTS
from xbridge_mocks.iamsmart.misbehaviour import FAULTS as IAM_SMART_FAULTS

__all__ = ["COMPANY_OPERATION", "FAULTS"]

COMPANY_OPERATION = {"getKey": "corpGetKey", "revokeKey": "corpRevokeKey", "getToken": "corpGetToken"}
"""The operation of CorpID that does what the one of iAM Smart does."""
_BACK = ("callback",)
_BAD_CALLBACK = "refuses the callback and exchanges nothing"


def _inherited(fault: Fault) -> Fault | None:
    """The fault as it can strike here, at either platform; None where it cannot."""
    kept = tuple(each for each in fault.operations if each in (*_BACK, *PERSON_OPERATIONS))
    there = tuple(COMPANY_OPERATION[each] for each in kept if each in COMPANY_OPERATION)
    return replace(fault, operations=(*kept, *there)) if kept and fault not in ASKING_FAULTS else None


def _fault(name: str, operations: tuple[str, ...], happens: str, why: str, does: str) -> Fault:
    return Fault(name=name, what_happens=happens, why=why, correct_service_does=does, operations=operations)


FAULTS: tuple[Fault, ...] = (
    *filter(None, map(_inherited, IAM_SMART_FAULTS)),
    _fault(
        "company_refused",
        _BACK,
        "the callback carries M40001 whatever was pressed",
        "a company can withdraw a person's authority",
        "reports that the person declined: a normal outcome, nothing to retry",
    ),
    _fault("company_code_missing", _BACK, "the callback has no code of CorpID", "half a login", _BAD_CALLBACK),
    _fault(
        "company_code_duplicated",
        _BACK,
        "the callback has CorpID's code twice, the right one last",
        "parsers disagree on which one counts",
        _BAD_CALLBACK,
    ),
    _fault(
        "company_code_expired",
        _BACK,
        "CorpID's code is too old when it arrives",
        "two codes, two clocks",
        "reports M40004 and does not retry the code",
    ),
    _fault(
        "company_code_wrong",
        _BACK,
        "CorpID's code was never issued",
        "code injection",
        "reports M40004 and does not retry the code",
    ),
    _fault(
        "company_scope_missing",
        ("corpGetToken",),
        "the granted scopes do not hold the authentication",
        "a token for something else proves no login",
        "reports a protocol error and uses nothing of the reply",
    ),
)
