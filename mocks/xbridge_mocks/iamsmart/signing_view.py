"""What a person sees of an order to sign: the names on it, the identification code, and whether they may sign at all.

For reading on a page. What is signed is made by ``signer`` from the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.identification_code import anonymous_identification_code, identification_code
from xbridge_mocks.iamsmart.inquiry import Inquiry
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_order import SigningOrder, impediment
from xbridge_mocks.persona import Persona

__all__ = ["SigningView", "signing_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningView:
    """An order as one person sees it; ``impediment`` is empty for somebody who may sign.

    ``code`` is empty for a bulk order: none is known for it. Of many documents the page lists the first ``listed``.
    """

    order: SigningOrder
    code: str
    impediment: str
    listed: int = 10

    @property
    def unlisted(self) -> int:
        """How many documents the page does not list."""
        return max(0, len(self.order.documents) - self.listed)


def signing_view(
    inquiry: Inquiry, person: Persona | None, grants: Grants, settings: IamSmartMockSettings
) -> SigningView | None:
    """The view of ``inquiry`` for ``person``, or nothing where nothing is to be signed or nobody is there yet."""
    order, client = inquiry.order, inquiry.client.client_id
    if order is None or person is None:
        return None
    digest = order.documents[0].digest
    if inquiry.kind == "bulk_signing":
        code = ""
    elif inquiry.redirect_uri:
        code = identification_code(digest, grants.open_id(client, person))
    else:
        code = anonymous_identification_code(digest, order.hkic_hash, client, form=settings.anonymous_code_input)
    return SigningView(order=order, code=code, impediment=impediment(order.hkic_hash, person) or "")
