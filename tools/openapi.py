"""The OpenAPI documents that the mocks serve, made from those in ``specs/`` and written beside each mock's code.

Run ``python tools/openapi.py`` after a change of an ``*.openapi.yaml``; ``--check`` only compares.  People write and
read the YAML; the mock serves JSON because the wheel carries no ``specs/`` and no YAML parser.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
MOCKS = ROOT / "mocks" / "xbridge_mocks"
Document = dict[str, Any]

PARTS: dict[str, tuple[str, ...]] = {
    "corpid": ("providers/corpid", "mocks/corpid", "mocks/login", "mocks/control"),
    "gjzwfw": ("providers/gjzwfw", "mocks/control"),
    "guangdong": ("providers/guangdong", "mocks/guangdong", "mocks/binding", "mocks/control"),
    "iamsmart": ("providers/iamsmart", "mocks/iamsmart", "mocks/login", "mocks/control"),
    "tif": ("providers/tif", "mocks/tif", "mocks/control"),
    "zwrz": ("providers/zwrz", "mocks/zwrz", "mocks/control"),
    "zwrz/office_app": ("providers/office_app", "mocks/control"),
}
"""Mock to the documents in ``specs/`` that describe what it serves; the platform's own comes first."""


class _Strict(yaml.SafeLoader):  # type: ignore[misc]
    """YAML in which no member stands twice: a careless merge would otherwise drop one of the two in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a second member of the same name. Raises ``yaml.constructor.ConstructorError``."""
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{name} stands twice", node.start_mark)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def load(part: str) -> Document:
    """Return one document of ``specs/``, for example ``providers/iamsmart``."""
    text = (ROOT / "specs" / f"{part}.openapi.yaml").read_text("utf-8")
    document: Document = yaml.load(text, _Strict)
    return document


def merged(parts: tuple[str, ...]) -> Document:
    """Return the documents as one, which names the mock itself as its server.

    Raises ``ValueError`` when two of them describe the same thing differently.
    """
    first, *others = (load(part) for part in parts)
    for other in others:
        _add(first["paths"], other["paths"], "paths")
        for kind, members in other["components"].items():
            _add(first["components"].setdefault(kind, {}), members, kind)
        first["tags"] = other["tags"]
    # A relative address means the server the document came from.
    first["servers"] = [{"url": "/", "description": "This mock, which no government runs."}]
    return first


def _add(target: Document, more: Document, kind: str) -> None:
    for name, value in more.items():
        if target.setdefault(name, value) != value:
            raise ValueError(f"two documents describe {kind} {name} differently")


def rendered() -> dict[Path, str]:
    """Return the text of every served document by its place."""
    return {
        MOCKS / mock / "openapi.json": json.dumps(merged(parts), indent=1, ensure_ascii=False) + "\n"
        for mock, parts in PARTS.items()
    }


def main(arguments: list[str]) -> int:
    """Write every document, or with ``--check`` return 1 when one differs from its file."""
    documents = rendered()
    stale = [path for path, text in documents.items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        print("\n".join(f"{path.relative_to(ROOT)} is not what tools/openapi.py makes" for path in stale))
        return int(bool(stale))
    for path in stale:
        path.write_text(documents[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
