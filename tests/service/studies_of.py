"""Studies put into a test's archive without images, and runs on them with a report."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from dataclasses import replace
from typing import Any

from condyle.archive.analyses import BundleRun, NewFinding, Result, finish, queue_analysis, start
from condyle.archive.archive import Archive
from condyle.archive.incoming import NewInstance, NewPatient, NewSeries, NewStudy
from condyle.archive.store import store
from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Measurement, OperatingPoint, Site
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report, SeriesSummary, StudySummary
from condyle.domain.study import Attribute, Instance
from condyle.reporting.report_json import report_to_dict, report_to_json

NOON = dt.datetime(2030, 1, 7, 12, 0, tzinfo=dt.UTC)
MR = "1.2.840.10008.5.1.4.1.1.4"
EXPLICIT = "1.2.840.10008.1.2.1"


def put_study(
    archive: Archive,
    number: int = 1,
    *,
    name: str = "Moreau^Ana",
    identifier: str = "P-100",
    anatomy: str = "lumbar-spine",
    priority_rank: int = 2,
    date: dt.date | None = dt.date(2029, 12, 24),
) -> int:
    """Stores a study of one series with one instance and gives its number."""
    base = f"1.2.3.{number}"
    new = NewInstance(
        patient=NewPatient(
            identifier=identifier, name=name, sex="F", birth_date=dt.date(1970, 5, 4)
        ),
        study=NewStudy(
            uid=base,
            source="upload",
            accession=f"ACC{number}",
            description="Lumbar MR",
            date=date,
            anatomy=anatomy,
            priority_rank=priority_rank,
            exclusions=[],
        ),
        series=NewSeries(uid=f"{base}.1", number=1, description="T2 sag", modality="MR"),
        uid=f"{base}.1.1",
        class_uid=MR,
        transfer_syntax=EXPLICIT,
        content=f"bytes of {number}".encode(),
        header=zlib.compress(b"{}"),
        frames_at=[(0, 4)],
        number=1,
        rows=8,
        columns=8,
    )
    (outcome,) = store(archive, [new])
    assert outcome.study_id is not None
    return outcome.study_id


def report_of(number: int = 1) -> Report:
    """Gives a report with a grade, a positive call and an abstention."""
    site = Site("intervertebral-disc", "L4-L5", 2)
    where = (Evidence(0, 0, outline=((1.0, 2.0), (3.0, 2.0), (3.0, 5.0))),)
    sure = Estimate(0.8, 0.7, 0.9, 50, "wilson", unit="patient")
    point = OperatingPoint(sure, sure, 0.2, shown=True)
    series = SeriesSummary(
        index=0,
        stem="series-1",
        uid=f"1.2.3.{number}.1",
        instances=(Instance(f"1.2.3.{number}.1.1"),),
        frame_of_reference=None,
        plane=Attribute("sagittal"),
        weighting=Attribute("t2"),
        spacing=None,
        shape=(1, 8, 8),
        used=True,
        kind="dicom",
    )
    grades = (0.05, 0.1, 0.15, 0.6, 0.1)
    return Report(
        study=StudySummary(f"1.2.3.{number}", "lumbar-spine", "MR"),
        series=(series,),
        bundles=(
            BundleRef("lumbar-grading", "0.1.0", "a" * 64, "Research use.", ("surgery",),
                      thresholds=(("disc-herniation", 0.4),)),
        ),
        findings=(
            Finding("f1", "pfirrmann-grade", site, 4, 0.6, grades, evidence=where),
            Finding("f2", "disc-herniation", site, True, 0.7, None, 0.4, evidence=where,
                    operating_point=point),
            Finding("f3", "disc-bulging", site, None, 0.5, None, 0.5, abstained=True,
                    abstention=Message("not-graded", {}, "L4-L5")),
        ),
        not_assessed=(Message("foramina", {}, "study"),),
        warnings=(Message("slice-off-midline", {}, "series-1"),),
        software_version="0",
    )  # fmt: skip


def put_run(
    archive: Archive,
    study_id: int,
    *,
    number: int = 1,
    hidden: bool = False,
    minute: int = 0,
    measurements: tuple[Measurement, ...] = (),
) -> str:
    """Runs a bundle on a study without running anything, and gives the run's identifier."""
    report = replace(report_of(number), measurements=measurements)
    place: dict[str, Any] = {
        "series_uid": f"1.2.3.{number}.1",
        "instance_uid": f"1.2.3.{number}.1.1",
        "frame": 0,
    }
    overlays = {
        "structures": [
            {"analysis": "x", "structure": "intervertebral-disc", "level": "L4-L5", **place,
             "outlines": [[[1, 2], [3, 2], [3, 5]]]}
        ],
        "labels": [{**place, "level": "L4-L5", "row": 2.0, "column": 3.0}],
        "maps": [
            {**place, "analysis": "x", "key": "lesion/knee", "kind": "heat", "file": "map-1.png",
             "rows": 8, "columns": 6}
        ],
    }  # fmt: skip
    stored = archive.objects.put(report_to_json(report).encode()).sha256
    drawn = archive.objects.put(json.dumps(overlays).encode()).sha256
    page = archive.objects.put(b"<p>page</p>").sha256
    heat = archive.objects.put(b"a grey picture").sha256
    findings = [
        NewFinding(
            key=entry["id"],
            name=entry["name"],
            positive=bool(entry["value"]) and not entry["abstained"],
            document={
                **entry,
                "places": [
                    {**place, "slice": 0, "outline": e["outline"], "box": None}
                    for e in entry["evidence"]
                ],
            },
            level="L4-L5",
            index_from_caudal=2,
            abstained=entry["abstained"],
        )
        for entry in report_to_dict(report)["findings"]
    ]
    run = BundleRun("lumbar-grading", "0.1.0", "a" * 64, hidden)
    result = Result(
        report=stored,
        files={"overlays.json": drawn, "report.html": page, "map-1.png": heat},
        findings=findings,
        software_version="0",
    )
    with archive.database.write() as session:
        analysis = queue_analysis(session, study_id, run, at=NOON + dt.timedelta(minutes=minute))
        start(session, analysis.id, at=NOON)
        finish(session, analysis.id, result, at=NOON)
        return analysis.id
