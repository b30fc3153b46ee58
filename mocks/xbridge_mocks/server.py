"""The mocks behind real sockets, each on its own threaded WSGI server.

For the command line, for demos in a browser and for tests that want true HTTP. It binds the loopback address unless
told otherwise and writes no access log, because a request line holds codes and states.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from xbridge_mocks.guangdong.iamsmart_line import over_http
from xbridge_mocks.world import MockWorld

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["RunningMocks", "serve"]


class _SilentHandler(WSGIRequestHandler):
    """A request handler that keeps request lines out of every log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name is the parent's
        return


class RunningMocks:
    """Servers, one for each mock, that run until :meth:`stop`, or until the end of a ``with`` block."""

    def __init__(
        self,
        world: MockWorld,
        host: str,
        iamsmart_port: int,
        guangdong_port: int,
        corpid_port: int,
        zwrz_port: int,
        tif_port: int,
        gjzwfw_port: int,
        office_app_port: int,
    ) -> None:
        self.world = world
        self.control_secret = world.control_secret
        self._servers: list[tuple[BaseWSGIServer, threading.Thread]] = []
        try:
            self.iamsmart_url = self._start("iamsmart", world.iamsmart, host, iamsmart_port)
            self.guangdong_url = self._start("guangdong", world.guangdong, host, guangdong_port)
            self.corpid_url = self._start("corpid", world.corpid, host, corpid_port)
            self.zwrz_url = self._start("zwrz", world.zwrz, host, zwrz_port)
            self.tif_url = self._start("tif", world.tif, host, tif_port)
            self.gjzwfw_url = self._start("gjzwfw", world.gjzwfw, host, gjzwfw_port)
            self.office_app_url = self._start("office_app", world.zwrz.office_app, host, office_app_port)
            world.connect(iamsmart_url=self.iamsmart_url, guangdong_url=self.guangdong_url, post=over_http)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close the servers and wait for them. Calling it again does nothing."""
        while self._servers:
            server, thread = self._servers.pop()
            server.shutdown()
            thread.join()
            server.server_close()

    def __enter__(self) -> RunningMocks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, name: str, app: WSGIApplication, host: str, port: int) -> str:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The address is bound here: left to itself the server would end the whole process when it is taken.
        with socket.create_server((host, port), family=family, backlog=128) as bound:
            port = int(bound.getsockname()[1])
            server = make_server(
                host, port, app, threaded=True, request_handler=_SilentHandler, fd=bound.fileno()
            )  # fmt: skip
        thread = threading.Thread(target=server.serve_forever, name=f"xbridge-mock-{name}", daemon=True)
        thread.start()
        self._servers.append((server, thread))
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}"


def serve(
    world: MockWorld,
    host: str = "127.0.0.1",
    iamsmart_port: int = 0,
    guangdong_port: int = 0,
    corpid_port: int = 0,
    zwrz_port: int = 0,
    tif_port: int = 0,
    gjzwfw_port: int = 0,
    office_app_port: int = 0,
) -> RunningMocks:
    """Start the mocks of ``world``; port 0 takes a free one. Raises OSError when an address is taken."""
    ports = (iamsmart_port, guangdong_port, corpid_port, zwrz_port, tif_port, gjzwfw_port, office_app_port)
    return RunningMocks(world, host, *ports)
