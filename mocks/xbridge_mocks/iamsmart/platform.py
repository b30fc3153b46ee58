"""The parts of the iAM Smart mock, put together: what it knows, what it remembers, and who answers at each address.

Wiring only. Serving requests is ``app``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from werkzeug.wrappers import Request, Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.iamsmart.api import Api
from xbridge_mocks.iamsmart.authority import Authority
from xbridge_mocks.iamsmart.bulk_order import BulkTokens
from xbridge_mocks.iamsmart.catalogue_page import CataloguePages
from xbridge_mocks.iamsmart.content_key import ContentKeys
from xbridge_mocks.iamsmart.direct_login import DirectLogins
from xbridge_mocks.iamsmart.gate import Gate
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.inquiry import Inquiries
from xbridge_mocks.iamsmart.inquiry_page import InquiryPages
from xbridge_mocks.iamsmart.login import Logins
from xbridge_mocks.iamsmart.login_page import LoginPages
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.registry import Registry
from xbridge_mocks.iamsmart.responder import Responder
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signer import Signer
from xbridge_mocks.journal import Journal
from xbridge_mocks.openapi import document_reply
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["Platform"]


class Platform:
    """Every part of one mock. ``lock`` is held by whoever uses them, but for the responder, which takes it itself."""

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: IamSmartMockSettings,
        faults: Faults,
        journal: Journal,
        lock: threading.RLock,
    ) -> None:
        self.registry = Registry(random)
        self._keys = ContentKeys(clock=clock, random=random, settings=settings)
        self._gate = Gate(clock=clock, settings=settings, registry=self.registry, keys=self._keys)
        self.grants = Grants(clock=clock, random=random, settings=settings)
        self._logins = Logins(clock=clock, random=random, settings=settings)
        self._inquiries = Inquiries(clock=clock, random=random)
        self.direct = DirectLogins(
            clock=clock, random=random, settings=settings, personas=personas, registry=self.registry,
            grants=self.grants,
        )  # fmt: skip
        self.authority = Authority(clock=clock, random=random)
        self._bulk_tokens = BulkTokens(clock=clock, random=random, settings=settings)
        signer = Signer(authority=self.authority, random=random, settings=settings)
        self.responder = Responder(
            clock=clock, random=random, settings=settings, personas=personas, keys=self._keys,
            registry=self.registry, inquiries=self._inquiries, faults=faults, journal=journal, lock=lock,
            signer=signer,
        )  # fmt: skip
        self.api = Api(
            clock=clock, personas=personas, random=random, settings=settings, gate=self._gate, keys=self._keys,
            grants=self.grants, inquiries=self._inquiries, answer_now=self.responder.approve, withdraw=self.responder.withdraw,
            signer=signer, bulk_tokens=self._bulk_tokens,
        )  # fmt: skip
        self.pages = LoginPages(
            clock=clock, personas=personas, random=random, settings=settings, registry=self.registry,
            logins=self._logins, grants=self.grants, inquiries=self._inquiries,
        )  # fmt: skip
        asked = InquiryPages(
            clock=clock, personas=personas, random=random, settings=settings, grants=self.grants,
            inquiries=self._inquiries, responder=self.responder,
        )  # fmt: skip
        catalogue = CataloguePages(personas=personas, random=random, registry=self.registry, direct=self.direct)
        self.handlers = _handlers(self.pages, asked, catalogue)

    def clear(self) -> None:
        """Forget everything but the clients, and whose signature is whose."""
        for part in (
            self._logins, self.direct, self.grants, self._inquiries, self.responder, self._keys, self._gate,
            self._bulk_tokens,
        ):  # fmt: skip
            part.clear()


_Handler = Callable[[Request, str, Trail], Response]


def _handlers(pages: LoginPages, asked: InquiryPages, catalogue: CataloguePages) -> Mapping[str, _Handler]:
    return {
        "index": pages.index, "getQR": pages.get_qr, "appAuth": pages.app_auth, "desk": pages.desk,
        "status": pages.status, "phone": pages.phone, "scan": pages.scan, "decision": pages.decide,
        "inbox": asked.inbox, "app": asked.app_link, "request": asked.show, "answer": asked.decide,
        "catalogue": catalogue.show, "directLogin": catalogue.open, "getState": catalogue.resume,
        "document": lambda *_: document_reply("iamsmart"),
    }  # fmt: skip
