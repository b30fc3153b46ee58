"""Bulk signing beside its order: the token before it, how far it is, and taking it back (dossier 10).

The calls that CorpID has under these names; their shapes are INFERRED.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xbridge_mocks.iamsmart.bulk_order import BulkTokens, bulk_names
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.initiation import business_id
from xbridge_mocks.iamsmart.inquiry import OUTCOMES, SCOPE_OF_KIND, Inquiries, Inquiry, InquiryPhase
from xbridge_mocks.iamsmart.parameter import owner, text
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_order import digest_text, impediment

__all__ = ["BULK_OPERATIONS", "BulkSigning"]

BULK_OPERATIONS = ("bulkToken", "bulkSignStatus", "bulkSignCancel")
_STATUS: dict[InquiryPhase, str] = {
    "approved": "SS003", "cancelled": "SS004", "refused": "SS004", "failed": "SS005", "timed_out": "SS005",
    "not_plus": "SS005", "other_card": "SS005",
}  # fmt: skip


class BulkSigning:
    """Takes the calls around an order. ``withdraw`` ends a waiting request as if its person had cancelled."""

    def __init__(
        self,
        *,
        settings: IamSmartMockSettings,
        grants: Grants,
        inquiries: Inquiries,
        tokens: BulkTokens,
        withdraw: Callable[[Inquiry], None],
    ) -> None:
        self._settings = settings
        self._grants = grants
        self._inquiries = inquiries
        self._tokens = tokens
        self._withdraw = withdraw

    def fetch_token(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        """``getBSQCToken``: the token for one person, under the names that the order must bear. Raises Refused."""
        given = {name: text(parameters, name, trail) for name in ("accessToken", "openID")}
        names = bulk_names(parameters, trail)
        card = digest_text(parameters, "HKICHash", trail)
        person = owner(given, client, self._grants, trail, scope=SCOPE_OF_KIND["bulk_signing"]).persona
        hindrance = impediment(card, person)
        if hindrance and self._settings.signing_refusal_at == "request":
            trail.require("may_sign", False, OUTCOMES["bulk_signing"][hindrance], detail=hindrance)
        token = self._tokens.issue(client, person, names, expired=trail.strikes("bulk_token_expired"))
        content: dict[str, object] = {
            "bsqcToken": token.value, "issueAt": token.issued_ms, "expiresIn": token.lifetime_ms,
        }  # fmt: skip
        if trail.strikes("bulk_token_missing"):
            del content["bsqcToken"]
        return content

    def status(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        """``enquireStatus``: how far an order of this client is. Raises Refused."""
        inquiry = self._find(client, parameters, trail)
        waiting = "SS002" if inquiry.opened else "SS001"
        status = waiting if inquiry.phase == "waiting" else _STATUS[inquiry.phase]
        if trail.strikes("bulk_status_unknown"):
            status = "SS099"
        return {"businessID": inquiry.business_id, "status": status}

    def cancel(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> None:
        """``cancelRequest``: take an order back that nobody has opened yet. Raises Refused."""
        inquiry = self._find(client, parameters, trail, unknown="D71007")
        pending = inquiry.phase == "waiting" and not inquiry.opened and not trail.strikes("bulk_too_late")
        trail.require("pending", pending, "D71007", detail="opened or decided")
        self._withdraw(inquiry)

    def _find(
        self, client: Client, parameters: Mapping[str, object], trail: Trail, *, unknown: str = "D20003"
    ) -> Inquiry:
        inquiry = self._inquiries.find_business(client.client_id, business_id(parameters, trail))
        found = inquiry is not None and inquiry.kind == "bulk_signing"
        trail.require("bulk_known", found, unknown, parameter="businessID", detail="no such order of this client")
        if inquiry is None:
            raise Refused(unknown, "businessID")
        return inquiry
