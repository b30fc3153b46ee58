"""The part of the portal that asks iAM Smart and is answered by callback: the form, and what waits for an answer.

A mix-in of ``portal.Portal``, which routes to it and shows its pages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from werkzeug.wrappers import Request, Response

from xbridge.bridge.blocking import Bridge
from xbridge.core.errors import StoreUnavailable, XBridgeError
from xbridge.core.request import Collected, PendingRequest
from xbridge.demo.form_sheet import FIELDS, form_title, sheet
from xbridge.demo.visitor import Visitor

PUSH_PATH = "/push/hk"
FORM = "form"


class Asking(ABC):
    """Asks, receives callbacks, and lets the page fetch the answer."""

    _bridge: Bridge

    def _form(self, request: Request, visitor: Visitor) -> Response:
        """Show what the form would ask for; nothing is asked before the person presses the button."""
        title = form_title(visitor.language)
        return self._page(request, visitor, "form", title=title.name, purpose=title.description, fields=list(FIELDS))

    def _ask_form(self, request: Request, visitor: Visitor) -> Response:
        if "iamsmart" not in visitor.identities:
            return Response("Log in with iAM Smart first.", status=409)
        visitor.form = None
        asked = self._bridge.request_form(
            visitor.identities["iamsmart"],
            fields=FIELDS,
            title=form_title(visitor.language),
            session=visitor.id,
            lang=visitor.language,
            user_agent=request.headers.get("User-Agent", ""),
        )
        return self._await(request, visitor, FORM, asked)

    def _form_answer(self, request: Request, visitor: Visitor) -> Response:
        if FORM not in visitor.asked:
            return Response("Nothing was asked.", status=409)
        answer = self._bridge.collect(visitor.asked[FORM], session=visitor.id)
        if answer.status == "waiting":
            return self._wait(request, visitor, FORM)
        del visitor.asked[FORM]
        visitor.form = sheet(answer.data) if answer.status == "done" else None
        return self._answered(request, visitor, answer)

    def _push(self, request: Request) -> Response:
        """Take a callback.  Whoever forges one learns nothing from the answer; where nothing was taken, ask again."""
        try:
            self._bridge.receive_callback("iamsmart", request.get_data(), content_type=request.content_type or "")
        except StoreUnavailable:
            return Response(status=503)
        except XBridgeError:
            return Response(status=200)
        return Response(status=200)

    def _await(self, request: Request, visitor: Visitor, what: str, asked: PendingRequest) -> Response:
        """Remember what was asked, and show where the person answers it."""
        visitor.asked[what] = asked
        return self._wait(request, visitor, what)

    def _wait(self, request: Request, visitor: Visitor, what: str) -> Response:
        asked = visitor.asked[what]
        return self._page(
            request,
            visitor,
            "waiting",
            answer_path=f"/{what}/answer",
            waiting={
                "auth_by_qr": asked.auth_by_qr,
                "app_url": asked.app_url,
                "code": asked.identification_code,
            },
        )

    def _answered(self, request: Request, visitor: Visitor, answer: Collected) -> Response:
        """Show how a request ended."""
        details: dict[str, Any] = {"status": answer.status, "provider_code": answer.provider_code}
        return self._page(request, visitor, "answer", form=visitor.form, **details)

    @abstractmethod
    def _page(self, request: Request, visitor: Visitor, name: str, **details: Any) -> Response:
        """Return the page ``name``, or its facts for a caller that asked for data."""
