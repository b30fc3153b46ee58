"""The web parts of a service: log in, wait for an answer, receive results, with the official buttons.

``FrontDesk`` for blocking frameworks (``answer_wsgi`` hands it a WSGI request), ``AsyncFrontDesk`` for asynchronous ones
(``xbridge.web.asgi.routes``, which needs the extra ``web``).  The application brings its session and its hooks.
"""

from xbridge.web.button import more_info
from xbridge.web.desk import Paths
from xbridge.web.front_desk import AsyncFrontDesk, FrontDesk
from xbridge.web.hook import Hooks, Shown
from xbridge.web.message import WebReply, WebRequest
from xbridge.web.peer import PeerAddresses, PeerCertificate
from xbridge.web.visit import Visit, Waiting
from xbridge.web.wsgi import answer_wsgi

__all__ = [
    "answer_wsgi",
    "AsyncFrontDesk",
    "FrontDesk",
    "Hooks",
    "more_info",
    "Paths",
    "PeerAddresses",
    "PeerCertificate",
    "Shown",
    "Visit",
    "Waiting",
    "WebReply",
    "WebRequest",
]
