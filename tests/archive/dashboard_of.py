"""Rows for the dashboard's tests, put into the tables as they stand after a month of work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import ClinicalReport, Correction
from condyle.archive.silent_tables import OwnCall
from condyle.archive.tables import Analysis, FindingRow, Patient, StudyRow, User

MAY = dt.datetime(2030, 5, 14, 12, 0, tzinfo=dt.UTC)
APRIL = dt.datetime(2030, 4, 10, 8, 0, tzinfo=dt.UTC)


@dataclass
class Rows:
    """Adds rows to a session, each with the columns that it must have."""

    session: Session
    count: int = 0

    def user(self, name: str = "reader") -> int:
        row = User(name=name, full_name=name, role="clinician", password_hash="x", created_at=APRIL)
        return self._kept(row)

    def patient(self) -> int:
        self.count += 1
        row = Patient(identifier=f"ID{self.count}", name="Someone", pseudonym=f"P{self.count}")
        return self._kept(row)

    def study(
        self,
        at: dt.datetime = APRIL,
        *,
        patient: int | None = None,
        anatomy: str | None = "lumbar-spine",
        source: str = "upload",
    ) -> int:
        self.count += 1
        row = StudyRow(
            uid=f"1.2.{self.count}",
            patient_id=patient or self.patient(),
            anatomy=anatomy,
            source=source,
            received_at=at,
            revision=self.count,
        )
        return self._kept(row)

    def run(
        self,
        study: int,
        at: dt.datetime = APRIL,
        *,
        state: str = "done",
        code: str | None = None,
        took_s: float = 30.0,
        hidden: bool = False,
        bundle: str = "lumbar-grading",
        version: str = "1.0.0",
    ) -> str:
        self.count += 1
        row = Analysis(
            id=f"run-{self.count}",
            study_id=study,
            bundle=bundle,
            version=version,
            sha256="f" * 64,
            state=state,
            reason=None if code is None else {"code": code, "params": {}, "subject": "study"},
            hidden=hidden,
            queued_at=at - dt.timedelta(seconds=took_s),
            started_at=at - dt.timedelta(seconds=took_s),
            finished_at=at,
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def finding(
        self,
        run: str,
        value: int | bool | None,
        *,
        name: str = "disc-bulging",
        level: str = "L4-L5",
    ) -> int:
        self.count += 1
        of = self.session.get_one(Analysis, run)
        row = FindingRow(
            analysis_id=run,
            study_id=of.study_id,
            key=f"{name}/{self.count}",
            name=name,
            level=level,
            abstained=value is None,
            value=None if value is None else int(value),
            document={"value": value, "probability": 0.5},
        )
        return self._kept(row)

    def word(
        self, finding: int, kind: str, at: dt.datetime = APRIL, *, user: int, **more: Any
    ) -> int:
        of = self.session.get_one(FindingRow, finding)
        row = Correction(
            study_id=of.study_id,
            analysis_id=of.analysis_id,
            finding_id=finding,
            kind=kind,
            value=more.get("value", {}),
            supersedes=more.get("supersedes"),
            user_id=user,
            at=at,
        )
        return self._kept(row)

    def signed(self, study: int, at: dt.datetime, *, user: int) -> int:
        row = ClinicalReport(
            study_id=study,
            language="en",
            sections={},
            basis={},
            created_by=user,
            created_at=at,
            changed_by=user,
            changed_at=at,
            signed_by=user,
            signed_name="x",
            signed_at=at,
        )
        return self._kept(row)

    def own_call(
        self, run: str, calls: list[dict[str, Any]], at: dt.datetime = APRIL, *, user: int
    ) -> int:
        of = self.session.get_one(Analysis, run)
        row = OwnCall(
            study_id=of.study_id,
            analysis_id=run,
            bundle=of.bundle,
            calls=calls,
            user_id=user,
            at=at,
        )
        return self._kept(row)

    def _kept(self, row: Any) -> int:
        self.session.add(row)
        self.session.flush()
        return int(row.id)
