"""Extras whose names are settled and whose code is still to come; their packages are in no lock file."""

RESERVED = frozenset({"otel", "postgres"})

NATIVE = frozenset({"gm"})
"""Extras with a compiled package that has no wheel for some machines: the demonstration does without them."""
