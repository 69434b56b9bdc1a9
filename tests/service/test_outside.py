"""What others found in a study is shown as a reference, to whom it may, and counts as nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import FileDataset
from sqlalchemy import select
from tests.service.annotated import make_list, people_of
from tests.service.conftest import Client, LogIn
from tests.service.outside_objects import as_bytes, images, report, segmentation
from tests.service.studies_of import put_run
from tests.service.test_dicomweb_store import ALL, stow
from tests.workflows.clinic.brought import Bringer

from condyle.archive.archive import Archive
from condyle.archive.tables import Analysis, AuditEntry, StudyRow
from condyle.workflows.clinic import outside as reading


@pytest.fixture
def source() -> list[FileDataset]:
    return images()


@pytest.fixture
def study(clinician: Client, archive: Archive, source: list[FileDataset]) -> int:
    assert stow(clinician, [as_bytes(one) for one in source]).status_code == 200
    with archive.database.read() as session:
        return session.scalars(select(StudyRow.id)).one()


def send(client: Client, *made: FileDataset) -> None:
    answer = stow(client, [as_bytes(one) for one in made])
    assert answer.status_code == 200, answer.text


def outside(client: Client, study: int, **headers: str) -> Any:
    answer = client.get(f"/api/v1/studies/{study}/outside", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client: Client, path: str, **asked: str) -> list[Any]:
    answer = client.get(f"/dicomweb{path}", params=asked)
    assert answer.status_code in (200, 204), answer.text
    return answer.json() if answer.content else []


def test_a_segmentation_is_shown_where_it_lies_with_who_made_it(
    clinician: Client, study: int, source: list[FileDataset]
) -> None:
    made = segmentation(source)
    send(clinician, made)
    (result,) = outside(clinician, study)["results"]
    told = ("kind", "uid", "manufacturer", "model", "version", "description", "person", "made_on")
    assert [result[one] for one in told] == [
        "seg", made.SOPInstanceUID, "Elsewhere", "Disc finder", "3.1", "Discs by Elsewhere",
        "Luz Rivera", "2026-03-04",
    ]  # fmt: skip
    assert result["verified"] is None and result["problem"] is None
    (disc,) = result["structures"]
    assert (disc["label"], disc["meaning"], disc["how"], disc["algorithm"], disc["unplaced"]) == (
        "My disc", "Vertebra", "automatic", "disc finder", 0,
    )  # fmt: skip
    at = {place["instance_uid"]: place for place in disc["places"]}
    assert set(at) == {source[2].SOPInstanceUID, source[3].SOPInstanceUID}
    (ring,) = at[source[2].SOPInstanceUID]["outlines"]
    assert {tuple(point) for point in ring} == {(3, 4), (3, 10), (7, 10), (7, 4)}
    assert at[source[2].SOPInstanceUID]["series_uid"] == source[2].SeriesInstanceUID


def test_a_report_is_shown_with_its_codes_numbers_places_and_words(
    clinician: Client, study: int, source: list[FileDataset]
) -> None:
    send(clinician, report(source[1]))
    (result,) = outside(clinician, study)["results"]
    assert (result["kind"], result["title"], result["person"], result["verified"]) == (
        "sr", "Imaging Measurement Report", "Dr Ken Ito", True,
    )  # fmt: skip
    (found,) = result["findings"]
    assert (found["finding"], found["tracking"]) == ("Gap", "a gap of Jane Doe")
    assert found["answers"] == [
        {"name": "Length", "value": 5.0, "unit": "mm"},
        {"name": "Comment", "value": "seen by Jane's kin", "unit": ""},
    ]
    (place,) = found["places"]
    assert place["instance_uid"] == source[1].SOPInstanceUID and not place["closed"]
    assert place["outlines"] == [[[5.0, 10.0], [9.0, 13.0]]]
    assert result["texts"] == [{"name": "Summary", "text": "All of Jane Doe."}]


def test_nothing_of_others_becomes_a_series_a_finding_or_a_run(
    clinician: Client, archive: Archive, study: int, source: list[FileDataset]
) -> None:
    put_run(archive, study)
    before = clinician.get(f"/api/v1/studies/{study}").json()
    assert before["findings"] and before["study"]["finding_count"]
    drawn = clinician.get(f"/api/v1/studies/{study}/overlays").json()
    send(clinician, segmentation(source), report(source[1]))
    after = clinician.get(f"/api/v1/studies/{study}").json()
    assert after["study"]["instance_count"] == before["study"]["instance_count"] + 2
    for part in ("series", "findings", "analyses", "measurements"):
        assert after[part] == before[part]
    assert after["study"]["finding_count"] == before["study"]["finding_count"]
    assert after["study"]["revision"] > before["study"]["revision"]
    assert clinician.get(f"/api/v1/studies/{study}/overlays").json() == drawn
    with archive.database.read() as session:
        assert len(session.scalars(select(Analysis.id)).all()) == 1


def test_what_is_uploaded_is_shown_as_what_is_stowed(
    archive: Archive, clinician: Client, study: int, source: list[FileDataset]
) -> None:
    Bringer(archive).bring({"seg.dcm": as_bytes(segmentation(source))})
    (result,) = outside(clinician, study)["results"]
    assert len(result["structures"][0]["places"]) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "cannot be read and is not shown"), ("es", "no se puede leer y no se muestra")],
)
def test_one_that_cannot_be_read_says_so_and_takes_nothing_else_along(
    clinician: Client, study: int, source: list[FileDataset], language: str, words: str
) -> None:
    broken = segmentation(source)
    del broken.PerFrameFunctionalGroupsSequence
    send(clinician, broken)
    send(clinician, segmentation(source))
    good, bad = outside(clinician, study, **{"Accept-Language": language})["results"]
    assert good["problem"] is None and good["structures"]
    assert words in bad["problem"]["text"]
    assert (bad["kind"], bad["structures"], bad["manufacturer"]) == ("seg", [], "")
    assert clinician.get(f"/api/v1/studies/{study}").status_code == 200


def test_one_that_is_too_large_for_a_page_is_not_unpacked(
    clinician: Client, study: int, source: list[FileDataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(clinician, segmentation(source))
    monkeypatch.setattr(reading, "MOST_KEPT", 0)
    monkeypatch.setattr(reading, "MOST_PIXELS", 2 * 20 * 24 - 1)
    (result,) = outside(clinician, study)["results"]
    assert result["problem"]["code"] == "outside-unreadable"
    monkeypatch.setattr(reading, "MOST_PIXELS", 2 * 20 * 24)
    (result,) = outside(clinician, study)["results"]
    assert result["problem"] is None
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    (result,) = outside(clinician, study)["results"]
    assert result["problem"]["code"] == "outside-unreadable"


def test_what_was_read_is_read_again_only_where_the_images_are_others(
    clinician: Client, study: int, source: list[FileDataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(clinician, segmentation(source))
    first = outside(clinician, study)
    reads: list[str] = []
    reader = reading.read_result

    def counted(*given: Any, **more: Any) -> Any:
        reads.append(given[1])
        return reader(*given, **more)

    monkeypatch.setattr(reading, "read_result", counted)
    assert outside(clinician, study) == first and not reads
    send(clinician, images(6)[5])
    assert outside(clinician, study) == first and len(reads) == 1
    send(clinician, report(source[0]))
    assert len(outside(clinician, study)["results"]) == 2 and len(reads) == 2


def test_of_many_the_latest_are_read_and_the_others_counted(
    clinician: Client, study: int, source: list[FileDataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [report(source[0]) for _ in range(3)]
    for one in sent:
        send(clinician, one)
    monkeypatch.setattr(reading, "MOST_OBJECTS", 2)
    told = outside(clinician, study)
    assert [one["uid"] for one in told["results"]] == [
        sent[2].SOPInstanceUID,
        sent[1].SOPInstanceUID,
    ]
    assert told["left_out"] == 1


def test_a_report_of_another_study_is_shown_where_it_refers_to_this_one_of_the_same_patient(
    clinician: Client, study: int, source: list[FileDataset]
) -> None:
    send(clinician, report(source[1], study="1.2.99"))
    send(clinician, report(source[1], study="1.2.100", name="P2"))
    unrelated = images(study="other")
    send(clinician, *unrelated, report(unrelated[0]))
    results = outside(clinician, study)["results"]
    assert [len(one["findings"][0]["places"]) for one in results] == [1]


def test_a_mask_that_lies_on_no_image_is_counted_and_not_drawn(
    clinician: Client, study: int, source: list[FileDataset]
) -> None:
    elsewhere = images(SeriesInstanceUID="1.2.77")
    for at, one in enumerate(elsewhere):
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.77.{at}"
    send(clinician, segmentation(elsewhere))
    (result,) = outside(clinician, study)["results"]
    (disc,) = result["structures"]
    # It lies in the same space, so it is drawn on the images that lie there.
    assert {one["instance_uid"] for one in disc["places"]} == {
        source[2].SOPInstanceUID,
        source[3].SOPInstanceUID,
    }
    moved = images(SeriesInstanceUID="1.2.78", FrameOfReferenceUID="1.2.3.4")
    for at, one in enumerate(moved):
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.78.{at}"
    send(clinician, segmentation(moved))
    (disc,) = outside(clinician, study)["results"][0]["structures"]
    assert (disc["places"], disc["unplaced"]) == ([], 2)


def test_a_reader_is_told_nothing_of_others_before_their_own_call(
    clinician: Client,
    log_in: LogIn,
    archive: Archive,
    study: int,
    source: list[FileDataset],
) -> None:
    made = segmentation(source)
    send(clinician, made, report(source[1]))
    run = put_run(archive, study, hidden=True)
    assert outside(clinician, study) == {"held": True, "results": [], "left_out": 0}
    web = f"/studies/{source[0].StudyInstanceUID}"
    assert len(listed(clinician, f"{web}/series")) == 1
    assert len(listed(clinician, f"{web}/instances")) == 5
    assert len(listed(clinician, f"{web}/metadata")) == 5
    place = f"/dicomweb{web}/series/{made.SeriesInstanceUID}"
    one = f"{place}/instances/{made.SOPInstanceUID}"
    paths = (f"{place}/metadata", one, f"{one}/rendered", f"{one}/frames/1", place)
    asked = {path: {"Accept": ALL} if path in (one, place) else {} for path in paths}
    for path, accepting in asked.items():
        assert clinician.get(path, headers=accepting).status_code == 404, path
    # Who makes no calls is kept from nothing that others found.
    assert len(outside(log_in("viewer"), study)["results"]) == 2
    called = {"analysis": run, "calls": []}
    answer = clinician.post(f"/api/v1/studies/{study}/own-calls", json=called)
    assert answer.status_code == 201, answer.text
    assert len(outside(clinician, study)["results"]) == 2
    assert len(listed(clinician, f"{web}/series")) == 3
    assert len(listed(clinician, f"{web}/instances")) == 7
    for path, accepting in asked.items():
        assert clinician.get(path, headers=accepting).status_code != 404, path


def test_a_silent_run_that_an_open_one_followed_holds_nothing_back(
    clinician: Client, archive: Archive, study: int, source: list[FileDataset]
) -> None:
    send(clinician, segmentation(source))
    put_run(archive, study, hidden=True)
    assert outside(clinician, study)["held"]
    put_run(archive, study, minute=1)
    assert not outside(clinician, study)["held"]


def test_an_annotator_finds_images_alone(
    clinician: Client, log_in: LogIn, study: int, source: list[FileDataset]
) -> None:
    send(clinician, segmentation(source), report(source[0]))
    manager = log_in("researcher")
    make_list(manager, [people_of(manager)["annotator"]], studies=[str(study)], scope="study")
    drawing = log_in("annotator")
    web = f"/studies/{source[0].StudyInstanceUID}"
    assert {one["00080060"]["Value"][0] for one in listed(drawing, f"{web}/series")} == {"MR"}
    assert len(listed(drawing, f"{web}/instances")) == 5
    assert len(listed(drawing, f"{web}/metadata")) == 5
    assert drawing.get(f"/api/v1/studies/{study}/outside").status_code == 403


def test_who_sees_no_identity_gets_neither_persons_dates_nor_free_words(
    clinician: Client, researcher: Client, study: int, source: list[FileDataset]
) -> None:
    send(clinician, segmentation(source))
    send(clinician, report(source[1]))
    told = outside(researcher, study)
    sr, seg = told["results"]
    for one in (sr, seg):
        assert (one["person"], one["made_on"], one["description"], one["texts"]) == (
            "", None, "", [],
        )  # fmt: skip
    assert seg["structures"][0]["label"] == "Vertebra"
    (found,) = sr["findings"]
    assert (found["finding"], found["tracking"]) == ("Gap", "")
    assert [one["name"] for one in found["answers"]] == ["Length"]
    assert "Jane" not in str(told) and "My disc" not in str(told)


def test_that_somebody_saw_it_is_kept(
    clinician: Client, log_in: LogIn, archive: Archive, study: int, source: list[FileDataset]
) -> None:
    send(clinician, segmentation(source))
    outside(log_in("viewer"), study)
    with archive.database.read() as session:
        seen = session.scalars(
            select(AuditEntry).where(
                AuditEntry.action == "study.viewed", AuditEntry.user_name == "viewer"
            )
        ).all()
    assert [one.subject_id for one in seen] == [str(study)]


def test_a_study_without_such_objects_has_none_and_one_that_is_not_there_is_missed(
    clinician: Client, study: int
) -> None:
    assert outside(clinician, study) == {"held": False, "results": [], "left_out": 0}
    assert clinician.get("/api/v1/studies/999/outside").status_code == 404


def test_a_mask_of_half_the_size_is_drawn_where_it_lies(
    clinician: Client, study: int, source: list[FileDataset]
) -> None:
    coarse = images(SeriesInstanceUID="1.2.79", PixelSpacing=[1.8, 1.4])
    for at, one in enumerate(coarse):
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.79.{at}"
        one.Rows, one.Columns = 10, 12
        one.PixelData = bytes(2 * 10 * 12)
    pixels = np.zeros((5, 10, 12), np.uint8)
    pixels[4, 2:5, 3:6] = 1
    send(clinician, segmentation(coarse, pixels))
    (disc,) = outside(clinician, study)["results"][0]["structures"]
    (place,) = disc["places"]
    assert place["instance_uid"] == source[4].SOPInstanceUID
    # The coarse pixels' centres, by the spacing of the finer ones: twice as many.
    assert {tuple(point) for point in place["outlines"][0]} == {(4, 6), (4, 10), (8, 10), (8, 6)}
