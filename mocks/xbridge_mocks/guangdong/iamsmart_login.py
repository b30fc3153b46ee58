"""This platform as an online service of iAM Smart: its button, the way there and back, and what follows (section 9).

The browser goes to iAM Smart's QR page and comes back with a code, which is exchanged by signed and encrypted calls
(``iamsmart_line``).  An iAM Smart account that is bound signs its person in; any other leads to ``iamsmart_binding``.  The
real platform's addresses and words are UNKNOWN: all of this stands under ``/mock/``.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong import iamsmart_binding
from xbridge_mocks.guangdong.account import beijing_text, ways_of
from xbridge_mocks.guangdong.callback import finish_login
from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.iamsmart_bindings import Binding, Bindings, Intent
from xbridge_mocks.guangdong.iamsmart_line import IamSmartLine, LineDown, Proved
from xbridge_mocks.guangdong.login import login_destination
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.page import negotiate
from xbridge_mocks.persona import AccountWay, Level

__all__ = ["BINDING_PATH", "CALLBACK_PATH", "IamSmartLogin", "SamePerson"]

CALLBACK_PATH = "/mock/iamsmart/callback"
BINDING_PATH = "/mock/iamsmart/binding"
SamePerson = Callable[[str, str], bool]
"""Says whether an openID and a persona's account are one person's, as two registers would without showing each other."""

# What an iAM Smart account can vouch for here: never more than this, and never more than the account has (dossier 3, INFERRED).
_CAP: dict[str, Level] = {"sign": "L2", "default": "L1"}


@dataclass(slots=True, kw_only=True)
class IamSmartLogin:
    """The door that makes "use iAM Smart" live; ``callback_url`` is what is registered at iAM Smart."""

    line: IamSmartLine
    callback_url: str
    bindings: Bindings
    same_person: SamePerson
    binding_path: str = BINDING_PATH

    def begin(self, platform: Platform, visit: Visit) -> Response:
        """Answer the press on "use iAM Smart" on a login page: on to iAM Smart.  Raises Refused."""
        return self.depart(platform, visit, login_destination(platform, visit))

    def depart(self, platform: Platform, visit: Visit, destination: Destination | None) -> Response:
        """Send the browser to iAM Smart, for a service or, without one, to bind from the account centre."""
        intent = self.bindings.begin(
            device=platform.device(visit), destination=destination, generation=visit.generation
        )
        visit.passed("iamsmart", "sent to iAM Smart")
        address = self.line.login_url(redirect_uri=self.callback_url, state=intent.id, lang=negotiate(visit.request))
        return Response(status=302, headers={"Location": address, "Cache-Control": "no-store"})

    def callback(self, platform: Platform, visit: Visit) -> Response:
        """Take the browser that comes back.  Raises Refused.

        (1) an attempt of this browser, once   (2) what the person said at iAM Smart   (3) the code, exchanged
        (4) a bound account signs in   (5) any other is asked to bind
        """
        # (1) Somebody else's answer opened here would sign this browser in as them, or bind their account.
        intent = self.own(platform, visit, visit.single(visit.request.args, "state"))
        visit.generation = intent.generation
        visit.require("once", intent.proved is None, Kind.BINDING, "came back before")
        # (2)
        if visit.request.args.get("error_code") is not None:
            self.bindings.end(intent)
            visit.failed("iamsmart", "the person said no at iAM Smart")
            visit.refused = Kind.LOGIN
            return iamsmart_binding.message(platform, visit, "iam_declined", intent, status=403)
        # (3)
        try:
            proved = self.line.exchange(visit.single(visit.request.args, "code"))
        except LineDown as down:
            self.bindings.end(intent)
            visit.failed("iamsmart", str(down))
            visit.refused = Kind.BINDING
            return iamsmart_binding.message(platform, visit, "iam_down", intent, status=502)
        intent = self.bindings.came_back(intent, proved)
        # (4)
        standing = self.bindings.of_open_id(proved.open_id)
        if standing is not None:
            return self._signed_in(platform, visit, intent, standing)
        # (5)
        visit.passed("iamsmart", f"proved by iAM Smart ({proved.user_type}), not bound")
        return Response(
            status=303, headers={"Location": f"{BINDING_PATH}?intent={intent.id}", "Cache-Control": "no-store"}
        )

    def page(self, platform: Platform, visit: Visit) -> Response:
        """The binding page, for somebody who came back from iAM Smart and for the account centre.  Raises Refused."""
        return iamsmart_binding.page(self, platform, visit)

    def own(self, platform: Platform, visit: Visit, intent_id: str) -> Intent:
        """Return the attempt that this browser began and that may still end.  Raises Refused."""
        intent = self.bindings.find(intent_id)
        if intent is None:
            visit.refuse("intent", Kind.BINDING, "no such attempt, or it took too long")
        same = hmac.compare_digest(platform.device(visit).encode("utf-8", "replace"), intent.device.encode())
        visit.require("same_browser", same, Kind.BINDING, "not the browser that began")
        return intent

    def is_bound(self, persona: str) -> bool:
        """Say whether this persona's account is bound to an iAM Smart account."""
        return self.bindings.of_persona(persona) is not None

    def add_way(self, platform: Platform, persona: str, proved: Proved) -> str:
        """Write iAM Smart into the account's ways, as proved now, and return the level it stands for."""
        account = platform.accounts.account(persona)
        level = min(account.level, _CAP.get(proved.user_type, "L1"))
        code = platform.settings.iamsmart_way
        kept = tuple(way for way in ways_of(account) if way.code != code)
        way = AccountWay(level=level, code=code, at=beijing_text(platform.clock.now()))
        platform.accounts.set_ways(persona, (*kept, way))
        return level

    def drop_way(self, platform: Platform, persona: str) -> None:
        """Take iAM Smart out of the account's ways; what else proved its level stays."""
        kept = [
            way for way in ways_of(platform.accounts.account(persona)) if way.code != platform.settings.iamsmart_way
        ]
        if kept:
            platform.accounts.set_ways(persona, kept)

    def clear(self) -> None:
        """Forget bindings and what is under way."""
        self.bindings.clear()

    def _signed_in(self, platform: Platform, visit: Visit, intent: Intent, standing: Binding) -> Response:
        """Sign the person of a binding in, unless it is suspended."""
        self.bindings.end(intent)
        if standing.state == "suspended":
            visit.failed("binding", "suspended")
            visit.refused = Kind.LOGIN
            return iamsmart_binding.message(platform, visit, "binding_suspended", intent, status=403)
        if intent.destination is None or intent.proved is None:
            visit.failed("binding", "bound already")
            visit.refused = Kind.BINDING
            return iamsmart_binding.message(platform, visit, "binding_conflict", intent, status=409)
        level = self.add_way(platform, standing.persona, intent.proved)
        visit.passed("binding", f"bound, iAM Smart {intent.proved.user_type}, here {level}")
        account_type = platform.settings.iamsmart_account_type
        return finish_login(platform, visit, intent.destination, standing.persona, account_type=account_type)
