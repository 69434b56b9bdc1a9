"""What teaching asks, in words, of each anatomy and in both languages."""

from __future__ import annotations

import pytest

from condyle.archive.teaching_questions import QUESTIONS
from condyle.service.deps import Deps
from condyle.service.views.teaching_words import question_entries


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_question_and_answer_has_words(language: str, deps: Deps) -> None:
    entries = question_entries(deps, language)
    assert [one.name for one in entries] == list(QUESTIONS)
    for one in entries:
        assert one.title and one.title != one.name
        assert all(choice.label for choice in one.choices)
        values = [choice.value for choice in one.choices]
        assert values == list(QUESTIONS[one.name].grades or (False, True))
        assert len(set(values)) == len({choice.label for choice in one.choices})


def test_no_two_questions_of_an_anatomy_have_one_title(deps: Deps) -> None:
    for anatomy in ("lumbar-spine", "knee", "ankle"):
        titles = [one.title for one in question_entries(deps, "es") if one.anatomy == anatomy]
        assert titles and len(set(titles)) == len(titles)


def test_a_language_without_a_catalogue_gets_english(deps: Deps) -> None:
    assert question_entries(deps, "de") == question_entries(deps, "en")


def test_levels_go_from_cranial_to_caudal(deps: Deps) -> None:
    (grade,) = question_entries(deps, "en", ["pfirrmann-grade"])
    levels = grade.levels
    assert levels.index("L1-L2") < levels.index("L4-L5") < levels.index("L5-S1")


def test_each_grade_of_a_disc_says_what_it_looks_like(deps: Deps) -> None:
    (grade,) = question_entries(deps, "es", ["pfirrmann-grade"])
    assert all(choice.hint for choice in grade.choices)
    assert [choice.label for choice in grade.choices] == ["1", "2", "3", "4", "5"]
