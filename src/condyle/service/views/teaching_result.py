"""An answered teaching case: own answers beside the reference's and the models'."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.own_calls import runs_for_reader
from condyle.archive.teaching import cases_of, get_case, get_collection, items_in, reference_of
from condyle.archive.teaching_attempts import attempts
from condyle.archive.teaching_models import ModelAnswers, ModelSaid, model_answers
from condyle.archive.teaching_questions import Item, Value
from condyle.archive.teaching_references import Answer
from condyle.archive.teaching_tables import TeachingAttempt, TeachingCase
from condyle.reporting.report_json import read_report_json
from condyle.service.access import Permission
from condyle.service.deps import Deps
from condyle.service.schemas import teaching as bodies
from condyle.service.schemas.corrections import Drawn
from condyle.service.schemas.studies import FindingEntry
from condyle.service.security.actor import Actor
from condyle.service.views.finding import finding_entries
from condyle.service.views.teaching import attempt_entry, names_of_users, reference_entry
from condyle.workflows.clinic.teaching_score import verdict


def result_body(
    deps: Deps, session: Session, own: TeachingAttempt, actor: Actor
) -> bodies.TeachingResult:
    """Gives an answered case with what its reference and the models say.

    Args:
        deps: Of the app.
        session: A transaction.
        own: An attempt that was submitted.
        actor: Whose it is.
    """
    case = get_case(session, own.case_id)
    items = items_in(get_collection(session, case.collection_id))
    reference = reference_of(session, case.id)
    said = {} if reference is None else reference.answers
    asked = {item.key for item in items}
    found = model_answers(session, case.study_id, asked, silent=bool(said))
    # A reader made their call of a case that has a reference, and the learner has now. Who reads
    # in the clinic too still owes their own call on the study before they are told.
    owed = _owed_calls(session, case.study_id, actor)
    models = [one for one in found if one.said and not (one.run.hidden and one.run.bundle in owed)]
    readers = set() if reference is None else {*reference.readers, reference.set_by}
    ended = own.submitted_at or own.started_at
    return bodies.TeachingResult(
        attempt=attempt_entry(deps, session, own, actor),
        study=case.study_id,
        reference=reference_entry(reference, names_of_users(session, readers)),
        reference_renewed=reference is not None and reference.id != own.reference_id,
        wall_s=(ended - own.started_at).total_seconds(),
        items=[_item(item, own, said.get(item.key), models) for item in items],
        models=[
            bodies.TeachingModel(
                bundle=one.run.bundle, version=one.run.version, silent=one.run.hidden
            )
            for one in models
        ],
        findings=_findings(deps.archive, models, actor.language),
        next_case=_next(session, case, actor),
    )


def _owed_calls(session: Session, study_id: int, actor: Actor) -> set[str]:
    """Gives the silent bundles whose result somebody may not see before their own call."""
    if not actor.may(Permission.CORRECT):
        return set()
    runs = runs_for_reader(session, study_id, actor.user_id)
    return {run.bundle for run, own in runs if own is None}


def _item(
    item: Item, own: TeachingAttempt, reference: Answer | None, models: Sequence[ModelAnswers]
) -> bodies.ItemResult:
    answer: Value = (own.answers or {}).get(item.key)
    truth: Value = None if reference is None else reference["value"]
    return bodies.ItemResult(
        key=item.key,
        question=item.question.name,
        level=item.level,
        own=answer,
        reference=truth,
        verdict=verdict(item.question, truth, answer),
        drawn=[Drawn(**place) for place in (reference or {}).get("places", [])],
        models=[
            _model(item, one.run.bundle, one.said[item.key], (truth, answer))
            for one in models
            if item.key in one.said
        ],
    )


def _model(
    item: Item, bundle: str, said: ModelSaid, beside: tuple[Value, Value]
) -> bodies.ModelAnswer:
    truth, answer = beside
    told = verdict(item.question, truth, said.value)
    return bodies.ModelAnswer(
        bundle=bundle,
        value=said.value,
        verdict=told,
        probability=said.finding.document.get("probability"),
        finding=said.finding.id,
        named=said.named,
        same_error=told in ("near", "wrong") and answer == said.value,
    )


def _findings(
    archive: Archive, models: Sequence[ModelAnswers], language: str
) -> list[FindingEntry]:
    """Gives the models' findings that answer what was asked, with where to look."""
    entries = []
    for one in models:
        if one.run.report is not None:
            report = read_report_json(archive.objects.read(one.run.report).decode("utf-8"))
            rows = [said.finding for said in one.said.values()]
            entries += finding_entries(one.run, report, rows, language)
    return entries


def _next(session: Session, case: TeachingCase, actor: Actor) -> int | None:
    """Gives the case to go on with: the first after this one that is not answered, else any."""
    ids = [one.id for one in cases_of(session, case.collection_id)]
    answered = {
        one.case_id
        for one in attempts(session, user_id=actor.user_id, case_ids=ids, submitted=True)
    }
    left = [one for one in ids if one not in answered and one != case.id]
    return next((one for one in left if one > case.id), left[0] if left else None)
