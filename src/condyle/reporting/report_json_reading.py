"""Reading ``report.json`` back into a report; its pixels stay in their own files."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from condyle.domain.anatomy import LABELS
from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Measurement, OperatingPoint, Site
from condyle.domain.geometry import Reorientation
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report, SeriesSummary, StudySummary
from condyle.domain.study import Attribute, Instance
from condyle.errors import BadConfiguration

_SCHEMA = "condyle.report/1"


def read_report_json(text: str) -> Report:
    """Gives the report that ``report.json`` holds, without its images and labelmaps.

    Args:
        text: The content of a ``report.json``.

    Raises:
        BadConfiguration: The text is not JSON, or not a report of this schema.
    """
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("schema") != _SCHEMA:
            raise _not_a_report(f"schema {_schema_of(values)}")
        return _report(values)
    except json.JSONDecodeError as error:
        raise _not_a_report(f"no JSON ({error.msg} at line {error.lineno})") from error
    except RecursionError as error:
        raise _not_a_report("JSON that is too deeply nested") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise _not_a_report(f"a field that is missing or of a wrong type ({error})") from error


def _schema_of(values: Any) -> str:
    return repr(values.get("schema")) if isinstance(values, dict) else "none"


def _not_a_report(found: str) -> BadConfiguration:
    return BadConfiguration(
        "The report could not be read.",
        found=found,
        needed=f"JSON of the schema '{_SCHEMA}'",
        mend="read the study again with 'condyle read'.",
    )


def _report(values: dict[str, Any]) -> Report:
    def said(key: str) -> tuple[Message, ...]:
        return tuple(_message(message) for message in values[key])

    study = values["study"]
    return Report(
        study=StudySummary(study["uid"], study["anatomy"], study["modality"], study["simulated"]),
        series=tuple(_series(series) for series in values["series"]),
        bundles=tuple(_bundle(bundle) for bundle in values["bundles"]),
        findings=tuple(_finding(finding) for finding in values["findings"]),
        measurements=tuple(_measurement(each) for each in values["measurements"]),
        assumptions=said("assumptions"),
        warnings=said("warnings"),
        refused=said("refused"),
        left_out=said("left_out"),
        not_assessed=said("not_assessed"),
        software_version=values["software_version"],
    )


def _message(values: dict[str, Any]) -> Message:
    return Message(values["code"], values["params"], values["subject"])


def _series(values: dict[str, Any]) -> SeriesSummary:
    spacing, affine = values["spacing"], values["affine"]
    slices, rows, columns = values["shape"]
    return SeriesSummary(
        index=values["index"],
        stem=values["stem"],
        uid=values["uid"],
        instances=tuple(
            Instance(each["sop_instance_uid"], each["frame"], each["sop_class_uid"])
            for each in values["instances"]
        ),
        frame_of_reference=values["frame_of_reference"],
        plane=Attribute(values["plane"]["value"], values["plane"]["estimated"]),
        weighting=Attribute(values["weighting"]["value"], values["weighting"]["estimated"]),
        spacing=None if spacing is None else (spacing[0], spacing[1], spacing[2]),
        shape=(slices, rows, columns),
        used=values["used"],
        affine=None if affine is None else np.array(affine, dtype=np.float64),
        labelmap_file=values["labelmap"],
        kind=values["kind"],
        stored=Reorientation(tuple(values["stored"]["axes"]), tuple(values["stored"]["flips"])),
        # A report of an earlier version has none of these; its labelmaps are of the spine.
        structures=tuple(values.get("structures", LABELS.values())),
    )


def _bundle(values: dict[str, Any]) -> BundleRef:
    return BundleRef(
        name=values["name"],
        version=values["version"],
        sha256=values["sha256"],
        intended_use=values["intended_use"],
        exclusions=tuple(values["exclusions"]),
        attribution=values["attribution"],
        simulated_training=values["simulated_training"],
        thresholds=tuple(values["thresholds"].items()),
        quantised_sha256=values.get("quantised_sha256", ""),
    )


def _site(values: dict[str, Any]) -> Site:
    return Site(values["structure"], values["level"], values["index_from_caudal"])


def _finding(values: dict[str, Any]) -> Finding:
    probabilities, abstention = values["probabilities"], values["abstention"]
    return Finding(
        id=values["id"],
        name=values["name"],
        site=_site(values["site"]),
        value=values["value"],
        probability=values["probability"],
        probabilities=None if probabilities is None else tuple(probabilities),
        threshold=values["threshold"],
        abstained=values["abstained"],
        abstention=None if abstention is None else _message(abstention),
        evidence=tuple(_evidence(evidence) for evidence in values["evidence"]),
        bundle=values["bundle"],
        classes=tuple(values.get("classes", ())),
        operating_point=_operating_point(values["operating_point"]),
    )


def _evidence(values: dict[str, Any]) -> Evidence:
    box = values["box"]
    return Evidence(
        series=values["series"],
        slice=values["slice"],
        outline=tuple((row, column) for row, column in values["outline"]),
        box=None if box is None else (box[0], box[1], box[2], box[3]),
        sop_instance_uid=values["sop_instance_uid"],
        overlay=values["overlay"],
        map=values.get("map"),
    )


def _operating_point(values: dict[str, Any] | None) -> OperatingPoint | None:
    if values is None:
        return None
    return OperatingPoint(
        ppv=_estimate(values["ppv"]),
        npv=_estimate(values["npv"]),
        false_calls_per_study=_number(values["false_calls_per_study"]),
        shown=values["shown"],
    )


def _estimate(values: dict[str, Any]) -> Estimate:
    return Estimate(
        value=_number(values["value"]),
        low=_number(values["low"]),
        high=_number(values["high"]),
        n=values["n"],
        method=values["method"],
        unit=values["unit"],
        level=values["level"],
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _measurement(values: dict[str, Any]) -> Measurement:
    return Measurement(
        name=values["name"],
        value=values["value"],
        unit=values["unit"],
        site=_site(values["site"]),
        series=values["series"],
        slice=values["slice"],
        method=values["method"],
        points=tuple((row, column) for row, column in values.get("points", ())),
        reason=None if values.get("reason") is None else _message(values["reason"]),
        repeatability=values.get("repeatability"),
    )
