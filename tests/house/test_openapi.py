"""The documents the mocks serve are those of ``specs/``, and a careless merge of the YAML is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools import openapi


@pytest.mark.parametrize("path", openapi.rendered(), ids=lambda path: path.parent.name)
def test_the_served_file_is_what_specs_say(path: Path) -> None:
    """A route cannot change without its published document: run ``python tools/openapi.py`` and read the difference."""
    assert path.read_text("utf-8") == openapi.rendered()[path]


def test_every_description_is_used(root: Path) -> None:
    """Each OpenAPI document in specs/ is part of at least one mock's."""
    found = {
        str(path.relative_to(root / "specs")).removesuffix(".openapi.yaml")
        for path in (root / "specs").rglob("*.openapi.yaml")
    }
    assert found == {part for parts in openapi.PARTS.values() for part in parts}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of specifications to spoil."""
    (tmp_path / "specs").mkdir()
    monkeypatch.setattr(openapi, "ROOT", tmp_path)
    return tmp_path / "specs"


def test_nothing_may_stand_twice(elsewhere: Path) -> None:
    """A path that two branches added is an error, not the last one of the two."""
    (elsewhere / "a.openapi.yaml").write_text("paths:\n  /x: {get: {}}\n  /x: {post: {}}\n", "utf-8")
    with pytest.raises(yaml.constructor.ConstructorError, match="twice"):
        openapi.load("a")


def test_two_documents_may_not_disagree(elsewhere: Path) -> None:
    """What two parts both describe they describe alike."""
    for name, text in {"a": "string", "b": "string", "c": "integer"}.items():
        document = f"tags: []\npaths: {{}}\ncomponents:\n  schemas:\n    X: {{type: {text}}}\n"
        (elsewhere / f"{name}.openapi.yaml").write_text(document, "utf-8")
    assert openapi.merged(("a", "b"))["components"] == {"schemas": {"X": {"type": "string"}}}
    with pytest.raises(ValueError, match="X differently"):
        openapi.merged(("a", "c"))
