"""What the platform POSTs, server to server: taken or not, with an answer that says nothing more.

Whoever sends something that is not believed learns only that: one status, no words, whatever the reason.  An answer
that told "unreadable" from "unknown" would be an oracle for the key under which contents travel.
"""

from __future__ import annotations

from xbridge.core.errors import CallbackInvalid, XBridgeError
from xbridge.web.colour import settled
from xbridge.web.desk import BUSY_S, AnyDesk
from xbridge.web.message import WebReply, WebRequest, bare


async def receive(desk: AnyDesk, request: WebRequest) -> WebReply:
    """Take a result.

    (1) the connection is the platform's, as far as the application can tell   (2) a bearable body, as it is
    (3) the Bridge believes it

    200 when it was believed, the desk's ``refused_status`` for everything else, a second delivery included, which
    changes nothing; 503 when the store is out of order, and nothing was taken.
    """
    try:
        # (1)
        await settled(desk.hooks.check_peer(request))
        # (2) What is packed is not unpacked: a small body could hold a very large one.
        if request.body is None or request.headers.get("content-encoding", "identity").lower() != "identity":
            raise CallbackInvalid("callback", reason="malformed")
        # (3)
        content_type = request.headers.get("content-type", "")
        await settled(desk.bridge.receive_callback(desk.provider, request.body, content_type=content_type))
    except XBridgeError as error:
        if error.retryable:
            return bare(503, more=(("Retry-After", str(BUSY_S)),))
        return bare(desk.refused_status)
    return bare(200)
