"""One finding in words, as lists and panels show it."""

from __future__ import annotations

from condyle.domain.findings import Finding
from condyle.reporting.paragraph import class_name, decided
from condyle.reporting.wording import Catalogue


def finding_title(finding: Finding, words: Catalogue) -> str:
    """Gives the name of what was looked for."""
    return words.term(finding.name)


def finding_text(finding: Finding, words: Catalogue) -> str:
    """Gives what is said of it: the grade, the decision, or that there is none.

    Args:
        finding: With its value, or abstained.
        words: The catalogue of the reader's language.
    """
    if finding.abstained:
        return words.label("abstained")
    if finding.classes and decided(finding):
        return class_name(finding, words)
    if finding.probabilities is not None and finding.value is not None:
        return words.label("grade-of", grade=int(finding.value))
    if not decided(finding):
        return words.label("no-decision")
    return words.label("positive" if finding.value else "negative")
