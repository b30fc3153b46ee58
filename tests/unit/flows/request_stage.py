"""A service with callbacks in a world of its own: what the mock POSTs reaches the Bridge, and refusals are noted."""

from __future__ import annotations

from typing import Any

from xbridge.core.errors import XBridgeError
from xbridge.testing import World
from xbridge.testing.world import IAMSMART_URL, SERVICE_URL, new_kek
from xbridge_mocks.iamsmart.courier import CallbackRequest

PUSH = f"{SERVICE_URL}/push/hk"
FORM_BACK = f"{SERVICE_URL}/cb/form"
DIRECT = f"{SERVICE_URL}/direct"
DIRECT_APP = f"{SERVICE_URL}/app/direct"
STATE_URL = f"{SERVICE_URL}/state"
IPHONE = "Mozilla/5.0 (iPhone) Version/17.5 Mobile Safari/604.1"
PERSON = "chan-tai-man"
SCOPES = ("eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_fr")


class RequestStage(World):
    """A world whose service may ask for everything; ``settings`` change its section of the configuration."""

    def __init__(self, **settings: Any) -> None:
        self._changes = settings
        super().__init__()
        self.refusals: list[XBridgeError] = []
        self.received: list[CallbackRequest] = []
        self.mocks.iamsmart.deliver = self.deliver

    def _document(self, jwks: Any) -> dict[str, Any]:
        document = super()._document(jwks)
        private, public = new_kek()
        back = self.return_to["iamsmart"]
        made = self.mocks.iamsmart.register_client(
            name="Sample portal", redirect_uris=[back, PUSH, FORM_BACK], kek_public_keys=[public], scopes=SCOPES,
            direct_login_uri=DIRECT, get_state_uri=STATE_URL, direct_login_app_uri=DIRECT_APP,
        )  # fmt: skip
        document["providers"]["iamsmart"] |= {
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "kek_private_keys": [private],
            "redirect_uris": [back, FORM_BACK],
            "callback_uri": PUSH,
            "scopes": list(SCOPES),
            **self._changes,
        }
        return document

    def deliver(self, callback: CallbackRequest) -> int:
        """Take a callback as a web layer would: 200 whatever it was."""
        assert callback.url == PUSH
        self.received.append(callback)
        try:
            kind = callback.headers["Content-Type"]
            self.bridge.receive_callback("iamsmart", callback.content, content_type=kind)
        except XBridgeError as error:
            self.refusals.append(error)
        return 200

    def keep_callbacks(self) -> list[bytes]:
        """Let callbacks pile up in the list that is returned instead of being received."""
        bodies: list[bytes] = []

        def keep(callback: CallbackRequest) -> int:
            bodies.append(callback.content)
            return 200

        self.mocks.iamsmart.deliver = keep
        return bodies

    def sign_in(self, *, session: str = "s", user_agent: str = "") -> Any:
        """Log the person in and return the identity."""
        hop = self.bridge.begin_login(
            "iamsmart", return_to=self.return_to["iamsmart"], session=session, user_agent=user_agent
        )
        assert hop.url.startswith(IAMSMART_URL)
        back = self.visit(hop.url, PERSON)
        return self.bridge.finish_login(hop.pending, callback_url=back, session=session)
