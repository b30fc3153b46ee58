"""The workshop: wire formats and numbering rules, named after the specifications they follow.  No I/O, no policy."""
