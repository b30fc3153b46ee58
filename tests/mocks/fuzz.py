"""How schemathesis is used here: the same inputs in every run, few enough for every run, and against a WSGI application.

It reads an OpenAPI document and makes requests from it, lawful ones and ones that break one rule; each answer is checked
against the document. What it is pointed at is in the ``test_schemathesis.py`` files. ``FUZZ_EXAMPLES=500`` makes a long hunt.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis import BaseSchema, Case, Config
from schemathesis.checks import CHECKS

SEED = 20250602
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
# A stranger's request is refused although its form is lawful, and what iAM Smart refuses it refuses with HTTP 200.
OUTSIDE = ("positive_data_acceptance", "negative_data_rejection", "missing_required_header")


def api(document: dict[str, Any], *, stranger: bool = False) -> BaseSchema:
    """Return ``document`` as schemathesis sees it.

    A stranger comes no further than the gate, so they only send random requests, and the checks of what lies behind it are
    left out; somebody inside also sends every value at the edge of a rule, one by one.
    """
    settings: dict[str, Any] = {
        "seed": SEED,
        "suppress-health-check": ["all"],
        "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none", "no-shrink": True},
        "checks": {name: {"enabled": False} for name in (OUTSIDE if stranger else ())},
        # Nothing is learned from answers: a test must not depend on the one before.
        "phases": {
            "coverage": {"enabled": not stranger},
            "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
        },
    }
    return schemathesis.openapi.from_dict(document, config=Config.from_dict(settings))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of every operation."""
    for path, item in document["paths"].items():
        for method in item:
            if method in {"get", "put", "post", "delete", "options", "head", "patch", "trace"}:
                yield path, method.upper(), item[method]


def beside_the_point(case: Case[Any], *, outside: bool) -> list[Any]:
    """Return the checks that say nothing about a control call.

    Without the secret it is 403 whatever the method; with it, a lawful form may still name what this world has not.
    """
    if not case.path.startswith("/__mock__/"):
        return []
    return CHECKS.get_by_names(["unsupported_method" if outside else "positive_data_acceptance"])
