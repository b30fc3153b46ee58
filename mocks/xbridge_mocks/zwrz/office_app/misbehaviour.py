"""The faults the office app's mock can be asked to show, and what each one is for."""

from __future__ import annotations

from xbridge_mocks.fault import Fault

__all__ = ["FAULTS"]

_ROWS = (
    ("http_500", "HTTP 500 instead of working", "an outage", "reports the provider as unavailable"),
    ("token_over", "the corporate token is refused as over", "tokens end when they like", "fetches another, once"),
    ("not_of_the_office", "OpenId instead of UserId", "somebody from outside opened the page", "knows nobody"),
    ("json_truncated", "the JSON text ends in the middle", "a broken connection", "refuses the reply"),
    ("json_not_object", "the object stands in a JSON array", "type confusion", "refuses the reply"),
    ("json_duplicate_members", "errcode stands twice, first as 1", "parsers that take the last", "refuses the reply"),
)
FAULTS = tuple(
    Fault(name=name, what_happens=what, why=why, correct_service_does=does, operations=("office_app",))
    for name, what, why, does in _ROWS
)
