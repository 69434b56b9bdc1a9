"""Simulated patients as DICOM studies with a table of labels, and the truth beside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from condyle.datasets.writing import require_empty, write_text
from condyle.dicom.write import MRTags, derived_uid, write_mr_series
from condyle.domain.case import STUDY_UNIT
from condyle.images.write import write_labels
from condyle.phantoms.signal import GradientEcho, InversionRecovery, Sequence
from condyle.phantoms.simulated import Person, SimulatedAnatomy, SimulatedPatient, SimulatedSeries

STUDIES, TRUTH, TABLE = "studies", "truth", "labels.csv"

TRUTH_SCHEMA = "condyle-simulated-patient/1"


def write_dicom_archive(
    root: Path,
    people: Iterable[SimulatedPatient],
    *,
    name: str,
    anatomy: SimulatedAnatomy,
    key: tuple[str, ...],
) -> None:
    """Writes DICOM studies, ``labels.csv`` keyed by study, and masks, boxes and grades.

    The studies lie in ``studies/<patient>/<series>``. What the table has no room for lies
    in ``truth/<patient>``: masks as NIfTI, and ``truth.json`` with the boxes and the grades
    of every part. One patient at a time is held in memory.

    Args:
        root: An empty folder, made where it is not there.
        people: The patients, taken one at a time.
        name: Of the anatomy.
        anatomy: Whose they are.
        key: What the UIDs follow from: the same key gives the same files.

    Raises:
        OutputError: The folder is not empty, or cannot be written to.
    """
    require_empty(root)
    labels = list(anatomy.labels)
    rows: list[list[str]] = []
    for patient in people:
        study_uid = derived_uid(*key, patient.case.id, "study")
        grades = patient.case.reference.grades.get(STUDY_UNIT, {})
        values = [_value(anatomy, label, grades.get(label)) for label in labels]
        rows.append([study_uid, *values])
        _write_patient(root, patient, name=name, anatomy=anatomy, key=(*key, patient.case.id))
    used = [n for n in range(len(labels)) if any(row[n + 1] for row in rows)]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["StudyInstanceUID", *(f"label_{labels[n]}" for n in used)])
    table.writerows([row[0], *(row[n + 1] for n in used)] for row in rows)
    write_text(root / TABLE, text.getvalue())


def _value(anatomy: SimulatedAnatomy, label: str, value: int | None) -> str:
    return "" if value is None else anatomy.labels[label][value]


def _write_patient(
    root: Path,
    patient: SimulatedPatient,
    *,
    name: str,
    anatomy: SimulatedAnatomy,
    key: tuple[str, ...],
) -> None:
    case = patient.case
    uids = {}
    for number, series in enumerate(patient.series, start=1):
        uids[series.stem] = derived_uid(*key, series.stem)
        write_mr_series(
            root / STUDIES / case.id / series.stem,
            volume=series.volume,
            study_uid=derived_uid(*key, "study"),
            series_uid=uids[series.stem],
            frame_of_reference_uid=derived_uid(*key, "frame of reference"),
            description=series.description,
            tags=mr_tags(
                series,
                patient.person,
                number=number,
                body_part=anatomy.body_part,
                name=name,
                patient=f"SIMULATED-{'-'.join(key)}",
            ),
        )
        if series.mask is not None:
            path = root / TRUTH / case.id / series.stem
            write_labels(series.mask, path, on=series.volume)
    text = json.dumps(_truth(patient, anatomy, uids), indent=1)
    write_text(root / TRUTH / case.id / "truth.json", text + "\n")


def _truth(
    patient: SimulatedPatient, anatomy: SimulatedAnatomy, uids: dict[str, str]
) -> dict[str, Any]:
    reference = patient.case.reference
    return {
        "schema": TRUTH_SCHEMA,
        "series_uids": uids,
        "covariates": dict(patient.case.covariates),
        "structures": list(anatomy.structures),
        "labels": {label: list(names) for label, names in anatomy.labels.items()},
        "grades": {unit: dict(row) for unit, row in reference.grades.items()},
        "slice_grades": {
            one.stem: {label: list(values) for label, values in one.slice_grades.items()}
            for one in patient.series
        },
        "boxes": {
            stem: [
                {
                    "slice": box.slice,
                    "box_row0_column0_row1_column1": list(box.box),
                    "labels": list(box.labels),
                    "difficult": box.difficult,
                }
                for box in boxes
            ]
            for stem, boxes in reference.boxes.items()
        },
    }


def mr_tags(
    series: SimulatedSeries,
    person: Person,
    *,
    number: int,
    body_part: str,
    name: str,
    patient: str,
) -> MRTags:
    """Gives what the header of a simulated series states, from how it was acquired.

    Args:
        series: The series.
        person: Whose.
        number: Series Number.
        body_part: Body Part Examined.
        name: Of the anatomy, for the description of the study.
        patient: Patient ID.
    """
    timing = series.sequence
    kind, variant = _terms(timing)
    return MRTags(
        tr_ms=timing.repetition_time_ms,
        te_ms=timing.echo_time_ms,
        ti_ms=timing.inversion_time_ms if isinstance(timing, InversionRecovery) else None,
        sequence=kind,
        variant=variant,
        options=("FS",) if _saturates(timing) else (),
        echo_train_length=_echoes(timing),
        flip_angle_deg=timing.flip_angle_deg if isinstance(timing, GradientEcho) else 90.0,
        field_strength_t=person.field_t,
        body_part=body_part,
        series_number=number,
        study_description=f"Simulated {name}",
        patient_id=patient,
        patient_name=f"SIMULATED^{name.upper()}",
        age_years=person.age_years,
        sex=person.sex,
        laterality={"left": "L", "right": "R"}.get(person.laterality or "", ""),
        simulated=True,
    )


def _terms(timing: Sequence) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Gives Scanning Sequence and Sequence Variant (PS3.3 C.8.3.1.1.2 and .3)."""
    if isinstance(timing, GradientEcho):
        return ("GR",), ("SP",)
    echoes = ("SK",) if timing.echo_train_length > 1 else ("NONE",)
    return (("SE", "IR") if isinstance(timing, InversionRecovery) else ("SE",)), echoes


def _saturates(timing: Sequence) -> bool:
    return not isinstance(timing, InversionRecovery) and timing.fat_saturated


def _echoes(timing: Sequence) -> int:
    return 1 if isinstance(timing, GradientEcho) else timing.echo_train_length
