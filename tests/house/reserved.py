"""Extras whose names are settled and whose code is still to come; their packages are in no lock file."""

RESERVED = frozenset({"gm", "otel", "postgres"})
