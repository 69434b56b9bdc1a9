"""What moving a threshold would mean, on the validation of the bundle that made a run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from condyle.archive.absence import absent
from condyle.archive.analyses import get_analysis
from condyle.bundle import OperatingCurve, installed_bundles
from condyle.reporting.wording import LANGUAGES, catalogue
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.schemas.operating import (
    OperatingCurveEntry,
    OperatingCurves,
    OperatingPointEntry,
)
from condyle.service.security.actor import Actor, needs
from condyle.service.views.dashboard import share_body
from condyle.service.views.own_call import bundle_of


def routes() -> APIRouter:
    """Gives ``/analyses/{analysis_id}/operating-curves``."""
    router = APIRouter(tags=["studies"])
    path = "/analyses/{analysis_id}/operating-curves"
    router.add_api_route(path, show_operating_curves, methods=["GET"])
    return router


def show_operating_curves(
    analysis_id: str, actor: Annotated[Actor, needs(Permission.SEE_FINDINGS)], deps: HasDeps
) -> OperatingCurves:
    """Gives sensitivity and specificity at a range of thresholds for each finding of a run.

    They are of the very bundle that made it, by its hash; another version has others.
    """
    with deps.archive.database.read() as session:
        run = get_analysis(session, analysis_id)
    if run.hidden:
        raise absent("analysis", analysis_id)
    bundle = bundle_of(run, installed_bundles(check_files=False))
    curves = {} if bundle is None else bundle.manifest.operating_curves
    words = catalogue(actor.language if actor.language in LANGUAGES else LANGUAGES[0])
    return OperatingCurves(
        bundle=run.bundle,
        version=run.version,
        known=bundle is not None,
        scheme="" if bundle is None else bundle.manifest.validation.scheme,
        curves=[_curve(name, words.term(name), curve) for name, curve in curves.items()],
    )


def _curve(name: str, title: str, curve: OperatingCurve) -> OperatingCurveEntry:
    return OperatingCurveEntry(
        name=name,
        title=title,
        chosen=curve.chosen,
        shown=curve.shown,
        points=[
            OperatingPointEntry(
                threshold=point.threshold,
                sensitivity=share_body(point.sensitivity.estimate()),
                specificity=share_body(point.specificity.estimate()),
            )
            for point in curve.points
        ],
    )
