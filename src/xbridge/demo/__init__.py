"""The demonstration: two sample services, a portal that embeds a Bridge, and one resident's whole journey.

Everything is real but the people: processes talk HTTP over loopback, keys are made at start, data moves and is refused.
Needs the extra ``mocks``.
"""
