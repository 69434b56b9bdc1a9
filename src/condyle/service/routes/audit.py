"""The audit log, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from condyle.archive import audit
from condyle.archive.tables import AuditEntry
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.ids import AskedId
from condyle.service.schemas.audit import AuditLine, AuditPage
from condyle.service.security.actor import Actor, needs

Reader = Annotated[Actor, needs(Permission.SEE_AUDIT)]


def routes() -> APIRouter:
    """Gives the call under ``/audit``."""
    router = APIRouter(prefix="/audit", tags=["audit"])
    router.add_api_route("", see_audit, methods=["GET"])
    return router


def see_audit(
    actor: Reader,
    deps: HasDeps,
    *,
    before: AskedId = None,
    user: AskedId = None,
    patient: AskedId = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Gives acts, the newest first; of one user or about one patient where that is asked."""
    query = audit.Query(before=before, user_id=user, patient_id=patient, limit=limit + 1)
    with deps.archive.database.read() as session:
        found = audit.newest(session, query)
    acts = [_line(row) for row in found[:limit]]
    return AuditPage(acts=acts, next=acts[-1].id if len(found) > limit else None)


def _line(row: AuditEntry) -> AuditLine:
    return AuditLine(
        id=row.id,
        at=row.at,
        user_name=row.user_name,
        action=row.action,
        subject=row.subject,
        subject_id=row.subject_id,
        patient_id=row.patient_id,
        details=row.details,
    )
