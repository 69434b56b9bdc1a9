"""What teaching asks, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from condyle.archive.teaching_questions import QUESTIONS, REFERENCE_FORM, Item, Question
from condyle.domain.anatomy import FINDINGS
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.deps import Deps
from condyle.service.schemas.teaching import TeachingChoice, TeachingItem, TeachingQuestion
from condyle.workflows.clinic.forms.definition import FormDefinition, FormField


def question_entries(
    deps: Deps, language: str, names: Iterable[str] | None = None
) -> list[TeachingQuestion]:
    """Gives questions with their titles and answers in words.

    Args:
        deps: Of the app; holds the form whose questions are asked, too.
        language: Of the reader; English where the catalogue has none.
        names: Of the questions; all of them by default.
    """
    words = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    form = deps.forms.forms(deps.settings.home).named(REFERENCE_FORM)
    return [_entry(QUESTIONS[name], words, form) for name in names or QUESTIONS]


def item_entries(items: Iterable[Item]) -> list[TeachingItem]:
    """Gives what is asked of a case, question by place."""
    return [
        TeachingItem(key=item.key, question=item.question.name, level=item.level) for item in items
    ]


def _entry(question: Question, words: Catalogue, form: FormDefinition | None) -> TeachingQuestion:
    return TeachingQuestion(
        name=question.name,
        title=_title(question, words, form),
        anatomy=question.anatomy,
        kind=question.kind,
        choices=_choices(question, words, form),
        levels=list(reversed(question.levels)),
    )


def _field(question: Question, form: FormDefinition | None) -> FormField | None:
    """Gives the form's field of a question; of those at levels the first, for all are alike."""
    level = question.levels[0] if question.levels else None
    return form.field_of(question.field_at(level)) if form and question.of_form else None


def _title(question: Question, words: Catalogue, form: FormDefinition | None) -> str:
    """Gives what is asked, without the level that stands beside it."""
    field = _field(question, form)
    if field is None:
        return words.term(question.name)
    label = field.label.said(words.language)
    return label.removesuffix(question.levels[0]).rstrip() if question.levels else label


def _choices(
    question: Question, words: Catalogue, form: FormDefinition | None
) -> list[TeachingChoice]:
    values: tuple[int | bool, ...] = question.grades or (False, True)
    if question.codes:
        field = _field(question, form)
        told = {} if field is None else {one.code: one.label for one in field.choices}
        labels = [told[c].said(words.language) if c in told else c for c in question.codes]
        return [_choice(v, label) for v, label in zip(values, labels, strict=True)]
    if question.kind == "presence":
        return [_choice(False, words.label("no")), _choice(True, words.label("yes"))]
    scale = FINDINGS[question.name].scale
    return [_choice(v, str(v), words.terms.get(f"{scale}-{v}", "")) for v in values]


def _choice(value: int | bool, label: str, hint: str = "") -> TeachingChoice:
    return TeachingChoice(value=value, label=label, hint=hint)
