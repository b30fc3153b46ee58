"""Addresses that a browser or phone opens for iAM Smart: the QR page and the app (iamsmart.md sections 6.1 and 6.6).

Pure functions from settings to text.  Nothing here is signed or secret but ``state`` and tickets, which belong to one
person's session.
"""

from __future__ import annotations

from xbridge.core.errors import ConfigError
from xbridge.core.language import Language
from xbridge.core.request import AppPlatform, RequestKind
from xbridge.protocols.app_link import app_link, way_back
from xbridge.protocols.login_source import check_browser_source, source_for_user_agent
from xbridge.protocols.qr_page import LANG, qr_page_url
from xbridge.providers.iamsmart.settings import IamSmartSettings

__all__ = ["LANG", "app_login_url", "browser_source", "qr_url", "ticket_url"]


def browser_source(settings: IamSmartSettings, user_agent: str) -> str:
    """Return the source for a browser: read from ``user_agent``, the configured one where that is empty."""
    return source_for_user_agent(user_agent) if user_agent else check_browser_source(settings.source)


def qr_url(
    settings: IamSmartSettings,
    *,
    return_to: str,
    state: str,
    language: Language,
    scopes: tuple[str, ...],
    user_agent: str = "",
    ticket_id: str = "",
) -> str:
    """Return the getQR address (section 6.1).

    A phone also gets ``brokerPage``, which tries to open the app on it; ``ticket_id`` is for anonymous flows only.
    Raises ``ConfigError`` for a ``return_to`` that is not registered or a source that is no browser.
    """
    if return_to not in settings.redirect_uris:
        raise ConfigError("return_to is not among [providers.iamsmart] redirect_uris; the match is exact")
    return qr_page_url(
        settings.base_url + settings.paths.get_qr,
        client_id=settings.client_id,
        return_to=return_to,
        state=state,
        language=language,
        scopes=scopes,
        source=browser_source(settings, user_agent),
        broker_page=settings.broker_page,
        **({"ticketID": ticket_id} if ticket_id else {}),
    )


def app_login_url(settings: IamSmartSettings, *, platform: AppPlatform, return_to: str, state: str) -> str:
    """Return the URL with which an app of ours opens iAM Smart for a login (section 6.6).

    Generation 1 names a redirect URI; generation 2 a universal link on iOS, and package and activity on Android.
    Raises ``ConfigError`` for an address that is not registered or a package that is not configured.
    """
    if return_to not in settings.redirect_uris:
        raise ConfigError("return_to is not among [providers.iamsmart] redirect_uris; the match is exact")
    query = {"clientID": settings.client_id, "responseType": "code"}
    if settings.generation == 1:
        query |= {"source": "App_Link" if platform == "ios" else "App_Scheme", "redirectURI": return_to}
        path = settings.app_paths.login
    else:
        query |= way_back(settings, platform, return_to, section="iamsmart")
        path = settings.app_paths.login_v2
    return app_link(settings, path, query | {"scope": " ".join(settings.scopes), "state": state})


def ticket_url(settings: IamSmartSettings, kind: RequestKind, ticket_id: str) -> str:
    """Return the URL that opens iAM Smart on this device with a ticket that ``initiateRequest`` gave."""
    path = {
        "profile": settings.app_paths.profile,
        "form": settings.app_paths.form,
        "step_up": settings.app_paths.reauth,
        "hash_signing": settings.app_paths.hash_sign,
        "document_signing": settings.app_paths.pdf_sign,
        "bulk_signing": settings.app_paths.bulk_sign,
    }[kind]
    return app_link(settings, path, {"ticketID": ticket_id})
