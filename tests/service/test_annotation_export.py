"""What was drawn as a data set: every layout is read back by the workbench's own check."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.service.annotated import (
    API,
    LABELS,
    add_annotators,
    answer,
    area,
    box,
    bring_studies,
    make_list,
    people_of,
    save,
)
from tests.service.conftest import Client, LogIn

from condyle.archive.archive import Archive
from condyle.datasets.archive import Archive as DataSet
from condyle.datasets.layouts import open_archive
from condyle.service.settings import Settings
from condyle.workflows.check_data import check_data

AREA = "disc"
"""Key of the label that is an area."""


@pytest.fixture
def drawn(archive: Archive, researcher: Client, log_in: LogIn, browser: Any) -> dict[str, int]:
    """Two studies that two people drew on: alike on the first, not on the second."""
    bring_studies(archive, "s", "t")
    add_annotators(archive, "bea")
    people = people_of(researcher)
    make_list(researcher, [people["annotator"], people["bea"]])
    ann, bea = log_in("annotator"), browser()
    bea.log_in("bea")
    save(ann, 1, box((2, 3, 8, 9)), area(4, 4, 9, 10), answer("good"))
    save(bea, 1, box((2, 3, 8, 9)), area(4, 4, 9, 12), answer("good"))
    save(ann, 2, box((2, 3, 8, 9), study="t"), area(4, 4, 9, 10, study="t"), answer("poor"))
    save(bea, 2, area(12, 4, 15, 10, study="t"), answer("good"))
    return people


@pytest.fixture
def exported(researcher: Client, tmp_path: Path) -> Callable[..., tuple[DataSet, Path]]:
    """Exports the list, checks it as ``condyle data check`` does, and reads it."""

    def export(layout: str, **how: Any) -> tuple[DataSet, Path]:
        answer_ = researcher.get(f"{API}/lists/1/export", params={"layout": layout} | how)
        assert answer_.status_code == 200, answer_.text
        assert answer_.headers["content-type"] == "application/zip"
        folder = tmp_path / f"{layout}-{len(list(tmp_path.iterdir()))}"
        with zipfile.ZipFile(io.BytesIO(answer_.content)) as opened:
            assert opened.testzip() is None
            opened.extractall(folder)
        (root,) = folder.iterdir()
        checked = check_data(root, out=folder / "check", texts=0).report
        assert checked.cases and not checked.unreadable
        return open_archive(root), root

    return export


def boxes(data: DataSet) -> list[tuple[float, ...]]:
    return sorted(
        box.box for case in data.cases for own in case.reference.boxes.values() for box in own
    )


@pytest.mark.parametrize("layout", ["voc", "coco", "yolo"])
def test_boxes_are_read_back_from_each_layout(
    drawn: dict[str, int], exported: Callable[..., tuple[DataSet, Path]], layout: str
) -> None:
    data, root = exported(layout, source="annotator", annotator=drawn["annotator"])
    assert data.layout == layout
    assert np.allclose(boxes(data), [(2, 3, 8, 9)] * 2)
    pictures = sorted(root.rglob("*.png"))
    assert [one.stem for one in pictures][:3] == [f"case-001_slice{n:03d}" for n in range(3)]
    marked = [c for c in data.cases if any(c.reference.boxes.values())]
    assert len({case.patient for case in data.cases}) == 2 and len(marked) == 2
    ((series,),) = [case.study.series for case in marked[:1]]
    picture = series.load().array
    assert picture.shape[1:] == (20, 24) and picture.min() >= 0 and 200 < picture.max() <= 255


def test_areas_on_slices_are_read_back_with_the_answers_of_their_case(
    drawn: dict[str, int], exported: Callable[..., tuple[DataSet, Path]]
) -> None:
    data, root = exported("png", source="annotator", annotator=drawn["annotator"])
    assert set(data.labels) == {"quality"}
    assert data.structures == ("background", AREA)
    page = (root.parent / "check" / "check.html").read_text("utf-8")
    assert AREA in page and "lesion" not in page
    sizes = [int(m.sum()) for case in data.cases for m in case.reference.masks.values()]
    assert sorted(sizes) == [0, 0, 0, 0, 30, 30]


def test_areas_on_volumes_lie_where_they_were_drawn(
    drawn: dict[str, int], exported: Callable[..., tuple[DataSet, Path]]
) -> None:
    data, root = exported("nifti", source="annotator", annotator=drawn["annotator"])
    assert len(list(root.rglob("*.nii.gz"))) == 4
    assert data.structures == ("background", AREA)
    case = next(one for one in data.cases if one.id.startswith("case-001"))
    (series,) = case.study.series
    (mask,) = case.reference.masks.values()
    assert mask.shape == (3, 20, 24)
    assert np.argwhere(mask).min(axis=0).tolist() == [1, 4, 4]
    assert np.argwhere(mask).max(axis=0).tolist() == [1, 8, 9]
    # The image is that of the study: its values grow by one a column and 24 a row.
    inside = series.load().array[mask > 0]
    assert inside.max() - inside.min() == 4 * 24 + 5
    assert series.load().affine is not None


def test_most_annotators_decide_a_consensus(
    drawn: dict[str, int], exported: Callable[..., tuple[DataSet, Path]]
) -> None:
    data, _ = exported("coco", source="consensus")
    assert np.allclose(boxes(data), [(2, 3, 8, 9)]), "the second is one person's alone"
    areas, _ = exported("nifti", source="consensus")
    sizes = {c.id[:8]: int(sum(m.sum() for m in c.reference.masks.values())) for c in areas.cases}
    assert sizes == {"case-001": 30, "case-002": 0}
    answers = {case.id[:8]: case.reference.grades for case in areas.cases}
    assert answers["case-001"] and not answers["case-002"], "one said good, one poor"


def test_what_was_adjudicated_is_exported_and_nothing_else(
    drawn: dict[str, int],
    clinician: Client,
    researcher: Client,
    exported: Callable[..., tuple[DataSet, Path]],
) -> None:
    nothing = researcher.get(f"{API}/lists/1/export?layout=voc")
    assert nothing.status_code == 422 and "no case" in nothing.json()["found"]
    decision = {"edition": 0, "marks": [box((1.2, 3, 8.6, 9))]}
    clinician.post(f"{API}/cases/1/adjudication", json=decision)
    data, root = exported("voc")
    assert boxes(data) == [(1, 3, 9, 9)], "whole pixels, as the layout needs"
    assert "Cases: 1 of 2" in (root / "about.txt").read_text()


def test_a_list_without_what_a_layout_holds_is_refused(
    archive: Archive, researcher: Client, log_in: LogIn
) -> None:
    bring_studies(archive, "s")
    people = people_of(researcher)
    make_list(researcher, [people["annotator"]], studies=["1"], labels=LABELS[:1])
    save(log_in("annotator"), 1, box((1, 1, 4, 4)))
    path = f"{API}/lists/1/export?source=consensus&layout="
    assert "boxes alone" in researcher.get(path + "nifti").json()["found"]
    assert researcher.get(path + "coco").status_code == 200
    assert researcher.get(f"{API}/lists/1/export?layout=coco&source=annotator").status_code == 422


def test_nothing_of_an_export_names_the_patient_or_stays_behind(
    drawn: dict[str, int], researcher: Client, settings: Settings, administrator: Client
) -> None:
    content = researcher.get(f"{API}/lists/1/export?layout=nifti&source=consensus").content
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
        names = " ".join(opened.namelist()).encode()
    for word in (b"Doe", b"ID-s", b"ACC-s", b"Weighted"):
        assert word not in everything + names
    assert not list((settings.home / "exports").iterdir())
    act = administrator.get("/api/v1/audit").json()["acts"]
    assert any(one["action"] == "annotation.exported" for one in act)
    assert administrator.get(f"{API}/lists/1/export?layout=voc").status_code == 403
