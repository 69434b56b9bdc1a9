"""What the table at the head of a report says of a level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from condyle.domain.messages import Message
from condyle.reporting.html import html_of
from condyle.reporting.page import page_of
from condyle.reporting.page_levels import level_block
from condyle.reporting.wording import catalogue

WORDS = catalogue("en")
HIDDEN = Message("slice-off-midline", {}, "L4-L5")


def at_level(report, *abstained: str):
    """The findings of one level, of which those named are abstained and no other is."""
    here = [f for f in report.findings if f.site.level == "L4-L5"]
    return [
        replace(f, abstained=True, value=None, abstention=HIDDEN)
        if f.name in abstained
        else replace(f, abstained=False, abstention=None)
        for f in here
    ]


def test_what_is_not_judged_is_named_and_is_no_lack_of_a_decision(report):
    plain = level_block(at_level(report), report.series, WORDS)
    block = level_block(at_level(report, "disc-bulging"), report.series, WORDS)
    assert plain.abstained == ()
    assert block.abstained == ("Posterior contour bulge",)
    assert block.undecided == plain.undecided
    assert set(plain.positives) - set(block.positives) == {"Posterior contour bulge"}
    assert block.judged and plain.judged


def test_a_level_of_which_nothing_is_judged_says_so(report):
    names = [f.name for f in report.findings]
    block = level_block(at_level(report, *names), report.series, WORDS)
    assert not block.judged
    assert block.undecided == 0


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_names_what_is_not_judged_and_calls_it_not_below_a_threshold(report, language):
    names = {f.name for f in report.findings}
    words = catalogue(language)

    def page(*abstained: str) -> str:
        return html_of(
            page_of(replace(report, findings=tuple(at_level(report, *abstained))), language)
        )

    told = page("disc-bulging")
    head = told[: told.index(words.label("findings"))]
    assert f"{words.label('abstained')}: {words.term('disc-bulging')}" in head
    none = page(*names)
    head = none[: none.index(words.label("findings"))]
    assert words.label("none-positive") not in head
    assert words.label("abstained") in head
