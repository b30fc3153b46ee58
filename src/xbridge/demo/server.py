"""A WSGI application behind a real socket on loopback, in a thread of this process."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: request lines may hold codes and state."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (the parent's name)
        """Drop the line."""


class LoopbackServer:
    """Serves ``application`` on 127.0.0.1; the address is known before the first request is answered."""

    def __init__(self, application: Any, *, port: int = 0) -> None:
        """Bind now; ``port`` 0 takes a free one.  Raises ``OSError`` for a port that is taken."""
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, application, threaded=True, request_handler=_QuietHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="loopback-server", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def replace(self, application: Any) -> None:
        """Answer with ``application`` from now on; for an application that needs to know its own address."""
        self._server.app = application

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()
