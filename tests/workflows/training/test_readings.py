"""A bundle that a recipe trained reads studies, and says of them what evaluation says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from condyle.bundle import find_bundle
from condyle.datasets.layouts import open_archive
from condyle.domain.study import Attribute, Study
from condyle.reporting import write_report
from condyle.reporting.report_json import read_report_json, report_schema, report_to_json
from condyle.workflows.evaluation.image_bundle import image_reader, image_recipe_of
from condyle.workflows.read_study import reader_of, reads_studies

SMALL_ENOUGH = {"input.min_pixels": "16"}


def quiet(progress):
    """Takes a step of the progress and does nothing."""


@pytest.fixture(name="lesions", scope="module")
def _lesions(archive_of, train, tmp_path_factory):
    data, out = archive_of("pairs"), tmp_path_factory.mktemp("lesions") / "run"
    train("knee-unet", data, out, settings=SMALL_ENOUGH)
    return find_bundle(out / "bundle" / "knee-unet"), data


def first(data):
    """Gives the first case of an archive."""
    return open_archive(data).cases[0]


def told(bundle, data, most=4):
    """Gives some cases with what evaluation says of each."""
    archive = open_archive(data)
    read, _ = image_reader(bundle, image_recipe_of(bundle), archive)
    return [(case, read(case)[0]) for case in archive.cases[:most]]


def test_a_lesion_bundle_says_of_a_study_what_evaluation_says(lesions):
    bundle, data = lesions
    read = reader_of(bundle, threads=1)
    assert reads_studies(bundle.manifest)
    compared = 0
    for case, rows in told(bundle, data):
        report = read(case.study, quiet)
        (row,) = [row for row in rows if row.unit == "study" and row.probabilities]
        (finding,) = report.findings
        assert finding.probability == row.probabilities[0]
        assert finding.value == bool(row.prediction)
        compared += 1
    assert compared == 4


def test_outline_map_and_labelmap_of_a_lesion_agree(lesions):
    bundle, data = lesions
    bundle_of_all = with_threshold(bundle, 0.02)
    case = first(data)
    report = reader_of(bundle_of_all, threads=1)(case.study, quiet)
    (finding,) = report.findings
    assert finding.value is True and finding.evidence
    for place in finding.evidence:
        mask = report.series[place.series].labelmap[place.slice] == 1
        rows, columns = np.nonzero(mask)
        assert place.box == (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
        (one,) = [m for m in report.maps if (m.series, m.slice) == (place.series, place.slice)]
        assert one.kind == "probability" and place.map is None
        assert one.values[mask].min() >= np.floor(0.02 * 255)
        assert (one.values[~mask] <= np.ceil(0.02 * 255)).all()


def with_threshold(bundle, threshold):
    """Gives a bundle that decides at another threshold."""
    settings = {**bundle.manifest.interpretation, "threshold": threshold}
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"interpretation": settings}))


def test_the_report_of_a_lesion_fits_its_schema_and_is_read_back(lesions, tmp_path):
    bundle, data = lesions
    case = first(data)
    report = reader_of(with_threshold(bundle, 0.02), threads=1)(case.study, quiet)
    written = write_report(report, tmp_path / "report", language="es")
    text = report_to_json(report)
    Draft202012Validator(report_schema()).validate(json.loads(text))
    back = read_report_json(text)
    assert [f.id for f in back.findings] == [f.id for f in report.findings]
    assert back.series[0].structures == ("lesion",)
    assert any(name.startswith("map-") for name in written.files)
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "Pfirrmann" not in page and "lesión" in page and "Meniscos" in page
    write_report(report, tmp_path / "report")  # an earlier report is replaced, maps and all


def changed(case, **attributes):
    series = tuple(replace(series, **attributes) for series in case.study.series)
    return replace(case.study, series=series)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"body_part": "lumbar spine"}, "other-body-part"),
        ({"plane": Attribute("oblique")}, "other-plane"),
        ({"modality": "CT"}, "not-an-mri"),
        ({"shape": (1, 8, 8)}, "image-too-small"),
    ],
)
def test_what_the_contract_does_not_name_is_refused_by_its_reason(lesions, attributes, code):
    bundle, data = lesions
    report = reader_of(bundle, threads=1)(changed(first(data), **attributes), quiet)
    assert {message.code for message in report.refused} == {code}
    assert not report.findings and not any(series.used for series in report.series)


def test_what_no_header_tells_is_read_with_a_warning(lesions):
    bundle, data = lesions
    report = reader_of(bundle, threads=1)(first(data).study, quiet)
    codes = {message.code for message in report.warnings}
    assert {"body-part-unknown", "plane-unknown", "weighting-unknown", "spacing-unknown"} <= codes
    assert "not-assessed-anything-else" in {message.code for message in report.not_assessed}


def test_both_sides_in_one_study_are_read_as_neither(lesions):
    bundle, data = lesions
    one = first(data).study.series[0]
    sides = [replace(one, stem=side, laterality=Attribute(side)) for side in ("left", "right")]
    report = reader_of(bundle, threads=1)(Study(None, tuple(sides)), quiet)
    assert {message.code for message in report.refused} == {"both-sides"}


def test_a_child_is_not_decided_on(lesions):
    bundle, data = lesions
    report = reader_of(bundle, threads=1)(changed(first(data), age_years=9.0), quiet)
    (finding,) = report.findings
    assert finding.abstained and finding.value is None and finding.probability is not None
    assert finding.abstention.code == "out-of-scope-age"


@pytest.fixture(name="classes", scope="module")
def _classes(archive_of, train, tmp_path_factory):
    data, out = archive_of("pairs"), tmp_path_factory.mktemp("classes") / "run"
    train("knee-resnet18", data, out, settings=SMALL_ENOUGH)
    return find_bundle(out / "bundle" / "knee-resnet18"), data


def test_a_classifier_says_of_a_patient_what_evaluation_says(classes):
    bundle, data = classes
    archive = open_archive(data)
    read, together = image_reader(bundle, image_recipe_of(bundle), archive)
    reader = reader_of(bundle, threads=1)
    for patient in sorted({case.patient for case in archive.cases})[:3]:
        cases = [case for case in archive.cases if case.patient == patient]
        (row,) = together([row for case in cases for row in read(case)[0]])
        study = Study(None, tuple(series for case in cases for series in case.study.series))
        (finding,) = reader(study, quiet).findings
        assert finding.probability == pytest.approx(row.probabilities[0], abs=1e-5)
        assert finding.value == bool(row.prediction)


def test_a_positive_class_has_a_heat_map_and_says_what_that_is(classes):
    bundle, data = classes
    study = first(data).study
    report = reader_of(with_threshold(bundle, 0.0001), threads=1)(study, quiet)
    (finding,) = report.findings
    assert finding.value is True and report.maps
    assert {one.kind for one in report.maps} == {"heat"} and len(report.maps) <= 3
    for one in report.maps:
        assert one.finding == finding.id
        assert one.values.shape == report.series[one.series].shape[1:]
        assert (one.series, one.slice) in {(p.series, p.slice) for p in finding.evidence}
    assert "heat-map" in {message.code for message in report.warnings}
    assert not any(place.outline or place.box for place in finding.evidence)
    assert all(series.labelmap is None for series in report.series)


def test_a_negative_class_has_no_heat_map(classes):
    bundle, data = classes
    study = first(data).study
    report = reader_of(with_threshold(bundle, 0.9999), threads=1)(study, quiet)
    assert report.findings[0].value is False
    assert not report.maps and not report.findings[0].evidence


@pytest.fixture(name="planes", scope="module")
def _planes(archive_of, train, tmp_path_factory):
    data, out = archive_of("mrnet"), tmp_path_factory.mktemp("planes") / "run"
    settings = {
        **SMALL_ENOUGH,
        "preprocessing": "[{step: window, low: 0.5, high: 99.5},"
        " {step: fit, rows: 64, columns: 64}]",
    }
    train("knee-mrnet", data, out, settings=settings)
    return find_bundle(out / "bundle" / "knee-mrnet"), data


def test_fused_planes_say_of_a_study_what_evaluation_says(planes):
    bundle, data = planes
    reader = reader_of(bundle, threads=1)
    for case, rows in told(bundle, data, most=3):
        said = {row.task: row.probabilities[0] for row in rows}
        findings = {f.name: f for f in reader(case.study, quiet).findings}
        assert {name: f.probability for name, f in findings.items()} == said
        assert all(f.value == (f.probability >= 0.5) for f in findings.values())


def test_each_plane_of_a_positive_finding_has_one_slice_with_a_heat_map(planes):
    bundle, data = planes
    study = first(data).study
    report = reader_of(with_threshold(bundle, 0.0001), threads=1)(study, quiet)
    assert all(finding.value for finding in report.findings)
    for finding in report.findings:
        assert {report.series[p.series].plane.value for p in finding.evidence} == {
            "sagittal", "coronal", "axial"
        }  # fmt: skip
    places = {(f.id, p.series, p.slice) for f in report.findings for p in f.evidence}
    assert {(one.finding, one.series, one.slice) for one in report.maps} <= places


def test_a_study_without_one_of_the_planes_is_abstained_on(planes):
    bundle, data = planes
    study = first(data).study
    left = replace(study, series=tuple(s for s in study.series if s.plane.value != "axial"))
    report = reader_of(bundle, threads=1)(left, quiet)
    assert report.findings and all(finding.abstained for finding in report.findings)
    assert {f.abstention.code for f in report.findings} == {"plane-missing"}
    assert report.findings[0].abstention.params == {"plane": "axial"}
