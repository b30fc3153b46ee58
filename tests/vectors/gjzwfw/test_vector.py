"""The signature of the national gateway: client and mock, written separately, both reproduce the vector (README.md)."""

from __future__ import annotations

from xbridge.protocols.national_gateway import signature_of
from xbridge_mocks.gjzwfw.gate import signature

SID, RID, RTIME, SECRET = "SID-1", "RID-1", "1700000000000", "example-app-secret"
SIGN = "vQJmz8tDJTYkdPfPiUiLSVkgc/nXJasNEMXsZK3zfIs="


def test_client_and_mock() -> None:
    """Both give the published value, and any other order of the three identifiers gives another."""
    assert signature_of(SECRET, sid=SID, rid=RID, rtime=RTIME) == signature(SECRET, SID, RID, RTIME) == SIGN
    assert SIGN not in {
        signature(SECRET, RID, SID, RTIME),
        signature(SECRET, RTIME, SID, RID),
        signature(SECRET, SID, RTIME, RID),
    }
