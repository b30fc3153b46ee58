"""The façade: what an application calls, in two colours with the same names and the same arguments.

``Bridge`` blocks, ``AsyncBridge`` is awaited; a test compares the signatures.  The story is in ``flows/``.
"""

from xbridge.bridge.awaiting import AsyncBridge
from xbridge.bridge.blocking import Bridge

__all__ = ["AsyncBridge", "Bridge"]
