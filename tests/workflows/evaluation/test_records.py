"""Cohort, flow and checklists go into the pages and the folder of an evaluation."""

from __future__ import annotations

from condyle.evaluation.participant_flow import LeftOut, Screening
from condyle.reporting.evaluation.page import evaluation_page
from condyle.workflows.evaluation.pages import make_files
from condyle.workflows.evaluation.records import records_of, with_records
from condyle.workflows.evaluation.report import About, MadeBy, evaluation_report


def test_the_sections_and_files_of_the_records_are_added(mixed, quick) -> None:
    table = mixed(patients=12)
    table = table.where((table.task == "tear") | (table.task == "dice-meniscus"))
    report = evaluation_report(table, about=About("x"), draw=quick)
    screening = Screening(14, 14, (LeftOut("surgery", 2, 2),))
    made, files = with_records(report, table, MadeBy(screening=screening))
    titles = [section.title for section in made.extra]
    assert titles[:2] == ["Who is in the study", "Flow of participants"]
    assert "Checklist CLAIM, 2024 update" in titles
    assert set(files) >= {"cohort.csv", "checklist-claim-2024.md"}
    assert "surgery: 2 patients" in made.extra[1].figures[0].caption
    assert "Flow of participants" in [s.title for s in evaluation_page(made).sections]
    assert b"surgery" in files["checklist-claim-2024.md"]


def test_a_table_of_overlaps_has_no_answers_in_its_flow(mixed, quick) -> None:
    table = mixed(patients=12).of_task("dice-meniscus")
    report = evaluation_report(table, about=About("x"), draw=quick)
    assert records_of(report, table).flow.answers == ()


def test_where_everybody_is_in_sample_the_cohort_stands_without_checklists(mixed, quick) -> None:
    from dataclasses import replace

    import numpy as np

    table = mixed(patients=12).of_task("tear")
    marks = {**table.covariates, "in_sample": np.array(["yes"] * len(table))}
    table = replace(table, covariates=marks)
    report = evaluation_report(table, about=About("x"), draw=quick)
    made, files = with_records(report, table)
    assert list(files) == ["cohort.csv"]
    assert "the model learned from the patient" in made.extra[1].figures[0].caption


def test_the_pages_of_any_evaluation_hold_the_records(mixed, quick) -> None:
    table = mixed(patients=12).of_task("tear")
    files = make_files(
        table,
        about=About("x"),
        draw=quick,
        made_by=MadeBy(screening=Screening(13, 13, (LeftOut("surgery", 1, 1),))),
        progress=lambda _: None,
    )
    assert {"cohort.csv", "checklist-claim-2024.md", "figures/flow.svg"} <= set(files)
    page = files["report.html"].decode()
    for title in ("Who is in the study", "Flow of participants", "Checklist STARD-AI, 2025"):
        assert f"<h2>{title}</h2>" in page
    assert b"surgery" in files["checklist-stard-ai-2025.md"]
    text = files["cohort.csv"].decode()
    assert text.startswith("variable,level,unit,group,count,of,")


def test_the_archive_of_a_bundle_is_where_its_flow_begins(mixed, quick) -> None:
    from condyle.domain.case import Case, Reference
    from condyle.domain.study import Study
    from condyle.evaluation.participant_flow import screening_of_cases

    table = mixed(patients=12).of_task("tear")
    report = evaluation_report(table, about=About("x"), draw=quick)
    read = sorted(set(zip(table.patient.tolist(), table.study.tolist(), strict=True)))
    grades = Reference(grades={"disc-1": {"tear": 1}})
    cases = [Case(study, patient, Study(None, ()), grades) for patient, study in read]
    cases.append(Case("ungraded", "x1", Study(None, ()), Reference()))
    records = records_of(report, table, MadeBy(screening=screening_of_cases(cases, table)))
    assert [stage.patients for stage in records.flow.stages] == [13, 12, 12]
    assert records.flow.stages[0].left_out == (LeftOut("no reference", 1, 1),)
    assert records.flow.notes == ()
