"""Teaching: collections of cases, a learner's reading of one, its result, and the scores."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from condyle.service.schemas.base import Body
from condyle.service.schemas.corrections import Drawn
from condyle.service.schemas.studies import FindingEntry, SeriesEntry, WorklistEntry

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
AnswerValue = Annotated[int, Field(strict=True, ge=0, le=10)] | StrictBool | None
"""A grade, yes or no, or that one cannot tell."""
ItemKey = Annotated[str, Field(max_length=64)]
Answers = Annotated[dict[ItemKey, AnswerValue], Field(max_length=200)]
ReferenceKind = Literal["form", "report", "findings"]


class TeachingChoice(Body):
    """One answer that may be given; ``hint`` says what a grade looks like."""

    value: int | bool
    label: str
    hint: str


class TeachingQuestion(Body):
    """Something that may be asked; ``levels`` where it is asked at levels, cranial first."""

    name: str
    title: str
    anatomy: str
    kind: Literal["grade", "presence"]
    choices: list[TeachingChoice]
    levels: list[str]


class TeachingItem(Body):
    """A question at one place; ``key`` is what its answer is kept by."""

    key: str
    question: str
    level: str | None


class AskedQuestion(Body):
    """A question of a collection, and the levels at which it is asked."""

    name: Annotated[str, Field(max_length=64)]
    levels: Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=20)]


Questions = Annotated[list[AskedQuestion], Field(min_length=1, max_length=20)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=5000)]


class NewTeachingCollection(Body):
    """A collection that shall be made."""

    title: Title
    description: Text = ""
    anatomy: Annotated[str, Field(max_length=64)]
    questions: Questions


class TeachingCollectionChange(Body):
    """What of a collection changes; what is left out stays."""

    title: Title | None = None
    description: Text | None = None
    questions: Questions | None = None
    published: bool | None = None


class TeachingCollectionEntry(Body):
    """A collection, and how many of its cases whoever asks has answered."""

    id: int
    title: str
    description: str
    anatomy: str
    published: bool
    by: str
    created_at: dt.datetime
    cases: int
    answered: int
    begun: int


class LearnerCase(Body):
    """A case as a learner sees it: no study and no patient before it was answered."""

    id: int
    number: int
    attempt: int | None
    state: Literal["unread", "begun", "answered"]
    scorable: bool
    submitted_at: dt.datetime | None
    looked_s: float | None
    right: int | None
    scored: int | None


class TeachingCollectionDetail(Body):
    """A collection with what it asks and its cases."""

    collection: TeachingCollectionEntry
    asked: list[AskedQuestion]
    questions: list[TeachingQuestion]
    items: list[TeachingItem]
    cases: list[LearnerCase]
    begun_by_somebody: bool


class ReferenceEntry(Body):
    """What a case is, or may be, judged by; never what it says, as its teacher may learn, too.

    ``items`` counts what it answers of what is asked. ``model_seen`` says whether its readers
    had a model's findings before them, ``None`` where that is not known.
    """

    kind: ReferenceKind
    source: int | None
    items: int
    readers: list[str]
    model_seen: bool | None
    said_at: dt.datetime
    set_by: str | None
    set_at: dt.datetime | None


class TeacherCase(Body):
    """A case as its teacher sees it: its study, and what it is judged by."""

    id: int
    number: int
    study: WorklistEntry
    reference: ReferenceEntry | None
    sources: list[ReferenceEntry]
    answered: int


class NewTeachingCases(Body):
    """Studies that shall be cases."""

    studies: Annotated[list[Id], Field(min_length=1, max_length=200)]


class ReferenceChoice(Body):
    """What a case shall be judged by from now on, as it is now."""

    kind: ReferenceKind
    source: Id | None = None


class TeachingAttemptEntry(Body):
    """A learner's reading of a case: images and what is asked, and nothing that was found.

    ``study_uid`` and ``series`` are for the images. ``seen_before`` says that the learner had
    opened the study before, and ``aided`` that they opened it or the patient's records elsewhere
    before they had answered, so that it does not count.
    """

    id: int
    case: int
    number: int
    collection: int
    title: str
    patient: str
    study_uid: str
    series: list[SeriesEntry]
    simulated: bool
    questions: list[TeachingQuestion]
    items: list[TeachingItem]
    scorable: bool
    seen_before: bool
    aided: bool
    started_at: dt.datetime
    looked_s: float
    draft: dict[str, int | bool | None]
    submitted_at: dt.datetime | None


class Look(Body):
    """That a case's page is shown or hidden from now on, and the answers so far."""

    shown: bool
    draft: Answers | None = None


class Looked(Body):
    """How long a case's page was shown until now, and whether help was had elsewhere."""

    looked_s: float
    submitted: bool
    aided: bool


class TeachingAnswers(Body):
    """The answers of a case, each item once; ``null`` where one cannot tell."""

    answers: Answers


class TeachingModel(Body):
    """A bundle whose answers stand beside the learner's."""

    bundle: str
    version: str
    silent: bool


class ModelAnswer(Body):
    """What a model says of an item, ``value`` ``None`` where it abstained or said nothing.

    ``named`` is the level that it gave the disc where a reader named it otherwise.
    """

    bundle: str
    value: int | bool | None
    verdict: Literal["right", "near", "wrong", "unscored"]
    probability: float | None
    finding: int | None
    named: str | None
    same_error: bool
    """Whether the learner's answer is wrong in the same way."""


class ItemResult(Body):
    """An item with the learner's answer, the reference and the models' answers."""

    key: str
    question: str
    level: str | None
    own: int | bool | None
    reference: int | bool | None
    verdict: Literal["right", "near", "wrong", "unscored"]
    drawn: list[Drawn]
    models: list[ModelAnswer]


class TeachingResult(Body):
    """A case that was answered: own answers, reference and models side by side."""

    attempt: TeachingAttemptEntry
    study: int
    reference: ReferenceEntry | None
    reference_renewed: bool
    wall_s: float
    items: list[ItemResult]
    models: list[TeachingModel]
    findings: list[FindingEntry]
    next_case: int | None


class ScoreFigure(Body):
    """A figure with its 95 % interval, its answers and their patients.

    Where ``too_few`` there are fewer patients than a figure needs, and none is given.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    rows: int
    patients: int
    too_few: bool
    method: str


class ScoredReader(Body):
    """How the learner, or a bundle on the very same items, agrees on a question."""

    bundle: str | None
    figures: list[ScoreFigure]


class QuestionScore(Body):
    """A question with everyone's figures."""

    question: str
    title: str
    kind: Literal["grade", "presence"]
    readers: list[ScoredReader]


class CaseScore(Body):
    """One answered case in its turn."""

    attempt: int
    case: int
    number: int
    submitted_at: dt.datetime
    looked_s: float
    wall_s: float
    right: int
    near: int
    wrong: int
    unscored: int
    aided: bool
    counts: bool


class CurveBlock(Body):
    """Ten cases in turn of the learning curve, the last block perhaps fewer."""

    first: int
    last: int
    right: ScoreFigure


class TeachingScore(Body):
    """A learner's score over the answered cases of a collection."""

    collection: TeachingCollectionEntry
    needed: int
    overall: ScoreFigure
    questions: list[QuestionScore]
    cases: list[CaseScore]
    curve: list[CurveBlock]
    left_out_seen: int
    left_out_aided: int
    left_out_unscorable: int


class LearnerScore(Body):
    """One learner in the teacher's table."""

    name: str
    answered: int
    counted: int
    right: ScoreFigure
    median_looked_s: float | None


class CaseDifficulty(Body):
    """One case in the teacher's table: how many answers of how many were right."""

    case: int
    number: int
    learners: int
    right: int
    scored: int
    median_looked_s: float | None


class LearnersTable(Body):
    """What a teacher sees of learners, and the cases, the hardest first."""

    needed: int
    learners: list[LearnerScore]
    cases: list[CaseDifficulty]
