"""The dashboard: what the department did, and whether the bundles say what they said before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from condyle.archive.dashboard import By, periods_until
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.schemas.dashboard import Dashboard, DriftReport
from condyle.service.security.actor import Actor, needs
from condyle.service.views.dashboard import dashboard_body, drift_entry
from condyle.service.views.dashboard_figures import Figures, KeptFor, figures
from condyle.workflows.clinic.drift import (
    FALSE_ALARMS,
    FEWEST_STUDIES,
    BundleDrift,
    look_for_drift,
)

Seeing = Annotated[Actor, needs(Permission.SEE_DASHBOARD)]
FIGURES_S, DRIFT_S = 60.0, 900.0
"""How long what was counted is as good as new."""


def routes() -> APIRouter:
    """Gives the calls under ``/dashboard``; what they count is kept as long as the app lives.

    Whoever may make a call of their own on a silent run gets nothing of silent runs here
    either: of few studies, a count says what was found in each.
    """
    counted: KeptFor[Figures] = KeptFor(FIGURES_S)
    drifted: KeptFor[list[BundleDrift]] = KeptFor(DRIFT_S)

    def show_dashboard(actor: Seeing, deps: HasDeps, by: By = "month") -> Dashboard:
        """Gives volume, turnaround and what each bundle did in the last twelve months or weeks.

        Counted at most once a minute.
        """
        now, silent = deps.now(), _sees_silent(actor)

        def count() -> Figures:
            with deps.archive.database.read() as session:
                return figures(session, now, by, silent=silent)

        found = counted.get((by, silent), now, count)
        return dashboard_body(found, by, actor.language, silent=silent)

    def show_drift(actor: Seeing, deps: HasDeps, by: By = "month") -> DriftReport:
        """Holds each bundle's latest outputs against those of the periods before.

        Tested at most once in fifteen minutes.
        """
        now, silent = deps.now(), _sees_silent(actor)

        def look() -> list[BundleDrift]:
            with deps.archive.database.read() as session:
                return look_for_drift(session, periods_until(now, by), silent=silent)

        found = drifted.get((by, silent), now, look)
        return DriftReport(
            by=by,
            counted_at=now,
            false_alarms=FALSE_ALARMS,
            fewest=FEWEST_STUDIES,
            bundles=[drift_entry(one, actor.language) for one in found],
        )

    router = APIRouter(prefix="/dashboard", tags=["dashboard"])
    router.add_api_route("", show_dashboard, methods=["GET"])
    router.add_api_route("/drift", show_drift, methods=["GET"])
    return router


def _sees_silent(actor: Actor) -> bool:
    return not actor.may(Permission.CORRECT)
