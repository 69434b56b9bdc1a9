"""A report as ``report.json`` (schema ``condyle.report/1``).

Numbers are rounded: probabilities, thresholds and affines to 6 decimals, estimates to 4,
spacings and measurements to 3, pixel coordinates to 2. What is undefined (NaN) is ``null``.
Keys are in a fixed order and no clock enters, so the same report gives the same bytes.
"""

from __future__ import annotations

import json
import math
from importlib import resources
from typing import Any

from condyle.domain.anatomy import FINDINGS, Code, site_code
from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Measurement, OperatingPoint, Site
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report, SeriesSummary
from condyle.reporting.naming import with_file_names
from condyle.reporting.paragraph import paragraph
from condyle.reporting.report_json_reading import read_report_json
from condyle.reporting.wording import LANGUAGES, word

__all__ = ["SCHEMA", "read_report_json", "report_schema", "report_to_dict", "report_to_json"]

SCHEMA = "condyle.report/1"
"""Name and version of the schema of ``report.json``."""


def report_to_dict(report: Report, language: str = "en") -> dict[str, Any]:
    """Gives a report as plain values that fit the JSON Schema of the package.

    Args:
        report: What to write.
        language: Language of the wording beside each code.

    Raises:
        UnknownName: There is no wording in that language.
    """
    report = with_file_names(report)

    def said(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
        return [_message(message, language) for message in messages]

    study = report.study
    return {
        "schema": SCHEMA,
        "software_version": report.software_version,
        "language": language,
        "study": {
            "uid": study.uid,
            "anatomy": study.anatomy,
            "modality": study.modality,
            "simulated": study.simulated,
        },
        "series": [_series(series) for series in report.series],
        "bundles": [_bundle(bundle) for bundle in report.bundles],
        "findings": [_finding(finding, language) for finding in report.findings],
        "measurements": [
            _measurement(measurement, language) for measurement in report.measurements
        ],
        "assumptions": said(report.assumptions),
        "warnings": said(report.warnings),
        "refused": said(report.refused),
        "left_out": said(report.left_out),
        "not_assessed": said(report.not_assessed),
        "maps": [
            {
                "series": m.series,
                "slice": m.slice,
                "finding": m.finding,
                "kind": m.kind,
                "file": m.file,
            }
            for m in report.maps
        ],
        "overlays": [{"series": v.series, "slice": v.slice, "file": v.file} for v in report.views],
        "paragraphs": {each: paragraph(report, each) for each in LANGUAGES},
    }


def report_to_json(report: Report, language: str = "en") -> str:
    """Gives a report as the text of ``report.json``.

    Args:
        report: What to write.
        language: Language of the wording beside each code.

    Raises:
        UnknownName: There is no wording in that language.
    """
    values = report_to_dict(report, language)
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    # Half of a pair of surrogates, from a file name that is not UTF-8, has no UTF-8 itself.
    return text.encode("utf-8", "replace").decode("utf-8")


def report_schema() -> dict[str, Any]:
    """Gives the JSON Schema (draft 2020-12) of ``report.json``."""
    path = resources.files("condyle.reporting").joinpath("schemas", "report.schema.json")
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _rounded(value: float | None, digits: int) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits) + 0.0  # + 0.0 turns -0.0 into 0.0


def _message(message: Message, language: str) -> dict[str, Any]:
    return {
        "code": message.code,
        "params": dict(sorted(message.params.items())),
        "subject": message.subject,
        "text": word(message, language),
    }


def _series(series: SeriesSummary) -> dict[str, Any]:
    return {
        "index": series.index,
        "stem": series.stem,
        "kind": series.kind,
        "uid": series.uid,
        "instances": [
            {
                "sop_instance_uid": instance.sop_instance_uid,
                "frame": instance.frame,
                "sop_class_uid": instance.sop_class_uid,
            }
            for instance in series.instances
        ],
        "frame_of_reference": series.frame_of_reference,
        "plane": {"value": series.plane.value, "estimated": series.plane.estimated},
        "weighting": {"value": series.weighting.value, "estimated": series.weighting.estimated},
        "shape": list(series.shape),
        "spacing": None if series.spacing is None else [_rounded(x, 3) for x in series.spacing],
        "affine": None
        if series.affine is None
        else [[_rounded(float(x), 6) for x in row] for row in series.affine],
        "stored": {"axes": list(series.stored.axes), "flips": list(series.stored.flips)},
        "used": series.used,
        "labelmap": series.labelmap_file,
        "structures": list(series.structures),
    }


def _bundle(bundle: BundleRef) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "version": bundle.version,
        "sha256": bundle.sha256,
        "intended_use": bundle.intended_use,
        "exclusions": list(bundle.exclusions),
        "attribution": bundle.attribution,
        "simulated_training": bundle.simulated_training,
        "thresholds": {name: _rounded(value, 6) for name, value in bundle.thresholds},
        "quantised_sha256": bundle.quantised_sha256,
    }


def _code(code: Code | None) -> dict[str, Any] | None:
    if code is None:
        return None
    return {"scheme": code.scheme, "value": code.value, "meaning": code.meaning}


def _site(site: Site) -> dict[str, Any]:
    return {
        "structure": site.structure,
        "level": site.level,
        "index_from_caudal": site.index_from_caudal,
        "code": _code(site_code(site.structure, site.level)),
    }


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    concept = FINDINGS.get(finding.name)
    probabilities = finding.probabilities
    return {
        "id": finding.id,
        "name": finding.name,
        "code": _code(concept.code if concept else None),
        "site": _site(finding.site),
        "value": finding.value,
        "probability": _rounded(finding.probability, 6),
        "probabilities": None if probabilities is None else [_rounded(p, 6) for p in probabilities],
        "threshold": _rounded(finding.threshold, 6),
        "abstained": finding.abstained,
        "abstention": None
        if finding.abstention is None
        else _message(finding.abstention, language),
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "operating_point": _operating_point(finding.operating_point),
        "bundle": finding.bundle,
        "classes": list(finding.classes),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "series": evidence.series,
        "slice": evidence.slice,
        "sop_instance_uid": evidence.sop_instance_uid,
        "outline": [[_rounded(x, 2) for x in point] for point in evidence.outline],
        "box": None if evidence.box is None else [_rounded(x, 2) for x in evidence.box],
        "overlay": evidence.overlay,
        "map": evidence.map,
    }


def _operating_point(point: OperatingPoint | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "ppv": _estimate(point.ppv),
        "npv": _estimate(point.npv),
        "false_calls_per_study": _rounded(point.false_calls_per_study, 4),
        "shown": point.shown,
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "value": _rounded(estimate.value, 4),
        "low": _rounded(estimate.low, 4),
        "high": _rounded(estimate.high, 4),
        "n": estimate.n,
        "method": estimate.method,
        "unit": estimate.unit,
        "level": _rounded(estimate.level, 4),
    }


def _measurement(measurement: Measurement, language: str) -> dict[str, Any]:
    return {
        "name": measurement.name,
        "value": _rounded(measurement.value, 3),
        "unit": measurement.unit,
        "site": _site(measurement.site),
        "series": measurement.series,
        "slice": measurement.slice,
        "method": measurement.method,
        "points": [[round(value, 2) for value in point] for point in measurement.points],
        "reason": None if measurement.reason is None else _message(measurement.reason, language),
        "repeatability": _rounded(measurement.repeatability, 3),
    }
