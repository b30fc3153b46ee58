"""The ``xbridge`` command: ``demo`` and ``verify``.  Needs the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line.  Ends the process with the command's exit code."""
    try:
        from xbridge.cli.command import app
    except ModuleNotFoundError as exc:
        sys.exit(f"xbridge: the command line needs the extra 'cli' ({exc.name} is missing)")
    app()
