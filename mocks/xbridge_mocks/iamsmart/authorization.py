"""The getQR request: every parameter checked before anything is shown or remembered (dossier 6.1, 6.2).

Checking only. A failed check ends in an error page, never in a redirect, because until the last check the redirect
address is a stranger's word (lessons B3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from xbridge_mocks.iamsmart.inquiry import SCOPE_OF_KIND, Inquiries, Inquiry
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client, Registry
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings

__all__ = ["APP_SOURCES", "SCHEME_SOURCES", "SOURCES", "AuthorizationRequest", "check_authorization"]

SOURCES = frozenset(
    {
        "PC_Browser", "Android_Chrome", "Android_Firefox", "Android_Edge", "Android_Samsung", "Android_Huawei",
        "Android_Xiaomi", "iOS_Safari", "iOS_Chrome", "iOS_Firefox", "iOS_Edge", "Android_IMS_InAppBrowser",
        "iOS_IMS_InAppBrowser",
    }
)  # fmt: skip
APP_SOURCES = frozenset({"App_Link", "App_Package", "App_Scheme"})
SCHEME_SOURCES = frozenset({"App_Link", "App_Scheme"})
"""The sources of the first-generation app link (dossier 6.6); App_Package belongs to the second."""
_REQUIRED = ("clientID", "responseType", "source", "redirectURI", "scope")
_KNOWN = (*_REQUIRED, "ticketID", "lang", "state", "brokerPage")
_STATE_FORM = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A getQR request that passed every check."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    source: str
    state: str | None
    broker_page: bool
    inquiry: Inquiry | None = None


def check_authorization(
    args: MultiDict[str, str],
    registry: Registry,
    inquiries: Inquiries,
    settings: IamSmartMockSettings,
    trail: Trail,
    *,
    sources: frozenset[str] = SOURCES,
) -> AuthorizationRequest:
    """Check a getQR query, or with other ``sources`` the query of an app link. Raises Refused.

    (1) presence  (2) client  (3) forms  (4) scope  (5) source  (6) redirect URI  (7) ticket
    """
    # (1) A parameter given twice means two different things to two parsers.
    for name in _KNOWN:
        trail.require("once", len(args.getlist(name)) <= 1, "D20003", parameter=name, detail=f"{name} given twice")
    for name in _REQUIRED:
        trail.require("present", name in args, "D20001", parameter=name, detail=f"{name} is missing")
        trail.require("filled", bool(args[name]), "D20002", parameter=name, detail=f"{name} is empty")
    # (2)
    client = registry.find(args["clientID"])
    trail.require("client", client is not None, settings.unknown_client_code, parameter="clientID", detail="unknown")
    if client is None:
        raise Refused(settings.unknown_client_code, "clientID")
    # (3)
    _check_forms(args, trail)
    # (4)
    scopes = tuple(args["scope"].split(" "))
    lawful = len(set(scopes)) == len(scopes) and all(scope in client.scopes for scope in scopes)
    trail.require("scope", lawful, "D20012", parameter="scope", detail="a scope not approved, or given twice")
    # (5)
    trail.require("source", args["source"] in sources, "D20007", parameter="source", detail="not a source for this")
    # (6) Compared as text: two addresses that "mean the same" are two addresses.
    registered = args["redirectURI"] in client.redirect_uris
    trail.require("redirect_uri", registered, "D20008", parameter="redirectURI", detail="not registered")
    # (7)
    inquiry = _ticket(args, client, scopes, inquiries, trail) if "ticketID" in args else None
    return AuthorizationRequest(
        client=client,
        redirect_uri=args["redirectURI"],
        scopes=scopes,
        source=args["source"],
        state=args.get("state"),
        broker_page=args.get("brokerPage", "false").lower() == "true",
        inquiry=inquiry,
    )


def _ticket(
    args: MultiDict[str, str], client: Client, scopes: tuple[str, ...], inquiries: Inquiries, trail: Trail
) -> Inquiry:
    """The anonymous request that the ticket opens. A ticket of a request after login opens the app instead, not this."""
    inquiry = inquiries.find_ticket(args["ticketID"])
    known = inquiry is not None and inquiry.client.client_id == client.client_id and not inquiry.redirect_uri
    trail.require("ticket", known, "D20003", parameter="ticketID", detail="unknown, expired or another client's")
    if inquiry is None:
        raise Refused("D20003", "ticketID")
    trail.require("ticket_unused", inquiry.phase == "waiting", "D20003", parameter="ticketID", detail="used before")
    needed = SCOPE_OF_KIND[inquiry.kind]
    trail.require(
        "ticket_scope", needed in scopes, "D20015", parameter="scope", detail=f"{needed} is not among the scopes"
    )
    return inquiry


def _check_forms(args: MultiDict[str, str], trail: Trail) -> None:
    is_code = args["responseType"] == "code"
    trail.require("response_type", is_code, "D20003", parameter="responseType", detail="not code")
    state = args.get("state")
    state_lawful = state is None or bool(_STATE_FORM.fullmatch(state))
    trail.require("state", state_lawful, "D20003", parameter="state", detail="not 1 to 36 of A-Z a-z 0-9 _ -")
    lang_lawful = args.get("lang", "zh-HK") in ("en-US", "zh-HK", "zh-CN")
    trail.require("lang", lang_lawful, "D20003", parameter="lang", detail="not en-US, zh-HK or zh-CN")
    broker_lawful = args.get("brokerPage", "false").lower() in ("true", "false")
    trail.require("broker_page", broker_lawful, "D20003", parameter="brokerPage", detail="not a boolean")
