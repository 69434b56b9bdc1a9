"""What may be said of a study, in the reader's words: the table of findings and levels."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from condyle.domain.anatomy import FINDINGS, LEVELS, SCALES, USUAL_LEVELS, FindingConcept
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.access import Permission
from condyle.service.schemas.terms import FindingTerm, GradeTerm, LevelTerm, Terms
from condyle.service.security.actor import Actor, needs


def routes() -> APIRouter:
    """Gives the call ``/terms``."""
    router = APIRouter(tags=["terms"])
    router.add_api_route("/terms", show_terms, methods=["GET"])
    return router


def show_terms(actor: Annotated[Actor, needs(Permission.OWN_ACCOUNT)]) -> Terms:
    """Gives the findings that may be said with their grades, and the levels."""
    words = catalogue(actor.language if actor.language in LANGUAGES else LANGUAGES[0])
    return Terms(
        findings=[_finding(one, words) for one in FINDINGS.values()],
        levels=[
            LevelTerm(
                name=one.name, above=one.above, below=one.below, usual=one.name in USUAL_LEVELS
            )
            for one in LEVELS.values()
        ],
    )


def _finding(one: FindingConcept, words: Catalogue) -> FindingTerm:
    grades = () if one.scale is None else SCALES[one.scale].grades
    return FindingTerm(
        name=one.name,
        title=words.term(one.name),
        kind=one.kind,
        structure=one.structure,
        grades=[
            GradeTerm(grade=grade, text=words.term(f"{one.scale}-{grade}")) for grade, _ in grades
        ],
    )
