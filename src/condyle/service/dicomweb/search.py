"""Searching the archive's studies, series and instances (QIDO-RS, PS3.18 10.6)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, undefer

from condyle.archive.annotation_access import shown_series, shown_study
from condyle.archive.tables import InstanceRow, Patient, SeriesRow, StudyRow
from condyle.archive.words import folded
from condyle.dicom.json_header import inflated_header, value_of
from condyle.dicom.web_attributes import (
    Document,
    WebInstance,
    WebSeries,
    WebStudy,
    instance_attributes,
    series_attributes,
    study_attributes,
    without_identity,
)
from condyle.service.dicomweb.query import Query

_ESCAPE = "\\"

_Held = Mapping[int, dict[int, tuple[str, int]]]
"""By study and series: the modality, and how many instances are told."""
_ALL: _Held = {}


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        documents: The results, as DICOM JSON.
        more: Whether there are further ones after them.
    """

    documents: list[Document]
    more: bool


@dataclass(frozen=True)
class Searcher:
    """Who searches.

    Attributes:
        session: Reads the archive.
        root: Address of DICOMweb, without a slash at its end.
        pseudonymous: Whether they get pseudonyms, and search by them.
        annotator: Their number if they see nothing but the cases that they draw on.
        learnt: Studies that they are reading as teaching cases: found by UID, without a name.
        told: What an instance must meet for them, as ``told_to`` gives it.
        unaided: The studies in which ``told`` matters, as ``unaided`` gives them.
    """

    session: Session
    root: str
    pseudonymous: bool
    annotator: int | None = None
    learnt: frozenset[int] = frozenset()
    told: ColumnElement[bool] = field(default_factory=true, repr=False, compare=False)
    unaided: ColumnElement[bool] = field(default_factory=false, repr=False, compare=False)

    def studies(self, query: Query) -> Found:
        """Finds studies, the latest received first."""
        rows = select(StudyRow, Patient, self.unaided)
        rows = rows.join(Patient, Patient.id == StudyRow.patient_id)
        for condition in self._of_study(query):
            rows = rows.where(condition)
        found, more = self._page(rows.order_by(StudyRow.id.desc()), query)
        held = self._held({row.id for row, _, partly in found if partly})
        told = [study_attributes(self._study(row, patient, held)) for row, patient, _ in found]
        if query.fields is None or query.fields:
            of = [(row, InstanceRow.study_id) for row, _, _ in found]
            told = self._with_fields(query, told, of)
        return Found(told, more)

    def series(self, query: Query) -> Found:
        """Finds series, in the order of their numbers within each study."""
        rows = self._below(select(SeriesRow, StudyRow, Patient, self.unaided), query)
        inside = select(InstanceRow.id).where(InstanceRow.series_id == SeriesRow.id, self.told)
        rows = rows.where(inside.correlate(SeriesRow, StudyRow).exists())
        rows = rows.order_by(StudyRow.id.desc(), SeriesRow.number, SeriesRow.id)
        found, more = self._page(rows, query)
        held = self._held({study.id for _, study, _, partly in found if partly})
        documents = []
        for series, study, patient, _ in found:
            told = self._study(study, patient, held)
            above = {} if "StudyInstanceUID" in query.lists else study_attributes(told)
            documents.append(above | series_attributes(told, self._series(series, told, held)))
        if query.fields is None or query.fields:
            of = [(series, InstanceRow.series_id) for series, *_ in found]
            documents = self._with_fields(query, documents, of)
        return Found(documents, more)

    def instances(self, query: Query) -> Found:
        """Finds instances, in the order of their numbers within each series."""
        rows = self._below(select(InstanceRow, SeriesRow, StudyRow, Patient), query)
        rows = rows.join(InstanceRow, InstanceRow.series_id == SeriesRow.id).where(self.told)
        for keyword, column in (
            ("SOPInstanceUID", InstanceRow.uid),
            ("SOPClassUID", InstanceRow.class_uid),
        ):
            if keyword in query.lists:
                rows = rows.where(column.in_(query.lists[keyword]))
        if "InstanceNumber" in query.numbers:
            rows = rows.where(InstanceRow.number == query.numbers["InstanceNumber"])
        rows = rows.order_by(
            StudyRow.id.desc(), SeriesRow.number, SeriesRow.id, InstanceRow.number, InstanceRow.id
        ).options(undefer(InstanceRow.header))
        found, more = self._page(rows, query)
        documents = []
        for instance, series, study, patient in found:
            study_ = self._study(study, patient)
            series_ = self._series(series, study_)
            told = self._instance(instance, series_)
            document = instance_attributes(study_, series_, told)
            documents.append(self._more(query, document, instance.header, study, patient))
        return Found(documents, more)

    def _with_fields(
        self,
        query: Query,
        documents: list[Document],
        of: Sequence[tuple[StudyRow | SeriesRow, InstrumentedAttribute[int]]],
    ) -> list[Document]:
        """Adds what was asked for besides, as the first instance of each has it."""
        if not of:
            return documents
        column = of[0][1]
        ids = [row.id for row, _ in of]
        first = self._told_ones(func.min(InstanceRow.id)).where(column.in_(ids)).group_by(column)
        query_ = (
            select(column, InstanceRow.header, StudyRow, Patient)
            .join(StudyRow, StudyRow.id == InstanceRow.study_id)
            .join(Patient, Patient.id == StudyRow.patient_id)
            .where(InstanceRow.id.in_(first))
        )
        found = {row[0]: row[1:] for row in self.session.execute(query_)}
        return [
            self._more(query, document, *found[one]) if one in found else document
            for one, document in zip(ids, documents, strict=True)
        ]

    def _more(
        self, query: Query, document: Document, header: bytes, study: StudyRow, patient: Patient
    ) -> Document:
        """Adds the attributes that were asked for to those that are always told."""
        if query.fields is not None and not query.fields:
            return document
        whole = json.loads(inflated_header(header))
        if self.pseudonymous or study.id in self.learnt:
            whole = without_identity(whole, patient.pseudonym)
        wanted = whole if query.fields is None else query.fields & whole.keys()
        return dict(sorted(({tag: whole[tag] for tag in wanted} | document).items()))

    def _below(self, rows: Select[*tuple[Any, ...]], query: Query) -> Select[*tuple[Any, ...]]:
        rows = (
            rows.select_from(SeriesRow)
            .join(StudyRow, StudyRow.id == SeriesRow.study_id)
            .join(Patient, Patient.id == StudyRow.patient_id)
        )
        for condition in self._of_study(query):
            rows = rows.where(condition)
        if self.annotator is not None:
            rows = rows.where(shown_series(self.annotator))
        if "SeriesInstanceUID" in query.lists:
            rows = rows.where(SeriesRow.uid.in_(query.lists["SeriesInstanceUID"]))
        if "Modality" in query.lists:
            rows = rows.where(SeriesRow.modality.in_(query.lists["Modality"]))
        if "SeriesNumber" in query.numbers:
            rows = rows.where(SeriesRow.number == query.numbers["SeriesNumber"])
        return rows

    def _of_study(self, query: Query) -> list[ColumnElement[bool]]:
        """Gives what a study must meet; who gets pseudonyms cannot ask for what they hide."""
        found: list[ColumnElement[bool]] = []
        if self.learnt and query.texts:
            # Whose they are would be told by what finds them.
            found.append(StudyRow.id.not_in(self.learnt))
        if self.annotator is not None:
            found.append(shown_study(self.annotator))
        for keyword, value in query.texts.items():
            if keyword in ("PatientName", "PatientID") and self.pseudonymous:
                found.append(like(Patient.pseudonym, value))
            elif keyword == "PatientName" and query.fuzzy:
                found += [_has_word(word) for word in folded(value).split()]
            elif keyword == "PatientName":
                found.append(StudyRow.patient_sort.like(name_pattern(value), escape=_ESCAPE))
            elif keyword == "PatientID":
                found.append(like(Patient.identifier, value))
            elif self.pseudonymous:
                # Nothing is met by a text that its asker may not see.
                found.append(StudyRow.id < 0)
            elif keyword == "AccessionNumber":
                found.append(like(StudyRow.accession, value))
            else:
                found.append(like(StudyRow.description, value))
        if query.dates is not None:
            first, last = query.dates
            # By the column that has an index as well; a study without a date sorts before all.
            found += [StudyRow.date_sort >= first] if first else []
            found += [StudyRow.date_sort <= last, StudyRow.study_date.is_not(None)] if last else []
        if "StudyInstanceUID" in query.lists:
            found.append(StudyRow.uid.in_(query.lists["StudyInstanceUID"]))
        if "ModalitiesInStudy" in query.lists:
            wanted = query.lists["ModalitiesInStudy"]
            having = select(SeriesRow.study_id).where(SeriesRow.modality.in_(wanted))
            told = self._told_ones(InstanceRow.study_id).where(SeriesRow.modality.in_(wanted))
            whole = and_(StudyRow.id.in_(having), not_(self.unaided))
            found.append(or_(whole, StudyRow.id.in_(told.where(self.unaided))))
        return found

    def _told_ones(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        """Selects of the instances that are told to them, with their series and studies."""
        rows = select(*columns).select_from(InstanceRow).correlate(None).where(self.told)
        rows = rows.join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        rows = rows.join(StudyRow, StudyRow.id == InstanceRow.study_id)
        return rows if self.annotator is None else rows.where(shown_series(self.annotator))

    def _held(self, studies: Collection[int]) -> _Held:
        """Gives what they are told of studies of which they may not be told everything."""
        found: _Held = {one: {} for one in studies}
        if found:
            rows = self._told_ones(
                InstanceRow.study_id, InstanceRow.series_id, SeriesRow.modality, func.count()
            ).where(InstanceRow.study_id.in_(found))
            each = rows.group_by(InstanceRow.study_id, InstanceRow.series_id, SeriesRow.modality)
            for study, series, modality, count in self.session.execute(each):
                found[study][series] = (modality, count)
        return found

    def _page(self, rows: Select[*tuple[Any, ...]], query: Query) -> tuple[Sequence[Any], bool]:
        if not query.limit:
            return [], False
        page = self.session.execute(rows.offset(query.offset).limit(query.limit + 1)).all()
        return page[: query.limit], len(page) > query.limit

    def _study(self, row: StudyRow, patient: Patient, held: _Held = _ALL) -> WebStudy:
        hidden = self.pseudonymous or row.id in self.learnt
        modalities = row.modalities.split("\\")
        series, instances = row.series_count, row.instance_count
        if (some := held.get(row.id)) is not None:
            modalities = sorted({modality for modality, _ in some.values()})
            series, instances = len(some), sum(count for _, count in some.values())
        return WebStudy(
            uid=row.uid,
            patient_name=patient.pseudonym if hidden else patient.name,
            patient_id=patient.pseudonym if hidden else patient.identifier,
            birth_date=None if hidden else patient.birth_date,
            sex=patient.sex,
            date=row.study_date,
            time=None if hidden else row.study_time,
            accession="" if hidden else row.accession,
            description="" if hidden else row.description,
            modalities=tuple(filter(None, modalities)),
            series=series,
            instances=instances,
            url=f"{self.root}/studies/{row.uid}",
        )

    def _hides(self, row: SeriesRow) -> bool:
        return self.pseudonymous or row.study_id in self.learnt

    def _series(self, row: SeriesRow, study: WebStudy, held: _Held = _ALL) -> WebSeries:
        told = held.get(row.study_id, {}).get(row.id)
        return WebSeries(
            uid=row.uid,
            number=row.number,
            description="" if self._hides(row) else row.description,
            modality=row.modality,
            body_part=row.body_part,
            instances=row.instance_count if told is None else told[1],
            url=f"{study.url}/series/{row.uid}",
        )

    def _instance(self, row: InstanceRow, series: WebSeries) -> WebInstance:
        return WebInstance(
            uid=row.uid,
            class_uid=row.class_uid,
            number=row.number,
            frames=row.frames,
            rows=row.rows,
            columns=row.columns,
            bits=value_of(row.header, "BitsAllocated") if row.frames else None,
            url=f"{series.url}/instances/{row.uid}",
        )


def _has_word(word: str) -> ColumnElement[bool]:
    """Gives that a word of the patient's name begins so (PS3.18 8.3.4.2)."""
    start = _pattern(word.replace("*", "").replace("?", ""))
    inner = StudyRow.patient_sort.like(f"% {start}%", escape=_ESCAPE)
    return StudyRow.patient_sort.like(f"{start}%", escape=_ESCAPE) | inner


def like(column: InstrumentedAttribute[str], value: str) -> ColumnElement[bool]:
    """Gives that a column is a text, in which ``*`` and ``?`` stand for others."""
    if "*" not in value and "?" not in value:
        return column == value
    small = value.lower()
    lowered: ColumnElement[str] = func.lower(column)
    for one in sorted(set(small)):
        if not one.isascii() and one.upper() != one:
            # SQLite, and PostgreSQL by its locale, know the small letters of ASCII alone.
            lowered = func.replace(lowered, one.upper(), one)
    return lowered.like(_pattern(small), escape=_ESCAPE)


def name_pattern(value: str) -> str:
    """Gives the pattern of a folded name for one as DICOM writes it, such as ``"Doe^J*"``."""
    parts = [part if part in "*?" else _inner_folded(part) for part in _split(value)]
    return _pattern("".join(parts)).strip()


def _split(value: str) -> list[str]:
    parts = [""]
    for one in value:
        if one in "*?":
            parts += [one, ""]
        else:
            parts[-1] += one
    return [part for part in parts if part]


def _inner_folded(part: str) -> str:
    """Folds a part of a name, keeping that a separator stands at its ends."""
    return folded(f"x{part}x")[1:-1]


def _pattern(value: str) -> str:
    for one in (_ESCAPE, "%", "_"):
        value = value.replace(one, _ESCAPE + one)
    return value.replace("*", "%").replace("?", "_")
