"""What the application answers to what happens at its web parts.

Subclass :class:`Hooks` and override what you need.  Methods may be ``async`` when the desk is asynchronous.  Each is
called once for each thing that happens, in the request in which it happens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

from xbridge.core.errors import XBridgeError
from xbridge.core.identity import Identity
from xbridge.core.request import Collected, FormHop, PendingRequest
from xbridge.core.signing import SigningHop
from xbridge.web.message import WebReply, WebRequest
from xbridge.web.visit import Visit, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the application lets the page know about a result: ``data`` goes to its script as JSON, ``next`` is a path.

    Without one of these nothing of a result reaches the page.
    """

    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    next: str = ""


Begun = PendingRequest | FormHop | SigningHop | WebReply | str | None
"""What was begun for the person; a path of this site; a reply of the application's own; or None for no such button."""

Answer = WebReply | str | None
"""A reply of the application's own; a path of this site; or None for where the person wanted to go."""


class Hooks:
    """The application's side.  Whatever a hook raises ends the request; an ``XBridgeError`` becomes a page."""

    def on_identity(self, visit: Visit, identity: Identity) -> Answer | Awaitable[Answer]:
        """Somebody logged in.  The default keeps the proof; ``identity`` itself is here for the only time.

        Override it to look the person up by ``identity.subject``, to renew the application's own session cookie, or to
        turn somebody away; call ``visit.keep(identity)`` for those who may come in.
        """
        visit.keep(identity)
        return None

    def on_direct_identity(self, visit: Visit, identity: Identity) -> str | Awaitable[str | None] | None:
        """Somebody arrived from the provider's own app; nobody shows that they meant to (lessons.md B2).

        Return what the page that asks "Is this you?" should call them.  The default returns None: such logins are
        refused.
        """
        return None

    def on_confirmed(self, visit: Visit, provider: str) -> Answer | Awaitable[Answer]:
        """The person confirmed a direct login: ``visit.proof(provider)`` holds it from now on."""
        return None

    def on_ask(self, visit: Visit, what: str, form: Mapping[str, str]) -> Begun | Awaitable[Begun]:
        """The person pressed the button that was made with ``ask=what``; ``form`` holds what else its form held.

        Ask the Bridge, with ``session=visit.id`` and ``visit.proof()``, and return what it returned: the person is sent
        to the wait page, or to the provider for what needs no login (``return_to=desk.callback_url``).  Return a path
        or a reply to send them elsewhere, such as to your login.  The default knows no button.
        """
        return None

    def on_result(
        self, visit: Visit, waiting: Waiting, collected: Collected
    ) -> Shown | str | Awaitable[Shown | str | None] | None:
        """A request ended, well or not: ``collected.status`` says how, ``collected.data`` is here for the only time.

        Return a path of this site, or :class:`Shown`; None goes where the request said.  Raises
        ``NotImplementedError`` unless overridden, because a result that nobody takes is lost.
        """
        raise NotImplementedError("override Hooks.on_result: a result is handed out once")

    def on_refusal(self, visit: Visit, error: XBridgeError) -> Answer | Awaitable[Answer]:
        """Something was refused, timed out or is out of order.  The default shows a page that says what can be done."""
        return None

    def check_peer(self, request: WebRequest) -> Awaitable[None] | None:
        """Check who posts a result before a byte of it is believed.  Raises ``CallbackInvalid("peer", …)``.

        ``xbridge.web.peer`` has checks for source addresses and for client certificates that a proxy verified.
        """
        return None
