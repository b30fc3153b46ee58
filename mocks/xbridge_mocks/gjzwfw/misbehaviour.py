"""The faults the national gateway's mock can be asked to show, and what each one is for."""

from __future__ import annotations

from xbridge_mocks.fault import Fault

__all__ = ["FAULTS"]

_ROWS = (
    ("http_500", "HTTP 500 instead of working", "an outage", "reports the provider as unavailable"),
    ("refused", "code 300 although the call was right", "a service behind the gateway fails", "reports the refusal"),
    ("code_as_text", "code is the text of a number", "clients of this family saw both", "reads it all the same"),
    ("code_missing", "the reply has no code", "a reply that says neither yes nor no", "refuses the reply"),
    ("html_instead_of_json", "HTTP 200 with an HTML page", "portals in front of the service", "refuses the reply"),
    ("json_truncated", "the JSON text ends in the middle", "a broken connection", "refuses the reply"),
    ("json_duplicate_members", "code stands twice, first as 300", "parsers that take the last", "refuses the reply"),
    ("body_over_limit", "the reply is longer than 2 MiB", "memory exhaustion", "refuses the reply"),
    ("redirect_instead_of_json", "HTTP 302 to another host", "a signed call in a followed redirect", "does not follow"),
)

FAULTS = tuple(
    Fault(name=name, what_happens=what, why=why, correct_service_does=does, operations=("sysapi",))
    for name, what, why, does in _ROWS
)
