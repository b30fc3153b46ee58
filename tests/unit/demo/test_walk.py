"""The walk-throughs of a part: each step is done and told in three languages, and one that fails is not hidden."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path
from string import Formatter

import pytest

from xbridge.cli.command import JourneyName
from xbridge.cli.demonstration import JOURNEYS, run_demo
from xbridge.core.language import LANGUAGES
from xbridge.demo.login_journey import LoginJourney
from xbridge.demo.walk import Walk

PARTS = [name for name in JOURNEYS if name != "whole"]


def test_every_journey_can_be_asked_for() -> None:
    """The command knows the journeys that exist, and the whole one is the first."""
    assert [name.value for name in JourneyName] == list(JOURNEYS)
    assert next(iter(JOURNEYS)) == "whole"


@pytest.mark.parametrize("walk", JOURNEYS.values(), ids=list(JOURNEYS))
def test_the_words_of_a_step_are_there_in_three_languages(walk: type[Walk]) -> None:
    """Title and outcome exist in each language, and each outcome tells the same facts."""
    for name, wording in walk.steps_told.items():
        assert all(wording.title(language).strip() for language in LANGUAGES), name
        told = [
            {field for _, field, _, _ in Formatter().parse(wording.outcome(language)) if field}
            for language in LANGUAGES
        ]
        assert told[0] == told[1] == told[2], name


@pytest.mark.slow
@pytest.mark.parametrize(("part", "language"), [*zip(PARTS, cycle(LANGUAGES), strict=False)])
def test_a_part_is_walked_through(part: str, language: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Every step ends well, in order; what the journey made is kept, and nothing is left of an earlier one."""
    (tmp_path / "evidence.zip").write_bytes(b"from before")
    assert run_demo(language, keep=tmp_path, as_json=False, journey=part) == 0
    printed = capsys.readouterr().out
    assert "✗" not in printed
    assert "{" not in printed
    document = json.loads((tmp_path / "timeline.json").read_text("utf-8"))
    assert (document["journey"], document["ok"]) == (part, True)
    assert [step["name"] for step in document["steps"]] == list(JOURNEYS[part].steps_told)
    assert all(step["title"] in printed and step["outcome"] in printed for step in document["steps"])
    assert {path.name for path in tmp_path.iterdir()} == set(JOURNEYS[part].artefacts)


@pytest.mark.slow
def test_a_part_that_fails_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Somebody without an account cannot log in: exit code 1, the step is marked, nothing after it is told."""
    monkeypatch.setattr(LoginJourney, "persona", "nobody")
    assert run_demo("en", keep=tmp_path, as_json=True, journey="login") == 1
    document = json.loads(capsys.readouterr().out)
    assert [step["name"] for step in document["steps"] if step["status"] == "failed"] == ["refuse"]
    assert document["steps"][-1]["name"] == "refuse"
