"""The audit itself: a page with every fault is told every fault, so that silence means something."""

from __future__ import annotations

import pytest

from tests.browser.accessibility import audit
from tests.browser.conftest import MakePerson

pytestmark = pytest.mark.slow

FAULTY = """<!doctype html><html lang="fr"><head><style>
button:focus { outline: none; } a:focus { outline: 3px solid #e39b00; } .faint { color: #999; }
.tick::before { content: "x"; color: #eee; } .wide { width: 500px; }
</style></head><body><h1>One</h1><h1>Two</h1><h3 id="same">Deep</h3><p id="same" class="faint">Faint</p>
<p class="tick">Ticked</p><p class="wide">Wide</p><input name="lonely"><button>Invisible focus</button><button></button>
<a href="/pale">Pale focus</a><a href="/never" tabindex="-1">Never reached</a><label for="nobody">Nobody</label>
</body></html>"""


FAULTS = {
    'the page says it is in "fr", expected en',
    "the page has no title",
    "2 <h1> instead of 1",
    "0 <main> instead of 1",
    '<h3> "Deep" follows a heading of level 1',
    'two elements are "same"',
    'the field "lonely" has no label',
    '<button> "" has no name',
    '<p> "Faint" has a contrast of 2.85',
    '<p> "Ticked"::before has a contrast of 1.16',
    '<label> "Nobody" refers to "nobody", which is not there',
    'with focus, <button> "Invisible focus" shows no outline of 2 px',
    'with focus, <button> "" shows no outline of 2 px',
    # What a browser draws of its own accord is one pixel.
    'with focus, <input> "" shows no outline of 2 px',
    'with focus, <a> "Pale focus" has an outline of contrast 2.35',
    'the Tab key never reaches <a> "Never reached"',
    "at 320 px the page is 508 px wide",
}


def test_each_fault_of_a_page_is_named(make_person: MakePerson) -> None:
    """The audit finds each thing it promises to look for, and nothing else."""
    person = make_person("en")
    person.page.set_content(FAULTY)
    assert set(audit(person.page, "en")) == FAULTS


def test_what_the_browser_complains_about_is_kept(make_person: MakePerson) -> None:
    """A script that fails and a request to elsewhere are complaints, and the request reaches nobody."""
    person = make_person("en")
    person.page.set_content("<script>throw new Error('broken')</script>")
    with person.page.expect_event("requestfailed"):
        person.page.set_content('<img src="http://elsewhere.example/pixel.png" alt="pixel">')
    told = person.take_complaints()
    assert "script: broken" in " ".join(told)
    assert "a request left this machine: http://elsewhere.example" in told
    assert any("ERR_NAME_NOT_RESOLVED" in text for text in told)
