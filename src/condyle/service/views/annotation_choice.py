"""Which cases a choice of studies gives, and the keys of a list's labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.annotation import NewCase
from condyle.archive.studies import patients_of, series_of
from condyle.archive.tables import SeriesRow, StudyRow
from condyle.archive.words import folded, words_of
from condyle.errors import InputError
from condyle.service.dicomweb.told import drawable
from condyle.service.ids import LARGEST
from condyle.service.schemas.annotation import CaseChoice, ChosenCase, ChosenCases, NewLabel
from condyle.service.security.actor import Actor

_NUMBER = re.compile(r"#?([0-9]{1,10})")
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")


@dataclass(frozen=True)
class Chosen:
    """What a choice gives.

    Attributes:
        cases: To be drawn on.
        body: The same as the interface tells it.
    """

    cases: tuple[NewCase, ...]
    body: ChosenCases


def chosen_cases(session: Session, choice: CaseChoice, actor: Actor) -> Chosen:
    """Finds the studies that a choice names, and what of them becomes a case.

    Args:
        session: A transaction.
        choice: What is wanted.
        actor: Who asks: without the right to see identities they find no study by its
            accession number, and no series by its description.
    """
    studies: dict[int, StudyRow] = {}
    unknown, empty = [], []
    for reference in dict.fromkeys(one.strip() for one in choice.studies):
        found = _studies(session, reference, actor) if reference else []
        studies |= {study.id: study for study in found}
        if reference and not found:
            unknown.append(reference)
    patients = patients_of(session, list(studies.values()))
    cases: list[tuple[NewCase, ChosenCase]] = []
    for study in studies.values():
        name = patients[study.patient_id].pseudonym
        before = len(cases)
        cases += _cases(session, study, name, choice, actor)
        if len(cases) == before:
            empty.append(str(study.id))
    told = ChosenCases(cases=[one for _, one in cases], unknown=unknown, empty=empty)
    return Chosen(tuple(case for case, _ in cases), told)


def _studies(session: Session, reference: str, actor: Actor) -> Sequence[StudyRow]:
    query = select(StudyRow).order_by(StudyRow.id)
    number = _NUMBER.fullmatch(reference)
    if _UID.fullmatch(reference):
        return session.scalars(query.where(StudyRow.uid == reference)).all()
    if not actor.pseudonymous and not reference.startswith("#"):
        found = session.scalars(query.where(StudyRow.accession == reference)).all()
        if found:
            return found
    if number is not None and int(number[1]) <= LARGEST:
        return session.scalars(query.where(StudyRow.id == int(number[1]))).all()
    return []


def _cases(
    session: Session, study: StudyRow, patient: str, choice: CaseChoice, actor: Actor
) -> Iterator[tuple[NewCase, ChosenCase]]:
    def told(uid: str | None, title: str, images: int) -> tuple[NewCase, ChosenCase]:
        body = ChosenCase(
            study=study.id, patient=patient, series_uid=uid, title=title, images=images
        )
        return NewCase(study.id, uid), body

    images = drawable(session, study.id)
    series = [one for one in series_of(session, study.id) if one.id in images]
    fitting = [one for one in series if _fits(one, choice.described, actor)]
    if choice.scope == "study":
        if fitting:
            yield told(None, "", sum(images.values()))
        return
    for one in fitting:
        yield told(one.uid, series_title(one, actor), images[one.id])


def series_title(series: SeriesRow, actor: Actor) -> str:
    """Gives what a series is called: its description to those who may see it."""
    plain = " ".join(str(part) for part in (series.modality, series.number) if part)
    return plain if actor.pseudonymous else series.description or plain


def _fits(series: SeriesRow, described: str, actor: Actor) -> bool:
    wanted = folded(described).split()
    # Who may not see a description must not learn by asking what it says.
    words = words_of(
        series.modality,
        str(series.number or ""),
        "" if actor.pseudonymous else series.description,
    )
    return all(any(word.startswith(one) for word in words) for one in wanted)


def keyed_labels(labels: Iterable[NewLabel]) -> list[dict[str, Any]]:
    """Gives the labels of a list with a key each, made of its name.

    Raises:
        InputError: A label of the case has fewer than two answers, one of images has any, or
            two labels or answers have one name.
    """
    found: list[dict[str, Any]] = []
    used: set[str] = set()
    for number, label in enumerate(labels, 1):
        answers = [" ".join(answer.split()) for answer in label.answers]
        if (label.kind == "case") != (len(answers) > 1) or len(set(answers)) < len(answers):
            raise _unfit(
                "a label with answers that do not fit it",
                "two or more different answers for a label of the case, none for the others",
            )
        key = _key(label.name, number)
        if key in used:
            raise _unfit("two labels of one name", "a name for each label")
        used.add(key)
        told = {"name": " ".join(label.name.split()), "kind": label.kind, "colour": label.colour}
        found.append({"key": key, **told, "answers": answers})
    return found


def _key(name: str, number: int) -> str:
    """Gives a name that files and tables of every layout can hold."""
    key = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")
    if key.isdecimal() or key == "background":
        # Beside names, tables of masks' values hold those values, and their background.
        return f"label-{key}"
    return key or f"label-{number}"


def _unfit(found: str, needed: str) -> InputError:
    return InputError(
        "The list was not made.", found=found, needed=needed, mend="change the labels."
    )
