"""Starting a child process and reading the line of JSON that it greets with."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any, Self

START_TIMEOUT_S = 30


class ChildProcess:
    """``python -m module`` with pipes; it ends when its input is closed or, failing that, when it is told to."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start the process; it may still be loading when this returns."""
        self.module = module
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and modules)
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the pipes of a child process are missing")
        self._input, self._output = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def hear(self) -> dict[str, Any]:
        """Return the next line of JSON.  Raises ``RuntimeError`` when the process says nothing or ends."""
        # A watchdog ends a child that hangs, so that reading cannot block for ever.
        watchdog = threading.Timer(START_TIMEOUT_S, self._process.kill)
        watchdog.start()
        try:
            line = self._output.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise RuntimeError(f"{self.module} ended before it was ready (exit code {self._process.wait()})")
        heard = json.loads(line)
        if not isinstance(heard, dict):
            raise TypeError(f"{self.module} said something unexpected")
        return heard

    def tell(self, document: dict[str, Any]) -> None:
        """Write one line of JSON to the process."""
        self._input.write(json.dumps(document) + "\n")
        self._input.flush()

    def stop(self) -> None:
        """End the process and wait for it."""
        if not self._input.closed:
            self._input.close()
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def __enter__(self) -> Self:
        """Return the process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()
