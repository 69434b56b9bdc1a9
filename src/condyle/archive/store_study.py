"""The studies, series and patients that a batch of instances belongs to."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from condyle.archive.database import next_revision
from condyle.archive.incoming import NewInstance, NewPatient, NewStudy
from condyle.archive.tables import InstanceRow, Patient, SeriesRow, StudyRow, StudyWord
from condyle.archive.words import clean, folded, words_of

_Row = TypeVar("_Row", Patient, StudyRow, SeriesRow)

_AT_ONCE = 500


@dataclass(frozen=True)
class There:
    """An instance that is stored: its object, and the row of its study."""

    object: str
    study_id: int


class Batch:
    """What the archive knows of a batch's UIDs, read at once and kept as rows are added.

    Attributes:
        session: The transaction.
        at: When the batch came.
        instances: What is there by SOP Instance UID, of this batch and before.
    """

    def __init__(self, session: Session, at: dt.datetime, batch: Sequence[NewInstance]) -> None:
        self.session = session
        self.at = at
        self.instances: dict[str, There] = {}
        columns = select(InstanceRow.uid, InstanceRow.object, InstanceRow.study_id)
        for some in _portions({new.uid for new in batch}):
            for uid, name, study_id in session.execute(columns.where(InstanceRow.uid.in_(some))):
                self.instances[uid] = There(name, study_id)
        self._new: list[dict[str, Any]] = []
        self._completed: dict[int, tuple[NewStudy, NewPatient]] = {}
        self._studies: dict[str, StudyRow] = {}
        self._series: dict[str, SeriesRow] = {}
        self._patients: dict[int, Patient] = {}  # held, for a session alone forgets them
        self._changed: dict[int, StudyRow] = {}

    def is_of_patient(self, study: StudyRow, new: NewInstance) -> bool:
        """Tells whether the instance's patient can be the study's.

        An image that names no patient, or no issuer, does not contradict one that does.
        """
        patient = self._patient_of(study)
        identifier, issuer = _key(new.patient)
        if not identifier:
            return True
        same_issuer = not issuer or not patient.issuer or issuer == patient.issuer
        return identifier == patient.identifier and same_issuer

    def study(self, new: NewInstance) -> StudyRow:
        """Gives the row of the instance's study, made where it is not there."""
        stated = new.study
        if stated.uid not in self._studies:
            self._studies[stated.uid] = self.session.scalar(
                select(StudyRow).where(StudyRow.uid == stated.uid)
            ) or self._new_study(new)
        return self._studies[stated.uid]

    def series(self, new: NewInstance, study: StudyRow) -> SeriesRow:
        """Gives the row of the instance's series, made where it is not there."""
        stated = new.series
        if stated.uid not in self._series:
            self._series[stated.uid] = self.session.scalar(
                select(SeriesRow).where(SeriesRow.uid == stated.uid)
            ) or self._add(
                SeriesRow(
                    study_id=study.id,
                    uid=stated.uid,
                    number=stated.number,
                    description=clean(stated.description),
                    modality=clean(stated.modality),
                    body_part=clean(stated.body_part),
                    kind=stated.kind,
                    instance_count=0,
                )
            )
            if self._series[stated.uid].instance_count == 0:
                study.series_count += 1
        return self._series[stated.uid]

    def add(self, row: dict[str, Any], study: StudyRow, series: SeriesRow) -> None:
        """Counts a row, which ``finish`` writes, and takes over what it says of its study."""
        self._new.append(row)
        self.instances[row["uid"]] = There(row["object"], study.id)
        series.instance_count += 1
        study.instance_count += 1
        modalities = {*study.modalities.split("\\"), series.modality} - {""}
        study.modalities = "\\".join(sorted(modalities))
        self._changed[study.id] = study

    def _patient_of(self, study: StudyRow) -> Patient:
        if study.patient_id not in self._patients:
            found = self.session.get_one(Patient, study.patient_id)
            self._patients[study.patient_id] = found
        return self._patients[study.patient_id]

    def _patient(self, new: NewInstance) -> Patient:
        """Gives the row of the instance's patient, made where it is not there.

        One without an identifier is known within its study only: two such patients are never
        taken for one.
        """
        identifier, issuer = _key(new.patient)
        if not identifier:
            issuer = f"study {new.study.uid}"
        pseudonym = f"P-{secrets.token_hex(5).upper()}"
        return self.session.scalar(
            select(Patient).where(Patient.identifier == identifier, Patient.issuer == issuer)
        ) or self._add(Patient(identifier=identifier, issuer=issuer, name="", pseudonym=pseudonym))

    def complete(self, study: StudyRow, new: NewInstance) -> None:
        """Fills what the study's earlier images left open; the more urgent priority wins."""
        stated = new.study
        # One image of a series says what the one before it said.
        if self._completed.get(study.id) == (stated, new.patient):
            return
        self._completed[study.id] = (stated, new.patient)
        study.accession = study.accession or clean(stated.accession)
        study.description = study.description or clean(stated.description)
        study.study_date = study.study_date or stated.date
        study.date_sort = study.study_date or dt.date.min
        study.study_time = study.study_time or stated.time
        study.anatomy = study.anatomy or stated.anatomy
        # What others made of simulated images does not say so, and may come first.
        study.simulated = study.simulated or stated.simulated
        study.priority_rank = min(study.priority_rank, stated.priority_rank)
        if stated.exclusions is not None:
            study.exclusions = sorted({*(study.exclusions or ()), *stated.exclusions})
        self._complete_patient(study, new)

    def _complete_patient(self, study: StudyRow, new: NewInstance) -> None:
        patient = self._patient_of(study)
        patient.birth_date = patient.birth_date or new.patient.birth_date
        patient.sex = patient.sex or new.patient.sex
        if not patient.name and new.patient.name:
            patient.name = clean(new.patient.name)
            of_patient = select(StudyRow).where(StudyRow.patient_id == patient.id)
            self._changed.update({row.id: row for row in self.session.scalars(of_patient)})

    def finish(self) -> None:
        """Writes the rows, and the words and revisions of the studies that changed."""
        self.session.flush()
        if self._new:
            self.session.execute(insert(InstanceRow), self._new)
        for study in self._changed.values():
            study.revision = next_revision(self.session)
            write_words(self.session, study)
            self.session.flush()

    def _new_study(self, new: NewInstance) -> StudyRow:
        patient = self._patient(new)
        return self._add(
            StudyRow(
                uid=new.study.uid,
                patient_id=patient.id,
                patient_sort="",
                source=new.study.source,
                simulated=new.study.simulated,
                accession="",
                description="",
                modalities="",
                priority_rank=new.study.priority_rank,
                state="received",
                received_at=self.at,
                revision=0,  # until the batch is complete
                series_count=0,
                instance_count=0,
                finding_count=0,
            )
        )

    def _add(self, row: _Row) -> _Row:
        self.session.add(row)
        self.session.flush()
        return row


def write_words(session: Session, study: StudyRow) -> None:
    """Makes a study found by what it and its patient are called now."""
    patient = session.get_one(Patient, study.patient_id)
    study.patient_sort = folded(patient.name)
    wanted = words_of(patient.name, patient.identifier, study.accession, study.description)
    there = set(session.scalars(select(StudyWord.word).where(StudyWord.study_id == study.id)))
    if gone := there - wanted:
        session.execute(
            delete(StudyWord).where(StudyWord.study_id == study.id, StudyWord.word.in_(gone))
        )
    session.add_all(StudyWord(word=word, study_id=study.id) for word in wanted - there)


def _key(stated: NewPatient) -> tuple[str, str]:
    return clean(stated.identifier).strip(), clean(stated.issuer).strip()


def _portions(uids: Iterable[str]) -> list[list[str]]:
    ordered = sorted(uids)
    return [ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE)]
