"""Asking a person, the page on which they wait, and the endpoint that it polls: only the session that asked hears.

Asking takes the result from the store, once, and hands it to the application; how it ended stays in the session, so
that a page which asks twice hears the same.  No long poll: a worker is never held.
"""

from __future__ import annotations

from xbridge.core.errors import CallbackInvalid
from xbridge.core.request import PendingRequest
from xbridge.web.colour import settled
from xbridge.web.desk import AnyDesk, form_of_ours
from xbridge.web.hook import Shown
from xbridge.web.message import WebReply, WebRequest, document, html
from xbridge.web.page import waiting_page
from xbridge.web.visit import Visit, Waiting


async def ask(desk: AnyDesk, request: WebRequest, visit: Visit, what: str) -> WebReply:
    """Ask what the application says is to be asked, because the person pressed its button, and let them wait."""
    form = form_of_ours(request, visit)
    begun = await settled(desk.hooks.on_ask(visit, what, form))
    if begun is None:
        return desk.missing(visit)
    if isinstance(begun, WebReply | str):
        return desk.replied(begun, otherwise=desk.home)
    way = form.get("next", "")
    if isinstance(begun, PendingRequest):
        return desk.wait_for(visit, begun, next=way, label=what)
    return desk.send_away(visit, begun, next=way, label=what)


async def show(desk: AnyDesk, request: WebRequest, visit: Visit, business_id: str) -> WebReply:
    """Show the page, or send the person on when the answer is there."""
    waiting = visit.waiting(business_id)
    if waiting is None:
        return desk.missing(visit)
    if not waiting.ending and desk.pace.allows(visit.id, business_id):
        waiting, _ = await _asked(desk, visit, waiting)
    if waiting.ending:
        return desk.send_to(waiting.next)
    path = f"{desk.place(desk.paths.wait)}/{business_id}"
    status = f"{desk.place(desk.paths.status)}/{business_id}"
    frame = desk.frame(visit, path=path)
    return html(waiting_page(frame, waiting, status=status, poll_interval_s=desk.poll_interval_s))


async def tell(desk: AnyDesk, request: WebRequest, visit: Visit, business_id: str) -> WebReply:
    """Tell a script how the request stands.

    ``{"status": "waiting", "retry_after_s": 2}``, or how it ended with the path to go to next, and whatever the
    application said may be shown.  429 for who asks too often, 404 for what this session never asked.
    """
    waiting = visit.waiting(business_id)
    if waiting is None:
        return document({"status": "unknown", "next": desk.home}, status=404)
    pause = (("Retry-After", str(desk.poll_interval_s)),)
    still = {"status": "waiting", "retry_after_s": desk.poll_interval_s}
    shown: Shown | None = None
    if not waiting.ending:
        if not desk.pace.allows(visit.id, business_id):
            return document(still, status=429, more=pause)
        waiting, shown = await _asked(desk, visit, waiting)
    if not waiting.ending:
        return document(still, more=pause)
    data = {"data": dict(shown.data)} if shown is not None and shown.data else {}
    return document({"status": waiting.ending, "next": waiting.next, **data})


async def _asked(desk: AnyDesk, visit: Visit, waiting: Waiting) -> tuple[Waiting, Shown | None]:
    """Ask the Bridge once, and return how the request stands now."""
    try:
        collected = await settled(desk.bridge.collect(waiting.business_id, session=visit.id))
    except CallbackInvalid:
        # Another window of this session was first, or the result waited for too long: either way the page goes on.
        return visit.ended(waiting, "gone", next=waiting.next), None
    if collected.status == "waiting":
        return waiting, None
    try:
        shown = await desk.concluded(visit, waiting, collected)
    except Exception:
        # The result was handed out and is lost; the place for success is not where this ends.
        visit.ended(waiting, "failed", next=desk.home)
        raise
    return visit.ended(waiting, collected.status, next=shown.next), shown
