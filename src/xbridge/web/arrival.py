"""Browsers that leave for the provider and come back: logins, logins from the provider's app, what needs no login."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from xbridge.core.errors import CallbackInvalid, XBridgeError
from xbridge.core.identity import Identity
from xbridge.core.request import Collected, RequestKind
from xbridge.core.signing import DocumentSignature
from xbridge.web.address import local_path
from xbridge.web.colour import settled
from xbridge.web.desk import AnyDesk, form_of_ours
from xbridge.web.message import WebReply, WebRequest, html, redirect
from xbridge.web.page import confirm_page, refusal_page
from xbridge.web.visit import Hop, Visit, Waiting

CONFIRM_S = 600
MAX_NAME_CHARS = 128


async def begin_login(desk: AnyDesk, request: WebRequest, visit: Visit) -> WebReply:
    """Send the browser to the provider, because the person pressed the button (iamsmart.md section 11)."""
    form = form_of_ours(request, visit)
    hop = await settled(
        desk.bridge.begin_login(
            desk.provider,
            return_to=desk.callback_url,
            session=visit.id,
            lang=visit.language,
            user_agent=visit.user_agent,
        )
    )
    visit.send("login", hop, next=local_path(form.get("next", ""), otherwise=desk.home), now=desk.clock())
    return redirect(hop.url)


async def finish(desk: AnyDesk, request: WebRequest, visit: Visit) -> WebReply:
    """Take a browser back: a login, a direct login of version 1, or what needed no login."""
    hop = visit.returning(request.url, now=desk.clock())
    try:
        if hop is not None and hop.kind in ("anonymous_form", "anonymous_signing"):
            return await _finish_anonymous(desk, request, visit, hop)
        if hop is not None and hop.kind == "direct_login":
            return await _finish_direct(desk, request, visit, hop)
        # Without a hop the Bridge refuses, and its audit sink hears of it.
        identity = await settled(
            desk.bridge.finish_login(hop.sealed if hop else "", callback_url=request.url, session=visit.id)
        )
    except CallbackInvalid:
        # Somebody else's callback must not end the person's own.
        raise
    except XBridgeError as error:
        if hop is not None and not error.retryable:
            visit.arrived(hop, now=desk.clock())
        raise
    return await _welcome(desk, visit, identity, hop)


async def finish_in_path(desk: AnyDesk, request: WebRequest, visit: Visit, _state: str) -> WebReply:
    """Take a browser back whose state is the last segment of the path (guangdong.md 2.1).

    The Bridge reads it there; where the configuration does not put it there, the path is not ours and is refused.
    """
    return await finish(desk, request, visit)


async def begin_direct(desk: AnyDesk, request: WebRequest, visit: Visit) -> WebReply:
    """Give the provider's app a state (V1) and send it back to where it said, if that is registered."""
    hop = await settled(desk.bridge.begin_direct_login(desk.provider, url=request.url, session=visit.id))
    visit.send("direct_login", hop, next=desk.home, now=desk.clock())
    return redirect(hop.url)


async def finish_direct(desk: AnyDesk, request: WebRequest, visit: Visit) -> WebReply:
    """Take a login that carries no state at all (V2)."""
    return await _finish_direct(desk, request, visit, None)


async def confirm(desk: AnyDesk, request: WebRequest, visit: Visit) -> WebReply:
    """Log in whoever confirmed that a login from the provider's app is their own doing."""
    form = form_of_ours(request, visit)
    settled_doubt = visit.settle_doubt(form.get("handle", ""), now=desk.clock())
    if settled_doubt is None:
        raise CallbackInvalid("login", reason="expired")
    provider, way = settled_doubt
    return desk.replied(await settled(desk.hooks.on_confirmed(visit, provider)), otherwise=way)


async def _welcome(desk: AnyDesk, visit: Visit, identity: Identity, hop: Hop | None) -> WebReply:
    if hop is not None:
        visit.arrived(hop, now=desk.clock())
    answer = await settled(desk.hooks.on_identity(visit, identity))
    return desk.replied(answer, otherwise=hop.next if hop else desk.home)


async def _finish_direct(desk: AnyDesk, request: WebRequest, visit: Visit, hop: Hop | None) -> WebReply:
    """Finish a direct login, and ask the person before anybody is logged in by it."""
    identity = await settled(
        desk.bridge.finish_direct_login(
            desk.provider, callback_url=request.url, session=visit.id, pending=hop.sealed if hop else ""
        )
    )
    if hop is not None:
        visit.arrived(hop, now=desk.clock())
    name = await settled(desk.hooks.on_direct_identity(visit, identity))
    if name is None:
        return html(refusal_page(desk.frame(visit), "elsewhere"), status=403)
    until = int((desk.clock() + timedelta(seconds=CONFIRM_S)).timestamp())
    handle = visit.doubt(identity, next=desk.home, until=until)
    page = confirm_page(
        desk.frame(visit),
        name=name[:MAX_NAME_CHARS],
        action=desk.place(desk.paths.confirm),
        fields={"guard": visit.guard, "handle": handle},
    )
    return html(page)


async def _finish_anonymous(desk: AnyDesk, request: WebRequest, visit: Visit, hop: Hop) -> WebReply:
    """Finish what needed no login: its answer comes with the browser, and goes to the application like any other."""
    kind: RequestKind = "form"
    data: Any
    if hop.kind == "anonymous_form":
        finish = desk.bridge.finish_anonymous_form
        data = await settled(finish(hop.sealed, callback_url=request.url, session=visit.id))
    else:
        sign = desk.bridge.finish_anonymous_signature
        data = await settled(sign(hop.sealed, callback_url=request.url, session=visit.id))
        kind = "document_signing" if isinstance(data, DocumentSignature) else "hash_signing"
    visit.arrived(hop, now=desk.clock())
    asked = Waiting(business_id=hop.business_id, next=hop.next, until=hop.until, label=hop.label)
    shown = await desk.concluded(visit, asked, Collected(status="done", kind=kind, data=data))
    return desk.send_to(shown.next)
