"""The audit log, for administrators: reading it, checking its chain, taking it along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from condyle.archive import audit
from condyle.archive.tables import AuditEntry
from condyle.service.access import Permission
from condyle.service.auditing.heads import heads_file, noted_heads
from condyle.service.deps import HasDeps
from condyle.service.exports.audit import CSV, audit_table
from condyle.service.ids import LARGEST, AskedId
from condyle.service.schemas.audit import AuditBroken, AuditLine, AuditPage, AuditStep, Fault
from condyle.service.security.actor import Actor, needs

Reader = Annotated[Actor, needs(Permission.SEE_AUDIT)]
STEP = 5000
"""So many acts are checked in one call, which takes a part of a second."""


@dataclass(frozen=True)
class _Asked:
    """What of the log is asked for.

    ``action`` is a code such as ``study.viewed``, or the beginning of some such as ``study.``.
    """

    user: AskedId = None
    patient: AskedId = None
    study: AskedId = None
    action: Annotated[str, Query(max_length=80, pattern=r"^[a-z._-]*$")] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def query(self) -> audit.Query:
        """Gives it as the archive asks."""
        return audit.Query(
            user_id=self.user,
            patient_id=self.patient,
            study_id=self.study,
            action=self.action,
            since=self.since,
            until=self.until,
        )


Asked = Annotated[_Asked, Depends()]


def routes() -> APIRouter:
    """Gives the calls under ``/audit``."""
    router = APIRouter(prefix="/audit", tags=["audit"])
    router.add_api_route("", see_audit, methods=["GET"])
    router.add_api_route("/chain", check_chain, methods=["GET"])
    router.add_api_route(
        "/export",
        export_audit,
        methods=["GET"],
        response_class=StreamingResponse,
        responses={200: {"content": {CSV: {}}, "description": "The acts, the newest first"}},
    )
    return router


def see_audit(
    actor: Reader,
    deps: HasDeps,
    asked: Asked,
    *,
    before: AskedId = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Gives acts, the newest first: of a user, about a patient or study, of a kind, of days."""
    query = replace(asked.query(), before=before, limit=limit + 1)
    with deps.archive.database.read() as session:
        found = audit.newest(session, query)
    acts = [_line(row) for row in found[:limit]]
    return AuditPage(acts=acts, next=acts[-1].id if len(found) > limit else None)


def check_chain(
    actor: Reader,
    deps: HasDeps,
    *,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    known: Annotated[str, Query(alias="hash", pattern="^[0-9a-f]{64}$")] = audit.GENESIS,
) -> AuditStep:
    """Checks the next acts of the chain, from the beginning or after one that was checked.

    The whole log is checked by calling it with what it gave until it is done; ``condyle audit
    verify`` does the same on the server, against heads that were kept elsewhere as well.
    """
    noted = noted_heads(heads_file(deps.settings))
    with deps.archive.database.read() as session:
        step = audit.verify_step(session, audit.Head(after, known), noted, limit=STEP)
        newest = audit.head(session).number
    return AuditStep(
        checked=step.head.number,
        hash=step.head.hash,
        newest=newest,
        noted=len({mark.number for mark in noted if after < mark.number <= step.head.number}),
        broken=None if step.broken is None else _broken(step.broken),
        done=step.done or step.broken is not None,
    )


def export_audit(actor: Reader, deps: HasDeps, asked: Asked) -> StreamingResponse:
    """Gives the acts that are asked for as a table, the newest first; the log says that it did."""
    return audit_table(deps, actor, asked.query())


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


def _broken(found: audit.Broken) -> AuditBroken:
    fault = next(name for name in get_args(Fault) if name == found.code)
    return AuditBroken(number=found.number, fault=fault, reason=found.reason)
