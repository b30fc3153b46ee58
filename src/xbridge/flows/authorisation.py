"""The authorisation to link two accounts: the catalogue entry that it is about, and the offer that asked for it."""

from __future__ import annotations

from datetime import datetime

from xbridge.consent.giving import Offer
from xbridge.consent.notice import Notice
from xbridge.core.config import Config, Service
from xbridge.core.errors import LinkRefused, Unsupported
from xbridge.core.flow import DataFlow
from xbridge.flows.consent import ConsentOffer, current_notice, open_offer
from xbridge.flows.deps import Deps
from xbridge.linking.link import LinkOrigin


def open_authorisation(
    deps: Deps, agreed_to: ConsentOffer, *, origin: LinkOrigin, session: str, now: datetime
) -> tuple[Offer, Notice]:
    """Return the authorisation to link this way and the notice that it was shown with; nothing is spent.

    Raises ``LinkRefused("authorisation")`` for a notice about something else, and as ``open_offer`` and
    ``current_notice``.
    """
    offered = open_offer(deps, agreed_to, session=session, now=now)
    service, _ = binding_service(deps.config, origin)
    if offered.link or offered.service != service.id:
        raise LinkRefused("authorisation", "this notice was not about linking; show the one from offer_link")
    return offered, current_notice(deps, offered)


def binding_service(config: Config, origin: LinkOrigin) -> tuple[Service, DataFlow]:
    """Return the catalogue entry for linking this way and its flow: an assertion, a pseudonym, a level, and no record.

    An entry that names a ``matching_party`` is for ``"binding"`` and no other way.  Raises ``Unsupported``.
    """
    for service in config.services:
        if service.channel == "identity_binding" and bool(service.matching_party) == (origin == "binding"):
            flow = DataFlow(
                source=config.party(service.exporter).place,
                target=config.party(service.recipient).place,
                purpose=service.purpose,
                categories=service.categories,
            )
            return service, flow
    raise Unsupported(
        "the catalogue has no service with the channel identity_binding for this way to link, so accounts cannot be "
        "linked this way"
    )
