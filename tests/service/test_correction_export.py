"""Corrections leave as training data that the workbench takes, and with no identity."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from tests.service.conftest import Client
from tests.service.studies_of import put_run, put_study
from typer.testing import CliRunner

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry
from condyle.cli.app import create_app as create_command
from condyle.datasets.layouts import layout_of, open_archive
from condyle.dicom import MRTags, write_mr_series
from condyle.domain.case import STUDY_UNIT
from condyle.domain.volume import Volume
from condyle.service.exports import correction as correction_export

EXPORT = "/api/v1/corrections/export"
SECRETS = ("Moreau", "Ana", "P-100", "ACC1", "1970", "clinician", "left knee")
GRADE, CALL, ABSTAINED = 1, 2, 3


@pytest.fixture
def runs(archive: Archive) -> list[str]:
    """Runs on the studies 1 and 2, whose findings are numbered from 1 and from 4."""
    return [
        put_run(archive, put_study(archive, number, identifier=f"P-10{number}"), number=number)
        for number in (1, 2)
    ]


def say(client: Client, study: int = 1, **body: Any) -> int:
    answer = client.post(f"/api/v1/studies/{study}/corrections", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["corrections"][-1]["id"])


def lines(client: Client, after: int = 0) -> list[dict[str, Any]]:
    answer = client.get(EXPORT, params={"after": after})
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def table(client: Client, after: int = 0) -> list[dict[str, str]]:
    answer = client.get(EXPORT, params={"form": "csv", "after": after})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_line_holds_what_was_said_and_what_the_model_had_said(
    runs: list[str], clinician: Client
) -> None:
    say(clinician, kind="grade", finding=GRADE, grade=2)
    (line,) = lines(clinician)
    assert (line["kind"], line["value"], line["study_uid"]) == ("grade", {"grade": 2}, "1.2.3.1")
    assert line["bundle"] == {"name": "lumbar-grading", "version": "0.1.0", "sha256": "a" * 64}
    model = line["model"]
    assert (model["name"], model["value"], model["level"]) == ("pfirrmann-grade", 4, "L4-L5")
    assert (model["index_from_caudal"], model["probabilities"][3]) == (2, 0.6)
    assert model["places"][0]["instance_uid"] == "1.2.3.1.1.1"


def test_lines_of_levels_added_findings_and_withdrawals_are_there_too(
    runs: list[str], clinician: Client
) -> None:
    say(clinician, kind="level", analysis=runs[0], levels={"2": "L5-S1"})
    added = say(clinician, kind="add", finding_added={"name": "disc-bulging", "value": True})
    say(clinician, kind="withdraw", supersedes=added)
    levels, new, taken = lines(clinician)
    assert (levels["value"], levels["model"]) == ({"levels": {"2": "L5-S1"}}, None)
    assert (new["value"]["name"], new["bundle"]) == ("disc-bulging", None)
    assert (taken["kind"], taken["supersedes"]) == ("withdraw", added)


def test_the_number_of_the_last_line_asks_for_what_came_after_it(
    runs: list[str], clinician: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for grade in (1, 2, 3):
        say(clinician, kind="grade", finding=GRADE, grade=grade)
    monkeypatch.setattr(correction_export, "MOST_LINES", 2)
    first = lines(clinician)
    rest = lines(clinician, after=first[-1]["id"])
    assert [line["value"]["grade"] for line in first + rest] == [1, 2, 3]
    assert lines(clinician, after=rest[-1]["id"]) == []


def test_no_form_holds_an_identity_whoever_asks(
    runs: list[str], clinician: Client, researcher: Client
) -> None:
    say(clinician, kind="grade", finding=GRADE, grade=2, note="Moreau, Ana: left knee")
    for client in (clinician, researcher):
        for form in ("jsonl", "csv"):
            answer = client.get(EXPORT, params={"form": form})
            assert answer.status_code == 200 and "1.2.3.1" in answer.text
            assert not [secret for secret in SECRETS if secret in answer.text]


def test_the_table_has_what_holds_of_what_was_read_and_nothing_else(
    runs: list[str], clinician: Client
) -> None:
    say(clinician, kind="grade", finding=GRADE, grade=2)
    say(clinician, kind="reject", finding=CALL)
    say(clinician, study=2, kind="accept", finding=CALL + 3)
    say(clinician, study=2, kind="call", finding=ABSTAINED + 3, positive=True)
    one, two = table(clinician)
    assert one["patient"] != two["patient"]
    assert (one["study"], one["label_pfirrmann-grade_L4-L5"]) == ("1.2.3.1", "2")
    assert (one["label_disc-herniation_L4-L5"], two["label_disc-herniation_L4-L5"]) == ("no", "yes")
    assert (one["label_disc-bulging_L4-L5"], two["label_disc-bulging_L4-L5"]) == ("", "yes")
    assert two["label_pfirrmann-grade_L4-L5"] == "", "no model learns from its own answer"


def test_a_rejected_grade_and_a_drawing_say_nothing_of_a_value(
    runs: list[str], clinician: Client
) -> None:
    place = {"series_uid": "1.2.3.1.1", "instance_uid": "1.2.3.1.1.1"}
    say(clinician, kind="reject", finding=GRADE)
    say(clinician, kind="box", finding=CALL, drawn={"place": place, "box": [0, 0, 2, 2]})
    assert table(clinician) == []


def test_the_table_follows_the_readers_names_of_levels_and_what_they_added(
    runs: list[str], clinician: Client
) -> None:
    say(clinician, kind="level", analysis=runs[0], levels={"2": "L5-S1"})
    say(clinician, kind="accept", finding=CALL)
    new = {"name": "disc-bulging", "level": "L3-L4", "value": True}
    say(clinician, kind="add", finding_added=new)
    say(clinician, kind="add", finding_added={**new, "level": None, "value": False})
    (row,) = table(clinician)
    del row["study"], row["patient"]
    assert row == {
        "label_disc-bulging": "no",
        "label_disc-bulging_L3-L4": "yes",
        "label_disc-herniation_L5-S1": "yes",
    }


def test_the_table_leaves_out_studies_that_nobody_spoke_of_since(
    runs: list[str], clinician: Client
) -> None:
    last = say(clinician, kind="accept", finding=CALL)
    say(clinician, study=2, kind="accept", finding=CALL + 3)
    assert [row["study"] for row in table(clinician, after=last)] == ["1.2.3.2"]


def test_a_withdrawn_word_is_no_label(runs: list[str], clinician: Client) -> None:
    said = say(clinician, kind="accept", finding=CALL)
    say(clinician, kind="withdraw", supersedes=said)
    assert table(clinician) == []


def test_who_may_not_export_gets_nothing(runs: list[str], administrator: Client) -> None:
    assert administrator.get(EXPORT).status_code == 403


@pytest.mark.parametrize("query", [{"after": -1}, {"after": 2**40}, {"form": "xml"}])
def test_a_query_that_does_not_fit_is_refused(clinician: Client, query: dict[str, Any]) -> None:
    assert clinician.get(EXPORT, params=query).status_code == 422


def test_each_export_is_audited(runs: list[str], researcher: Client, archive: Archive) -> None:
    researcher.get(EXPORT, params={"form": "csv"})
    with archive.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "corrections.exported")
        (entry,) = session.scalars(query)
    assert (entry.user_name, entry.subject_id) == ("researcher", "csv")


def put_images(root: Path, number: int) -> None:
    """Writes a series of a study as somebody gets them out of the archive."""
    pixels = np.random.default_rng(number).integers(0, 200, (3, 20, 24)).astype(np.float32)
    write_mr_series(
        root / f"images-{number}",
        volume=Volume(pixels, affine=np.diag([4.0, 0.5, 0.5, 1.0])),
        study_uid=f"1.2.3.{number}",
        series_uid=f"1.2.3.{number}.1",
        frame_of_reference_uid=f"1.2.3.{number}.9",
        description="T2 sag",
        tags=MRTags(tr_ms=3000, te_ms=100, patient_id=f"P-10{number}", patient_name="Moreau^Ana"),
    )


def test_the_workbench_takes_the_table_beside_the_images_as_a_labelled_archive(
    runs: list[str], clinician: Client, tmp_path: Path
) -> None:
    root = tmp_path / "labelled"
    for number in (1, 2):
        put_images(root, number)
    say(clinician, kind="grade", finding=GRADE, grade=2)
    say(clinician, kind="reject", finding=CALL)
    say(clinician, study=2, kind="accept", finding=CALL + 3)
    text = clinician.get(EXPORT, params={"form": "csv"}).text
    (root / "labels.csv").write_text(text, "utf-8")
    assert layout_of(root) == "dicom"
    one, two = sorted(open_archive(root).cases, key=lambda case: case.study.uid or "")
    assert one.study.uid == "1.2.3.1" and one.patient != two.patient
    assert one.reference.grades == {
        STUDY_UNIT: {"pfirrmann-grade_L4-L5": 2, "disc-herniation_L4-L5": 0}
    }
    assert two.reference.grades == {STUDY_UNIT: {"disc-herniation_L4-L5": 1}}
    out = tmp_path / "check"
    done = CliRunner().invoke(create_command(), ["data", "check", str(root), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert list(out.iterdir())
