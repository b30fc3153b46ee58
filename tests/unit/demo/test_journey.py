"""A journey that fails says where, keeps what it has, and does not pretend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xbridge.cli.demonstration import run_demo
from xbridge.demo.journey import Journey


@pytest.mark.slow
def test_a_step_that_fails_ends_the_journey(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A resident without a Home Return Permit cannot link: exit code 1, the step marked, nothing after it."""
    monkeypatch.setattr(Journey, "persona", "lam-kwok-wai")
    assert run_demo("en", keep=tmp_path, as_json=False) == 1
    printed = capsys.readouterr().out
    assert "✗" in printed
    assert "The journey stopped" in printed
    timeline = json.loads((tmp_path / "timeline.json").read_text("utf-8"))
    assert timeline["ok"] is False
    assert [step["status"] for step in timeline["steps"]][-1] == "failed"
    assert not (tmp_path / "evidence.zip").exists()
