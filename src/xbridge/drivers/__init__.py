"""The doors: the only place, with ``stores/``, that touches sockets, clocks, threads and files."""
