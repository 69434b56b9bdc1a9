"""From a study and its report to DICOM objects, and what is refused on the way."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from tests.dicom.objects.made import report_of
from tests.service.exported import dicom_files

from condyle import dicom, sources
from condyle.domain.findings import Evidence, Finding, Site
from condyle.domain.report import Report, SliceView
from condyle.errors import BadConfiguration, MissingExtra, OutputError, UsageError
from condyle.reporting.caption import captioned
from condyle.reporting.labelmaps import labelmap_file, read_labelmap
from condyle.reporting.write import write_report
from condyle.workflows import export_study as module
from condyle.workflows.export_study import Wanted, export_study
from condyle.workflows.exporting.contents import content_of
from condyle.workflows.exporting.folder import objects_in, write_objects
from condyle.workflows.exporting.written import WrittenReading, files_beside, reading_of


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    for name, content in dicom_files().items():
        (folder / name).write_bytes(content)
    return folder


def reading(study: Path) -> Report:
    with sources.open([study]) as tree:
        report = report_of(dicom.discover(tree.files).studies[0].study.series)
    labelmap = report.series[0].labelmap
    assert labelmap is not None
    view = SliceView(0, 2, np.full(labelmap.shape[1:], 90, np.uint8), labelmap[2])
    return replace(report, views=(view,))


@pytest.fixture
def report(study: Path, tmp_path: Path) -> Path:
    write_report(reading(study), tmp_path / "report")
    return tmp_path / "report"


def export(study: Path, report: Path, **how: Any) -> dict[str, bytes]:
    wanted = Wanted(kinds=how.pop("kinds", ("seg", "sr", "pdf", "sc")), **how)
    return {one.name: one.content for one in export_study([study], wanted, report=report)}


def test_a_report_that_was_written_gives_its_objects(study: Path, report: Path) -> None:
    made = export(study, report)
    *first, picture = made
    assert first == ["seg-series-1.dcm", "report-sr.dcm", "report-pdf.dcm"]
    assert picture.startswith("sc-series-1")
    pages = pydicom.dcmread(io.BytesIO(made["report-pdf.dcm"]))
    length = pages.EncapsulatedDocumentLength
    assert pages.EncapsulatedDocument[:length] == (report / "report.pdf").read_bytes()
    assert made == export(study, report / "report.json")


def test_the_words_come_in_the_language_that_was_asked_for(study: Path, report: Path) -> None:
    (made,) = export(study, report, kinds=("sr",), language="es").values()
    assert b"Borrador sin verificar" in made
    assert b"No evaluado: " in made


def test_a_picture_has_its_words_burnt_in_below_it(study: Path, report: Path) -> None:
    (made,) = export(study, report, kinds=("sc",)).values()
    shown = pydicom.dcmread(io.BytesIO(made)).pixel_array
    with Image.open(next(report.glob("overlay-*.png"))) as picture:
        own = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(shown[: own.shape[0]], own)
    assert shown.shape[0] > own.shape[0] + 100
    assert (shown[own.shape[0] :].max(axis=-1) > 200).any()


def test_images_of_another_study_do_not_fit_a_report(report: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "0.dcm").write_bytes(dicom_files()["0.dcm"])
    with pytest.raises(UsageError, match="1 of the 5 images"):
        export(folder, report)


def test_a_report_of_pictures_is_refused_with_what_to_do(study: Path, tmp_path: Path) -> None:
    made = reading(study)
    plain = replace(made.series[0], kind="picture", uid=None)
    write_report(replace(made, series=(plain,)), tmp_path / "pictures")
    with pytest.raises(UsageError, match="no DICOM") as refusal:
        export(study, tmp_path / "pictures")
    assert len(refusal.value.lines()) == 4


def test_a_report_whose_labelmap_is_gone_is_refused(study: Path, report: Path) -> None:
    (report / "labelmap-series-1.nii.gz").unlink()
    with pytest.raises(BadConfiguration):
        export(study, report)


def test_a_report_that_names_a_file_elsewhere_is_refused(study: Path, report: Path) -> None:
    path = report / "report.json"
    values = json.loads(path.read_text())
    values["overlays"][0]["file"] = "../secret.png"
    path.write_text(json.dumps(values))
    with pytest.raises(BadConfiguration, match="leads out"):
        files_beside(path)


def test_without_the_library_the_command_that_brings_it_is_told(
    study: Path, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'condyle\[pacs\]'"):
        export(study, report)


def test_objects_are_written_into_a_new_folder_only_and_named_again(
    study: Path, report: Path, tmp_path: Path
) -> None:
    wanted = Wanted(kinds=("sr", "sc"))
    made = export_study([study], wanted, report=report)
    write_objects(made, tmp_path / "out")
    assert objects_in(tmp_path / "out") == tuple(
        sorted((one.sent for one in made), key=lambda one: one.kind == "sc")
    )
    with pytest.raises(OutputError, match="new or empty"):
        write_objects(made, tmp_path / "out")
    with pytest.raises(UsageError, match="nothing to take back"):
        objects_in(study)
    with pytest.raises(UsageError):
        write_objects((), tmp_path / "none")


@pytest.mark.parametrize("kind", ["dicom", "nifti"])
def test_a_labelmap_comes_back_from_its_file(study: Path, kind: str) -> None:
    series = replace(reading(study).series[0], kind=kind, labelmap_file="labelmap-series-1.nii.gz")
    written = labelmap_file(series, "labelmap-series-1.nii.gz")
    assert series.labelmap is not None
    np.testing.assert_array_equal(read_labelmap(series, written), series.labelmap)
    with pytest.raises(BadConfiguration):
        read_labelmap(series, written[:40])
    with pytest.raises(BadConfiguration):
        read_labelmap(replace(series, shape=(1, 2, 3)), written)


def test_a_reading_without_its_report_is_none(report: Path) -> None:
    files = files_beside(report)
    assert reading_of(files).overlays[0].name.startswith("series-1")
    del files["report.json"]
    with pytest.raises(BadConfiguration, match=r"report\.json"):
        reading_of(files)


def test_training_on_simulated_images_is_said(study: Path) -> None:
    made = reading(study)
    bundle = replace(made.bundles[0], simulated_training=True)
    content = content_of(WrittenReading(replace(made, bundles=(bundle,))))
    assert content.simulated
    assert "SIMULATED TRAINING" in content.said("simulated")


def test_a_lesion_of_a_bundle_of_ones_own_goes_out_under_a_private_code(
    study: Path, tmp_path: Path
) -> None:
    """As a knee's: the mask is the finding, and no table has its name."""
    made = reading(study)
    series = made.series[0]
    lesion = np.zeros(series.shape, np.uint8)
    lesion[2, 4:9, 5:11] = 1
    name = "anterior-cruciate-ligament-tear"
    finding = Finding(
        f"{name}/knee", name, Site("knee"), True, 0.8,
        evidence=(Evidence(0, 2, (), (4.0, 5.0, 9.0, 11.0)),), bundle=made.bundles[0].name,
    )  # fmt: skip
    knee = replace(
        made,
        study=replace(made.study, anatomy="knee"),
        series=(replace(series, labelmap=lesion, structures=(name,)),),
        findings=(finding,),
        measurements=(),
        views=(),
    )
    write_report(knee, tmp_path / "knee")
    objects = export(study, tmp_path / "knee", kinds=("seg", "sr"))
    (segment,) = pydicom.dcmread(io.BytesIO(objects["seg-series-1.dcm"])).SegmentSequence
    (code,) = segment.SegmentedPropertyTypeCodeSequence
    assert code.CodingSchemeDesignator == "99CONDYLE" and len(code.CodeValue) <= 16
    assert code.CodeMeaning == "anterior cruciate ligament tear"
    (category,) = segment.SegmentedPropertyCategoryCodeSequence
    assert category.CodeMeaning == "Morphologically Abnormal Structure"
    assert b"anterior cruciate ligament tear" in objects["report-sr.dcm"]


def test_words_of_any_length_and_alphabet_fit_below_a_picture() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (300, 50), (9, 9, 9)).save(stream, format="PNG")
    page = captioned(stream.getvalue(), ["", "Evaluación " * 40, "x" * 500])
    assert page.shape[1:] == (300, 3) and page.dtype == np.uint8
    assert page.shape[0] > 50 + 20 * 28
    assert (page[:, -3:].max(axis=-1) < 100).all(), "no letter is cut at the right edge"
