"""A whole world in one process, for tests of your own service: both mock platforms, a Bridge, a resident.

Needs the extra ``mocks``.  Nothing here is for production: keys are made on the spot, hosts end in ``.test``, and the
catalogue is synthetic.
"""

from xbridge.testing.world import AsyncWorld, World, new_keys

__all__ = ["AsyncWorld", "World", "new_keys"]
