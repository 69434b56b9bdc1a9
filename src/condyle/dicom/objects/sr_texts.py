"""What a structured report says in words: its use, its limits, what nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator

from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    RelationshipTypeValues,
    TextContentItem,
)

from condyle.dicom.objects.codes import concept
from condyle.dicom.objects.content import Content
from condyle.domain.anatomy import NOT_ASSESSED, STATEMENTS

_QUALITATIVE = CodedConcept("C0034375", "UMLS", "Qualitative Evaluations")
_CONTAINS = RelationshipTypeValues.CONTAINS
_NOT_ASSESSED = "not-assessed-"


def statements_container(content: Content) -> ContainerContentItem:
    """Gives the container of TID 1500 row 12 with what is told of the study as a whole."""
    container = ContainerContentItem(name=_QUALITATIVE, relationship_type=_CONTAINS)
    items = [*_statements(content), *_unseen(content), *_signed(content)]
    container.ContentSequence = ContentSequence(items)
    return container


def _statements(content: Content) -> Iterator[ContentItem]:
    for one in content.statements:
        yield _text(one.name, one.text)


def _unseen(content: Content) -> Iterator[ContentItem]:
    """Names by code what was not looked at, where the table has a code."""
    for message in content.report.not_assessed:
        name = message.code.removeprefix(_NOT_ASSESSED)
        if name in NOT_ASSESSED:
            yield CodeContentItem(
                name=concept(STATEMENTS["not-assessed"].code),
                value=concept(NOT_ASSESSED[name].code),
                relationship_type=_CONTAINS,
            )


def _signed(content: Content) -> Iterator[ContentItem]:
    for title, text in content.signed_text:
        if text.strip():
            yield _text("signed-text", f"{title}\n{text}")


def _text(name: str, text: str) -> TextContentItem:
    return TextContentItem(
        name=concept(STATEMENTS[name].code), value=text, relationship_type=_CONTAINS
    )
