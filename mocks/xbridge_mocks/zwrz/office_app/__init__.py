"""粤政易 behind the TIF gateway: the zwrz mock's second address, because the gateway is another host."""

from __future__ import annotations

from xbridge_mocks.zwrz.office_app.app import OfficeAppMock
from xbridge_mocks.zwrz.office_app.gate import OfficeAppCredentials
from xbridge_mocks.zwrz.office_app.misbehaviour import FAULTS

__all__ = ["FAULTS", "OfficeAppCredentials", "OfficeAppMock"]
