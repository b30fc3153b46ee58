"""What a service says about the signature it received (dossier 10): accepted, rejected, or none received.

Said once; saying the same again changes nothing, saying something else is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from xbridge_mocks.iamsmart.initiation import business_id
from xbridge_mocks.iamsmart.inquiry import Inquiries, Kind
from xbridge_mocks.iamsmart.parameter import text
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.registry import Client

__all__ = ["ACKNOWLEDGEMENTS", "Acknowledgements"]

ACKNOWLEDGEMENTS: dict[str, tuple[tuple[Kind, ...], str]] = {
    "signAck": (("hash_signing", "pdf_signing"), "D70006"),
    "bulkSignAck": (("bulk_signing",), "D71006"),
}
"""For each call: which kinds of request it is about, and the code that says no."""

_RESULTS = ("SR001", "SR002", "SR003")


class Acknowledgements:
    """Takes acknowledgements."""

    def __init__(self, inquiries: Inquiries) -> None:
        self._inquiries = inquiries

    def take(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> None:
        """Remember what the client says about one signature of its own. Raises Refused."""
        kinds, code = ACKNOWLEDGEMENTS[trail.operation]
        business = business_id(parameters, trail)
        result = text(parameters, "signingResult", trail)
        trail.require(
            "signing_result", result in _RESULTS, "D20003", parameter="signingResult", detail="not SR001 to SR003"
        )
        inquiry = self._inquiries.find_business(client.client_id, business)
        signed = inquiry is not None and inquiry.kind in kinds and inquiry.phase == "approved"
        signed = signed and not trail.strikes("acknowledgement_refused")
        trail.require("signed", signed, code, detail="nothing was signed under this businessID")
        if inquiry is None:
            return
        trail.require("said_once", inquiry.acknowledged in ("", result), code, detail="another result was said before")
        inquiry.acknowledged = result
