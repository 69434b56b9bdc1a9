"""Lists of cases that several people draw on, what they drew, how they agree, what was decided."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from condyle.service.schemas.base import Body

LabelKind = Literal["box", "mask", "case"]
WorkState = Literal["open", "done", "unjudged"]
ExportLayout = Literal["voc", "coco", "yolo", "png", "nifti"]
ExportSource = Literal["adjudicated", "consensus", "annotator"]

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
"""What no database holds as text."""


def _as_text(value: str) -> str:
    return _NOT_TEXT.sub("\ufffd", value)


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_as_text)]
Answer = Annotated[Name, Field(pattern=r"^(-$|[^=+\-@])")]
"""A spreadsheet would take one that begins so for a formula, and its table is not read back."""

Words = Annotated[str, Field(max_length=2000), AfterValidator(_as_text)]
Uid = Annotated[str, Field(pattern=r"^[0-9.]{1,64}$")]
Row = Annotated[int, Field(ge=1, le=2**31 - 1)]
Count = Annotated[int, Field(ge=0, le=2**31 - 2)]
Point = tuple[float, float]


class NewLabel(Body):
    """Something to be drawn or answered; ``answers`` are of a label of the whole case."""

    name: Name
    kind: LabelKind
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    answers: list[Answer] = Field(default_factory=list, max_length=12)


class Label(NewLabel):
    """A label of a list; ``key`` names it in what is drawn and in what is exported."""

    key: str


class CaseChoice(Body):
    """Which studies become cases, whole or each series of them.

    ``studies`` are numbers of studies, Study Instance UIDs, or, for those who may see them,
    accession numbers. ``described`` keeps the series whose description or number has these words.
    """

    studies: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=5000)
    scope: Literal["study", "series"] = "series"
    described: Annotated[str, Field(max_length=80)] = ""


class ChosenCase(Body):
    """A case that a choice would give."""

    study: int
    patient: str
    series_uid: str | None
    title: str
    images: int


class ChosenCases(Body):
    """The cases that a choice gives, and what of it named no study or gave no case."""

    cases: list[ChosenCase]
    unknown: list[str]
    empty: list[str]


class NewAnnotationList(CaseChoice):
    """A list to be made."""

    name: Name
    labels: list[NewLabel] = Field(min_length=1, max_length=20)
    annotators: list[Row] = Field(min_length=1, max_length=50)


class AnnotationListChange(Body):
    """A change of a list: its name, who draws on it, whether it is closed."""

    name: Name | None = None
    annotators: list[Row] | None = Field(default=None, min_length=1, max_length=50)
    closed: bool | None = None


class Annotator(Body):
    """Somebody who may draw."""

    id: int
    name: str
    full_name: str


class AnnotatorProgress(Annotator):
    """How far somebody is with a list; who was taken off it is not ``active``."""

    active: bool
    done: int
    unjudged: int
    begun: int
    spent_s: int


class AnnotationListEntry(Body):
    """A list with how far everybody is with it."""

    id: int
    name: str
    labels: list[Label]
    cases: int
    adjudicated: int
    closed: bool
    created_at: dt.datetime
    annotators: list[AnnotatorProgress]


class AnnotationCaseEntry(Body):
    """A case of a list: whose study, and what states the annotators left it in, by number."""

    id: int
    name: str
    study: int
    patient: str
    title: str
    states: dict[str, WorkState]
    adjudicated: bool


class AnnotationListDetail(Body):
    """A list and its cases."""

    of_list: AnnotationListEntry
    cases: list[AnnotationCaseEntry]


class Figure(Body):
    """How well annotators agree, or what they agree in, with its 95 % interval by patient.

    ``measure`` is ``iou`` of boxes that several drew, ``matched`` the share of boxes that another
    drew too, ``dice`` of masks, or ``kappa`` of answers. ``value`` is ``null`` where it is not
    defined, the limits where there are ``too_few`` patients. ``n`` are the units it rests on.
    """

    label: str
    measure: Literal["iou", "matched", "dice", "kappa"]
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    cases: int
    too_few: bool


class ListAgreement(Body):
    """How well the annotators of a list agree, by label, over the cases that two finished.

    An interval wants ``needed`` patients.
    """

    figures: list[Figure]
    cases: int
    patients: int
    needed: int


class MarkPlace(Body):
    """The frame that a mark lies on."""

    series_uid: Uid
    instance_uid: Uid
    frame: Count = 0


class Mark(Body):
    """A box, an area or an answer.

    ``box`` is (row0, column0, row1, column1), half-open in pixels. ``outlines`` are closed, in
    (row, column), an integer being a pixel's centre; several hold by the even-odd rule.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    label: Annotated[str, Field(max_length=80), AfterValidator(_as_text)]
    place: MarkPlace | None = None
    box: tuple[float, float, float, float] | None = None
    outlines: list[Annotated[list[Point], Field(max_length=20_000)]] = Field(
        default_factory=list, max_length=500
    )
    answer: Annotated[str | None, Field(max_length=80)] = None


class SavedWork(Body):
    """What an annotator saves: ``edition`` is that which they had before them, 0 for none."""

    edition: Count
    state: WorkState
    reason: Words = ""
    marks: list[Mark] = Field(max_length=5000)
    spent_s: Count = 0


class Work(SavedWork):
    """What an annotator saved last; edition 0 where nothing was."""

    at: dt.datetime | None


class CaseSeries(Body):
    """A series of a case, by what it is and not by whose."""

    uid: str
    title: str
    modality: str
    images: int


class MyList(Body):
    """A list that one draws on; ``next`` is the case to go on with."""

    id: int
    name: str
    labels: list[Label]
    cases: int
    done: int
    next: int | None


class MyCase(Body):
    """A case in one's own order."""

    id: int
    name: str
    state: WorkState | None


class CaseToDraw(Body):
    """A case with its images, what to draw on it, and what one drew already."""

    id: int
    name: str
    of_list: MyList
    study_uid: str
    series: list[CaseSeries]
    position: int
    previous: int | None
    following: int | None
    work: Work


class ToAdjudicate(Body):
    """A list with cases that several finished."""

    id: int
    name: str
    labels: list[Label]
    cases: int
    ready: int
    adjudicated: int


class CaseToAdjudicate(Body):
    """A case of a list: how many finished it, and whether it was decided."""

    id: int
    name: str
    finished: int
    annotators: int
    adjudicated: bool


class AnonymousWork(Body):
    """What one annotator finished, under a letter that stands for nobody known."""

    reader: str
    state: WorkState
    reason: str
    marks: list[Mark]


class Decision(Body):
    """What was decided of a case; ``taken_from`` the letter of the drawing it was made from."""

    edition: int
    taken_from: str | None
    state: WorkState
    note: str
    marks: list[Mark]
    by: str
    at: dt.datetime


class CaseOfMany(Body):
    """A case as several drew it, how they agree in it, and what was decided, the last first."""

    id: int
    name: str
    list_id: int
    list_name: str
    labels: list[Label]
    study_uid: str
    series: list[CaseSeries]
    works: list[AnonymousWork]
    waiting: int
    agreement: list[Figure]
    decisions: list[Decision]
    previous: int | None
    following: int | None


class NewDecision(Body):
    """What somebody senior decides of a case."""

    edition: Count
    taken_from: Annotated[str | None, Field(pattern=r"^[A-Z]{1,2}$")] = None
    state: Literal["done", "unjudged"] = "done"
    note: Words = ""
    marks: list[Mark] = Field(max_length=5000)
